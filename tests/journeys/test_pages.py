"""Every page in a real browser: it fits, is named, works by keyboard and without scripts; mail text stays text."""

import re
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from mailsync.domain.vocabulary import MailboxState
from mailsync.models import Mailbox
from tests.journeys.conftest import Opener, Undisturbed
from tests.journeys.walking import days_ago, pages, sign_in
from tests.support.scenery import Scene
from timeline.models import Engagement
from timeline.selectors.timelines import PAGE_SIZE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("look", "narrow", "dark"), [("light", False, False), ("dark", False, True), ("narrow", True, True)]
)
def test_every_page_fits_is_named_and_labelled(
    open_browser: Opener, live_server: LiveServer, globex: Scene, screenshots: Path, look: str, narrow: bool, dark: bool
) -> None:
    page = open_browser(live_server.url, narrow=narrow, dark=dark)
    page.goto("/login/")
    page.screenshot(path=screenshots / f"login-{look}.png")
    sign_in(page, globex.owner)
    for name, path in pages(globex).items():
        page.goto(path)
        page.screenshot(path=screenshots / f"{name}-{look}.png", full_page=True)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= page.evaluate("innerWidth"), f"{name} is {width} wide"
        assert page.get_by_role("main").count() == 1, name
        assert page.get_by_role("heading", level=1).count() == 1, name
        assert page.title() != "owned"
        assert page.evaluate(UNNAMED) == [], name


UNNAMED = """[...document.querySelectorAll('input:not([type=hidden]), select, textarea, button, a[href], summary')]
  .filter(each => each.checkVisibility() && !(each.textContent.trim() || each.getAttribute('aria-label')
    || (each.labels && each.labels.length) || each.querySelector('[aria-label]')))
  .map(each => each.outerHTML.slice(0, 100))"""


