"""What became of mails that were reported removed: nothing is concluded before a grace is over and a GET has confirmed.

missing ──grace──▶ asked for by id ─┬─ in a folder we read ──────────▶ it only moved: the sighting stays
                                    ├─ in Deleted Items, Junk, … ─┐
                                    ├─ 404 ───────────────────────┴─▶ gone ── policy keep ───▶ noted, email stays
                                    │                                     └── policy follow ─▶ sighting goes,
                                    └─ not to be had, refused ─▶ asked again next time       the email with its last
"""

from collections.abc import Iterable
from datetime import timedelta

from accounts.domain.vocabulary import DeletionPolicy
from core.db.unit_of_work import unit_of_work
from core.http.errors import ItemGone
from mailsync.domain.envelope import Envelope
from mailsync.models import Sighting
from mailsync.services.copies import forget_copies
from mailsync.sync.fetching import fetch_each
from mailsync.sync.mail_run import MailRun

GRACE = timedelta(hours=1)
"""Long enough for an undo in Outlook, and for the other folder's delta to catch up."""

_AT_ONCE = 200


def confirm_removals(run: MailRun) -> None:
    """Settle the sightings whose grace is over."""
    due = list(
        Sighting.objects.filter(mailbox=run.mailbox, gone_at=None, missing_since__lte=run.clock() - GRACE).order_by(
            "missing_since", "pk"
        )[:_AT_ONCE]
    )
    by_id = {sighting.copy_id: sighting for sighting in due}
    gone, moved = [], []
    for copy_id, answer in fetch_each(run.client.fetch_envelopes, list(by_id), _whatever).items():
        sighting = by_id[copy_id]
        if isinstance(answer, Envelope) and run.is_synced(answer.folder_id):
            sighting.folder_id, sighting.missing_since = answer.folder_id, None
            moved.append(sighting)
        elif isinstance(answer, Envelope | ItemGone):
            gone.append(sighting)
    if gone or moved:
        unit_of_work(lambda: _settle(run, gone, moved))


def _whatever() -> bool:
    """Whether the others can be had does not matter: what cannot be is asked for again with the next round."""
    return True


def _settle(run: MailRun, gone: Iterable[Sighting], moved: list[Sighting]) -> None:
    run.claim.renew()
    Sighting.objects.bulk_update(moved, ["folder_id", "missing_since"])
    ids = [sighting.pk for sighting in gone]
    if run.mailbox.organization.deletion_policy == DeletionPolicy.FOLLOW:
        forget_copies(run.mailbox, Sighting.objects.filter(pk__in=ids))
    else:
        Sighting.objects.filter(pk__in=ids).update(gone_at=run.clock())
