"""Where no browser is found, the run says which journeys it left out."""

import shutil

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
WHY = "no Chromium on this machine: 'apt install chromium' brings one"


def chromium() -> str | None:
    """The path of the first browser found."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was left out; tests/conftest.py lends this hook to pytest."""
    skipped = terminalreporter.stats.get("skipped", [])
    names = sorted(
        {report.nodeid for report in skipped if "/journeys/" in report.nodeid and WHY in str(report.longrepr)}
    )
    if names:
        terminalreporter.section("journeys left out")
        terminalreporter.line(f"{len(names)} journeys did not run, {WHY}:")
        for name in names:
            terminalreporter.line(f"  {name}")
