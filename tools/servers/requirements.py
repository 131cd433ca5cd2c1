"""What the test servers need of the machine: found, named with the command that installs it, or installed in CI."""

import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tools.servers.life import ServerError

OLDEST_JDK = 21
STARTER = Path(__file__).resolve().parents[1] / "elasticsearch-testnode" / "run-elasticsearch"

# Servers live in folders that an ordinary user's PATH leaves out.
SEARCH_PATH = os.pathsep.join(
    [os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin", "/opt/homebrew/bin", "/usr/local/bin"]
)


@dataclass(frozen=True, slots=True)
class Missing:
    """Something the machine lacks, and the package that brings it; `package` is empty where no package does."""

    what: str
    package: str


def program(name: str) -> str:
    """Return where the program is. Raises ServerError when it is not installed."""
    found = shutil.which(name, path=SEARCH_PATH)
    if found is None:
        raise ServerError(f"{name} is not installed: run `make services` to see which package brings it")
    return found


def look_for_missing(names: Iterable[str]) -> list[Missing]:
    """Return what is missing for the named parts: mariadb, redis, elasticsearch, mysqlclient."""
    found: list[Missing] = []
    wanted = set(names)
    if "mariadb" in wanted:
        tools = ("mariadbd", "mariadb-install-db", "mariadb", "mariadb-dump")
        found += _programs("MariaDB", tools, {"Linux": "mariadb-server", "Darwin": "mariadb"})
    if "redis" in wanted:
        found += _programs("Redis", ("redis-server",), {"Linux": "redis-server", "Darwin": "redis"})
    if "elasticsearch" in wanted:
        found += _programs("Maven (Elasticsearch's jars)", ("mvn",), {"Linux": "maven", "Darwin": "maven"})
        found += _jdk()
    if "mysqlclient" in wanted:
        found += _headers()
    return list(dict.fromkeys(found))


def _programs(what: str, programs: Iterable[str], packages: dict[str, str]) -> list[Missing]:
    if all(shutil.which(name, path=SEARCH_PATH) for name in programs):
        return []
    return [Missing(what, packages.get(platform.system(), ""))]


def _jdk() -> list[Missing]:
    if subprocess.run([STARTER, "--jdk"], capture_output=True, check=False).returncode == 0:
        return []
    what = f"a JDK of {OLDEST_JDK} or later (Elasticsearch)"
    if platform.system() == "Darwin":
        return [Missing(what, "openjdk")]
    return [Missing(what, _newest_jdk_package())]


def _newest_jdk_package() -> str:
    """Return the newest JDK that apt knows, or nothing: Debian 12 stops at 17."""
    if not shutil.which("apt-cache"):
        return ""
    listing = subprocess.run(
        ["apt-cache", "pkgnames", "openjdk-"], capture_output=True, text=True, check=False
    ).stdout.split()
    versions = [int(m[1]) for name in listing if (m := re.fullmatch(r"openjdk-(\d+)-jdk-headless", name))]
    newest = max(versions, default=0)
    return f"openjdk-{newest}-jdk-headless" if newest >= OLDEST_JDK else ""


def _headers() -> list[Missing]:
    """mysqlclient ships no wheel for Linux: pip compiles it against MariaDB's client library."""
    found: list[Missing] = []
    found += _programs("a C compiler (mysqlclient)", ("cc",), {"Linux": "gcc", "Darwin": "gcc"})
    found += _programs("pkg-config (mysqlclient)", ("pkg-config",), {"Linux": "pkg-config", "Darwin": "pkg-config"})
    if not (Path(sysconfig.get_path("include")) / "Python.h").exists():
        found.append(Missing("Python's headers (mysqlclient)", "python3-dev"))
    known = shutil.which("pkg-config") and any(
        subprocess.run(["pkg-config", "--exists", name], check=False).returncode == 0
        for name in ("libmariadb", "mariadb", "mysqlclient")
    )
    if not known:
        package = "mariadb-connector-c" if platform.system() == "Darwin" else "libmariadb-dev"
        found.append(Missing("MariaDB's client library with headers (mysqlclient)", package))
    return found


def provide(names: Iterable[str]) -> None:
    """Raise ServerError that names what is missing and how to install it; as root with CI=true install it first."""
    wanted = list(names)
    missing = look_for_missing(wanted)
    if missing and os.environ.get("CI") == "true" and os.geteuid() == 0 and shutil.which("apt-get"):
        # A new machine knows no package at all, not even which JDKs there are.
        _run_apt("update", "-qq")
        missing = look_for_missing(wanted)
        if packages := [one.package for one in missing if one.package]:
            _run_apt("install", "-y", "-qq", "--no-install-recommends", *packages)
        missing = look_for_missing(wanted)
    if missing:
        raise ServerError(_explain(missing))


def _run_apt(*arguments: str) -> None:
    print("apt-get", *arguments, file=sys.stderr)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", *arguments], env=environment, stdout=subprocess.DEVNULL, check=False)


def _explain(missing: list[Missing]) -> str:
    lines = ["This machine lacks:", *(f"  - {one.what}" for one in missing)]
    packages = " ".join(one.package for one in missing if one.package)
    if packages:
        installer = "brew install" if platform.system() == "Darwin" else "sudo apt-get install"
        lines += ["Install it with:", f"  {installer} {packages}"]
    if any("JDK" in one.what and not one.package for one in missing):
        lines += [
            f"This system's packages have no JDK of {OLDEST_JDK} or later (Debian 12 ends at 17; Debian 13 and",
            "Ubuntu 24.04 have one). Unpack any such JDK and point ES_JAVA_HOME at it,",
            "or leave the search server out: `python -m tools.services start mariadb redis`.",
        ]
    return "\n".join(lines)
