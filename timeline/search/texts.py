"""The folded words of engagements, written to the tables with each engagement: what the database searches."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from core.chunks import chunks
from core.db.bulk import NewRow, insert_rows
from core.remembering import remembered
from timeline.domain.quoting import ParentWords, beside
from timeline.domain.words import joined, searchable, words_of
from timeline.models import EmailMessage, Engagement, Participant, SearchText
from timeline.visibility import read_with

_AT_ONCE = 200


def search_text(
    organization_id: UUID,
    engagement_id: UUID,
    *,
    subject: str,
    people: Iterable[tuple[str, str]],
    body: str,
    folded: Iterable[str] = (),
) -> NewRow:
    """The row for an engagement; `people` are names and addresses, `body` its own words, `folded` others."""
    return {
        "engagement_id": engagement_id,
        "organization_id": organization_id,
        # as `searchable` of all of them together
        "people": joined(
            [word for name, address in dict.fromkeys(people) for word in _words_of_person(f"{name} {address}")]
        ),
        "subject": searchable(subject),
        "body": searchable(body),
        "folded": searchable("\n".join(folded)),
    }


@remembered(2_048)
def _words_of_person(person: str) -> tuple[str, ...]:
    """Remembered, for the same people stand in mail after mail."""
    return tuple(words_of(person))


def refresh_search_texts(engagement_ids: Collection[UUID]) -> int:
    """Write the rows of these engagements anew from the tables; how many there are."""
    written = 0
    for some in chunks(engagement_ids, _AT_ONCE):
        rows = _rows(some)
        SearchText.objects.filter(engagement_id__in=some).delete()
        insert_rows(SearchText, rows)
        written += len(rows)
    return written


def _rows(engagement_ids: Sequence[UUID]) -> list[NewRow]:
    people: dict[UUID, list[tuple[str, str]]] = defaultdict(list)
    parts = Participant.objects.filter(engagement_id__in=engagement_ids).order_by("position", "pk")
    for engagement, name, address in parts.values_list("engagement_id", "name", "address"):
        people[engagement].append((name, address))
    engagements = list(Engagement.objects.filter(pk__in=engagement_ids).select_related("email").order_by("pk"))
    parents = parents_of([row.email for row in engagements if hasattr(row, "email")])
    return [
        search_text(
            row.organization_id, row.pk, subject=row.subject, people=people[row.pk], body=_body(row),
            folded=_folded(row, parents.get(row.pk)),
        )
        for row in engagements
    ]  # fmt: skip


def parents_of(emails: Collection[EmailMessage]) -> dict[UUID, EmailMessage]:
    """Of each email the one that it answers, where that is stored and whoever reads the answer may read it, too.

    What of a quote is beyond its mail, and what is found in the mail alone, would tell others of that mail's words.
    One query, and two where some of those are not everybody's to read.
    """
    wanted = {(each.organization_id, each.answers_key) for each in emails if each.answers_key}
    if not wanted:
        return {}
    rows = EmailMessage.objects.filter(
        organization__in={organization for organization, _ in wanted},
        message_key__in={key for _, key in wanted},
        place=0,
    )
    rows = rows.select_related("engagement").defer("new_text")
    stored = {(row.organization_id, row.message_key): row for row in rows}
    answers = [(each, stored.get((each.organization_id, each.answers_key))) for each in emails]
    found = {each.pk: (each, parent) for each, parent in answers if parent is not None and parent.pk != each.pk}
    told = read_with([(each.engagement, parent.engagement) for each, parent in found.values()])
    return {pk: parent for pk, (_, parent) in found.items() if pk in told}


def _folded(engagement: Engagement, parent: EmailMessage | None) -> list[str]:
    """What is found in a mail though it is not its author's: a quote whose mail is stored is found there alone."""
    if not hasattr(engagement, "email"):
        return []
    lines = beside(engagement.email.text, _body(engagement))
    if parent is None or not lines:
        return lines
    known = ParentWords(parent.text).known(lines)
    return [line for line, is_known in zip(lines, known, strict=True) if not is_known]


def _body(engagement: Engagement) -> str:
    email = getattr(engagement, "email", None)
    return (email.new_text or email.text) if email is not None else engagement.notes
