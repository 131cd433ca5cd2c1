"""Nothing is taken from the end of a trail unnoticed: its newest event leaves the database each day."""

import io
import logging
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditChain, AuditEvent, Organization
from accounts.selectors.audit import trail_end
from accounts.services.audit import log_trail_ends, record_event
from accounts.services.intake import chain_intake
from mailsync.services.digest import send_digests
from tests.support.factories import UserFactory
from tests.support.scenery import scene

pytestmark = pytest.mark.django_db


def three_events(organization):
    return [
        record_event(organization=organization, actor=None, verb=verb) for verb in ("viewed", "exported", "deleted")
    ]


def cut_and_write_anew(organization):
    """What somebody does who holds the database and its keys: the end goes, and another takes its place."""
    AuditEvent.objects.filter(organization=organization, sequence__gte=2).delete()
    first = AuditEvent.objects.get(organization=organization)
    AuditChain.objects.filter(organization=organization).update(length=1, last_hash=first.hash)
    return [record_event(organization=organization, actor=None, verb="viewed") for _ in range(4)]


def verified(**options):
    answer = io.StringIO()
    try:
        call_command("verify_audit", stdout=answer, **options)
    except CommandError as error:
        return f"{answer.getvalue()}{error}", False
    return answer.getvalue(), True


def test_the_log_and_the_letter_show_an_end_that_was_cut_off_or_written_anew(acme, alice, rival, caplog, mailoutbox):
    three_events(acme)
    with caplog.at_level(logging.INFO):
        log_trail_ends()
    assert send_digests() == 1
    letter = mailoutbox[0].body
    assert (trail_end(acme) in caplog.text, trail_end(acme) in letter) == (True, True)
    record_event(organization=acme, actor=None, verb="viewed")
    for noted in (caplog.text, letter):
        assert verified(expect=[noted])[1]
    cut_and_write_anew(acme)
    assert verified()[1]
    for noted in (caplog.text, letter):
        told, is_sound = verified(expect=[noted])
        assert not is_sound
        assert "acme: 3 events, Event 3 is not the one noted down" in told


def test_an_end_noted_down_shows_that_the_trail_became_shorter_or_is_gone(acme, rival, tmp_path):
    three_events(acme)
    noted = tmp_path / "log"
    noted.write_text(f'{{"event": "trail.end", "end": "{trail_end(acme)}"}}\n')
    assert verified(expect_from=noted)[1]
    AuditEvent.objects.filter(sequence=3).delete()
    AuditChain.objects.update(length=2, last_hash=AuditEvent.objects.get(sequence=2).hash)
    told, is_sound = verified(expect_from=noted)
    assert not is_sound
    assert "The trail ends at event 2, but event 3 was noted down" in told
    Organization.objects.filter(pk=acme.pk).delete()
    assert "its trail is gone" in verified(expect_from=noted)[0]


def test_what_holds_no_end_is_not_taken_for_verified(acme, tmp_path):
    three_events(acme)
    (tmp_path / "empty").write_text("nothing of it\n")
    assert not verified(expect_from=tmp_path / "empty")[1]
    assert not verified(expect=["acme:3:abc"])[1]
    end = trail_end(acme)
    assert not verified(expect=[end, end[:-1] + ("0" if end[-1] != "0" else "1")])[1]


def test_a_trail_that_does_not_grow_sends_no_letter(acme, alice, mailoutbox, time_machine):
    three_events(acme)
    time_machine.move_to(timezone.now() + timedelta(days=3))
    assert send_digests() == 0


def test_the_application_only_adds_to_the_trail(acme, alice, bob, client):
    """As docs/DEPLOYMENT.md's grants demand of it: to the table of events it says SELECT and INSERT alone."""
    mail = scene(bob).mail()
    with CaptureQueriesContext(connection) as asked:
        client.force_login(alice)
        client.get(f"/conversations/{mail.conversation_id}/")
        client.get("/admin/accounts/auditevent/")
        client.post(f"/conversations/{mail.conversation_id}/delete/")
        chain_intake(now=timezone.now() + timedelta(hours=2))
        UserFactory(organization=acme).delete()
    assert AuditEvent.objects.filter(verb="deleted").exists()
    verbs = {query["sql"].split()[0] for query in asked if "accounts_auditevent" in query["sql"].partition("WHERE")[0]}
    assert verbs == {"SELECT", "INSERT"}
