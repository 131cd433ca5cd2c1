"""The audit trail notices every way of tampering with it."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from accounts.models import AuditChain, AuditEvent, OrganizationKey
from accounts.selectors import audit
from accounts.selectors.audit import verify_trail
from accounts.services.audit import record_event
from core.db.portions import in_portions


def three_events(organization, actor):
    return [
        record_event(organization=organization, actor=actor, verb=verb, subject=actor, detail={"count": 2, "a": ["ü"]})
        for verb in ("viewed", "exported", "deleted")
    ]


def test_an_event_says_who_did_what_to_what(alice, acme):
    event = record_event(organization=acme, actor=alice, verb="viewed", subject=acme)
    assert (event.actor_email, event.verb, event.subject_type, event.subject_id) == (
        "alice@acme.example", "viewed", "organization", str(acme.pk),
    )  # fmt: skip


def test_an_untouched_trail_holds(alice, acme):
    events = three_events(acme, alice)
    verdict = verify_trail(acme)
    assert verdict.holds
    assert (verdict.events, verdict.last_hash) == (3, events[-1].hash)


def test_each_organization_has_a_trail_of_its_own(alice, acme, eve, rival):
    three_events(acme, alice)
    three_events(rival, eve)
    assert list(AuditEvent.objects.filter(organization=rival).values_list("sequence", flat=True)) == [3, 2, 1]
    assert verify_trail(rival).holds


@pytest.mark.parametrize(
    "change",
    [
        {"verb": "viewed"},
        {"actor_email": "bob@acme.example"},
        {"subject_id": "0"},
        {"detail": {"count": 1}},
        {"at": timedelta(seconds=1)},
        {"previous_hash": ""},
        {"hash": "0" * 64},
    ],
)
def test_a_changed_event_breaks_the_trail(alice, acme, change):
    event = three_events(acme, alice)[2]
    change = {name: event.at + value if name == "at" else value for name, value in change.items()}
    AuditEvent.objects.filter(pk=event.pk).update(**change)
    assert not verify_trail(acme).holds


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_a_removed_event_breaks_the_trail(alice, acme, gone):
    three_events(acme, alice)[gone].delete()
    assert not verify_trail(acme).holds


def test_a_hash_noted_down_earlier_shows_that_the_end_was_cut_off(alice, acme):
    kept, cut = three_events(acme, alice)[1:]
    cut.delete()
    AuditChain.objects.filter(organization=acme).update(length=2, last_hash=kept.hash)
    assert verify_trail(acme).holds
    assert "cut off" in verify_trail(acme, expected={3: cut.hash}).flaw
    assert verify_trail(acme, expected={2: kept.hash}).holds


def test_the_trail_still_holds_after_its_actor_is_gone(alice, acme, bob):
    three_events(acme, bob)
    bob.delete()
    assert verify_trail(acme).holds


def test_an_event_is_undone_with_the_transaction_that_it_belongs_to(alice, acme):
    three_events(acme, alice)
    with transaction.atomic():
        record_event(organization=acme, actor=alice, verb="deleted")
        transaction.set_rollback(True)
    verdict = verify_trail(acme)
    assert verdict.holds
    assert verdict.events == 3


def test_the_organizations_key_stands_encrypted_and_stays_the_same(alice, acme):
    three_events(acme, alice)
    secret = OrganizationKey.objects.get().secret
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM accounts_organizationkey")
        stored = cursor.fetchone()[0]
    assert secret not in stored
    assert len(secret) == 64


def test_the_command_says_which_trail_was_tampered_with(alice, acme, eve, rival):
    three_events(acme, alice)
    three_events(rival, eve)[1].delete()
    answer = io.StringIO()
    with pytest.raises(CommandError):
        call_command("verify_audit", stdout=answer)
    assert "acme: 3 events, holds" in answer.getvalue()
    assert "rival: 1 events, Event 2 is missing." in answer.getvalue()


def test_the_command_refuses_an_unknown_organization(db):
    with pytest.raises(CommandError, match="no organization"):
        call_command("verify_audit", organization="nobody")


def test_a_trail_begins_with_its_organization(acme):
    assert AuditChain.objects.get(organization=acme).length == 0
    assert OrganizationKey.objects.filter(organization=acme).exists()
    assert verify_trail(acme).holds


def test_what_is_appended_while_the_trail_is_verified_breaks_nothing(alice, acme, monkeypatch):
    three_events(acme, alice)

    def in_portions_of_a_busy_trail(*args, **kwargs):
        record_event(organization=acme, actor=alice, verb="viewed")
        return in_portions(*args, **kwargs)

    monkeypatch.setattr(audit, "in_portions", in_portions_of_a_busy_trail)
    verdict = verify_trail(acme)
    assert verdict.holds
    assert verdict.events == 3


def test_an_event_beyond_the_length_that_was_noted_breaks_the_trail(alice, acme):
    last = three_events(acme, alice)[-1]
    AuditEvent.objects.filter(pk=last.pk).update(sequence=4)
    AuditEvent.objects.create(organization=acme, sequence=3, at=last.at, verb="forged", hash="0" * 64)
    assert not verify_trail(acme).holds


@pytest.mark.parametrize("portion", [1, 2, 3, 4])
def test_the_chain_runs_on_from_one_portion_to_the_next(alice, acme, monkeypatch, portion):
    monkeypatch.setattr(audit, "_EVENTS_AT_ONCE", portion)
    events = three_events(acme, alice)
    assert verify_trail(acme).events == 3
    AuditEvent.objects.filter(pk=events[1].pk).update(verb="forged")
    assert verify_trail(acme).flaw.startswith("Event 2 was changed")


def test_a_trail_whose_beginning_was_taken_away_does_not_hold(alice, acme):
    three_events(acme, alice)
    AuditChain.objects.filter(organization=acme).delete()
    assert not verify_trail(acme).holds
