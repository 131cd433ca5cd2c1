"""No page, of the console and the API's reader too, needs what its content security policy refuses."""

import pytest
from django.contrib import admin
from django.urls import NoReverseMatch, reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.journeys.conftest import Opener
from tests.journeys.walking import pages, sign_in
from tests.support.console import rows_of
from tests.support.scenery import Scene

pytestmark = pytest.mark.django_db(transaction=True)


def _watched(page: Page) -> Page:
    """Tell of every refusal as the browser reports it, also where it writes no message of its own."""
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation', event => console.error("
        "`Content Security Policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`))"
    )
    return page


def _console_pages() -> list[str]:
    found = ["/admin/", "/admin/password_change/"]
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found.append(reverse(f"{name}_changelist"))
        row = model._default_manager.order_by("pk").last()
        for page, arguments in (("add", []), ("change", [row]), ("delete", [row]), ("history", [row])):
            try:
                found.append(reverse(f"{name}_{page}", args=[each.pk for each in arguments if each]))
            except NoReverseMatch:
                continue
    return found


def test_no_page_asks_for_what_its_policy_refuses(open_browser: Opener, live_server: LiveServer, globex: Scene) -> None:
    page = _watched(open_browser(live_server.url))
    sign_in(page, globex.owner)
    for path in [*pages(globex).values(), "/review/", "/consent/"]:
        page.goto(path)
        page.wait_for_load_state("networkidle")


def test_the_readers_page_of_the_api_works_under_its_policy(
    open_browser: Opener, live_server: LiveServer, globex: Scene
) -> None:
    page = _watched(open_browser(live_server.url))
    sign_in(page, globex.owner)
    page.goto("/api/docs/")
    expect(page.get_by_role("heading", name="Email sync for revenue teams")).to_be_visible()
    page.locator("#operations-engagements-engagements_list, .opblock-get").first.click()
    expect(page.locator(".opblock-body").first).to_be_visible()


def test_no_page_of_the_console_asks_for_what_its_policy_refuses(
    open_browser: Opener, live_server: LiveServer, alice: User
) -> None:
    rows_of(alice.organization, "shown")
    alice.is_superuser = True
    alice.save()
    page = _watched(open_browser(live_server.url))
    sign_in(page, alice)
    walked = [path for path in _console_pages() if page.goto(path).status == 200]
    assert len(walked) > len(admin.site._registry)
