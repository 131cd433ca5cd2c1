"""Banners, signatures and disclaimers are learned of kept mail, each night, and forgotten with the mail (F41).

kept mail ──edges by keyed hash──▶ MailEdges ──timeline.domain.learning──▶ LearnedLine ──▶ mails that have what is new,
   ▲                                   │                                                or known no more, split again
   └── purged, deleted, erased: ◀──────┘ the row goes with it                     ──▶ copies that stood apart joined
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from functools import partial
from itertools import islice
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Organization
from accounts.selectors.keys import organization_key
from core.chunks import chunks
from core.db.portions import in_portions
from core.db.unit_of_work import unit_of_work
from mailsync.domain.compose import split_again
from mailsync.domain.edges import edges_of
from mailsync.selectors.policy import written_to_among
from mailsync.services.author_words import refold_mails
from timeline.domain.copies import FAILED
from timeline.domain.learned import FOOT, HEAD, Edges, scopes_of
from timeline.domain.learning import MOST_BANNERED, Learned, Taught, learn
from timeline.models import EmailMessage, LearnedLine, MailEdges
from timeline.recording.join import join_all
from timeline.selectors.answering import StoredMail, stored_to_split

MOST_MAILS = 100_000
"""Of an organization whose edges are looked at in one night; the rest in the next."""

_AT_ONCE = 100
_ROWS_AT_ONCE = 1_000


def learn_lines(*, organization: Organization, on_portion: Callable[[int], object] = int) -> int:
    """Look at mail that came, learn from all, split again what it concerns; how many lines came or went.

    In portions that each commit. What is learned joins copies that stood apart for it.
    """
    key = organization_key(organization)
    new: list[UUID] = []
    for rows in in_portions(_without_edges(organization), _AT_ONCE):
        unit_of_work(partial(_look_at, organization, key, [row.pk for row in rows]))
        on_portion(len(rows))
        new += [row.pk for row in rows]
        if len(new) >= MOST_MAILS:
            break
    telling = MailEdges.objects.filter(organization=organization, tells_of_banners=True).count()
    learned = learn(_taught(organization), one_in=1 + telling // MOST_BANNERED)
    changed = unit_of_work(partial(_write, organization, learned))
    concerned = (row.pk for row in _concerned(organization, changed, new, learned))
    while some := list(islice(concerned, _AT_ONCE)):
        unit_of_work(partial(refold_mails, organization=organization, ids=some))
        on_portion(len(some))
    if changed:
        join_all(organization=organization)
    return sum(map(len, changed.values()))


def _without_edges(organization: Organization) -> "QuerySet[EmailMessage]":
    """Mails that nobody looked at; of one whose From our tenant denies nothing is learned."""
    seen = MailEdges.objects.filter(email=OuterRef("pk"))
    rows = EmailMessage.objects.filter(~Exists(seen), organization=organization).exclude(authentication=FAILED)
    return rows.exclude(text="").only("pk")


def _look_at(organization: Organization, key: bytes, ids: Collection[UUID]) -> None:
    # locked: a mail that is deleted meanwhile leaves no row behind
    standing = list(EmailMessage.objects.select_for_update().filter(pk__in=ids).values_list("pk", flat=True))
    mails = stored_to_split(organization, standing)
    written_to = written_to_among(organization.pk, sorted({mail.sender for mail in mails}))
    rows = [_row(organization, mail, key, is_known=mail.sender in written_to) for mail in mails]
    MailEdges.objects.bulk_create(rows, ignore_conflicts=True)


def _row(organization: Organization, mail: StoredMail, key: bytes, *, is_known: bool) -> MailEdges:
    reply = split_again(mail.text, subject=mail.subject, author=mail.author, is_answer=mail.is_answer)
    edges = edges_of(reply.authored, mail.text, author=mail.author, key=key)
    sender, domain = scopes_of(key, mail.sender)
    return MailEdges(
        email_id=mail.id,
        organization=organization,
        sender=sender,
        domain=domain,
        occurred_at=mail.occurred_at,
        tells_of_banners=mail.is_inbound and is_known,
        body=edges.body,
        head=" ".join(edges.head),
        foot=" ".join(edges.foot),
        tail=" ".join(edges.tail),
    )


def _rows(organization: Organization) -> Iterator[MailEdges]:
    rows = MailEdges.objects.filter(organization=organization)
    for some in in_portions(rows, _ROWS_AT_ONCE, by=("domain", "pk")):
        yield from some


def _taught(organization: Organization) -> Iterator[Taught]:
    for row in _rows(organization):
        if row.body:
            edges = Edges(row.body, tuple(row.head.split()), tuple(row.foot.split()), tuple(row.tail.split()))
            yield Taught(row.sender, row.domain, row.occurred_at, row.tells_of_banners, edges)


def _write(organization: Organization, learned: Learned) -> Learned:
    """Keep what is learned and nothing else; by scope the lines that were not known, and those that are no more."""
    rows = LearnedLine.objects.filter(organization=organization)
    known = {(scope, line): pk for pk, scope, line in rows.values_list("pk", "scope", "line")}
    wanted = {(scope, line) for scope, lines in learned.items() for line in lines}
    for some in chunks([known[pair] for pair in known.keys() - wanted], _ROWS_AT_ONCE):
        LearnedLine.objects.filter(pk__in=some).delete()
    new = [LearnedLine(organization=organization, scope=scope, line=line) for scope, line in wanted - known.keys()]
    LearnedLine.objects.bulk_create(new, batch_size=_ROWS_AT_ONCE)
    changed: dict[str, set[str]] = defaultdict(set)
    for scope, line in wanted ^ known.keys():
        changed[scope].add(line)
    return {scope: frozenset(lines) for scope, lines in changed.items()}


def _concerned(
    organization: Organization, changed: Learned, new: Collection[UUID], learned: Learned
) -> Iterator[MailEdges]:
    """The mails at whose edges stands what was learned or forgotten, and of the new ones those with any such line."""
    if changed:
        yield from (row for row in _rows(organization) if _has_one_of(row, changed))
    for some in chunks(new, _ROWS_AT_ONCE):
        yield from (row for row in MailEdges.objects.filter(pk__in=some) if _has_one_of(row, learned))


def _has_one_of(row: MailEdges, changed: Learned) -> bool:
    edges = ((HEAD, row.head), (FOOT, row.tail), (row.sender, row.foot), (row.domain, row.foot))
    concerned = ((changed[scope], edge) for scope, edge in edges if scope in changed)
    return any(marked[:-1] in lines for lines, edge in concerned for marked in edge.split())
