"""The command line, as one frozen value."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from sandbox.clock import epoch_of

PROFILES = ("demo", "bench")


@dataclass(frozen=True, slots=True)
class Options:
    """What a tenant is started with. `now` is ISO 8601 or empty; `live` is seconds between mails, 0 for none."""

    state_dir: Path
    https_port: int = 8443
    http_port: int = 8444
    seed: int = 7
    mails: int = 4000
    days: int = 120
    live: float = 0.0
    now: str = ""
    crm_dir: Path | None = None
    app_port: int = 8000
    profile: str = "demo"
    lifeline: bool = False
    colleagues: int = 0

    @property
    def fingerprint(self) -> dict[str, object]:
        """What decides the content; a state dir made with another one starts afresh."""
        return {"seed": self.seed, "mails": self.mails, "days": self.days, "profile": self.profile, "now": self.now}


def _moment(text: str) -> str:
    try:
        epoch_of(text or "1970-01-01")
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(f"{text!r} is no ISO 8601 time, such as 2026-11-20T12:00:00Z") from wrong
    return text


def read_options(arguments: list[str] | None = None) -> Options:
    """Parses the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m sandbox", description="A pretend Microsoft 365 tenant on loopback."
    )
    parser.add_argument("--state-dir", type=Path, default=Path("var/sandbox"), help="CA, sandbox.json, journal")
    parser.add_argument("--https-port", type=int, default=8443, help="0 takes a free port")
    parser.add_argument("--http-port", type=int, default=8444, help="for the browser's pages; 0 takes a free port")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--mails", type=int, default=4000, help="copies over all mailboxes")
    parser.add_argument("--days", type=int, default=120, help="how far back they reach")
    parser.add_argument("--live", type=float, default=0.0, metavar="SECONDS", help="deliver a mail every so often")
    parser.add_argument(
        "--now", default="", type=_moment, metavar="ISO", help="start the clock here; makes everything reproducible"
    )
    parser.add_argument("--crm-dir", type=Path, default=None, help="write the CRM's CSV files here")
    parser.add_argument("--app-port", type=int, default=8000, help="where the product's web server listens")
    parser.add_argument("--profile", choices=PROFILES, default="demo", help="bench: one rep holds every mail")
    parser.add_argument("--colleagues", type=int, default=0, help="so many more reps, with empty mailboxes")
    parser.add_argument("--lifeline", action="store_true", help="end when standard input closes, as when a test dies")
    return Options(**vars(parser.parse_args(arguments)))
