"""Whatever takes the mailbox from us is shown with its reason, and the sync goes on by itself once it is mended."""

import pytest

from accounts.domain.vocabulary import ConnectionState
from accounts.models import MicrosoftConnection
from accounts.services.connection import disconnect
from mailsync.domain.mailbox_state import NOT_CONNECTED
from mailsync.domain.vocabulary import MailboxState
from mailsync.models import Mailbox
from mailsync.selectors.mailboxes import advice_of
from mailsync.services.switch import set_import
from tests.support.mailboxes import RITA, World
from tests.support.syncing import connect


def stored(world: World) -> Mailbox:
    return Mailbox.objects.get(pk=world.mailbox.pk)


def expire_token(world: World) -> None:
    world.control.expire_access_tokens(RITA)


LOSSES = {
    50173: MailboxState.NEEDS_SIGN_IN,
    700082: MailboxState.NEEDS_SIGN_IN,
    50076: MailboxState.NEEDS_SIGN_IN,
    65001: MailboxState.NEEDS_CONSENT,
    90094: MailboxState.NEEDS_ADMIN,
    50105: MailboxState.NEEDS_ADMIN,
    53003: MailboxState.BLOCKED,
    50057: MailboxState.USER_DISABLED,
    7000215: MailboxState.MISCONFIGURED,
}


@pytest.mark.parametrize(("code", "state"), LOSSES.items())
def test_a_refused_refresh_stops_the_mailbox_in_its_own_state_and_connecting_again_mends_it(synced: World, code, state):
    synced.deliver(subject="While it was stopped")
    expire_token(synced)
    synced.control.token_error(code, user=RITA, count=-1)
    result = synced.round()
    mailbox = stored(synced)
    assert mailbox.state == state
    assert mailbox.state_reason == f"AADSTS{code}"
    assert mailbox.claim == ""
    assert mailbox.due_at is not None
    assert result.row is not None
    told = advice_of(mailbox)
    assert told.is_stopped
    assert told.next_step
    synced.control.clear_faults()
    connect(synced.mailbox.user, synced.tenant)
    assert synced.sync().is_in_sync
    assert synced.is_exact()


def test_one_expired_token_is_renewed_without_anybody_noticing(synced: World):
    synced.deliver(subject="Token renewed")
    expire_token(synced)
    assert synced.sync().is_in_sync
    assert synced.is_exact()
    assert not synced.mailbox.transitions.filter(after=MailboxState.NEEDS_SIGN_IN).exists()


def test_withdrawn_consent_is_told_and_a_grant_given_later_lets_it_go_on_by_itself(synced: World):
    synced.control.withdraw_consent(RITA)
    expire_token(synced)
    synced.round()
    assert synced.state() == MailboxState.NEEDS_CONSENT
    synced.control.grant_tenant()
    synced.deliver(subject="Granted again")
    assert synced.sync().is_in_sync
    assert synced.is_exact()


def test_a_claims_challenge_is_kept_for_the_next_sign_in(synced: World):
    synced.control.fault("claims_challenge", path=r"/me|\$batch", count=-1)
    synced.round()
    assert synced.state() == MailboxState.NEEDS_SIGN_IN
    assert MicrosoftConnection.objects.get(user=synced.mailbox.user).claims


def test_a_mailbox_that_exchange_does_not_hold_is_told_and_tried_daily(synced: World):
    synced.control.set_mailbox(RITA, enabled=False)
    synced.round()
    mailbox = stored(synced)
    assert mailbox.state == MailboxState.MAILBOX_UNAVAILABLE
    assert mailbox.state_reason == "MailboxNotEnabledForRESTAPI"
    assert (mailbox.due_at - mailbox.state_changed_at).total_seconds() == pytest.approx(86_400, abs=60)
    synced.control.set_mailbox(RITA, enabled=True)
    assert synced.sync().is_in_sync


def test_without_mail_read_the_mailbox_says_what_is_missing(enter, tenant):
    world = enter()
    user = world.organization.users.get(email=RITA)
    tenant.control.switch(withheld_scopes=["Mail.Read"])
    connect(user, tenant)
    mailbox = set_import(user=user, enabled=True)
    assert mailbox.state == MailboxState.NEEDS_CONSENT
    assert "Mail.Read" in advice_of(mailbox).sentence
    tenant.control.switch(withheld_scopes=[])
    connect(user, tenant)
    assert Mailbox.objects.get(user=user).state == MailboxState.CONNECTING


def test_switched_on_without_a_connection_it_asks_for_one_and_begins_when_it_comes(enter, tenant):
    world = enter()
    user = world.organization.users.get(email=RITA)
    mailbox = set_import(user=user, enabled=True)
    assert (mailbox.state, mailbox.state_reason) == (MailboxState.CONNECTING, NOT_CONNECTED)
    world.mailboxes.append(mailbox)
    world.round()
    assert world.state() == MailboxState.CONNECTING
    connect(user, tenant)
    mailbox.refresh_from_db()
    assert (mailbox.state, mailbox.state_reason) == (MailboxState.CONNECTING, "")
    assert mailbox.is_awaited
    assert world.sync().is_in_sync


def test_disconnecting_stops_the_mailbox_at_once_and_keeps_what_was_imported(synced: World):
    before = synced.rows()
    disconnect(user=synced.mailbox.user)
    assert stored(synced).state == MailboxState.CONNECTING
    assert stored(synced).state_reason == NOT_CONNECTED
    last = synced.last_log()
    synced.round()
    assert synced.log(last) == []
    assert synced.rows() == before


def test_a_revoked_session_is_seen_before_the_next_round_by_nobody_and_after_it_by_all(synced: World):
    synced.control.revoke(RITA)
    expire_token(synced)
    synced.round()
    assert synced.state() == MailboxState.NEEDS_SIGN_IN
    assert MicrosoftConnection.objects.get(user=synced.mailbox.user).state == ConnectionState.NEEDS_SIGN_IN


def test_a_defect_of_ours_is_shown_and_never_as_in_sync(synced: World, monkeypatch):
    synced.deliver(subject="Unlucky")

    def fall_over(*_args, **_kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr("mailsync.sync.pages.import_page", fall_over)
    synced.round()
    mailbox = stored(synced)
    assert (mailbox.state, mailbox.state_reason) == (MailboxState.CATCHING_UP, "Defect:ZeroDivisionError")
    monkeypatch.undo()
    synced.skip_waits()
    assert synced.sync().is_in_sync
    assert synced.is_exact()
