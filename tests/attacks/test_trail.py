"""What people read and do is on the trail, whichever way they read it, and nothing of it can be cut off unnoticed."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib import admin
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.domain.audit import AuditVerb
from accounts.models import AuditEvent, AuditIntake, User
from accounts.reading import Unwitnessed
from accounts.services.intake import chain_intake
from tests.support.api_client import PREFIX, client_of
from tests.support.factories import PASSWORD, ExclusionFactory, LeadFactory, MailboxFactory
from tests.support.routes import endpoints, filled, pages
from tests.support.scenery import scene
from timeline.domain.vocabulary import Kind
from timeline.selectors import engagements_for, presented, with_parts

pytestmark = pytest.mark.django_db

CANARY = "Xyzzycanary"
LONG_AGO = "2026-01-01T00:00:00Z"
ENDS_THE_VISIT = {"logout", "grant-consent", "consent-callback"}


@pytest.fixture
def world(carol):
    """A mail, a call and a meeting whose texts and notes, and nothing else, hold the canary; ids by a page's name."""
    globex = scene(carol)
    mail = globex.mail(f"{CANARY} Thursday", quoted=f"\n> {CANARY}", assignment_certain=False)
    call = globex.call(f"{CANARY} Friday")
    globex.call(f"{CANARY} Monday", kind=Kind.MEETING)
    lead = LeadFactory(organization=carol.organization)
    mailbox = MailboxFactory(user=carol)
    return {
        "deal": globex.deal.pk, "account": globex.account.pk, "contact": globex.jane.pk, "lead": lead.pk,
        "conversation": mail.conversation_id, "delete-conversation": mail.conversation_id, "engagement": mail.pk,
        "exclusion": ExclusionFactory(organization=carol.organization, user=carol).pk, "opportunity": globex.deal.pk,
        "mailbox": mailbox.pk, "call": call.pk, "owner": carol.pk,
    }  # fmt: skip


def api_addresses(ids: dict[str, object]) -> Iterator[str]:
    """Every route of the API that is read, and the list of engagements narrowed by each of its filters."""

    for name, path in endpoints():
        if path.startswith(PREFIX):
            pk = ids.get(name.partition("-")[0], uuid4())
            yield path.replace("<str:pk>", str(pk))
    lists = "/api/v1/engagements/"
    for name in ("account", "contact", "lead", "opportunity", "conversation", "owner"):
        yield f"{lists}?{name}={ids[name]}"
    yield from (f"{lists}?search=thursday", f"{lists}?certain=false", f"{lists}?kind=call&page_size=1")
    yield f"{lists}{ids['call']}/"
    yield from (f"/api/v1/conversations/{ids['conversation']}/export/?as={form}" for form in ("json", "eml", "csv"))


def console_addresses() -> Iterator[str]:
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        for row in model._default_manager.all()[:2]:
            yield from (reverse(f"{name}_{page}", args=[row.pk]) for page in ("change", "history"))


def answers(client: Client, ids: dict[str, object]) -> Iterator[tuple[str, bytes]]:
    """Every answer that a GET of the product gives, with its address."""
    for name, path in pages():
        if name not in ENDS_THE_VISIT:
            address = filled(path, ids, name)
            yield address, client.get(f"{address}?q=thursday").content
            for since in ("", LONG_AGO, f"{timezone.now() + timedelta(hours=1):%FT%TZ}"):
                part = client.get(address, {"since": since}, headers={"HX-Request": "true"})
                yield f"{address} since {since}", part.content
    for address in [*api_addresses(ids), *console_addresses()]:
        yield address, client.get(address).content


@pytest.mark.parametrize("role", ["carol", "dave", "alice"])
def test_exactly_the_answers_that_hold_a_text_are_noted(request, client, world, role):
    client.force_login(request.getfixturevalue(role))
    read, noted = set(), set()
    before = AuditIntake.objects.filter(verb__in=[AuditVerb.VIEWED, AuditVerb.EXPORTED])
    for address, content in answers(client, world):
        if CANARY.encode() in content:
            read.add(address)
        if before.count():
            noted.add(address)
            before.delete()
    assert noted == read
    assert len(read) > 25


def test_a_head_and_an_idle_poll_write_nothing(client, carol, world):
    client.force_login(carol)
    client.head(f"/deals/{world['deal']}/")
    later = f"{timezone.now() + timedelta(hours=1):%FT%TZ}"
    for path in ("/deals/", f"/deals/{world['deal']}/", f"/conversations/{world['conversation']}/", "/review/"):
        assert client.get(path, {"since": later}, headers={"HX-Request": "true"}).status_code == 204
    assert not AuditIntake.objects.exclude(verb="signed_in").exists()