def test_older_entries_and_the_reason_come_without_a_reload(
    open_browser: Opener, live_server: LiveServer, globex: Scene
) -> None:
    page = open_browser(live_server.url)
    sign_in(page, globex.owner)
    page.goto(f"/deals/{globex.deal.pk}/")
    page.evaluate("window.stayed = true")
    entries = page.locator("ol.timeline > li")
    expect(entries).to_have_count(PAGE_SIZE)
    page.get_by_role("link", name="Show older").click()
    expect(page.get_by_text("Can you send an offer?", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Show older")).to_have_count(0)
    first = entries.first
    first.get_by_text("Why here?").click()
    first.get_by_label("Belongs elsewhere? File it under").select_option(label="Globex Phase 2")
    assert page.evaluate("window.stayed")
    first.get_by_role("button", name="File here").click()
    expect(page.get_by_text("Filed under Globex Phase 2.")).to_be_visible()
    expect(page.get_by_text("A colleague filed this")).to_be_visible()


def test_a_filter_applies_as_soon_as_it_is_chosen(open_browser: Opener, live_server: LiveServer, globex: Scene) -> None:
    page = open_browser(live_server.url)
    sign_in(page, globex.owner)
    page.get_by_label("Stage").select_option("Negotiation")
    expect(page).to_have_url(re.compile("stage=Negotiation"))
    expect(page.get_by_role("link", name="Globex 2027")).to_be_visible()
    expect(page.get_by_role("link", name="Globex Phase 2")).to_have_count(0)


def test_the_keyboard_reaches_the_page_and_the_switch(
    open_browser: Opener, live_server: LiveServer, globex: Scene
) -> None:
    page = open_browser(live_server.url)
    sign_in(page, globex.owner)
    page.goto("/profile/integrations/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    switch = page.get_by_role("switch", name="Import Email Conversations")
    expect(switch).to_be_checked()
    for _ in range(20):
        page.keyboard.press("Tab")
        if switch.evaluate("each => each === document.activeElement"):
            break
    page.keyboard.press("Space")
    expect(page.get_by_text("Importing is off. Nothing more is read.")).to_be_visible()
    expect(switch).not_to_be_checked()
    assert not Mailbox.objects.get(user=globex.owner).import_enabled


def test_the_switch_works_without_scripts(open_browser: Opener, live_server: LiveServer, globex: Scene) -> None:
    page = open_browser(live_server.url, scripts=False)
    sign_in(page, globex.owner)
    page.goto("/profile/integrations/")
    page.get_by_text("Import Email Conversations").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Importing is off. Nothing more is read.")).to_be_visible()


def test_progress_moves_by_itself_and_is_told_to_screen_readers(
    open_browser: Opener, live_server: LiveServer, globex: Scene, screenshots: Path, undisturbed: Undisturbed
) -> None:
    rows = Mailbox.objects.filter(user=globex.owner)
    rows.update(state=MailboxState.INITIAL, progress_done=100, progress_total=4000, last_synced_at=None)
    page = open_browser(live_server.url)
    sign_in(page, globex.owner)
    page.goto("/profile/integrations/")
    expect(page.get_by_text("100 of 4,000 emails looked at")).to_be_visible()
    with undisturbed(page):
        rows.update(progress_done=2100)
    expect(page.get_by_text("2,100 of 4,000 emails looked at")).to_be_visible()
    page.screenshot(path=screenshots / "first-sync-light.png")
    expect(page.locator("#announcement")).to_have_text("First sync: 50 percent")
    with undisturbed(page):
        rows.update(state=MailboxState.IN_SYNC, last_synced_at=timezone.now())
    expect(page.locator("#announcement")).to_have_text("In sync")
    expect(page.locator("#own-mailbox")).to_contain_text("In sync")
    expect(page.get_by_role("progressbar")).to_have_count(0)


def test_an_open_integrations_page_tells_that_reading_stopped(
    open_browser: Opener, live_server: LiveServer, globex: Scene, undisturbed: Undisturbed
) -> None:
    page = open_browser(live_server.url)
    page.clock.install()
    sign_in(page, globex.owner)
    page.goto("/profile/integrations/")
    expect(page.locator("[data-announce]")).to_have_attribute("data-announce", "In sync")
    with undisturbed(page):
        Mailbox.objects.filter(user=globex.owner).update(state=MailboxState.NEEDS_SIGN_IN)
    page.clock.fast_forward("00:31")
    expect(page.locator("[data-announce]")).to_have_attribute("data-announce", "Sign in to Microsoft again")
    expect(page.locator("#own-mailbox .dot")).to_have_class("dot bad")


def test_a_stopped_mailbox_is_told_on_top_of_every_page(
    open_browser: Opener, live_server: LiveServer, globex: Scene, screenshots: Path
) -> None:
    Mailbox.objects.filter(user=globex.owner).update(state=MailboxState.NEEDS_SIGN_IN, state_reason="AADSTS50173")
    page = open_browser(live_server.url)
    sign_in(page, globex.owner)
    expect(page.get_by_role("alert")).to_contain_text("Sign in to Microsoft again")
    page.screenshot(path=screenshots / "banner-light.png")
    page.get_by_role("link", name="What to do").click()
    expect(page.get_by_role("button", name="Connect again")).to_be_visible()
    page.screenshot(path=screenshots / "stopped-light.png", full_page=True)


def test_what_arrives_takes_its_place_on_the_pages_that_are_open(
    open_browser: Opener, live_server: LiveServer, globex: Scene, undisturbed: Undisturbed
) -> None:
    page = open_browser(live_server.url)
    page.clock.install()
    sign_in(page, globex.owner)
    page.goto(f"/deals/{globex.deal.pk}/")
    entries = page.locator("section:has(#timeline-heading) .entry")
    shown = entries.count()
    entries.nth(3).get_by_text("Why here?").click()
    expect(page.get_by_label("Belongs elsewhere? File it under")).to_be_visible()
    with undisturbed(page):
        globex.mail("Here is the signed order.", subject="Signed", at=days_ago(0))
        globex.mail("This one was under way for long.", subject="Delayed", at=days_ago(5.2))
    page.clock.fast_forward("00:16")
    expect(entries).to_have_count(shown + 2)
    expect(entries.first).to_contain_text("Here is the signed order.")
    moments = [int(each.get_attribute("data-at") or "") for each in entries.all()]
    assert moments == sorted(moments, reverse=True)
    expect(page.locator("details.why[open]")).to_have_count(1)
    expect(page.locator("#facts")).to_contain_text("just now")
    expect(page.locator("#announcement")).to_have_text("2 new on the timeline")
    with page.expect_response(lambda answer: "since=" in answer.url):
        page.clock.fast_forward("00:16")
    expect(entries).to_have_count(shown + 2)


def test_an_answer_that_arrives_stands_at_the_end_of_the_open_conversation(
    open_browser: Opener, live_server: LiveServer, globex: Scene, undisturbed: Undisturbed
) -> None:
    first = globex.deal.engagements.filter(conversation__isnull=False).earliest("occurred_at")
    page = open_browser(live_server.url)
    page.clock.install()
    sign_in(page, globex.owner)
    page.goto(f"/conversations/{first.conversation_id}/")
    mails = page.locator("article.mail")
    stored = Engagement.objects.filter(conversation=first.conversation_id).count()  # the latest of them are shown
    with undisturbed(page):
        globex.mail("Agreed.", conversation=first.conversation, at=days_ago(0))
    page.clock.fast_forward("00:16")
    expect(mails.last).to_contain_text("Agreed.")
    expect(page.locator("#count")).to_contain_text(f"{stored + 1} emails")


def test_the_open_list_of_deals_renews_itself_and_keeps_the_keyboards_place(
    open_browser: Opener, live_server: LiveServer, globex: Scene, undisturbed: Undisturbed
) -> None:
    page = open_browser(live_server.url)
    page.clock.install()
    sign_in(page, globex.owner)
    row = page.locator("tbody tr", has_text="Globex 2027")
    row.locator(".row-link").focus()
    with undisturbed(page):
        globex.call("A date was found.", subject="Demo", kind="meeting", at=days_ago(-3.1))
    page.clock.fast_forward("00:31")
    expect(row.locator("[data-label='Next meeting']")).to_contain_text("in 3 days")
    expect(row.locator(".row-link")).to_be_focused()
