"""Runs the steps of the Dockerfile in an empty folder, where no Docker engine is at hand, and tries the result.

    for each stage: COPY from the context (less .dockerignore) or an earlier stage, RUN with the image's absolute paths
    moved below the folder; then CMD of the last stage, and a worker, until deploy/healthcheck.py is content with them

What needs root and a Debian image is not run but checked: that apt knows each package. USER is left out.

    python -m tools.run_dockerfile_steps [FOLDER]     without FOLDER a temporary one, removed afterwards
"""

import fnmatch
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
MOVED = ("/opt/venv", "/app", "/tmp")  # noqa: S108 - paths inside the image
ANSWER_SECONDS = 60


class StepError(Exception):
    """A step of the Dockerfile does not work; the text names it."""


@dataclass(slots=True)
class Stage:
    """One FROM: its file system lies at `root`, and later steps see its variables and working folder."""

    name: str
    root: Path
    variables: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    command: tuple[str, ...] = ()

    def inside(self, path: str) -> Path:
        """Return where the image's path is on this machine."""
        return self.root / str(Path(self.folder) / path).lstrip("/")

    def moved(self, text: str) -> str:
        """Return the text with the image's own folders replaced by those below `root`."""
        return re.sub(rf"(?<![\w./-])({'|'.join(MOVED)})(?=[/\s;:]|$)", lambda match: str(self.root) + match[1], text)

    def environment(self) -> dict[str, str]:
        """Return the environment of a RUN or CMD."""
        passed_on = ("PATH", "HOME", "LANG", "SSL_CERT_FILE")
        outer = {name: value for name, value in os.environ.items() if name in passed_on or name.startswith("PIP_")}
        own = {name: self.moved(value).replace("$PATH", outer["PATH"]) for name, value in self.variables.items()}
        # The image's `python` is the one that runs this program.
        path = own.get("PATH", outer["PATH"]) + os.pathsep + str(Path(sys.base_prefix) / "bin")
        return {**outer, **own, "PATH": path}


