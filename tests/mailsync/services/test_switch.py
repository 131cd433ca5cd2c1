"""The switch: who may, what it queues, and that asking for a sync puts a mailbox before the others."""

from datetime import timedelta

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.domain.vocabulary import ConnectionState
from mailsync.domain.mailbox_state import NOT_CONNECTED
from mailsync.domain.vocabulary import MailboxState
from mailsync.models import Mailbox
from mailsync.services.switch import MayNotSync, request_sync, set_import
from tests.support.factories import MailboxFactory, MicrosoftConnectionFactory


def test_switching_on_queues_a_sync_once_committed(carol, queued, django_capture_on_commit_callbacks):
    MicrosoftConnectionFactory(user=carol, organization=carol.organization, state=ConnectionState.CONNECTED)
    with django_capture_on_commit_callbacks(execute=True):
        mailbox = set_import(user=carol, enabled=True)
        assert queued == []
    assert queued == [("mailsync.sync_mailbox", str(mailbox.pk))]
    assert (mailbox.state, mailbox.is_awaited) == (MailboxState.CONNECTING, True)


def test_a_dead_broker_undoes_no_switch_and_the_dispatcher_asks_again(
    carol, monkeypatch, django_capture_on_commit_callbacks
):
    def refuse(*_, **__):
        raise OperationalError

    monkeypatch.setattr("mailsync.services.switch.current_app.send_task", refuse, raising=False)
    MicrosoftConnectionFactory(user=carol, organization=carol.organization, state=ConnectionState.CONNECTED)
    with django_capture_on_commit_callbacks(execute=True):
        set_import(user=carol, enabled=True)
    mailbox = Mailbox.objects.get()
    assert mailbox.import_enabled
    assert mailbox.queued_at is None
    assert mailbox.due_at <= timezone.now()


def test_switching_on_twice_changes_nothing(carol, queued, django_capture_on_commit_callbacks):
    MicrosoftConnectionFactory(user=carol, organization=carol.organization, state=ConnectionState.CONNECTED)
    with django_capture_on_commit_callbacks(execute=True):
        set_import(user=carol, enabled=True)
        set_import(user=carol, enabled=True)
    assert len(queued) == 1
    assert Mailbox.objects.get().transitions.count() == 1


def test_without_a_connection_nothing_is_queued(carol, queued, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        mailbox = set_import(user=carol, enabled=True)
    assert queued == []
    assert (mailbox.state, mailbox.state_reason, mailbox.due_at) == (MailboxState.CONNECTING, NOT_CONNECTED, None)


@pytest.mark.parametrize("state", ["needs_consent", "needs_admin", "needs_sign_in", "blocked", "user_disabled"])
def test_a_lost_connection_is_shown_as_soon_as_it_is_switched_on(carol, state):
    MicrosoftConnectionFactory(user=carol, organization=carol.organization, state=state, reason="AADSTS1")
    mailbox = set_import(user=carol, enabled=True)
    assert (mailbox.state, mailbox.state_reason) == (state, "AADSTS1")
    assert mailbox.due_at is not None, "it is looked at again by itself"


def test_a_person_who_may_not_sync_is_told(carol):
    carol.may_sync = False
    with pytest.raises(MayNotSync, match="administrator"):
        set_import(user=carol, enabled=True)
    assert not Mailbox.objects.exists()


def test_both_ways_of_the_switch_are_in_the_audit_trail(carol):
    set_import(user=carol, enabled=True)
    set_import(user=carol, enabled=False)
    verbs = list(carol.organization.audit_events.order_by("sequence").values_list("verb", flat=True))
    assert verbs == ["switched_on", "switched_off"]
    assert Mailbox.objects.get().state == MailboxState.OFF


def test_asking_for_a_sync_queues_it_before_the_others(carol, queued, django_capture_on_commit_callbacks):
    mailbox = MailboxFactory(user=carol, organization=carol.organization, import_enabled=True)
    with django_capture_on_commit_callbacks(execute=True):
        request_sync(mailbox=mailbox, actor=carol)
    stored = Mailbox.objects.get()
    assert stored.is_awaited
    assert len(queued) == 1


def test_a_wait_that_microsoft_asked_for_is_not_cut_short_by_asking(carol, queued, django_capture_on_commit_callbacks):
    until = timezone.now() + timedelta(minutes=10)
    mailbox = MailboxFactory(user=carol, organization=carol.organization, import_enabled=True, not_before=until)
    with django_capture_on_commit_callbacks(execute=True):
        request_sync(mailbox=mailbox)
    assert queued == []
    assert Mailbox.objects.get().due_at == until


def test_asking_for_a_sync_of_a_mailbox_that_is_off_does_nothing(carol, queued, django_capture_on_commit_callbacks):
    mailbox = MailboxFactory(user=carol, organization=carol.organization, import_enabled=False)
    with django_capture_on_commit_callbacks(execute=True):
        request_sync(mailbox=mailbox)
    assert queued == []
