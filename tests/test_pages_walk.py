"""What holds for every page: no stranger, no other organization, our own look also when something is refused."""

import pytest
from django.test import Client
from zeal import zeal_context

from tests.support.factories import ExclusionFactory, LeadFactory, UserFactory
from tests.support.routes import OPEN_TO_ALL, filled, pages, rows_with_pages
from tests.support.scenery import scene

pytestmark = pytest.mark.django_db

CANARY = "Xyzzycanary"


def test_there_are_pages_to_walk():
    assert {"deals", "deal", "conversation", "integrations", "search", "assignment"} <= {name for name, _ in pages()}


def test_a_stranger_is_sent_to_the_login_from_every_page(client, carol):
    ids = rows_with_pages(carol, CANARY)
    for name, path in pages():
        if name in OPEN_TO_ALL:
            continue
        address = filled(path, ids, name)
        for answer in (client.get(address), client.post(address)):
            is_sent = answer.status_code == 302 and answer.headers["Location"].startswith("/login/")
            assert is_sent or answer.status_code == 405, address


def test_another_organization_sees_nothing_on_any_page(client, carol, eve):
    ids = rows_with_pages(carol, CANARY)
    client.force_login(eve)
    for name, path in pages():
        if name in {"logout", "grant-consent", "consent-callback"}:
            continue
        address = filled(path, ids, name)
        answer = client.get(f"{address}?q={CANARY[:6]}")
        assert CANARY not in answer.content.decode(), address
        if "<" in path:
            assert answer.status_code in {404, 405}, address


def test_a_colleague_finds_the_canary_where_the_walk_looks_for_it(client, carol, dave):
    ids = rows_with_pages(carol, CANARY)
    client.force_login(dave)
    seen = {name for name, path in pages() if CANARY in client.get(filled(path, ids, name)).content.decode()}
    assert {"deals", "deal", "account", "contact", "lead", "conversation", "customers"} <= seen


def test_no_page_reads_row_by_row(client, carol):
    ids = rows_with_pages(carol, CANARY)
    for number in range(3):
        other = scene(carol, company=f"Company{number}")
        first = other.mail()
        other.mail(conversation=first.conversation)
        LeadFactory(organization=carol.organization, address=f"lead{number}@x.example")
        ExclusionFactory(organization=carol.organization, user=carol)
    client.force_login(carol)
    for name, path in pages():
        with zeal_context():
            client.get(f"{filled(path, ids, name)}?q=company")


def test_the_operator_without_an_organization_is_led_to_the_admin_console(client):
    operator = UserFactory(organization=None, is_superuser=True, is_staff=True, role="admin")
    client.force_login(operator)
    assert client.get("/deals/").headers["Location"] == "/admin/"


def test_only_reading_pages_answer_to_reading(client, carol):
    client.force_login(carol)
    for path in ("/profile/integrations/email-import/", "/profile/integrations/sync/", "/logout/"):
        assert client.get(path).status_code == 405


def test_a_page_that_is_not_there_and_one_that_is_not_allowed_keep_our_look(client, carol):
    client.force_login(carol)
    missing, refused = client.get("/nothing/here/"), client.get("/consent/")
    assert (missing.status_code, refused.status_code) == (404, 403)
    assert "Not found" in missing.content.decode()
    assert "Not allowed" in refused.content.decode()
    assert all("app.css" in answer.content.decode() for answer in (missing, refused))


def test_a_form_without_its_token_is_refused_in_words(carol):
    client = Client(enforce_csrf_checks=True)
    client.force_login(carol)
    answer = client.post("/profile/integrations/email-import/", {"enabled": "on"})
    assert answer.status_code == 403
    assert "This form was out of date" in answer.content.decode()


def test_a_broken_page_says_so_without_giving_anything_away(carol, monkeypatch):
    def broken(*_args, **_fields):
        raise RuntimeError("a secret in a traceback")

    monkeypatch.setattr("timeline.views.deals.deal_rows", broken)
    client = Client(raise_request_exception=False)
    client.force_login(carol)
    answer = client.get("/deals/")
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()
    assert "secret" not in answer.content.decode()


def test_every_page_forbids_scripts_from_elsewhere_and_frames(client, carol):
    client.force_login(carol)
    answer = client.get("/deals/")
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "<script>" not in answer.content.decode()
    assert " onclick" not in answer.content.decode()


def test_a_part_of_a_page_asked_for_after_the_session_ended_sends_the_whole_page_to_the_login(client):
    answer = client.get("/profile/integrations/progress/", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/login/"
    assert answer.content == b""


def test_what_a_page_shows_stays_out_of_the_browsers_cache(client, carol):
    client.force_login(carol)
    answer = client.get("/deals/")
    assert "no-store" in answer.headers["Cache-Control"]
    assert "HX-Request" in answer.headers["Vary"]
