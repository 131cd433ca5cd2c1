""" "Why isn't this email here?" (F21): one mail of the own mailbox, found and run through the real rules, step by step.

    Message-ID, or sender and day ──▶ found in the mailbox? ──▶ in a folder that is read? ──▶ stored already?
        ──▶ the rules on the envelope ──▶ on the headers ──▶ on the text ──▶ what follows

Nothing is stored, and a body is fetched only where the sync would fetch it. The answer goes to the mailbox's owner
alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from django.core.cache import cache
from django.utils import timezone

from accounts.microsoft.wording import in_words
from core.addresses import normalize_address
from core.http.errors import OutsideError
from crm.domain.directory import Directory
from crm.selectors.directory import directory_for
from mailsync.domain.compose import explain_content
from mailsync.domain.counts import Kept
from mailsync.domain.envelope import Content, Discard, Envelope, ScreeningPolicy, owned
from mailsync.domain.screening import Step, Verdict, screen_envelope
from mailsync.domain.screening import explain as replay
from mailsync.domain.vocabulary import MailboxState
from mailsync.domain.wording import FAILURE_SENTENCES
from mailsync.graph.client import GraphClient
from mailsync.graph.folders import SENT_ITEMS
from mailsync.models import FolderCursor, Mailbox, Sighting
from mailsync.selectors.mailboxes import advice_of
from mailsync.selectors.policy import correspondents_among, owner_of, screening_policy, with_correspondents
from mailsync.selectors.sightings import copy_id_hash
from mailsync.services.efforts import Efforts
from mailsync.services.graph_access import graph_client_for
from mailsync.services.suspects import is_suspected
from timeline.domain.identity import message_key, normalize_message_id
from timeline.domain.vocabulary import SuppressionKind
from timeline.models import Engagement
from timeline.recording.erased import suppressed_among
from timeline.selectors.learned import LearnedFrom

MOST_QUESTIONS_A_MINUTE = 10
_MOST_PAGES = 5
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was found out about one copy. `is_here` where it is on the timeline; `engagement` is its id then."""

    subject: str
    received_at: datetime | None
    is_here: bool
    sentence: str
    steps: Sequence[Step]
    engagement: object = None


class NotFound(Exception):
    """There is no such mail in the mailbox."""


class Unanswered(Exception):
    """Microsoft did not let us look; the text says why and what to do."""


class TooManyQuestions(Exception):
    """The person asked too often within a minute: each question is a request to Microsoft."""


def explain_message(
    *, mailbox: Mailbox, message_id: str = "", sender: str = "", day: date | None = None
) -> list[Explanation]:
    """Why each copy of a mail is, or is not, on the timeline. Ask by Message-ID, or by sender and day (UTC).

    Raises NotFound, TooManyQuestions, Unanswered, and ValueError for a question that names no mail.
    """
    _count_question(mailbox)
    try:
        return _explained(mailbox, message_id, sender, day)
    except OutsideError as error:
        told = in_words(error)
        raise Unanswered(f"{told.sentence} {told.next_step}".strip()) from error


def _explained(mailbox: Mailbox, message_id: str, sender: str, day: date | None) -> list[Explanation]:
    client = graph_client_for(mailbox)
    envelopes = _find(client, message_id, sender, day)
    if not envelopes:
        raise NotFound("There is no such email in your mailbox. It may have been deleted, or moved to an archive.")
    folders = FolderCursor.objects.filter(mailbox=mailbox, well_known=SENT_ITEMS)
    sent_items = list(folders.values_list("folder_id", flat=True))
    envelopes = [owned(envelope, owner_of(mailbox), sent_items, timezone.now()) for envelope in envelopes]
    addresses = frozenset[str]().union(*(envelope.addresses for envelope in envelopes))
    directory = directory_for(mailbox.organization, addresses)
    authors = [envelope.from_.address for envelope in envelopes if envelope.from_]
    policy = with_correspondents(screening_policy(mailbox), correspondents_among(mailbox, authors))
    policy = replace(policy, learned=LearnedFrom(mailbox.organization).lines(authors))
    return [
        _Case(mailbox, envelope, _steps(mailbox, client, envelope, policy, directory)).explanation()
        for envelope in envelopes
    ]


def _count_question(mailbox: Mailbox) -> None:
    key = f"explain:{mailbox.pk}"
    cache.add(key, 0, timeout=60)
    if cache.incr(key) > MOST_QUESTIONS_A_MINUTE:
        raise TooManyQuestions("That was a lot of questions. Try again in a minute.")