def test_a_person_a_question_and_an_hour_make_one_event_with_the_sum(client, carol, world, time_machine):
    time_machine.move_to("2026-11-20T10:05:00Z")
    client.force_login(carol)
    AuditIntake.objects.all().delete()
    for minute in (10, 20, 59):
        time_machine.move_to(f"2026-11-20T10:{minute}:00Z")
        client.get(f"/deals/{world['deal']}/")
        assert chain_intake(now=timezone.now()) == 0
    time_machine.move_to("2026-11-20T11:01:00Z")
    assert chain_intake(now=timezone.now()) == 1
    event = AuditEvent.objects.get()
    assert (event.actor, event.actor_email, event.verb) == (carol, carol.email, "viewed")
    assert (event.subject_type, event.subject_id) == ("opportunity", str(world["deal"]))
    assert event.detail == {"question": "deal", "count": 9, "times": 3, "hour": "2026-11-20T10:00Z"}
    assert not AuditIntake.objects.exists()


def test_no_word_that_was_typed_stands_in_the_question(client, carol, world):
    client_of(carol).get("/api/v1/engagements/?search=thursday&participant=jane@globex.example&jane@x.example=1")
    client.force_login(carol)
    client.get("/search/?q=thursday")
    questions = set(AuditIntake.objects.filter(verb="viewed").values_list("question", "subject_id"))
    assert questions == {("engagement-list by participant, search", ""), ("search", "")}


def test_a_list_narrowed_by_a_record_is_about_that_record(carol, world):
    client_of(carol).get(f"/api/v1/engagements/?opportunity={world['deal']}&account={world['account']}")
    row = AuditIntake.objects.get(verb="viewed")
    assert (row.question, row.subject_type, row.subject_id) == (
        "engagement-list by account, opportunity", "opportunity", str(world["deal"]),
    )  # fmt: skip


@pytest.mark.parametrize("form", ["json", "eml", "csv"])
def test_an_export_says_in_which_form(carol, world, form):
    client_of(carol).get(f"/api/v1/conversations/{world['conversation']}/export/?as={form}")
    row = AuditIntake.objects.get(verb="exported")
    assert (row.question, row.subject_type, row.subject_id, row.count) == (
        f"conversation-export as {form}", "conversation", str(world["conversation"]), 1,
    )  # fmt: skip


