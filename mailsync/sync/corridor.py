"""The corridor: a page of envelopes comes in, what is kept of it goes out, and nothing in between is stored, but for a
mail that workers died of, which is taken into the database alone.

    envelopes ──screen, match──▶ candidates ──▶ headers fetched ──screen──▶ bodies fetched ──compose──▶ copies
        │                            │                            │                            │
        └─▶ Reason                   └─▶ known already             └─▶ Reason                   └─▶ Reason

Every mail is named before it is worked on, and stepped over where workers died of it (mailsync.sync.marks).
A body is asked for only when every rule that can be judged without it has let the mail pass (docs/decisions/0004).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from core.http.errors import ItemGone, OutsideError
from crm.selectors.directory import directory_for
from mailsync.domain.compose import compose_email
from mailsync.domain.counts import Kept, Outcome
from mailsync.domain.envelope import Candidate, Content, Discard, Envelope, KeptCopy, ScreeningPolicy
from mailsync.domain.screening import screen_envelope, screen_headers
from mailsync.domain.vocabulary import Reason
from mailsync.selectors.sightings import sightings_of
from mailsync.services.efforts import Efforts
from mailsync.sync.fetching import fetch_each, others_come
from mailsync.sync.mail_run import MailRun
from mailsync.sync.record import ImportedPage, record_page

Fetch = Callable[[Sequence[str]], Mapping[str, Content | OutsideError]]


def import_page(run: MailRun, envelopes: Iterable[Envelope]) -> ImportedPage:
    """Take a page through the corridor. Raises what Graph raises where the page must be taken again later.

    Mails that Microsoft asks to wait for are `put_off`: the others are in the result all the same.
    """
    page = list({envelope.copy_id: run.owned(envelope) for envelope in envelopes}.values())
    result = ImportedPage()
    if not page:
        return result
    addresses = {person.address for envelope in page for person in envelope.people}
    directory = directory_for(run.mailbox.organization, addresses)
    policy = run.policy.for_page(page, directory)
    candidates: list[Candidate] = []
    for envelope in page:
        if not run.is_synced(envelope.folder_id):
            result.outcomes[envelope.copy_id] = Reason.FOLDER
            continue
        verdict = screen_envelope(envelope, policy, directory)
        if isinstance(verdict, Discard):
            result.outcomes[envelope.copy_id] = verdict.reason
        else:
            candidates.append(verdict)
    sightings = sightings_of(run.mailbox, [candidate.envelope.copy_id for candidate in candidates])
    unknown = []
    for candidate in candidates:  # what this mailbox has brought in before needs no second fetch
        if sighting := sightings.get(candidate.envelope.copy_id):
            result.known.append((sighting, candidate.envelope))
            result.outcomes[candidate.envelope.copy_id] = Kept.KEPT
        else:
            unknown.append(candidate)
    _compose(run, unknown, policy, result)
    return result


def _compose(run: MailRun, candidates: Sequence[Candidate], policy: ScreeningPolicy, result: ImportedPage) -> None:
    """Turn the candidates into copies: those that a worker did not survive each by itself, then the others together."""
    stepped_over, suspects, others = run.marks.parted(candidates)
    for each in stepped_over:
        result.outcomes[each.envelope.copy_id] = Kept.STEPPED_OVER
    for suspect in suspects:
        _alone(run, suspect, policy, result)
    if others:
        _work(run, others, policy, result, is_alone=False)


def _alone(run: MailRun, suspect: Candidate, policy: ScreeningPolicy, result: ImportedPage) -> None:
    """Take one mail all the way into the database, with nothing beside it that could be blamed or lost."""
    alone = ImportedPage(outcomes=dict(result.outcomes))
    _work(run, [suspect], policy, alone, is_alone=True)
    alone.outcomes = {key: each for key, each in alone.outcomes.items() if key not in result.outcomes}
    result.outcomes |= alone.outcomes
    result.put_off |= alone.put_off
    new = record_page(run, ImportedPage(alone.copies))
    run.marks.settle([suspect])
    result.brought_in += new
    if alone.copies and not new:
        result.outcomes[suspect.envelope.copy_id] = Reason.SUPPRESSED


def _work(
    run: MailRun, candidates: Sequence[Candidate], policy: ScreeningPolicy, result: ImportedPage, *, is_alone: bool
) -> None:
    """Fetch what is needed of the candidates, headers before bodies, and turn them into copies."""
    beside = partial(others_come, run, {candidate.envelope.copy_id for candidate in candidates}, result.outcomes)
    efforts = Efforts()
    headers = _contents(run.client.fetch_headers, candidates, result, beside)
    run.marks.begin(candidates, is_alone=is_alone)
    passed = []
    for candidate in candidates:
        if content := headers.get(candidate.envelope.copy_id):
            verdict = efforts.on(candidate.envelope.copy_id, screen_headers, candidate, content.headers, policy)
            if verdict is None:
                passed.append(candidate)
            else:
                result.outcomes[candidate.envelope.copy_id] = _outcome(verdict)
    if is_alone:
        run.marks.clear()  # who dies while Microsoft is asked does not die of the mail
    bodies = _contents(run.client.fetch_bodies, passed, result, beside)
    if is_alone:
        run.marks.begin(passed, is_alone=True)
    now = run.clock()
    for candidate in passed:
        copy_id = candidate.envelope.copy_id
        if body := bodies.get(copy_id):
            content = replace(headers[copy_id], body=body.body, is_html=body.is_html)
            copy = efforts.on(
                copy_id, compose_email, candidate, content, policy, now=now, between_steps=efforts.look_up
            )
            result.outcomes[copy_id] = _outcome(copy)
            if isinstance(copy, KeptCopy):
                result.copies.append(copy)


def _outcome(result: KeptCopy | Discard | Kept) -> Outcome:
    if isinstance(result, Kept):
        return result
    return result.reason if isinstance(result, Discard) else Kept.KEPT


def _contents(
    fetch: Fetch, candidates: Sequence[Candidate], result: ImportedPage, beside: Callable[[], bool]
) -> dict[str, Content]:
    """Contents by id; what is gone is dropped, and what Microsoft cannot deliver is counted as failed."""
    contents: dict[str, Content] = {}
    ids = [candidate.envelope.copy_id for candidate in candidates]
    for copy_id, answer in fetch_each(fetch, ids, beside, result.put_off).items():
        if isinstance(answer, Content):
            contents[copy_id] = answer
        else:
            result.outcomes[copy_id] = Reason.GONE if isinstance(answer, ItemGone) else Kept.FAILED
    return contents
