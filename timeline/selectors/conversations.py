"""Conversations as a person may see them: those with at least one mail that the person may see."""

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from timeline.models import Conversation
from timeline.selectors.engagements import engagements_for


def conversations_for(viewer: User) -> QuerySet[Conversation]:
    """Conversations of which the viewer may see at least one mail, newest first.

    The row's own subject and count are of all its mails: show those of the visible ones instead.
    """
    visible = engagements_for(viewer).filter(conversation=OuterRef("pk"))
    return Conversation.objects.filter(Exists(visible), organization=viewer.organization_id).order_by("-last_at", "-id")
