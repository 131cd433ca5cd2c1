"""Takes each guard of the product away in turn and demands that the test it names then fails.

tests/attacks/guards/*.toml ──▶ the tracked files, copied ──▶ `remove` becomes `instead` ──▶ the named test must fail
                                        └─ each named test passes on the untouched copy first

    python -m tools.guards [WORD …]     only guards whose name, file or list holds one of the words

A mutation never touches the working tree. Exit status 0 when every guard was missed by its test.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
LISTS = REPOSITORY / "tests" / "attacks" / "guards"
AT_ONCE = 2
SECONDS_A_TEST = 900
TOOK_TOO_LONG = 124
_PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nomigrations")
"""No guard stands in a migration, and tables made from the models are there in a tenth of the time."""

TESTS_FAILED = 1
"""pytest's exit status; any other than this or 0 says that the tests could not be run."""


@dataclass(frozen=True, slots=True)
class Guard:
    """One guard: where it stands, what weakens it, and the tests that must miss it."""

    name: str
    file: str
    remove: str
    instead: str
    tests: tuple[str, ...]
    listed_in: str

    def weakened(self, source: str) -> str:
        """`source` without the guard. Raises ValueError unless the guard stands there exactly once."""
        if (times := source.count(self.remove)) != 1:
            raise ValueError(f"{self.listed_in}: “{self.name}” stands {times} times in {self.file}, not once")
        return source.replace(self.remove, self.instead)


def guards(folder: Path = LISTS) -> list[Guard]:
    """Every guard that the lists name, in their order."""
    found = []
    for path in sorted(folder.glob("*.toml")):
        for row in tomllib.loads(path.read_text(encoding="utf-8"))["guard"]:
            tests = (row["test"],) if isinstance(row["test"], str) else tuple(row["test"])
            found.append(Guard(row["name"], row["file"], row["remove"], row["instead"], tests, path.name))
    return found


def main(words: Sequence[str]) -> int:
    """Try the guards that `words` choose, or all; print a line each."""
    chosen = [guard for guard in guards() if not words or any(_speaks_of(guard, word) for word in words)]
    if not chosen:
        print("No guard is listed under that word")
        return 1
    if not _pass_untouched({test for guard in chosen for test in guard.tests}):
        print("Red before anything was taken away")
        return 1
    with ThreadPoolExecutor(AT_ONCE) as pool:
        verdicts = list(pool.map(_tried, chosen))
    held = sum(verdicts)
    print(f"{held} of {len(chosen)} guards are missed by their tests when they are taken away")
    return 0 if held == len(chosen) else 1


def _speaks_of(guard: Guard, word: str) -> bool:
    return word in guard.name or word in guard.file or word in guard.listed_in


def _pass_untouched(tests: Iterable[str]) -> bool:
    with tempfile.TemporaryDirectory(prefix="guards-") as folder:
        command = [*_PYTEST, "-n", str(AT_ONCE), *sorted(tests)]
        return subprocess.run(command, cwd=_copied(Path(folder)), check=False).returncode == 0


def _tried(guard: Guard) -> bool:
    with tempfile.TemporaryDirectory(prefix="guards-") as folder:
        copy = _copied(Path(folder))
        place = copy / guard.file
        place.write_text(guard.weakened(place.read_text(encoding="utf-8")), encoding="utf-8")
        status = _run(copy, guard.tests)
    verdicts = {0: "NOT MISSED", TESTS_FAILED: "missed", TOOK_TOO_LONG: f"not done in {SECONDS_A_TEST} s"}
    verdict = verdicts.get(status, f"the tests did not run (exit {status})")
    print(f"{verdict:10} {guard.listed_in.removesuffix('.toml')}: {guard.name}", flush=True)
    return status == TESTS_FAILED


def _copied(folder: Path) -> Path:
    """The tracked files as they are in the working tree."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=True)
    for name in filter(None, listing.stdout.decode().split("\0")):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(REPOSITORY / name, target)
    return folder


def _run(copy: Path, tests: Sequence[str]) -> int:
    command = [*_PYTEST, "-x", *tests]
    environment = {**os.environ, "ANY_EXAMPLE_WILL_DO": "yes"}
    try:
        return subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, check=False, timeout=SECONDS_A_TEST
        ).returncode
    except subprocess.TimeoutExpired:
        return TOOK_TOO_LONG


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
