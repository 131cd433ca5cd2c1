"""The states of a mailbox: which may follow which, and what each tells the person.

             switch on               connected                first rounds complete
     off ───────────────▶ connecting ─────────▶ initial ─────────────────────────▶ in_sync
      ▲                       │  │                │ ▲                              │  ▲
      │ switch off            │  │ read before    │ │ wait over    round fell short│  │ round complete
      │ (from every state)    │  └──────────────┐ │ │                              ▼  │
      │                       │                 └─┼─┼──────────────────────▶ catching_up
      │                       │                   ▼ │                              │
      │                       │                throttled ◀─────────────────────────┘  (from in_sync too)
      │                       ▼
      └── stopped: needs_consent · needs_admin · needs_sign_in · blocked · user_disabled
                   mailbox_unavailable · misconfigured          (from every state but off, when Microsoft says so)
                       │
                       └─▶ connecting · initial · catching_up   (signed in again, or a retry was let through)

`in_sync` is reached only by a round that ended complete: never straight from a stopped state, and it is left as soon as
a round falls short. The one place that changes a mailbox's state is mailsync.services.mailbox.move_mailbox.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from mailsync.domain.vocabulary import MailboxState as State

NOT_CONNECTED = "not_connected"
MAIL_READ_MISSING = "mail_read_missing"
FOREIGN_TENANT = "foreign_tenant"
RECONCILIATION_GAP = "reconciliation_gap"


class IllegalMove(ValueError):
    """A change of state that the machine does not know: a defect, never a person's doing."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What a state means to the person whose mailbox it is, and what that person (or an admin) does next.

    `next_step` is empty where nothing is to be done; `is_stopped` where somebody has to act first, as a banner says.
    """

    title: str
    sentence: str
    next_step: str = ""
    is_stopped: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """All that differs by state: its words, the colour it is shown in, and which reading states may follow it.

    Off, connecting and every stop may follow any state. A stop is looked at again after `again_after` without anybody
    asking, in case somebody mended it without telling us; in other states it is None.
    """

    advice: Advice
    tone: Literal["", "good", "busy", "warn", "bad"]
    follows: frozenset[State]
    again_after: timedelta | None = None


def _stop(again_after: timedelta, title: str, sentence: str, next_step: str) -> Standing:
    follows = frozenset({State.INITIAL, State.CATCHING_UP, State.THROTTLED})
    return Standing(Advice(title, sentence, next_step, is_stopped=True), "bad", follows, again_after)


STANDINGS: dict[State, Standing] = {
    State.OFF: Standing(
        Advice(
            "Off",
            "Your mailbox is not read.",
            "Switch on “Import Email Conversations” to bring in your conversations with customers.",
        ),
        "",
        frozenset(),
    ),
    State.CONNECTING: Standing(
        Advice("Starting", "The first look into your mailbox is about to begin."),
        "busy",
        frozenset({State.INITIAL, State.CATCHING_UP, State.THROTTLED}),
    ),
    State.INITIAL: Standing(
        Advice("First sync", "Your past conversations with customers are being brought in, the newest first."),
        "busy",
        frozenset({State.IN_SYNC, State.CATCHING_UP, State.THROTTLED}),
    ),
    State.IN_SYNC: Standing(
        Advice("In sync", "Every conversation with a customer up to the last sync is on the timeline."),
        "good",
        frozenset({State.INITIAL, State.CATCHING_UP, State.THROTTLED}),
    ),
    State.CATCHING_UP: Standing(
        Advice(
            "Catching up",
            "The last round did not reach the end of your mailbox, so some recent email may be missing. "
            "It goes on by itself.",
        ),
        "busy",
        frozenset({State.INITIAL, State.IN_SYNC, State.THROTTLED}),
    ),
    State.THROTTLED: Standing(
        Advice("Waiting for Microsoft", "Microsoft asked us to slow down. Reading goes on by itself; nothing is lost."),
        "warn",
        frozenset({State.INITIAL, State.CATCHING_UP}),
    ),
    State.NEEDS_CONSENT: _stop(
        timedelta(hours=1),
        "Permission needed",
        "Microsoft no longer lets us read your mail: the permission was declined or withdrawn.",
        "Connect Microsoft 365 again and accept the permission to read your mail.",
    ),
    State.NEEDS_ADMIN: _stop(
        timedelta(hours=1),
        "Your administrator's consent is needed",
        "Your Microsoft 365 organization lets only an administrator allow this application to read mail.",
        "Ask your Microsoft 365 administrator to open the consent link; reading starts by itself once it is granted.",
    ),
    State.NEEDS_SIGN_IN: _stop(
        timedelta(days=1),
        "Sign in to Microsoft again",
        "Your sign-in at Microsoft has ended, so new email is not brought in.",
        "Connect Microsoft 365 again. Reading goes on where it stopped.",
    ),
    State.BLOCKED: _stop(
        timedelta(hours=6),
        "Blocked by your organization's policy",
        "A Conditional Access policy of your Microsoft 365 organization keeps us from reading your mail.",
        "Show your Microsoft 365 administrator the code beside this message.",
    ),
    State.USER_DISABLED: _stop(
        timedelta(days=1),
        "Your Microsoft account is disabled",
        "Microsoft says that this account is disabled or no longer exists.",
        "Ask your Microsoft 365 administrator, or connect another account.",
    ),
    State.MAILBOX_UNAVAILABLE: _stop(
        timedelta(days=1),
        "No mailbox in Microsoft 365",
        "Microsoft has no online mailbox for this account: it may be on-premises, unlicensed or not set up yet.",
        "Ask your Microsoft 365 administrator for an Exchange Online mailbox. We look again every day.",
    ),
    State.MISCONFIGURED: _stop(
        timedelta(minutes=15),
        "This installation needs its operator",
        "The application's registration at Microsoft is incomplete or its secret has expired. It is not your doing.",
        "Your operator has been told; there is nothing for you to do.",
    ),
}

STOPPED = frozenset(state for state, standing in STANDINGS.items() if standing.again_after is not None)
"""States in which nothing is read until somebody, or time, mends the cause."""

_FOLLOWS_ANY = STOPPED | {State.OFF, State.CONNECTING}


def check_move(before: State, after: State) -> None:
    """Raise IllegalMove unless a mailbox may go from `before` to `after`; staying is always allowed."""
    may_follow = STANDINGS[before].follows | _FOLLOWS_ANY
    if before != after and after not in may_follow:
        raise IllegalMove(f"A mailbox cannot go from {before} to {after}.")


_ADVICE_BY_REASON: dict[tuple[State, str], Advice] = {
    (State.CONNECTING, NOT_CONNECTED): Advice(
        "Not connected yet",
        "Importing is switched on, but Microsoft 365 is not connected.",
        "Connect Microsoft 365.",
        is_stopped=True,
    ),
    (State.NEEDS_CONSENT, MAIL_READ_MISSING): Advice(
        "Permission to read mail is missing",
        "You are signed in at Microsoft, but the permission to read mail (Mail.Read) was not granted. "
        "Everything else works without it.",
        "Connect Microsoft 365 again and accept the permission to read your mail, or ask your administrator to.",
        is_stopped=True,
    ),
    (State.NEEDS_SIGN_IN, FOREIGN_TENANT): Advice(
        "Another organization's account",
        "The connected Microsoft account is of another Microsoft organization than yours, so nothing more is read "
        "with it. What it brought in stays until you delete it.",
        "Connect your own work account. If your company has moved to another Microsoft organization, ask whoever runs "
        "this installation to enter it first.",
        is_stopped=True,
    ),
    (State.CATCHING_UP, RECONCILIATION_GAP): Advice(
        "Catching up",
        "A comparison with your mailbox found email that was missing here. It has been brought in; the next "
        "comparison confirms it.",
    ),
}


class Meaning(Protocol):
    """What a code of Microsoft means in words."""

    @property
    def sentence(self) -> str: ...

    @property
    def next_step(self) -> str: ...


def advice(
    state: State | str, reason: str = "", not_before: datetime | None = None, meaning: Meaning | None = None
) -> Advice:
    """What to tell the person; `not_before` (UTC) is named where Microsoft gave a time.

    A stop whose reason is a code with a `meaning` of its own says that.
    """
    state = State(state)
    found = _ADVICE_BY_REASON.get((state, reason)) or STANDINGS[state].advice
    if state in STOPPED and meaning is not None:
        return Advice(found.title, meaning.sentence, meaning.next_step or found.next_step, is_stopped=True)
    if state is State.THROTTLED and not_before is not None:
        return Advice(found.title, f"{found.sentence} It goes on at {not_before:%H:%M} UTC.", found.next_step)
    return found


def tone_of(state: State | str, told: Advice) -> str:
    """The colour that a state is shown in: good, busy, warn, bad, or none where it is off."""
    return "bad" if told.is_stopped else STANDINGS[State(state)].tone


def after_switching(state: str, reason: str, *, was_synced: bool) -> str:
    """What the switch answers once a mailbox is in `state`, for `reason`."""
    if state == State.OFF:
        return "Importing is off. Nothing more is read."
    if advice(state, reason).is_stopped:
        return "Importing is on. It begins as soon as what is said below is done."
    return "Importing is on. A sync begins now." if was_synced else "Importing is on. The first sync begins now."
