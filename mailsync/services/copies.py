"""Giving up a mailbox's copies of mails: a mail goes only with its last copy, and not while a legal hold covers it."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from accounts.domain.vocabulary import Detail, Visibility
from accounts.unit_of_work import one_unit_of_work
from mailsync.models import Mailbox, Sighting
from timeline.models import Engagement
from timeline.selectors.holds import is_held
from timeline.services.deletion import delete_rows
from timeline.services.holders import Holder, settle_holders

_AT_ONCE = 500


def forget_copies(mailbox: Mailbox, sightings: QuerySet[Sighting]) -> int:
    """Delete these sightings of `mailbox` and the emails that no mailbox holds any more; says how many emails went.

    Nothing is suppressed: a mail that comes back into the mailbox may come back here.
    """
    rows = list(sightings.filter(mailbox=mailbox).values_list("pk", "email_id"))
    return sum(_forget(mailbox, rows[start : start + _AT_ONCE]) for start in range(0, len(rows), _AT_ONCE))


@one_unit_of_work
def _forget(mailbox: Mailbox, rows: Collection[tuple[int, UUID]]) -> int:
    organization = mailbox.organization
    emails = {email for _, email in rows}
    Sighting.objects.filter(pk__in=[pk for pk, _ in rows]).delete()
    seen = set(Sighting.objects.filter(email__in=emails, gone_at=None).values_list("email_id", flat=True))
    unseen = Engagement.objects.filter(organization=organization, pk__in=emails - seen)
    ids = list(unseen.exclude(is_held(organization)).values_list("pk", flat=True))
    if ids:
        delete_rows(organization, ids, suppressed=False)
    settle_holders(organization, _holders(mailbox, seen), now=timezone.now())
    return len(ids)


def _holders(mailbox: Mailbox, emails: Collection[UUID]) -> dict[UUID, list[Holder]]:
    """Who still holds these mails: their owner and readers follow from that."""
    organization = mailbox.organization
    holders: dict[UUID, list[Holder]] = defaultdict(list)
    rows = Sighting.objects.filter(email__in=emails, gone_at=None).values_list(
        "email_id", "mailbox__user_id", "mailbox__visibility"
    )
    for email, user, visibility in rows.distinct():
        shown_to = Visibility(visibility or organization.visibility)
        holders[email].append(Holder(user, shown_to, Detail(organization.detail)))
    return holders
