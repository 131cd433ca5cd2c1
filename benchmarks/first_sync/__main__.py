"""`make bench`: a first sync of 20,000 mails, one in ten with a customer, beside its floor, in pairs in one run.

sandbox (its own process) ◀── product: sign in, switch on, sync ──▶ SQLite
                          ◀── floor: the same calls, the same rows ──▶ SQLite, empty before

Both are timed from the first call to the last commit, in one process each. That the calls and the rows are the same is
checked after each pair; what a run keeps of itself (its cursors, counts and states) is the product's alone.
"""

import argparse
import json
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from benchmarks.first_sync.floor import stored_rows
from sandbox.testing import SandboxProcess
from tools.stack import ROOT, Stack

REP = "rita.lindqvist@acme.example"
MOST = 2.5
"""How many times the floor's CPU the product's may be."""

Figures = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=20_000)
    parser.add_argument("--pairs", type=int, default=3, help="how many times each side runs")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="first-sync-") as folder:
        pairs = [_pair(Path(folder) / str(number), asked.mails) for number in range(asked.pairs)]
    _print(pairs, asked.mails)


def _pair(folder: Path, mails: int) -> tuple[Figures, Figures]:
    with SandboxProcess(mails=mails, days=90, profile="bench") as sandbox:
        stack = prepared(folder, sandbox)
        empty = folder / "empty.sqlite3"
        shutil.copy(folder / "db.sqlite3", empty)
        since = int(sandbox.control.log()[-1]["seq"]) if sandbox.control.log() else 0
        product = run(stack, "benchmarks.first_sync.product", REP)
        calls = [call for call in sandbox.control.log(since) if call["door"] == "graph"]
        log = folder / "calls.json"
        log.write_text(json.dumps(calls))
        token = sandbox.control.sign_in(REP)["access_token"]
        tenant = ("--graph", sandbox.graph_url, "--ca", sandbox.ca_path, "--token", token)
        floor = run(
            stack, "benchmarks.first_sync.floor", *tenant,
            "--log", str(log), "--filled", str(folder / "db.sqlite3"), "--empty", str(empty),
        )  # fmt: skip
        product["idle"] = run(stack, "benchmarks.first_sync.idle", *tenant, "--mailbox", product["mailbox"])
    written, copied = stored_rows(folder / "db.sqlite3"), stored_rows(empty)
    if product["requests"] != floor["requests"] or written != copied:
        sys.exit("The floor did not make the product's calls or did not write its rows: it is no floor.")
    for figures, tables in ((product, written), (floor, copied)):
        figures["rows"] = sum(map(len, tables.values()))
    return product, floor


def prepared(folder: Path, sandbox: SandboxProcess) -> Stack:
    stack = Stack(
        folder,
        variables={
            "DEBUG": "0",
            "SECRET_KEY": secrets.token_hex(32),
            "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
            "MICROSOFT_AUTHORITY": sandbox.authority,
            "MICROSOFT_GRAPH_URL": sandbox.graph_url,
            "MICROSOFT_CA_BUNDLE": sandbox.ca_path,
            "MICROSOFT_CLIENT_ID": sandbox.client_id,
            "MICROSOFT_CLIENT_SECRET": sandbox.client_secret,
            "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        },
    )
    stack.manage("migrate", "--verbosity", "0")
    stack.manage("create_organization", "Acme", "--domain", "acme.example")
    stack.manage("create_user", REP, "--organization", "acme", "--role", "rep", stdin="a-password-for-a-bench\n")
    stack.manage("import_crm", str(sandbox.crm_dir), "--organization", "acme")
    return stack


def run(stack: Stack, module: str, *arguments: str) -> Figures:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, env=stack.environment, stdout=subprocess.PIPE, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"{module} failed with exit code {done.returncode}.")
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def _print(pairs: list[tuple[Figures, Figures]], mails: int) -> None:
    first = pairs[0][0]
    print(f"\nFirst sync of {mails:,} mails: {first['seen']:,} seen, {first['kept']:,} kept, ended {first['state']}.")
    print(f"{'':24}{'product':>12}{'floor':>12}{'ratio':>8}   (median of {len(pairs)} pairs)")
    for name, unit in (("cpu", "s"), ("wall", "s")):
        product = statistics.median(pair[0][name] for pair in pairs)
        floor = statistics.median(pair[1][name] for pair in pairs)
        ratio = statistics.median(pair[0][name] / pair[1][name] for pair in pairs)
        print(f"{name + ' seconds':24}{product:>11.2f}{unit}{floor:>11.2f}{unit}{ratio:>8.2f}")
    ratios = [pair[0]["cpu"] / pair[1]["cpu"] for pair in pairs]
    verdict = "met" if statistics.median(ratios) <= MOST else "missed"
    print(f"cpu ratio of each pair: {' '.join(f'{ratio:.2f}' for ratio in ratios)}   (at most {MOST}: {verdict})")
    idle = {
        name: statistics.median(pair[0]["idle"][name] for pair in pairs) for name in ("product", "floor", "requests")
    }
    ratio = idle["product"] / idle["floor"]
    print(f"{'cpu of an idle cycle':24}{idle['product']:>10.1f}ms{idle['floor']:>10.1f}ms{ratio:>8.2f}", end="")
    print(f"   ({idle['requests']:g} request)")
    print(f"{'requests':24}{first['requests']:>12,}{pairs[0][1]['requests']:>12,}")
    print(f"{'rows':24}{first['rows']:>12,}{pairs[0][1]['rows']:>12,}")
    for name, figures in (("product", first), ("floor", pairs[0][1])):
        print(f"memory over the run, {name}: {' '.join(f'{reading:.0f}' for reading in figures['memory'])} MB")


if __name__ == "__main__":
    main()
