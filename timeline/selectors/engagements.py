"""Engagements as a person may see them: which ones, and how much of each."""

from dataclasses import dataclass
from typing import Any

from django.db.models import (
    BooleanField,
    Count,
    ExpressionWrapper,
    Func,
    IntegerField,
    OuterRef,
    Prefetch,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.reading import gave
from timeline.models import EmailMessage, Engagement, Participant
from timeline.visibility import shows_subject, shows_text, took_part, visible_to

_WORDS = ("text", "new_text", "references")
_ROW_BYTES, _PERSON_BYTES = 1_500, 250


def engagements_for(viewer: User) -> QuerySet[Engagement]:
    """Every engagement the viewer may know of, newest first. What it shows of itself is `presented`'s to say.

    Someone without an organization (the installation's operator) sees none.
    """
    if viewer.organization_id is None:
        return Engagement.objects.none()
    is_own = ExpressionWrapper(took_part(viewer), output_field=BooleanField())
    return Engagement.objects.filter(visible_to(viewer)).annotate(is_own=is_own)


def with_parts(engagements: QuerySet[Engagement]) -> QuerySet[Engagement]:
    """The same, with what a page or an endpoint shows of each: three queries whatever their number."""
    people = Participant.objects.select_related("contact", "lead", "user")
    return engagements.select_related("owner", "account", "opportunity", "email").prefetch_related(
        Prefetch("participants", people)
    )


def sizes_of(engagements: QuerySet[Engagement], most: int) -> list[int]:
    """About how many bytes each of the first `most` shows its viewer, in order, without its texts being read.

    `engagements` must come from `engagements_for(viewer)`: words that are not shown count for nothing, or a page's
    length would tell of them.
    """
    parts = Participant.objects.filter(engagement=OuterRef("pk")).order_by().values("engagement")
    rows = engagements.select_related(None).prefetch_related(None).defer("notes")
    rows = rows.annotate(
        words=Octets("notes") + sum((Coalesce(Octets(f"email__{name}"), 0) for name in _WORDS), Value(0)),
        people=Coalesce(Subquery(parts.annotate(number=Count("pk")).values("number")), 0),
    )
    return [
        _ROW_BYTES + _PERSON_BYTES * row.people + (row.words if shows_text(row, is_own=row.is_own) else 0)  # type: ignore[attr-defined]
        for row in rows[:most]
    ]


class Octets(Func):
    """The bytes of a text in UTF-8, counted by the database."""

    function = "OCTET_LENGTH"
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **options: Any) -> Any:
        return self.as_sql(compiler, connection, template="LENGTH(CAST(%(expressions)s AS BLOB))", **options)


@dataclass(frozen=True, slots=True)
class Presented:
    """An engagement with only the words that the viewer may read; the others are empty, in every representation.

    To take its text or notes is to read them, which is noted: outside of `reading()` they raise Unwitnessed.
    """

    engagement: Engagement
    subject: str
    kept_text: str
    kept_new_text: str
    kept_notes: str
    shows_subject: bool
    shows_text: bool

    @property
    def text(self) -> str:
        return self._given(self.kept_text)

    @property
    def new_text(self) -> str:
        return self._given(self.kept_new_text)

    @property
    def notes(self) -> str:
        return self._given(self.kept_notes)

    def _given(self, words: str) -> str:
        if words:
            gave(self.engagement.organization_id, self.engagement.pk)
        return words


def presented(engagement: Engagement, viewer: User) -> Presented:
    """`engagement` as `viewer` may read it. It must come from `engagements_for(viewer)`, or costs a query."""
    is_own: bool | None = getattr(engagement, "is_own", None)
    if is_own is None:
        is_own = Engagement.objects.filter(took_part(viewer), pk=engagement.pk).exists()
    subject_shown = shows_subject(engagement, is_own=is_own)
    text_shown = shows_text(engagement, is_own=is_own)
    email: EmailMessage | None = getattr(engagement, "email", None)
    return Presented(
        engagement=engagement,
        subject=engagement.subject if subject_shown else "",
        kept_text=email.text if email and text_shown else "",
        kept_new_text=email.new_text if email and text_shown else "",
        kept_notes=engagement.notes if text_shown else "",
        shows_subject=subject_shown,
        shows_text=text_shown,
    )
