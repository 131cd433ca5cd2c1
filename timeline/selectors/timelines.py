"""A timeline, one page at a time, newest first: of a deal, an account, a contact or a lead.

`before` is where the last page ended, "2026-11-20T10:00:00Z,<id>": a keyset, so that mail arriving meanwhile
neither repeats nor hides an entry.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Count, QuerySet

from accounts.models import User
from core.db.portions import beyond, fitting
from crm.models import Account, Contact, Lead, Opportunity
from timeline.domain.vocabulary import Kind
from timeline.models import Engagement
from timeline.selectors.engagements import engagements_for, sizes_of, with_parts
from timeline.selectors.entries import Entry, entry_of
from timeline.selectors.same_message_id import same_message_ids

PAGE_SIZE = 25
MOST_PAGE_TEXT = 1_000_000
"""Bytes of texts on a page that shows them whole; a longer text is a page of its own."""

_NEWEST_FIRST = ("-occurred_at", "-pk")
_LAST_ID = UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Entries of one kind (empty: of all), and where the next page begins (empty: this was the last)."""

    entries: Sequence[Entry]
    next: str = ""
    kind: str = ""


def of_deal(viewer: User, deal: Opportunity) -> QuerySet[Engagement]:
    return engagements_for(viewer).filter(opportunity=deal)


def of_account(viewer: User, account: Account) -> QuerySet[Engagement]:
    return engagements_for(viewer).filter(associations__account=account)


def of_contact(viewer: User, contact: Contact) -> QuerySet[Engagement]:
    return engagements_for(viewer).filter(associations__contact=contact)


def of_lead(viewer: User, lead: Lead) -> QuerySet[Engagement]:
    return engagements_for(viewer).filter(associations__lead=lead)


def timeline_page(
    viewer: User, engagements: QuerySet[Engagement], *, kind: str = "", before: str = "", shows_whole: bool = False
) -> TimelinePage:
    """A page of `engagements` (one of the above); an unknown kind or a broken `before` is as if not given.

    `shows_whole`: the page shows each text to its end, so it holds as many as MOST_PAGE_TEXT allows, and marks mails
    that share a Message-ID.
    """
    if kind := known_kind(kind):
        engagements = engagements.filter(kind=kind)
    if position := _position(before):
        engagements = engagements.filter(beyond(_NEWEST_FIRST, position))
    newest_first = with_parts(engagements).order_by(*_NEWEST_FIRST)
    size = fitting(sizes_of(newest_first, PAGE_SIZE), MOST_PAGE_TEXT) if shows_whole else PAGE_SIZE
    found = list(newest_first[: size + 1])
    beside = same_message_ids(viewer, found[:size]) if shows_whole else {}
    entries = [entry_of(engagement, viewer, beside.get(engagement.pk, ())) for engagement in found[:size]]
    last = entries[-1].engagement if len(found) > size else None
    return TimelinePage(entries, _position_of(last) if last else "", kind)


def known_kind(kind: str) -> str:
    """`kind` where there is such a kind, else nothing."""
    return kind if kind in set(Kind) else ""


def count_by_kind(engagements: QuerySet[Engagement]) -> dict[str, int]:
    """How many emails, calls and meetings, and "all" of them."""
    rows = engagements.order_by().values_list("kind").annotate(number=Count("pk"))
    counts = {str(kind): 0 for kind in Kind} | dict(rows)
    return {"all": sum(counts.values()), **counts}


def up_to(engagement: Engagement) -> str:
    """The `before` of a page that begins with `engagement`, or with another of its second."""
    return _position_of(engagement, _LAST_ID)


def _position_of(engagement: Engagement, pk: UUID | None = None) -> str:
    return f"{engagement.occurred_at.astimezone(UTC).isoformat().removesuffix('+00:00')}Z,{pk or engagement.pk}"


def _position(before: str) -> tuple[datetime, UUID] | None:
    at, _, pk = before.partition(",")
    try:
        return datetime.fromisoformat(at).astimezone(UTC), UUID(pk)
    except (ValueError, OverflowError):
        return None
