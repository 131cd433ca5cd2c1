"""Who may see an engagement, and how much of it (F26): the one place that says so, for rows as for search.

               hidden by a rule? ──yes──▶ nobody
                      │ no
   took part or owns it? ──yes──▶ in full
                      │ no
   visibility    everyone ─────────────────────▶ every colleague    ┐
                 participants_and_managers ────▶ managers, admins   ├─▶ as much as `detail` says:
                 owner_only ───────────────────▶ nobody else        ┘   full_text · subject · metadata

`owner_only` leaves an email to its owner and to the colleagues it was written by or to: they hold it in their own
mailbox. `metadata` is everything but the words: when, from whom, to whom, under which deal.
"""

from django.db.models import Exists, OuterRef, Q

from accounts.domain.vocabulary import Detail, Visibility
from accounts.models import User
from timeline.models import Engagement, Participant


def took_part(viewer: User) -> Q:
    """Engagements that are the viewer's own: owned, written, received (in Bcc, too) or attended."""
    parts = Participant.objects.filter(engagement=OuterRef("pk"), user=viewer)
    return Q(owner=viewer) | Q(email__inbox_owner=viewer) | Q(Exists(parts))


def visible_to(viewer: User) -> Q:
    """Engagements whose existence the viewer may know of; never beyond the viewer's organization."""
    open_to_viewer = [Visibility.EVERYONE]
    if viewer.reads_every_deal:
        open_to_viewer.append(Visibility.PARTICIPANTS_AND_MANAGERS)
    in_organization = Q(organization=viewer.organization_id, hidden_at__isnull=True)
    return in_organization & (Q(visibility__in=open_to_viewer) | took_part(viewer))


def subject_readable_by(viewer: User) -> Q:
    """Among visible engagements, those whose subject the viewer may read, and so may find by it."""
    return Q(detail__in=[Detail.FULL_TEXT, Detail.SUBJECT]) | took_part(viewer)


def text_readable_by(viewer: User) -> Q:
    """Among visible engagements, those whose text or notes the viewer may read, and so may find by them."""
    return Q(detail=Detail.FULL_TEXT) | took_part(viewer)


def shows_subject(engagement: Engagement, *, is_own: bool) -> bool:
    return is_own or engagement.detail in {Detail.FULL_TEXT, Detail.SUBJECT}


def shows_text(engagement: Engagement, *, is_own: bool) -> bool:
    return is_own or engagement.detail == Detail.FULL_TEXT
