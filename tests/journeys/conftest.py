"""A real browser, and where its pictures go."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import get_ident

import pytest
from django.core import signals
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.journeys.walking import globex
from tests.support.left_out import WHY, chromium
from tests.support.waiting import PATIENCE, wait_until

__all__ = ["globex"]

SCREENSHOTS = Path(__file__).resolve().parents[2] / "var" / "screenshots"
WIDE, NARROW = {"width": 1360, "height": 860}, {"width": 360, "height": 780}
_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-sync",
    "--disable-component-update", "--no-first-run", "--disable-default-apps",
]  # fmt: skip

Opener = Callable[..., Page]
Undisturbed = Callable[[Page], AbstractContextManager[None]]

expect.set_options(timeout=PATIENCE * 1000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="module", autouse=True)
def browser() -> Iterator[Browser]:
    """One browser for the tests of a file; playwright's loop runs in their thread, which Django has to be told."""
    path = chromium()
    if path is None:
        pytest.skip(WHY)
    with pytest.MonkeyPatch.context() as environment, sync_playwright() as playwright:
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        started = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def answered() -> Callable[[], None]:
    """Wait until the live server has answered what was asked of it.

    A page that renews itself may be asking as it closes, and the database cannot be emptied while somebody reads.
    """
    under_way: set[int] = set()
    signals.request_started.connect(lambda **_: under_way.add(get_ident()), weak=False)
    signals.request_finished.connect(lambda **_: under_way.discard(get_ident()), weak=False)

    def wait() -> None:
        wait_until(lambda: not under_way, "the live server's last answer", every=0.01)

    return wait


@pytest.fixture
def undisturbed(answered: Callable[[], None]) -> Undisturbed:
    """Let an open page ask for nothing while the test writes: it would find the table locked on SQLite."""

    @contextmanager
    def away_from_the_server(page: Page) -> Iterator[None]:
        page.context.set_offline(True)
        answered()
        yield
        page.context.set_offline(False)

    return away_from_the_server


@pytest.fixture
def open_browser(browser: Browser, answered: Callable[[], None]) -> Iterator[Opener]:
    """Open a window: `open_browser(base_url, narrow=True, dark=True, scripts=False)`.

    A script error, or anything the page's own policy blocked, fails the test.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(base_url: str, *, narrow: bool = False, dark: bool = False, scripts: bool = True) -> Page:
        context = browser.new_context(
            base_url=base_url,
            viewport=NARROW if narrow else WIDE,  # type: ignore[arg-type] # a TypedDict of the same shape
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            ignore_https_errors=True,
            service_workers="block",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    answered()
    assert complaints == []


@pytest.fixture(scope="session")
def screenshots() -> Path:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return SCREENSHOTS
