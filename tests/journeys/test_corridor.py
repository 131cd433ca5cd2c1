"""The whole way of a rep, in a browser, against the running product: sandbox tenant, web server, Celery worker.

sign in ─▶ connect at Microsoft ─▶ switch on ─▶ first sync ─▶ mail on a deal ─▶ its conversation ─▶ switch off

And of who comes in with Microsoft, and of an admin's consent with the sign-in that confirms it.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Opener
from tests.support.left_out import WHY, chromium
from tests.support.rooms import own_rooms
from tools.stack import PASSWORD, Stack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    if chromium() is None:
        pytest.skip(WHY)
    with own_rooms() as rooms:
        stack = Stack(tmp_path_factory.mktemp("corridor"), variables=rooms)
        try:
            stack.start_sandbox("--mails", "400", "--days", "40")
            stack.load()
            stack.start_web()
            stack.start_worker()
            yield stack
        finally:
            stack.close()


def test_a_rep_connects_switches_on_reads_a_deals_mail_and_switches_off(
    stack: Stack, open_browser: Opener, screenshots: Path
) -> None:
    rep = next(person for person in stack.people if person["role"] == "rep")
    page = open_browser(f"http://localhost:{stack.port}")
    page.goto("/")
    page.get_by_label("Email address").fill(rep["email"])
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Deal Insights")).to_be_visible()

    page.get_by_role("link", name="Integrations").click()
    page.get_by_role("button", name="Connect Microsoft 365").click()
    expect(page.get_by_text(f"Microsoft 365 is connected as {rep['email']}.")).to_be_visible()

    page.get_by_label("Import Email Conversations").check()
    expect(page.get_by_text("Importing is on. The first sync begins now.")).to_be_visible()
    state = page.locator("[data-announce]")
    expect(state).to_have_attribute("data-announce", "In sync")
    page.screenshot(path=screenshots / "corridor-in-sync.png", full_page=True)

    _reads_mail_on_a_deal(page, screenshots)

    page.goto("/profile/integrations/")
    page.get_by_label("Import Email Conversations").uncheck()
    expect(page.get_by_text("Importing is off. Nothing more is read.")).to_be_visible()
    expect(page.get_by_role("link", name="Delete what my mailbox brought in")).to_be_visible()
    page.screenshot(path=screenshots / "corridor-off.png", full_page=True)
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/login/"))


def test_a_person_signs_in_with_microsoft_and_an_admin_grants_access(
    stack: Stack, open_browser: Opener, screenshots: Path
) -> None:
    admin = next(person for person in stack.people if person["role"] == "admin")
    page = open_browser(f"http://localhost:{stack.port}")
    page.goto("/deals/?sort=activity")
    page.screenshot(path=screenshots / "login.png", full_page=True)
    page.get_by_role("button", name="Sign in with Microsoft").click()
    page.get_by_role("button", name=admin["name"]).click()
    expect(page).to_have_url(re.compile(r"/deals/\?sort=activity"))
    expect(page.get_by_role("heading", name="Deal Insights")).to_be_visible()

    page.goto("/profile/")
    expect(page.get_by_text("Your Microsoft account opens this login")).to_be_visible()
    page.screenshot(path=screenshots / "profile-linked.png", full_page=True)

    page.goto("/consent/")
    page.get_by_role("link", name="Grant access to Mailbox").click()
    page.get_by_role("button", name="Accept").click()
    page.get_by_role("button", name=admin["name"]).click()
    expect(page.get_by_text("“Grant access to Mailbox”: granted.")).to_be_visible()
    page.screenshot(path=screenshots / "consent-granted.png", full_page=True)


def _reads_mail_on_a_deal(page: Page, screenshots: Path) -> None:
    page.goto("/deals/?sort=activity")
    page.screenshot(path=screenshots / "corridor-deals.png")
    page.locator("table .row-link").first.click()
    email = page.locator(".entry", has=page.get_by_role("img", name="Email")).first
    expect(email).to_be_visible()
    page.screenshot(path=screenshots / "corridor-deal.png")
    email.locator(".entry-subject a").click()
    expect(page.locator("article.mail").first).to_be_visible()
    page.screenshot(path=screenshots / "corridor-conversation.png")
