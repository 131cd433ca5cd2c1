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
from datetime import datetime

from accounts.microsoft.aadsts import explain
from mailsync.domain.vocabulary import MailboxState as State

NOT_CONNECTED = "not_connected"
MAIL_READ_MISSING = "mail_read_missing"
RECONCILIATION_GAP = "reconciliation_gap"

STOPPED = frozenset(
    {
        State.NEEDS_CONSENT,
        State.NEEDS_ADMIN,
        State.NEEDS_SIGN_IN,
        State.BLOCKED,
        State.USER_DISABLED,
        State.MAILBOX_UNAVAILABLE,
        State.MISCONFIGURED,
    }
)
"""States in which nothing is read until somebody, or time, mends the cause."""

READING = frozenset({State.CONNECTING, State.INITIAL, State.IN_SYNC, State.CATCHING_UP, State.THROTTLED})

_ANYWHERE = STOPPED | {State.OFF, State.CONNECTING}
_NEXT: dict[State, frozenset[State]] = {
    State.OFF: STOPPED | {State.CONNECTING},
    State.CONNECTING: _ANYWHERE | {State.INITIAL, State.CATCHING_UP, State.THROTTLED},
    State.INITIAL: _ANYWHERE | {State.IN_SYNC, State.CATCHING_UP, State.THROTTLED},
    State.IN_SYNC: _ANYWHERE | {State.INITIAL, State.CATCHING_UP, State.THROTTLED},
    State.CATCHING_UP: _ANYWHERE | {State.INITIAL, State.IN_SYNC, State.THROTTLED},
    State.THROTTLED: _ANYWHERE | {State.INITIAL, State.CATCHING_UP},
    **{state: _ANYWHERE | {State.INITIAL, State.CATCHING_UP, State.THROTTLED} for state in STOPPED},
}


class IllegalMove(ValueError):
    """A change of state that the machine does not know: a defect, never a person's doing."""


def check_move(before: State, after: State) -> None:
    """Raise IllegalMove unless a mailbox may go from `before` to `after`; staying is always allowed."""
    if before != after and after not in _NEXT[before]:
        message = f"A mailbox cannot go from {before} to {after}."
        raise IllegalMove(message)


@dataclass(frozen=True, slots=True)
class Advice:
    """What a state means to the person whose mailbox it is, and what that person (or an admin) does next.

    `next_step` is empty where nothing is to be done; `needs_action` says whether somebody has to do it.
    """

    title: str
    sentence: str
    next_step: str = ""
    needs_action: bool = False

    @property
    def is_stopped(self) -> bool:
        """Whether the banner is shown: nothing is read until somebody acts."""
        return self.needs_action


_ADVICE: dict[State, Advice] = {
    State.OFF: Advice(
        "Off",
        "Your mailbox is not read.",
        "Switch on “Import Email Conversations” to bring in your conversations with customers.",
    ),
    State.CONNECTING: Advice("Starting", "The first look into your mailbox is about to begin."),
    State.INITIAL: Advice(
        "First sync", "Your past conversations with customers are being brought in, the newest first."
    ),
    State.IN_SYNC: Advice("In sync", "Every conversation with a customer up to the last sync is on the timeline."),
    State.CATCHING_UP: Advice(
        "Catching up",
        "The last round did not reach the end of your mailbox, so some recent email may be missing. "
        "It goes on by itself.",
    ),
    State.THROTTLED: Advice(
        "Waiting for Microsoft", "Microsoft asked us to slow down. Reading goes on by itself; nothing is lost."
    ),
    State.NEEDS_CONSENT: Advice(
        "Permission needed",
        "Microsoft no longer lets us read your mail: the permission was declined or withdrawn.",
        "Connect Microsoft 365 again and accept the permission to read your mail.",
        needs_action=True,
    ),
    State.NEEDS_ADMIN: Advice(
        "Your administrator's consent is needed",
        "Your Microsoft 365 organization lets only an administrator allow this application to read mail.",
        "Ask your Microsoft 365 administrator to open the consent link; reading starts by itself once it is granted.",
        needs_action=True,
    ),
    State.NEEDS_SIGN_IN: Advice(
        "Sign in to Microsoft again",
        "Your sign-in at Microsoft has ended, so new email is not brought in.",
        "Connect Microsoft 365 again. Reading goes on where it stopped.",
        needs_action=True,
    ),
    State.BLOCKED: Advice(
        "Blocked by your organization's policy",
        "A Conditional Access policy of your Microsoft 365 organization keeps us from reading your mail.",
        "Show your Microsoft 365 administrator the code beside this message.",
        needs_action=True,
    ),
    State.USER_DISABLED: Advice(
        "Your Microsoft account is disabled",
        "Microsoft says that this account is disabled or no longer exists.",
        "Ask your Microsoft 365 administrator, or connect another account.",
        needs_action=True,
    ),
    State.MAILBOX_UNAVAILABLE: Advice(
        "No mailbox in Microsoft 365",
        "Microsoft has no online mailbox for this account: it may be on-premises, unlicensed or not set up yet.",
        "Ask your Microsoft 365 administrator for an Exchange Online mailbox. We look again every day.",
        needs_action=True,
    ),
    State.MISCONFIGURED: Advice(
        "This installation needs its operator",
        "The application's registration at Microsoft is incomplete or its secret has expired. It is not your doing.",
        "Your operator has been told; there is nothing for you to do.",
        needs_action=True,
    ),
}

_ADVICE_BY_REASON: dict[tuple[State, str], Advice] = {
    (State.CONNECTING, NOT_CONNECTED): Advice(
        "Not connected yet",
        "Importing is switched on, but Microsoft 365 is not connected.",
        "Connect Microsoft 365.",
        needs_action=True,
    ),
    (State.NEEDS_CONSENT, MAIL_READ_MISSING): Advice(
        "Permission to read mail is missing",
        "You are signed in at Microsoft, but the permission to read mail (Mail.Read) was not granted. "
        "Everything else works without it.",
        "Connect Microsoft 365 again and accept the permission to read your mail, or ask your administrator to.",
        needs_action=True,
    ),
    (State.CATCHING_UP, RECONCILIATION_GAP): Advice(
        "Catching up",
        "A comparison with your mailbox found email that was missing here. It has been brought in; the next "
        "comparison confirms it.",
    ),
}


def advice(state: State | str, reason: str = "", not_before: datetime | None = None) -> Advice:
    """What to tell the person; `not_before` (UTC) is named where Microsoft gave a time.

    A stop with a code of sign-in says what exactly that code means.
    """
    state = State(state)
    found = _ADVICE_BY_REASON.get((state, reason)) or _ADVICE[state]
    if state in STOPPED and (meaning := explain(reason)):
        return Advice(found.title, meaning.sentence, meaning.next_step or found.next_step, needs_action=True)
    if state is State.THROTTLED and not_before is not None:
        return Advice(found.title, f"{found.sentence} It goes on at {not_before:%H:%M} UTC.", found.next_step)
    return found


def after_switching(state: str, reason: str, *, was_synced: bool) -> str:
    """What the switch answers once a mailbox is in `state`, for `reason`."""
    if state == State.OFF:
        return "Importing is off. Nothing more is read."
    if advice(state, reason).is_stopped:
        return "Importing is on. It begins as soon as what is said below is done."
    return "Importing is on. A sync begins now." if was_synced else "Importing is on. The first sync begins now."
