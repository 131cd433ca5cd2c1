"""Everything a page comes to, in ONE transaction: emails, sightings, the cursor and the run's counts.

A crash before the commit leaves the cursor where it was, so the page is read again; a crash after it leaves nothing to
do. The claim is renewed by the same transaction, so a worker that lost its mailbox, or whose switch went off, writes
nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from accounts.domain.vocabulary import Detail, Visibility
from core.db.bulk import NewRow, insert_rows
from core.db.unit_of_work import unit_of_work
from core.http.errors import Throttled
from core.remembering import forget
from mailsync.domain.counts import Outcome
from mailsync.domain.envelope import Envelope, KeptCopy
from mailsync.domain.vocabulary import Reason
from mailsync.models import MailboxWalk, Sighting
from mailsync.selectors.sightings import copy_id_hash
from mailsync.services.author_words import tell_answers_apart
from mailsync.sync.folder import Folder
from mailsync.sync.mail_run import MailRun
from timeline.recording.record import RecordedEmail, record_emails


@dataclass(slots=True)
class ImportedPage:
    """What a page comes to: copies to record, copies known before, and the outcome of every envelope.

    `missing` are sightings that were reported removed, `put_off` mails that Microsoft asks to wait for, and
    `brought_in` new mails that were recorded before the page, each by itself.
    """

    copies: list[KeptCopy] = field(default_factory=list)
    known: list[tuple[Sighting, Envelope]] = field(default_factory=list)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    missing: Sequence[Sighting] = ()
    put_off: dict[str, Throttled] = field(default_factory=dict)
    brought_in: int = 0


def record_page(run: MailRun, page: ImportedPage, place: Folder | MailboxWalk | None = None) -> int:
    """Write a page and how far the folder or the walk came with it; how many copies were new to this mailbox.

    Raises Interrupted where the mailbox is no longer ours.
    """
    changed = _moved_or_back(page.known)  # once: it tells by what the rows were like before
    found = place.found if isinstance(place, MailboxWalk) else 0
    new = unit_of_work(lambda: _record(run, page, place, changed, found))
    run.marks.settle()
    forget()
    run.is_row_stored = run.has_progressed = True
    if run.on_progress:
        run.on_progress(run)
    return new


def _record(
    run: MailRun, page: ImportedPage, place: Folder | MailboxWalk | None, changed: Sequence[Sighting], found: int
) -> int:
    outcomes: dict[str, Outcome] = dict(page.outcomes)
    # first, and as an update: it locks the mailbox's row and fails where the mailbox is somebody else's by now
    done, total = run.progress()
    run.claim.renew(progress_done=done, progress_total=total)
    run.marks.clear()
    new = _record_copies(run, page.copies, outcomes)
    if changed:
        Sighting.objects.bulk_update(changed, ["folder_id", "missing_since", "gone_at"])
    if page.missing:
        ids = [sighting.pk for sighting in page.missing]
        Sighting.objects.filter(pk__in=ids, missing_since=None, gone_at=None).update(missing_since=run.clock())
    if isinstance(place, MailboxWalk):
        place.found = found + new + page.brought_in
    if place is not None and not (isinstance(place, MailboxWalk) and place.pk is None):  # a second look is not kept
        place.save()
    for copy_id, outcome in outcomes.items():
        run.counts.note(copy_id, outcome)
    run.save_row()
    run.mailbox.progress_done, run.mailbox.progress_total = done, total
    return new


def _record_copies(run: MailRun, copies: Sequence[KeptCopy], outcomes: dict[str, Outcome]) -> int:
    if not copies:
        return 0
    mailbox = run.mailbox
    organization = mailbox.organization
    results = record_emails(
        organization=organization,
        mailbox_owner=mailbox.user,
        emails=[copy.email for copy in copies],
        visibility=Visibility(mailbox.visibility or organization.visibility),
        detail=Detail(organization.detail),
        now=run.clock(),
    )
    sightings: list[NewRow] = []
    for copy, result in zip(copies, results, strict=True):
        if isinstance(result, RecordedEmail):
            envelope = copy.envelope
            sightings.append(
                {
                    "mailbox_id": mailbox.pk,
                    "email_id": result.email_id,
                    "copy_id": envelope.copy_id,
                    "copy_id_hash": copy_id_hash(envelope.copy_id),
                    "folder_id": envelope.folder_id,
                    "received_at": envelope.received_at,
                }
            )
        else:
            is_certain = result.is_certain
            outcomes[copy.envelope.copy_id] = Reason.SUPPRESSED if is_certain else Reason.SUPPRESSED_UNTOLD
    insert_rows(Sighting, sightings)
    recorded = [result.email_id for result in results if isinstance(result, RecordedEmail) and result.is_new]
    tell_answers_apart(organization=organization, new=recorded)
    return len(sightings)


def _moved_or_back(known: Sequence[tuple[Sighting, Envelope]]) -> list[Sighting]:
    """The sightings that must be written: moved to another folder, or back after having been reported removed."""
    changed = []
    for sighting, envelope in known:
        if sighting.folder_id != envelope.folder_id or sighting.missing_since or sighting.gone_at:
            sighting.folder_id = envelope.folder_id
            sighting.missing_since = sighting.gone_at = None
            changed.append(sighting)
    return changed
