"""A conversation: its mails in order, its people, the deal it stands under; and deleting it."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.viewer import ViewerRequest, viewer_required
from timeline.domain.refusals import NotAllowed, OnHold
from timeline.models import Conversation
from timeline.selectors import conversations_for, engagements_for
from timeline.selectors.conversations import conversation_view
from timeline.services.deletion import delete_conversation, may_delete_conversation
from timeline.views.arriving import arrived, asked_since

EXPORTS = [("eml", "Mail file (.eml)"), ("csv", "Table (.csv)"), ("json", "Data (.json)")]


@require_safe
@viewer_required
def conversation(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """`/conversations/<id>/`; with htmx its earlier mails, or with `since` those that arrived."""
    found, now = get_object_or_404(conversations_for(request.user), pk=pk), timezone.now()
    if since := asked_since(request):
        mails = engagements_for(request.user).filter(conversation=found)
        beside = partial(_read, request, found, now)
        return arrived(request, mails, since, "timeline/parts/conversation_arrivals.html", beside)
    if request.htmx:
        return render(request, "timeline/parts/mails.html", _read(request, found, now))
    may_delete = may_delete_conversation(found, request.user)
    context = {"exports": EXPORTS, "may_delete": may_delete, **_read(request, found, now)}
    return render(request, "timeline/conversation.html", context)


def _read(request: ViewerRequest, conversation: Conversation, now: datetime) -> dict[str, Any]:
    mail, before = request.GET.get("mail", ""), request.GET.get("before", "")
    shown = conversation_view(request.user, conversation, before=before, mail=_id(mail))
    return {"shown": shown, "now": now}


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@require_http_methods(["GET", "HEAD", "POST"])
@viewer_required
def delete(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """Ask, then delete for good."""
    found = get_object_or_404(conversations_for(request.user), pk=pk)
    shown = conversation_view(request.user, found)
    if request.method != "POST":
        return render(request, "timeline/delete_conversation.html", {"shown": shown})
    try:
        deleted = delete_conversation(conversation=found, actor=request.user)
    except (NotAllowed, OnHold) as refusal:
        messages.error(request, str(refusal))
        return redirect("conversation", pk=pk)
    messages.success(request, f"The conversation and its {deleted} email{'' if deleted == 1 else 's'} were deleted.")
    return redirect("deal", pk=shown.deal.pk) if shown.deal else redirect("deals")
