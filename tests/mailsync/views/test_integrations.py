"""Profile and integrations: the switch, the state in words, exclusions, the banner."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from mailsync.domain.vocabulary import MailboxState
from mailsync.models import Exclusion, Mailbox, Sighting
from tests.support.factories import (
    BlockedDomainFactory,
    EmailMessageFactory,
    ExclusionFactory,
    MailboxFactory,
    MicrosoftConnectionFactory,
    SightingFactory,
    SyncRunFactory,
    UserAddressFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("queued")]

INTEGRATIONS = "/profile/integrations/"
SWITCH = "/profile/integrations/email-import/"


@pytest.fixture(autouse=True)
def registered(settings):
    settings.MICROSOFT_CLIENT_ID, settings.MICROSOFT_CLIENT_SECRET = "client", "secret"


def page(client, viewer, path=INTEGRATIONS):
    client.force_login(viewer)
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_somebody_new_is_offered_to_connect(client, carol):
    text = page(client, carol)
    assert "Connect Microsoft 365" in text
    assert "Not connected" in text
    assert 'action="/profile/integrations/microsoft/connect/"' in text


def test_an_installation_that_is_not_registered_says_so_and_offers_nothing(client, carol, settings):
    settings.MICROSOFT_CLIENT_ID = ""
    text = page(client, carol)
    assert "MICROSOFT_CLIENT_ID" in text
    assert "disabled" in text


def test_the_switch_goes_on_and_off_as_a_checkbox_sends_it(client, carol):
    MicrosoftConnectionFactory(user=carol)
    client.force_login(carol)
    on = client.post(SWITCH, {"enabled": "on"}, follow=True)
    assert Mailbox.objects.get(user=carol).import_enabled
    assert "Importing is on" in on.content.decode()
    assert "checked" in on.content.decode()
    off = client.post(SWITCH, {}, follow=True)
    assert not Mailbox.objects.get(user=carol).import_enabled
    assert "Importing is off" in off.content.decode()


def test_switching_on_before_connecting_says_what_comes_first_and_promises_no_sync(client, carol):
    text = page(client, carol)
    assert "Connect Microsoft 365. Then:" in " ".join(text.split())
    client.force_login(carol)
    text = client.post(SWITCH, {"enabled": "on"}, follow=True).content.decode()
    assert "sync begins" not in text
    assert "Connect Microsoft 365." in text
    assert "not_connected" not in text


def test_switching_on_again_does_not_speak_of_a_first_sync(client, carol):
    MicrosoftConnectionFactory(user=carol)
    MailboxFactory(user=carol, import_enabled=False, state=MailboxState.OFF, last_synced_at=timezone.now())
    client.force_login(carol)
    text = client.post(SWITCH, {"enabled": "on"}, follow=True).content.decode()
    assert "Importing is on. A sync begins now." in text


@pytest.mark.parametrize(
    ("value", "expected"), [("true", True), ("1", True), ("false", False), ("0", False), ("", False)]
)
def test_the_switch_understands_the_usual_spellings(client, carol, value, expected):
    client.force_login(carol)
    client.post(SWITCH, {"enabled": value})
    assert Mailbox.objects.filter(user=carol, import_enabled=True).exists() == expected


def test_a_rep_who_may_not_sync_is_told_so(client, carol):
    carol.may_sync = False
    carol.save()
    client.force_login(carol)
    text = client.post(SWITCH, {"enabled": "on"}, follow=True).content.decode()
    assert "has not allowed you" in text
    assert not Mailbox.objects.filter(import_enabled=True).exists()


def test_switched_on_without_a_connection_says_to_connect(client, carol):
    client.force_login(carol)
    text = client.post(SWITCH, {"enabled": "on"}, follow=True).content.decode()
    assert "Microsoft 365 is not connected" in text


def test_after_switching_off_what_is_here_stays_and_deleting_it_is_offered(client, carol):
    mailbox = MailboxFactory(user=carol, import_enabled=False, state=MailboxState.OFF)
    SightingFactory(mailbox=mailbox, email=EmailMessageFactory(engagement__organization=carol.organization))
    assert "1 imported email stays where it is" in page(client, carol)
    confirm = page(client, carol, "/profile/integrations/delete-imported/")
    assert "Delete them" in confirm
    assert Sighting.objects.exists()
    client.post("/profile/integrations/delete-imported/")
    assert not Sighting.objects.exists()


def test_nothing_is_deleted_while_importing_is_on(client, carol):
    mailbox = MailboxFactory(user=carol)
    SightingFactory(mailbox=mailbox, email=EmailMessageFactory(engagement__organization=carol.organization))
    client.force_login(carol)
    answer = client.post("/profile/integrations/delete-imported/", follow=True)
    assert "Switch off" in answer.content.decode()
    assert Sighting.objects.exists()


def test_the_first_sync_shows_how_far_it_is_and_asks_seldom_when_done(client, carol):
    MicrosoftConnectionFactory(user=carol)
    mailbox = MailboxFactory(user=carol, state=MailboxState.INITIAL, progress_done=1200, progress_total=4000)
    assert 'hx-trigger="every 2s"' in page(client, carol)
    part = client.get("/profile/integrations/progress/", headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert "1,200 of 4,000 emails looked at" in " ".join(part.content.decode().split())
    Mailbox.objects.filter(pk=mailbox.pk).update(state=MailboxState.IN_SYNC, last_synced_at=timezone.now())
    done = client.get("/profile/integrations/progress/", headers={"HX-Request": "true"}).content.decode()
    assert "In sync" in done
    assert 'hx-trigger="every 30s"' in done
    assert "every 2s" not in page(client, carol)


def test_an_open_page_hears_of_a_stop_and_of_nothing_while_nothing_has_changed(client, carol):
    MicrosoftConnectionFactory(user=carol)
    mailbox = MailboxFactory(user=carol, state=MailboxState.IN_SYNC, last_synced_at=timezone.now())
    address = re.findall(r'hx-get="(/profile/integrations/progress/[^"]+)"', page(client, carol))[0]
    assert client.get(address, headers={"HX-Request": "true"}).status_code == 204
    Mailbox.objects.filter(pk=mailbox.pk).update(state=MailboxState.NEEDS_SIGN_IN, state_reason="AADSTS50173")
    stopped = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "Sign in to Microsoft again" in stopped
    assert "AADSTS50173" in stopped


def test_the_last_run_is_told_in_words_and_adds_up(client, carol):
    mailbox = MailboxFactory(user=carol)
    SyncRunFactory(
        mailbox=mailbox,
        ended_at=timezone.now(),
        seen=12,
        kept=2,
        dropped={"no_crm_match": 8, "internal": 2, "a_later_reason": 0},
    )
    text = page(client, carol)
    assert "looked at 12 emails and kept 2" in " ".join(text.split())
    assert "With nobody from the CRM" in text
    assert "Between colleagues only" in text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (MailboxState.NEEDS_SIGN_IN, "Sign in to Microsoft again"),
        (MailboxState.NEEDS_ADMIN, "administrator"),
        (MailboxState.BLOCKED, "policy"),
        (MailboxState.MAILBOX_UNAVAILABLE, "No mailbox"),
    ],
)
def test_a_mailbox_that_stopped_is_told_on_every_page(client, carol, state, words):
    MailboxFactory(user=carol, state=state, state_reason="AADSTS50173")
    for path in ("/deals/", "/customers/", "/profile/", INTEGRATIONS):
        text = page(client, carol, path)
        assert 'class="banner"' in text
        assert words in text


def test_a_working_mailbox_and_a_colleagues_stopped_one_raise_no_banner(client, carol, dave):
    MailboxFactory(user=carol)
    MailboxFactory(user=dave, state=MailboxState.BLOCKED)
    assert 'class="banner"' not in page(client, carol, "/deals/")


def test_sync_now_puts_the_mailbox_first(client, carol):
    mailbox = MailboxFactory(user=carol, due_at=timezone.now() + timedelta(minutes=10))
    client.force_login(carol)
    client.post("/profile/integrations/sync/")
    mailbox.refresh_from_db()
    assert mailbox.is_awaited


def test_sync_now_without_a_mailbox_is_not_found(client, carol):
    client.force_login(carol)
    assert client.post("/profile/integrations/sync/").status_code == 404


def test_own_exclusions_are_added_in_one_form_listed_and_taken_back(client, carol):
    client.force_login(carol)
    client.post("/profile/integrations/exclusions/", {"kind": "address", "value": " Dr.Miller@Clinic.example "})
    exclusion = Exclusion.objects.get(user=carol)
    assert exclusion.value == "dr.miller@clinic.example"
    client.post("/profile/integrations/exclusions/", {"kind": "address", "value": "dr.miller@clinic.example"})
    assert Exclusion.objects.count() == 1
    assert "dr.miller@clinic.example" in page(client, carol)
    client.post(f"/profile/integrations/exclusions/{exclusion.pk}/remove/")
    assert not Exclusion.objects.exists()


@pytest.mark.parametrize(
    ("kind", "value"), [("address", "nonsense"), ("domain", "no domain"), ("subject_word", "a"), ("", ""), ("x", "y")]
)
def test_a_bad_exclusion_is_refused_with_a_reason(client, carol, kind, value):
    client.force_login(carol)
    answer = client.post("/profile/integrations/exclusions/", {"kind": kind, "value": value})
    assert answer.status_code == 400
    assert "errorlist" in answer.content.decode()
    assert not Exclusion.objects.exists()


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("address", "Carol@acme.example"),
        ("address", "c.jones@acme.example"),
        ("domain", "acme.example"),
        ("domain", "https://www.acme.example/"),
        ("domain", "alias.example"),
    ],
)
def test_nobody_keeps_the_own_side_out_by_mistake(client, carol, kind, value):
    for address in ("c.jones@acme.example", "carol@alias.example"):
        UserAddressFactory(user=carol, address=address)
    BlockedDomainFactory(organization=carol.organization, domain="acme.example")
    client.force_login(carol)
    answer = client.post("/profile/integrations/exclusions/", {"kind": kind, "value": value})
    assert answer.status_code == 400
    assert "would be kept out" in answer.content.decode()
    assert not Exclusion.objects.exists()


def test_a_colleague_may_be_kept_out(client, carol):
    client.force_login(carol)
    client.post("/profile/integrations/exclusions/", {"kind": "address", "value": "dave@acme.example"})
    assert Exclusion.objects.get(user=carol).value == "dave@acme.example"


def test_a_colleagues_exclusion_is_not_mine_to_remove(client, carol, dave):
    exclusion = ExclusionFactory(organization=dave.organization, user=dave)
    client.force_login(carol)
    assert client.post(f"/profile/integrations/exclusions/{exclusion.pk}/remove/").status_code == 404
    assert Exclusion.objects.exists()


def test_the_profile_names_the_person_and_the_own_addresses(client, carol):
    text = page(client, carol, "/profile/")
    assert "Carol" in text
    assert "carol@acme.example" in text
    assert "Rep at <bdi>Acme</bdi>" in text
