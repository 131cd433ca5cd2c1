"""Each failure is printed as it happens, and the order's seed first: a run that is cut off says what failed until then,
and can be made again."""

import pytest


class Telling:
    """Writes a failed test's name and traceback at once, whichever worker it came from."""

    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        self._terminal = terminal

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        if (seed := session.config.getoption("randomly_seed", None)) is not None:
            self._terminal.write_line(f"In the order of --randomly-seed={seed}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._terminal.write_line("")
            self._terminal.write_line(f"FAILED ({report.when}) {report.nodeid}", red=True)
            self._terminal.write_line(report.longreprtext)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Tell where there is a terminal to tell on: on xdist's workers there is none."""
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Telling(terminal))
