"""Who may see an engagement, and how much of it (F26): the one place that says so, for rows as for search.

               hidden by a rule? ──yes──▶ nobody
                      │ no
   took part or holds it? ──yes──▶ in full
                      │ no
   visibility    everyone ─────────────────────▶ every colleague    ┐
                 participants_and_managers ────▶ managers, admins   ├─▶ as much as `detail` says:
                 owner_only ───────────────────▶ nobody else        ┘   full_text · subject · metadata

It is decided when an engagement is read. Who owns it or its deal, where it is filed and who filed it there say nothing
about it (docs/decisions/0050). `metadata` is everything but the words: when, from whom, to whom, under which deal.
"""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from accounts.domain.vocabulary import Detail, Visibility
from accounts.models import User
from timeline.domain.standings import NOBODY
from timeline.domain.vocabulary import Kind, ParticipantRole
from timeline.models import Engagement, MailboxCopy, Participant

_OPENNESS = (Visibility.OWNER_ONLY, Visibility.PARTICIPANTS_AND_MANAGERS, Visibility.EVERYONE)


def took_part(viewer: User) -> Q:
    """Engagements that are the viewer's own: written, received (in Bcc or by a group, too), attended or reported."""
    parts = Participant.objects.filter(engagement=OuterRef("pk"), user=viewer)
    copies = MailboxCopy.objects.filter(engagement=OuterRef("pk"), user=viewer, taken_back_at=None, is_hollow=False)
    return Q(Exists(parts)) | Q(Exists(copies))


def may_be_deleted_by(rep: User) -> Q:
    """Engagements that a rep may delete for everybody: what the rep wrote, or nobody else of us took part in or holds.

    Of a call or meeting the host or the reporter is the author.
    """
    parts = Participant.objects.filter(engagement=OuterRef("pk"))
    copies = MailboxCopy.objects.filter(engagement=OuterRef("pk"), taken_back_at=None)
    wrote = Q(Exists(parts.filter(user=rep, role__in=[ParticipantRole.FROM, ParticipantRole.HOST])))
    reported = Q(Exists(copies.filter(user=rep)), kind__in=[Kind.CALL, Kind.MEETING])
    others_part = parts.filter(user__isnull=False).exclude(user=rep)
    is_alone = took_part(rep) & ~Q(Exists(others_part)) & ~Q(Exists(copies.exclude(user=rep)))
    return Q(organization=rep.organization_id) & (wrote | reported | is_alone)


def tiers_open_to(viewer: User) -> list[Visibility]:
    """The visibilities under which the viewer sees what others took part in."""
    return [Visibility.EVERYONE, *([Visibility.PARTICIPANTS_AND_MANAGERS] if viewer.reads_every_deal else [])]


def visible_to(viewer: User) -> Q:
    """Engagements whose existence the viewer may know of; never beyond the viewer's organization."""
    in_organization = Q(organization=viewer.organization_id, hidden_at__isnull=True)
    return in_organization & (Q(visibility__in=tiers_open_to(viewer)) | took_part(viewer))


def shares_of(viewer: User) -> Q:
    """What is counted of the same, each engagement once: the open tiers, and the viewer's own share of the others."""
    is_open = tiers_open_to(viewer)
    closed = [each for each in Visibility if each not in is_open]
    own = Q(reader=viewer.pk, visibility__in=closed)
    return Q(organization=viewer.organization_id) & (Q(reader=NOBODY, visibility__in=is_open) | own)


def subject_readable_by(viewer: User) -> Q:
    """Among visible engagements, those whose subject the viewer may read, and so may find by it."""
    return Q(detail__in=[Detail.FULL_TEXT, Detail.SUBJECT]) | took_part(viewer)


def text_readable_by(viewer: User) -> Q:
    """Among visible engagements, those whose text or notes the viewer may read, and so may find by them."""
    return Q(detail=Detail.FULL_TEXT) | took_part(viewer)


def read_with(pairs: Collection[tuple[Engagement, Engagement]]) -> set[UUID]:
    """Of pairs of a mail and another, the mails of which every reader of the text may read the other's, too.

    What is worked out of a mail's text and shown with another mail tells its readers of that text. At most two queries.
    """
    closed = {each.pk for pair in pairs if not _is_everyones(pair[1]) for each in pair}
    readers = _own_readers(closed) if closed else {}
    return {one.pk for one, other in pairs if _is_everyones(other) or _is_as_closed(one, other, readers)}


def _is_everyones(engagement: Engagement) -> bool:
    is_open = engagement.visibility == Visibility.EVERYONE and engagement.detail == Detail.FULL_TEXT
    return is_open and engagement.hidden_at is None


def _is_as_closed(one: Engagement, other: Engagement, readers: Mapping[UUID, set[UUID | None]]) -> bool:
    is_as_open = _OPENNESS.index(one.visibility) <= _OPENNESS.index(other.visibility)
    is_as_full = other.detail == Detail.FULL_TEXT or one.detail != Detail.FULL_TEXT
    return other.hidden_at is None and is_as_open and is_as_full and readers[one.pk] <= readers[other.pk]


def _own_readers(engagements: Collection[UUID]) -> dict[UUID, set[UUID | None]]:
    parts = Participant.objects.filter(engagement__in=engagements, user__isnull=False)
    copies = MailboxCopy.objects.filter(
        engagement__in=engagements, user__isnull=False, taken_back_at=None, is_hollow=False
    )
    readers: dict[UUID, set[UUID | None]] = {pk: set() for pk in engagements}
    for rows in (parts.values_list("engagement", "user"), copies.values_list("engagement", "user")):
        for engagement, user in rows:
            readers[engagement].add(user)
    return readers


def shows_subject(engagement: Engagement, *, is_own: bool) -> bool:
    return is_own or engagement.detail in {Detail.FULL_TEXT, Detail.SUBJECT}


def shows_text(engagement: Engagement, *, is_own: bool) -> bool:
    return is_own or engagement.detail == Detail.FULL_TEXT