def test_what_cannot_be_written_down_is_not_shown(client, carol, world, monkeypatch):
    client.force_login(carol)
    client.raise_request_exception = False

    def full(*_: object, **__: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(AuditIntake, "save", full)
    for path in (f"/deals/{world['deal']}/", "/api/v1/engagements/", "/search/?q=thursday"):
        answer = client.get(path)
        assert answer.status_code == 500
        assert CANARY not in answer.content.decode()


def test_a_text_is_not_taken_out_where_nobody_notes_it(carol, world):
    for engagement in with_parts(engagements_for(carol)):
        shown = presented(engagement, carol)
        with pytest.raises(Unwitnessed):
            _ = shown.text or shown.notes


def test_reading_the_trail_is_on_the_trail(client, alice, world):
    client_of(alice).get("/api/v1/engagements/")
    chain_intake(now=timezone.now() + timedelta(hours=2))
    client.force_login(alice)
    event = AuditEvent.objects.filter(verb="viewed").get()
    client.get("/admin/accounts/auditevent/")
    client.get(f"/admin/accounts/auditevent/{event.pk}/change/")
    rows = AuditIntake.objects.filter(verb=AuditVerb.READ_TRAIL).order_by("pk")
    assert [(row.question, row.subject_id) for row in rows] == [
        ("admin:accounts_auditevent_changelist", ""), ("admin:accounts_auditevent_change", str(event.pk)),
    ]  # fmt: skip
    assert all(row.actor == alice and row.count for row in rows)


def test_the_console_names_what_an_event_is_about_and_no_mail(client, alice, carol, world):
    client_of(carol).get(f"/api/v1/engagements/?opportunity={world['deal']}")
    client_of(carol).get(f"/api/v1/engagements/{world['engagement']}/")
    chain_intake(now=timezone.now() + timedelta(hours=2))
    client.force_login(alice)
    rows = {
        event.subject_type: event.about for event in client.get("/admin/accounts/auditevent/").context["cl"].result_list
    }
    assert (rows["opportunity"], rows["engagement"]) == ("Globex 2027", "")


def test_an_operator_who_reads_trails_is_on_each(client, acme, rival, alice, eve):
    operator = User.objects.create_superuser("operator@example.com", "a long passphrase here")
    for person in (alice, eve):
        client_of(person).get("/api/v1/me/")
        AuditIntake(organization=person.organization, verb="viewed", hour=timezone.now()).save()
    chain_intake(now=timezone.now() + timedelta(hours=2))
    client.force_login(operator)
    client.get("/admin/accounts/auditevent/")
    rows = AuditIntake.objects.filter(verb=AuditVerb.READ_TRAIL, actor=operator)
    assert {row.organization for row in rows} == {acme, rival}


def test_sign_ins_and_what_failed_are_on_the_trail_by_the_login(client, carol, time_machine):
    time_machine.move_to("2026-11-20T10:05:00Z")  # all of it within the hour
    for password in (PASSWORD, "wrong", "wrong again"):
        client.post("/login/", {"username": f" {carol.email.upper()} ", "password": password})
        client.logout()
    chain_intake(now=timezone.now())
    rows = {row.verb: row for row in AuditEvent.objects.filter(organization=carol.organization)}
    assert set(rows) == {"signed_in", "sign_in_failed"}
    assert rows["signed_in"].actor_email == carol.email
    assert (rows["sign_in_failed"].actor_email, rows["sign_in_failed"].detail["times"]) == ("", 2)
    assert {row.subject_id for row in rows.values()} == {str(carol.pk)}


def test_what_was_typed_into_the_wrong_box_is_kept_nowhere_on_the_trail(client, acme, caplog):
    typed = "Xyzzy-my-real-p@ssword.example"
    client.post("/login/", {"username": typed, "password": "x"})
    intake = list(AuditIntake.objects.values())
    chain_intake(now=timezone.now())
    assert [row["organization_id"] for row in intake] == [None]
    assert "sign_in_failed" in caplog.text
    assert "xyzzy" not in f"{intake}{caplog.text}{list(AuditEvent.objects.values())}".lower()
    assert not AuditIntake.objects.exists()


def test_a_password_that_changes_is_on_the_trail_whoever_changed_it(client, alice, carol):
    changed = AuditEvent.objects.filter(verb="changed_password").order_by("sequence")
    client.force_login(carol)
    new = {"new_password1": "a new long passphrase", "new_password2": "a new long passphrase"}
    client.post("/profile/password/", {"old_password": PASSWORD, **new})
    client.force_login(alice)
    newer = "an even newer passphrase"
    given = {"password1": newer, "password2": newer, "usable_password": "true"}
    client.post(f"/admin/accounts/user/{carol.pk}/password/", given)
    carol.set_password("one from a command line")
    carol.save()
    client.post("/login/", {"username": carol.email, "password": "one from a command line"})
    assert [(event.actor, event.subject_id) for event in changed] == [
        (carol, str(carol.pk)), (alice, str(carol.pk)), (None, str(carol.pk)),
    ]  # fmt: skip


def test_calls_and_meetings_that_are_written_and_deleted_are_on_the_trail(acme, carol):
    api = client_of(carol)
    body = {"kind": "call", "source": "dialer", "external_id": "4711", "occurred_at": "2026-11-20T10:00:00Z"}
    made = [api.post("/api/v1/engagements/", {**body, "notes": CANARY}, format="json") for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 200]
    api.delete(f"/api/v1/engagements/{made[0].json()['id']}/")
    events = AuditEvent.objects.filter(subject_id=made[0].json()["id"]).order_by("sequence")
    assert [(event.verb, event.detail) for event in events] == [
        ("added", {"kind": "call", "source": "dialer"}), ("deleted", {"kind": "call"}),
    ]  # fmt: skip
    assert CANARY not in str(list(AuditEvent.objects.values()))


def test_a_correction_says_from_where_to_where(carol, world):
    api = client_of(carol)
    for opportunity in (None, str(world["deal"])):
        api.patch(f"/api/v1/engagements/{world['engagement']}/", {"opportunity": opportunity}, format="json")
    details = [event.detail for event in AuditEvent.objects.filter(verb="corrected").order_by("sequence")]
    deal = str(world["deal"])
    assert details == [{"from": deal, "opportunity": None}, {"from": None, "opportunity": deal}]


def test_a_change_in_the_console_says_from_and_to_of_what_was_chosen_and_not_what_was_written(client, alice, acme):
    client.force_login(alice)
    page = client.get(f"/admin/accounts/organization/{acme.pk}/change/").context["adminform"].form
    given = {name: value for name, value in page.initial.items() if value not in {None, False}}
    changes = {"name": "Xyzzy renamed", "visibility": "owner_only", "closed_deal_grace_days": 3, "owner_priority": "on"}
    assert client.post(f"/admin/accounts/organization/{acme.pk}/change/", {**given, **changes}).status_code == 302
    detail = AuditEvent.objects.get(verb="changed").detail
    assert detail["values"] == {
        "visibility": ["everyone", "owner_only"], "closed_deal_grace_days": [14, 3], "owner_priority": [False, True],
    }  # fmt: skip
    assert "Name" in detail["fields"]
    assert "Xyzzy" not in str(detail)