def _find(client: GraphClient, message_id: str, sender: str, day: date | None) -> list[Envelope]:
    given = message_id.strip()
    if given:
        # as it was given first: a sender may have written one that is no proper Message-ID
        spellings = dict.fromkeys([given, normalize_message_id(given) or given])
        return next((copies for each in spellings if (copies := client.find_by_message_id(each))), [])
    address = normalize_address(sender)
    if address is None or day is None:
        raise ValueError("Give the email's Message-ID, or its sender's address and the day it came.")
    begin = datetime.combine(day, time(), UTC)
    found: list[Envelope] = []
    link = ""
    for _ in range(_MOST_PAGES):
        page = client.message_list(None, since=begin, before=begin + timedelta(days=1), link=link, page_size=_PAGE)
        found += [envelope for envelope in page.envelopes if envelope.from_ and envelope.from_.address == address]
        link = page.next_link
        if not link:
            break
    return found


def _steps(
    mailbox: Mailbox, client: GraphClient, envelope: Envelope, policy: ScreeningPolicy, directory: Directory
) -> list[Step]:
    """The rules' verdicts, or why the mail was not run through them: a worker died of it, or it takes too much work."""
    if is_suspected(mailbox, envelope.copy_id):
        return [Step("Work", Verdict.DROPPED, FAILURE_SENTENCES[Kept.STEPPED_OVER])]
    efforts = Efforts()
    steps = efforts.on(envelope.copy_id, _replay, client, envelope, policy, directory, between_steps=efforts.look_up)
    return [Step("Work", Verdict.DROPPED, FAILURE_SENTENCES[steps])] if isinstance(steps, Kept) else steps


def _replay(
    client: GraphClient,
    envelope: Envelope,
    policy: ScreeningPolicy,
    directory: Directory,
    *,
    between_steps: Callable[[], None],
) -> list[Step]:
    """The rules' verdicts; headers are fetched only for a mail that its envelope lets pass."""
    steps = replay(envelope, None, policy, directory)
    if any(step.verdict is Verdict.DROPPED for step in steps):
        return steps
    head = _content(client.fetch_headers([envelope.copy_id])[envelope.copy_id])
    steps = replay(envelope, head.headers, policy, directory)
    candidate = screen_envelope(envelope, policy, directory)
    if isinstance(candidate, Discard) or any(step.verdict is Verdict.DROPPED for step in steps):
        return steps
    body = _content(client.fetch_bodies([envelope.copy_id])[envelope.copy_id])
    content = replace(head, body=body.body, is_html=body.is_html)
    return [*steps, explain_content(candidate, content, policy, between_steps=between_steps)]


def _content(answer: Content | OutsideError) -> Content:
    if isinstance(answer, OutsideError):
        raise answer
    return answer


@dataclass(frozen=True, slots=True)
class _Case:
    """One copy, and what the rules said of it."""

    mailbox: Mailbox
    envelope: Envelope
    steps: list[Step]

    def explanation(self) -> Explanation:
        sighting = (
            Sighting.objects.filter(mailbox=self.mailbox, copy_id_hash=copy_id_hash(self.envelope.copy_id))
            .select_related("email__engagement")
            .first()
        )
        steps = [self._folder_step(), *self.steps, *self._erased_steps()]
        engagement = sighting.email.engagement if sighting else None
        return Explanation(
            subject=self.envelope.subject,
            received_at=self.envelope.received_at,
            is_here=engagement is not None and engagement.hidden_at is None,
            sentence=self._here(engagement) if engagement else self._not_here(steps),
            steps=steps,
            engagement=engagement.pk if engagement else None,
        )

    def _folder_step(self) -> Step:
        cursors = FolderCursor.objects.filter(mailbox=self.mailbox, folder_id=self.envelope.folder_id, is_gone=False)
        if cursors.exists():
            return Step("Folder", Verdict.PASSED, "It is in a folder that is read.")
        return Step(
            "Folder",
            Verdict.DROPPED,
            "It is in a folder that is not read: Deleted Items, Drafts, Junk Email, Outbox, a hidden or a new one.",
        )

    def _erased_steps(self) -> list[Step]:
        identity = normalize_message_id(self.envelope.internet_message_id)
        wanted = [(SuppressionKind.ADDRESS, address) for address in sorted(self.envelope.addresses)]
        if identity:
            wanted.append((SuppressionKind.MESSAGE, message_key(identity, "")))
        if not suppressed_among(self.mailbox.organization, wanted):
            return []
        return [Step("Erased", Verdict.DROPPED, "It, or a person in it, was deleted here for good and is kept out.")]

    @staticmethod
    def _here(engagement: Engagement) -> str:
        if engagement.hidden_at:
            return f"It was brought in and is hidden by a rule: {engagement.hidden_by_rule}."
        return "It is on the timeline."

    def _not_here(self, steps: Sequence[Step]) -> str:
        dropped = next((step for step in steps if step.verdict is Verdict.DROPPED), None)
        if dropped is not None:
            return dropped.sentence
        mailbox = self.mailbox
        if mailbox.state != MailboxState.IN_SYNC:
            told = advice_of(mailbox)
            return f"No rule keeps it out, but your mailbox is not in sync. {told.sentence}"
        return "No rule keeps it out: it comes with the next sync, within a quarter of an hour."
