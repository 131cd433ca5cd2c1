"""Whose mailboxes hold an email, and what follows from it: who may read it, its inbox owner, its owner.

a page shows it ──hold_new, hold_known──▶ MailboxCopy ◀──take_back── it went from the mailbox, or was taken back
                                              │
                    widest sharing of the live copies; a legal hold freezes it
                                              ▼
                            Engagement.visibility, Engagement.detail

A copy says what its mailbox showed colleagues when it came: seeing it again publishes nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from accounts.domain.vocabulary import Detail, Visibility
from accounts.models import Organization
from core.db.bulk import insert_tuples
from timeline.assignment.assign import settle_again
from timeline.domain.sharing import Sharing, openness, widest
from timeline.models import EmailMessage, Engagement, MailboxCopy
from timeline.search.outbox import announce
from timeline.selectors.holds import held_among

_AT_ONCE = 500


class CopyRow(NamedTuple):
    """A MailboxCopy to be inserted."""

    organization_id: UUID
    engagement_id: UUID
    user_id: UUID
    visibility: Visibility
    detail: Detail


def hold_new(organization: Organization, user: UUID, sharing: Sharing, engagements: Iterable[UUID]) -> None:
    """Let a person hold engagements that nobody holds yet: one statement."""
    insert_tuples(MailboxCopy, [CopyRow(organization.pk, engagement, user, *sharing) for engagement in engagements])


def hold_known(
    organization: Organization, user: UUID, sharing: Sharing, engagements: Collection[Engagement]
) -> set[UUID]:
    """Let a person hold recorded engagements, whose rows the caller has locked; of which that is new.

    Sets what colleagues may see on the rows themselves: the caller writes them.
    """
    copies = _copies(engagement.pk for engagement in engagements)
    own = {engagement: copy for engagement, some in copies.items() for copy in some if copy.user_id == user}
    missing = [engagement.pk for engagement in engagements if engagement.pk not in own]
    returned = [copy for copy in own.values() if copy.taken_back_at is not None]
    hold_new(organization, user, sharing, missing)
    for copy in returned:
        copy.visibility, copy.detail = sharing
        copy.taken_back_at = None
    MailboxCopy.objects.bulk_update(returned, ["visibility", "detail", "taken_back_at"], batch_size=_AT_ONCE)
    sharings = {pk: [_sharing(copy) for copy in some if copy.taken_back_at is None] for pk, some in copies.items()}
    for pk in missing:
        sharings.setdefault(pk, []).append(sharing)
    share(organization, engagements, sharings)
    return {*missing, *(copy.engagement_id for copy in returned)}


def let_go(engagements: Iterable[UUID]) -> None:
    """Let nobody hold these engagements, as if nobody had: the caller lets somebody hold them right after."""
    MailboxCopy.objects.filter(engagement__in=list(engagements)).delete()


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
    """Let a person hold these emails no more; those that nobody holds any more. Runs in the caller's transaction."""
    found = EmailMessage.objects.filter(organization=organization, pk__in=emails).order_by("pk")
    list(found.select_for_update().values_list("pk", flat=True))
    rows = {row.pk: row for row in found.select_related("engagement")}
    MailboxCopy.objects.filter(engagement__in=list(rows), user=user, taken_back_at=None).update(taken_back_at=now)
    live = {pk: [copy for copy in some if copy.taken_back_at is None] for pk, some in _copies(rows).items()}
    held = [rows[pk] for pk in rows if live.get(pk)]
    share(
        organization,
        [row.engagement for row in held],
        {row.pk: [_sharing(copy) for copy in live[row.pk]] for row in held},
    )
    Engagement.objects.bulk_update([row.engagement for row in held], ["visibility", "detail"], batch_size=_AT_ONCE)
    Engagement.objects.filter(pk__in=list(rows)).update(changed_at=now)
    settle_again(organization, [row.pk for row in held], now=now)
    announce(organization.pk, rows)
    return {pk for pk in rows if not live.get(pk)}


def move_copies(organization: Organization, survivor: Engagement, absorbed: Engagement) -> None:
    """Let everybody who holds `absorbed`, the same mail, hold `survivor`; who held both, by the wider copy.

    Sets what colleagues may see on the surviving row: the caller writes it.
    """
    by_user: dict[UUID | None, list[MailboxCopy]] = defaultdict(list)
    for copy in (copy for some in _copies([survivor.pk, absorbed.pk]).values() for copy in some):
        by_user[copy.user_id].append(copy)
    MailboxCopy.objects.filter(engagement__in=[survivor.pk, absorbed.pk]).delete()
    kept = [
        min(some, key=lambda copy: (copy.taken_back_at is not None, openness(_sharing(copy))))
        for some in by_user.values()
    ]
    for copy in kept:
        copy.pk, copy.engagement_id = None, survivor.pk
    MailboxCopy.objects.bulk_create(kept, batch_size=_AT_ONCE)
    share(organization, [survivor], {survivor.pk: [_sharing(copy) for copy in kept if copy.taken_back_at is None]})


def _copies(engagements: Iterable[UUID]) -> dict[UUID, list[MailboxCopy]]:
    copies: dict[UUID, list[MailboxCopy]] = defaultdict(list)
    for copy in MailboxCopy.objects.filter(engagement__in=list(engagements)):
        copies[copy.engagement_id].append(copy)
    return copies


def _sharing(row: MailboxCopy | Engagement) -> Sharing:
    return Sharing(Visibility(row.visibility), Detail(row.detail))
