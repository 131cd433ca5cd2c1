"""Everything a page comes to, in ONE transaction: emails, sightings, the cursor and the run's counts.

A crash before the commit leaves the cursor where it was, so the page is read again; a crash after it leaves nothing to
do. The claim is renewed by the same transaction, so a worker that lost its mailbox, or whose switch went off, writes
nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from accounts.domain.vocabulary import Detail, Visibility
from core.db.bulk import insert_tuples
from core.db.unit_of_work import unit_of_work
from core.remembering import forget
from mailsync.domain.counts import Outcome
from mailsync.domain.envelope import Envelope, KeptCopy
from mailsync.domain.vocabulary import Reason
from mailsync.models import FolderCursor, MailboxWalk, Sighting
from mailsync.selectors.sightings import new_sighting, settle_known
from mailsync.sync.reading import Reading
from timeline.services.recording import RecordedEmail, record_emails


@dataclass(slots=True)
class Harvest:
    """What a page comes to: copies to record, copies known before, and the outcome of every envelope.

    `brought_in` are new mails that were recorded before the page, each by itself.
    """

    copies: list[KeptCopy] = field(default_factory=list)
    known: list[tuple[Sighting, Envelope]] = field(default_factory=list)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    brought_in: int = 0


@dataclass(slots=True)
class Page:
    """What one transaction writes. `missing` are sightings that were reported removed, `walk` a listing's place."""

    harvest: Harvest = field(default_factory=Harvest)
    cursors: Sequence[FolderCursor] = ()
    missing: Sequence[Sighting] = ()
    walk: MailboxWalk | None = None


def record_page(reading: Reading, page: Page) -> int:
    """Write a page; how many copies were new to this mailbox. Raises Interrupted where it is no longer ours."""
    changed = settle_known(page.harvest.known)  # once: it tells by what the rows were like before
    new = unit_of_work(lambda: _record(reading, page, changed))
    reading.marks.settle()
    forget()
    reading.is_run_stored = reading.has_progressed = True
    if reading.on_progress:
        reading.on_progress(reading)
    return new


def _record(reading: Reading, page: Page, changed: Sequence[Sighting]) -> int:
    harvest, mailbox = page.harvest, reading.mailbox
    outcomes: dict[str, Outcome] = dict(harvest.outcomes)
    # first, and as an update: it locks the mailbox's row and fails where the mailbox is somebody else's by now
    done, total = reading.progress()
    reading.claim.renew(progress_done=done, progress_total=total)
    reading.marks.clear()
    new = _record_copies(reading, harvest, outcomes)
    if changed:
        Sighting.objects.bulk_update(changed, ["folder_id", "missing_since", "gone_at"])
    if page.missing:
        ids = [sighting.pk for sighting in page.missing]
        Sighting.objects.filter(pk__in=ids, missing_since=None, gone_at=None).update(missing_since=reading.clock())
    save_cursors(page.cursors)
    if page.walk is not None:
        page.walk.save()
    for graph_id, outcome in outcomes.items():
        reading.counts.note(graph_id, outcome)
    _save_run(reading)
    mailbox.progress_done, mailbox.progress_total = done, total
    return new


def _record_copies(reading: Reading, harvest: Harvest, outcomes: dict[str, Outcome]) -> int:
    if not harvest.copies:
        return 0
    mailbox = reading.mailbox
    organization = mailbox.organization
    results = record_emails(
        organization=organization,
        mailbox_owner=mailbox.user,
        emails=[copy.email for copy in harvest.copies],
        visibility=Visibility(mailbox.visibility or organization.visibility),
        detail=Detail(organization.detail),
        now=reading.clock(),
    )
    sightings = []
    for copy, result in zip(harvest.copies, results, strict=True):
        if isinstance(result, RecordedEmail):
            sightings.append(new_sighting(mailbox, copy.envelope, result.email_id))
        else:
            is_certain = result.is_certain
            outcomes[copy.envelope.graph_id] = Reason.SUPPRESSED if is_certain else Reason.SUPPRESSED_UNTOLD
    insert_tuples(Sighting, sightings)
    return len(sightings)


_CURSOR_FIELDS = [
    "phase",
    "link",
    "is_round_complete",
    "since",
    "delta_since",
    "rows_seen",
    "oldest_at",
    "window_before",
    "page_size",
    "is_gone",
]


def save_cursors(cursors: Sequence[FolderCursor]) -> None:
    """Write how far folders were read."""
    for cursor in cursors:
        cursor.save(update_fields=[*_CURSOR_FIELDS, "changed_at"])


def save_links(cursors: Sequence[FolderCursor]) -> None:
    """Write the next deltaLinks of folders without news: one query."""
    if cursors:
        FolderCursor.objects.bulk_update(cursors, ["link"])


def _save_run(reading: Reading) -> None:
    run = reading.run
    for name, value in reading.counted().items():
        setattr(run, name, value)
    run.save(force_insert=not reading.is_run_stored, force_update=reading.is_run_stored)
