"""Giving up a mailbox's copies of mails: a mail goes only with its last copy, and not while a legal hold covers it."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from core.chunks import chunks
from core.db.unit_of_work import one_unit_of_work
from mailsync.models import Mailbox, Sighting
from timeline.copies import take_back
from timeline.selectors.legal_holds import held_among
from timeline.services.deletion import delete_rows

_AT_ONCE = 500


def forget_copies(mailbox: Mailbox, sightings: QuerySet[Sighting]) -> int:
    """Delete these sightings of `mailbox` and the emails that no mailbox holds any more; says how many emails went.

    Nothing is suppressed: a mail that comes back into the mailbox may come back here.
    """
    rows = list(sightings.filter(mailbox=mailbox).values_list("pk", "email_id"))
    return sum(_forget(mailbox, some) for some in chunks(rows, _AT_ONCE))


@one_unit_of_work
def _forget(mailbox: Mailbox, rows: Collection[tuple[int, UUID]]) -> int:
    organization, emails = mailbox.organization, {email for _, email in rows}
    Sighting.objects.filter(pk__in=[pk for pk, _ in rows]).delete()
    left = Sighting.objects.filter(mailbox=mailbox, email__in=emails).values_list("email_id", flat=True)
    unheld = take_back(organization, mailbox.user_id, emails - set(left), now=timezone.now())
    ids = unheld - held_among(organization, unheld)
    if ids:
        delete_rows(organization, ids, suppressed=False)
    return len(ids)
