"""What the integrations page says about a person's mailbox, read at one moment."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.domain.vocabulary import ConnectionState
from accounts.models import MicrosoftConnection, User
from mailsync.domain.mailbox_state import FOREIGN_TENANT, MAIL_READ_MISSING, NOT_CONNECTED, Advice, advice, tone_of
from mailsync.domain.vocabulary import MailboxState
from mailsync.domain.wording import counted_failures, counted_reasons
from mailsync.models import Exclusion, Mailbox, MailboxWalk, Sighting, SyncRun
from mailsync.selectors.mailboxes import (
    advice_of,
    count_stepped_over,
    failures_of,
    last_ended_run,
    newest_comparison,
    newest_look_back,
)

_FULL = 100
_SAID_IN_WORDS = {NOT_CONNECTED, MAIL_READ_MISSING, FOREIGN_TENANT}


@dataclass(frozen=True, slots=True)
class MailboxCard:
    """`run` is the newest round that ended, `look_back` the newest search for what new customers wrote before,
    `comparison` the newest one with the mailbox.

    `reasons` and `failures` are the run's counts in words; `stepped_over` are the mails that are not tried any more.
    `is_busy` says that the page should look again within seconds.
    """

    connection: MicrosoftConnection | None
    mailbox: Mailbox | None
    advice: Advice
    run: SyncRun | None
    look_back: MailboxWalk | None
    comparison: MailboxWalk | None
    reasons: Sequence[tuple[str, int]]
    failures: Sequence[tuple[str, int]]
    stepped_over: int
    imported: int
    exclusions: Sequence[Exclusion]

    @property
    def is_connected(self) -> bool:
        return self.connection is not None and self.connection.state != ConnectionState.DISCONNECTED

    @property
    def is_enabled(self) -> bool:
        return self.mailbox is not None and self.mailbox.import_enabled

    @property
    def state(self) -> str:
        return self.mailbox.state if self.mailbox else MailboxState.OFF

    @property
    def tone(self) -> str:
        return tone_of(self.state, self.advice)

    @property
    def is_busy(self) -> bool:
        return self.is_enabled and not self.advice.is_stopped and (self.tone == "busy" or self._is_awaited)

    @property
    def code(self) -> str:
        """Microsoft's code of what stopped it, for whoever is asked for help; empty where the words say all."""
        if self.mailbox is None or not self.advice.is_stopped or self.mailbox.state_reason in _SAID_IN_WORDS:
            return ""
        return self.mailbox.state_reason

    @property
    def percent(self) -> int:
        if self.mailbox is None or not self.mailbox.progress_total:
            return 0
        return min(_FULL, _FULL * self.mailbox.progress_done // self.mailbox.progress_total)

    @property
    def fingerprint(self) -> str:
        """Another one as soon as the page has something else to say."""
        last = self.mailbox.last_synced_at if self.mailbox else None
        parts = (self.state, self.code, last and int(last.timestamp()), self.run and self.run.pk, self.imported)
        return "-".join(str(part or "") for part in parts)

    @property
    def announcement(self) -> str:
        """What a screen reader says: the state, and during the first sync each tenth of it."""
        if self.state == MailboxState.INITIAL and self.percent:
            return f"{self.advice.title}: {self.percent // 10 * 10} percent"
        return self.advice.title

    @property
    def _is_awaited(self) -> bool:
        return self.mailbox is not None and self.mailbox.is_awaited


def mailbox_card(viewer: User) -> MailboxCard:
    """The card of `viewer`: eight queries."""
    mailbox = Mailbox.objects.filter(user=viewer).first()
    run = last_ended_run(mailbox) if mailbox else None
    return MailboxCard(
        connection=MicrosoftConnection.objects.filter(user=viewer).defer("token_cache").first(),
        mailbox=mailbox,
        advice=advice_of(mailbox) if mailbox else advice(MailboxState.OFF),
        run=run,
        look_back=newest_look_back(mailbox) if mailbox else None,
        comparison=newest_comparison(mailbox) if mailbox else None,
        reasons=counted_reasons(run.dropped) if run else [],
        failures=counted_failures(failures_of(run)) if run else [],
        stepped_over=count_stepped_over(mailbox) if mailbox else 0,
        imported=Sighting.objects.filter(mailbox=mailbox).count() if mailbox else 0,
        exclusions=list(Exclusion.objects.filter(user=viewer)),
    )