def instructions(dockerfile: str) -> Iterator[tuple[str, str]]:
    """Yield each instruction and its arguments, continuation lines joined and comments left out."""
    lines = [line for line in dockerfile.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        word, _, rest = line.strip().partition(" ")
        yield word.upper(), " ".join(rest.split())


def context_files(ignored: Sequence[str]) -> list[Path]:
    """Return the repository's files that a build would see, relative to it; a pattern means a path and all below."""

    def is_ignored(path: str) -> bool:
        parts = Path(path).parts
        above = ["/".join(parts[: end + 1]) for end in range(len(parts))]
        anywhere = [pattern.removeprefix("**/") for pattern in ignored if pattern.startswith("**/")]
        return any(fnmatch.fnmatch(one, pattern) for one in above for pattern in ignored) or any(
            fnmatch.fnmatch(part, pattern) for part in parts for pattern in anywhere
        )

    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    return [Path(path) for path in listing if path and not is_ignored(path) and (REPOSITORY / path).exists()]


def build(root: Path) -> Stage:
    """Run every stage below `root`; return the last. Raises StepError."""
    ignored = [line for line in (REPOSITORY / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    stages: list[Stage] = []
    for word, rest in instructions((REPOSITORY / "Dockerfile").read_text()):
        print(f"{word} {rest}"[:140], flush=True)
        if word == "FROM":
            name = rest.split()[-1] if " AS " in rest else "final"
            stages.append(Stage(name, root / name))
            (stages[-1].root / "tmp").mkdir(parents=True)
            continue
        stage = stages[-1]
        match word:
            case "WORKDIR":
                stage.folder = rest
                stage.inside(".").mkdir(parents=True, exist_ok=True)
            case "ENV":
                stage.variables |= dict(pair.split("=", 1) for pair in shlex.split(rest))
            case "COPY":
                _copy(stage, rest.split(), stages, context_files(ignored))
            case "RUN":
                _run(stage, rest)
            case "CMD":
                stage.command = tuple(json.loads(rest))
            case "USER" | "EXPOSE" | "HEALTHCHECK":
                pass
            case _:
                raise StepError(f"{word}: this program does not know the instruction; teach it")
    return stages[-1]


def _copy(stage: Stage, words: list[str], stages: Sequence[Stage], context: Sequence[Path]) -> None:
    if words[0].startswith("--from="):
        origin = next(earlier for earlier in stages if earlier.name == words[0].partition("=")[2])
        shutil.copytree(origin.inside(words[1]), stage.inside(words[2]), symlinks=True, dirs_exist_ok=True)
        if words[1] == "/opt/venv":
            _repoint(stage.inside(words[2]), old=origin.root, new=stage.root)
        return
    *sources, target = words
    wanted = context if sources == ["."] else [Path(source) for source in sources]
    for path in wanted:
        if path not in context:
            raise StepError(f"COPY {path}: not in the build context (missing, or in .dockerignore)")
        destination = stage.inside(target) / path
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(REPOSITORY / path, destination)


def _repoint(venv: Path, *, old: Path, new: Path) -> None:
    """The scripts of a virtual environment name its folder, which both stages of the image call alike."""
    for script in (venv / "bin").iterdir():
        if script.is_file() and not script.is_symlink():
            script.write_bytes(script.read_bytes().replace(str(old).encode(), str(new).encode()))


def _run(stage: Stage, command: str) -> None:
    if command.startswith("apt-get "):
        _look_up_packages(command)
        return
    done = subprocess.run(
        ["sh", "-ec", stage.moved(command)], cwd=stage.inside("."), env=stage.environment(), check=False
    )
    if done.returncode:
        raise StepError(f"RUN {command}: exit status {done.returncode}")


def _look_up_packages(command: str) -> None:
    listed = re.search(r"apt-get install(?: --\S+)* ([^&]+)", command)
    if listed is None or not shutil.which("apt-cache"):
        return
    for package in listed[1].split():
        known = subprocess.run(["apt-cache", "show", package], capture_output=True, check=False).returncode == 0
        if not known:
            raise StepError(f"apt knows no package {package}")


def try_out(stage: Stage) -> None:
    """Start what the image is for and ask it how it is, as Compose would. Raises StepError.

    The web server runs with SQLite, unless DATABASE_URL names a server; a worker where CELERY_BROKER_URL does.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    servers = {name: os.environ[name] for name in ("DATABASE_URL", "CELERY_BROKER_URL") if os.environ.get(name)}
    stage.variables |= servers | {
        "WEB_BIND": f"127.0.0.1:{port}",
        "SECRET_KEY": "of-this-trial-alone",
        "FIELD_ENCRYPTION_KEYS": "A" * 43 + "=",
        "BASE_URL": "https://image.example",
        "ALLOWED_HOSTS": "image.example",
        "WEB_WORKERS": "1",
    }
    _run_until_healthy(stage, "web", stage.command)
    if "CELERY_BROKER_URL" in servers:
        _run_until_healthy(stage, "worker", ("celery", "--app=jiminny_sync", "worker", "--concurrency=1"))


def _run_until_healthy(stage: Stage, name: str, command: Sequence[str]) -> None:
    folder, environment = stage.inside("."), stage.environment()
    log = stage.root / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(stage.inside("/opt/venv/bin") / command[0]), *command[1:]],
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    deadline = time.monotonic() + ANSWER_SECONDS
    check = [str(stage.inside("/opt/venv/bin") / "python"), "deploy/healthcheck.py", name]
    try:
        while subprocess.run(check, cwd=folder, env=environment, check=False, stderr=subprocess.DEVNULL).returncode:
            if time.monotonic() > deadline or process.poll() is not None:
                raise StepError(f"{name} is not healthy:\n{log.read_text()[-3000:]}")
            time.sleep(0.5)
        print(f"{name}: healthy")
    finally:
        process.terminate()
        process.wait(timeout=60)


def main(words: Sequence[str]) -> int:
    """Build, start, ask; return the exit status."""
    with tempfile.TemporaryDirectory(prefix="image-") as temporary:
        root = Path(words[0]).resolve() if words else Path(temporary)
        try:
            try_out(build(root))
        except StepError as error:
            print(error, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
