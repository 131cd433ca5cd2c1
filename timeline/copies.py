"""Whose mailboxes have a copy of an email, and what follows from it: who may read it, its inbox owner, its owner.

a page shows it ──add_copies, renew_copies──▶ MailboxCopy ◀──take_back── it went from the mailbox, or was taken back
                                              │
                    widest sharing of the live copies; a legal hold freezes it
                                              ▼
                            Engagement.visibility, Engagement.detail

A copy says what its mailbox showed colleagues when it came: seeing it again publishes nothing. A hollow one, without
the words that the email has, keeps the email and gives nobody anything; where only such are left, the words go.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from accounts.domain.audit import AuditVerb
from accounts.domain.vocabulary import Detail, Visibility
from accounts.models import Organization
from accounts.services.audit import record_event
from core.db.bulk import insert_rows
from timeline.assignment.assign import settle_again
from timeline.changes.door import record_change
from timeline.domain.sharing import Sharing, openness, widest
from timeline.models import EmailMessage, Engagement, MailboxCopy
from timeline.search.texts import refresh_search_texts
from timeline.selectors.legal_holds import held_among

_AT_ONCE = 500
_COLUMNS = ("visibility", "detail", "taken_back_at", "is_hollow")


def add_copies(
    organization: Organization, user: UUID, sharing: Sharing, engagements: Iterable[UUID], *, is_hollow: bool = False
) -> None:
    """Give a person a copy of engagements of which the person has none: one statement."""
    row = {"organization_id": organization.pk, "user_id": user, **sharing._asdict(), "is_hollow": is_hollow}
    insert_rows(MailboxCopy, [{**row, "engagement_id": engagement} for engagement in engagements])


def renew_copies(
    organization: Organization, user: UUID, sharing: Sharing, engagements: Collection[Engagement]
) -> set[UUID]:
    """Give a person a live copy of recorded engagements, whose rows the caller has locked; of which that is new.

    Sets what colleagues may see on the rows themselves: the caller writes them.
    """
    copies = _copies(engagement.pk for engagement in engagements)
    own = {engagement: copy for engagement, some in copies.items() for copy in some if copy.user_id == user}
    missing = [engagement.pk for engagement in engagements if engagement.pk not in own]
    returned = [copy for copy in own.values() if not copy.gives_rights]
    add_copies(organization, user, sharing, missing)
    for copy in returned:
        copy.visibility, copy.detail = sharing
        copy.taken_back_at, copy.is_hollow = None, False
    MailboxCopy.objects.bulk_update(returned, _COLUMNS, batch_size=_AT_ONCE)
    sharings = {pk: _sharings(some) for pk, some in copies.items()}
    for pk in missing:
        sharings.setdefault(pk, []).append(sharing)
    share(organization, engagements, sharings)
    return {*missing, *(copy.engagement_id for copy in returned)}


def add_hollow_copies(organization: Organization, user: UUID, sharing: Sharing, engagements: Collection[UUID]) -> None:
    """Give a person copies without the words that these emails have; who has one with words keeps that."""
    known = MailboxCopy.objects.filter(engagement__in=list(engagements), user=user)
    held = set(known.values_list("engagement_id", flat=True))
    known.exclude(taken_back_at=None).update(taken_back_at=None, is_hollow=True)
    missing = [engagement for engagement in engagements if engagement not in held]
    add_copies(organization, user, sharing, missing, is_hollow=True)


def make_hollow(engagements: Iterable[UUID]) -> None:
    """Let the copies of these emails give nothing of the words, or without any the people, that these come to have."""
    MailboxCopy.objects.filter(engagement__in=list(engagements)).update(is_hollow=True)


def share(
    organization: Organization, engagements: Iterable[Engagement], sharings: Mapping[UUID, Iterable[Sharing]]
) -> None:
    """Set on each row what its live copies show together; without one, or under a legal hold, it stays as it is."""
    changed = []
    for engagement in engagements:
        together = widest(sharings.get(engagement.pk, ()))
        if together is not None and together != _sharing(engagement):
            changed.append((engagement, together))
    frozen = held_among(organization, [engagement.pk for engagement, _ in changed])
    for engagement, together in changed:
        if engagement.pk not in frozen:
            engagement.visibility, engagement.detail = together


def take_back(organization: Organization, user: UUID, emails: Collection[UUID], *, now: datetime) -> set[UUID]:
    """End a person's copies of these emails; of which nobody has one any more. Runs in the caller's transaction."""
    found = EmailMessage.objects.filter(organization=organization, pk__in=emails).order_by("pk")
    list(found.select_for_update().values_list("pk", flat=True))
    rows = {row.pk: row for row in found.select_related("engagement")}
    MailboxCopy.objects.filter(engagement__in=list(rows), user=user, taken_back_at=None).update(taken_back_at=now)
    live = {pk: [copy for copy in some if copy.taken_back_at is None] for pk, some in _copies(rows).items()}
    held = [rows[pk] for pk in rows if live.get(pk)]
    _empty(organization, [row for row in held if all(copy.is_hollow for copy in live[row.pk])], live)
    share(organization, [row.engagement for row in held], {row.pk: _sharings(live[row.pk]) for row in held})
    Engagement.objects.bulk_update([row.engagement for row in held], ["visibility", "detail"], batch_size=_AT_ONCE)
    Engagement.objects.filter(pk__in=list(rows)).update(changed_at=now)
    settle_again(organization, [row.pk for row in held], now=now)
    record_change(organization.pk, rows)
    return {pk for pk in rows if not live.get(pk)}


def move_copies(organization: Organization, survivor: Engagement, absorbed: Engagement) -> None:
    """Let every copy of `absorbed`, which is the same mail, be one of `survivor`; of two of one person the wider stays.

    Sets what colleagues may see on the surviving row: the caller writes it.
    """
    by_user: dict[UUID | None, list[MailboxCopy]] = defaultdict(list)
    for copy in (copy for some in _copies([survivor.pk, absorbed.pk]).values() for copy in some):
        by_user[copy.user_id].append(copy)
    MailboxCopy.objects.filter(engagement__in=[survivor.pk, absorbed.pk]).delete()
    kept = [
        min(some, key=lambda copy: (not copy.gives_rights, copy.taken_back_at is not None, openness(_sharing(copy))))
        for some in by_user.values()
    ]
    for copy in kept:
        copy.pk, copy.engagement_id = None, survivor.pk
    MailboxCopy.objects.bulk_create(kept, batch_size=_AT_ONCE)
    share(organization, [survivor], {survivor.pk: _sharings(kept)})


def _empty(organization: Organization, emails: Iterable[EmailMessage], live: Mapping[UUID, list[MailboxCopy]]) -> None:
    """Take the words from emails of which only copies without words are left; not under a legal hold."""
    rows = list(emails)
    frozen = held_among(organization, [row.pk for row in rows])
    emptied = [row for row in rows if row.pk not in frozen]
    for row in emptied:
        row.text, row.new_text, row.is_text_cut = "", "", False
        for copy in live[row.pk]:
            copy.is_hollow = False
        record_event(organization=organization, actor=None, verb=AuditVerb.EMPTIED, subject=row.engagement)
    EmailMessage.objects.bulk_update(emptied, ["text", "new_text", "is_text_cut"], batch_size=_AT_ONCE)
    copies = [copy for row in emptied for copy in live[row.pk]]
    MailboxCopy.objects.bulk_update(copies, ["is_hollow"], batch_size=_AT_ONCE)
    refresh_search_texts([row.pk for row in emptied])


def _copies(engagements: Iterable[UUID]) -> dict[UUID, list[MailboxCopy]]:
    copies: dict[UUID, list[MailboxCopy]] = defaultdict(list)
    for copy in MailboxCopy.objects.filter(engagement__in=list(engagements)):
        copies[copy.engagement_id].append(copy)
    return copies


def _sharings(copies: Iterable[MailboxCopy]) -> list[Sharing]:
    return [_sharing(copy) for copy in copies if copy.gives_rights]


def _sharing(row: MailboxCopy | Engagement) -> Sharing:
    return Sharing(Visibility(row.visibility), Detail(row.detail))
