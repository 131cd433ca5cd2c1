"""`/profile/integrations/`: the connection, the switch, progress, what is kept out."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.microsoft.identity import is_configured
from accounts.viewer import ViewerRequest, viewer_required
from mailsync.domain.mailbox_state import after_switching
from mailsync.domain.vocabulary import ExclusionKind
from mailsync.forms import ExclusionForm
from mailsync.models import Exclusion, Mailbox
from mailsync.selectors.mailbox_card import mailbox_card
from mailsync.services.exclusions import add_exclusion, remove_exclusion
from mailsync.services.switch import MayNotSync, StillImporting, delete_imported, request_sync, set_import

NOTHING_NEW = 204
"""htmx leaves the page as it is and goes on asking."""

_OFF = {"", "0", "false", "off", "no"}


@require_safe
@viewer_required
def integrations(request: ViewerRequest) -> HttpResponse:
    """The page."""
    return _page(request, ExclusionForm())


@require_safe
@viewer_required
def progress(request: ViewerRequest) -> HttpResponse:
    """The mailbox's state alone, asked for every few seconds while something is going on, and else now and then."""
    if not request.htmx:
        return redirect("integrations")
    card = mailbox_card(request.user)
    if not card.is_busy and request.GET.get("shown") == card.fingerprint:
        return HttpResponse(status=NOTHING_NEW)
    return render(request, "mailsync/parts/progress.html", {"card": card})


@require_POST
@viewer_required
def email_import(request: ViewerRequest) -> HttpResponse:
    """The switch: `enabled` as a checkbox sends it, or absent."""
    is_on = request.POST.get("enabled", "").strip().lower() not in _OFF
    try:
        mailbox = set_import(user=request.user, enabled=is_on)
    except MayNotSync as refusal:
        messages.error(request, str(refusal))
        return redirect("integrations")
    was_synced = mailbox.last_synced_at is not None
    messages.success(request, after_switching(mailbox.state, mailbox.state_reason, was_synced=was_synced))
    return redirect("integrations")


@require_POST
@viewer_required
def sync_now(request: ViewerRequest) -> HttpResponse:
    """Put the own mailbox before the others."""
    mailbox = get_object_or_404(Mailbox, user=request.user)
    request_sync(mailbox=mailbox, actor=request.user)
    messages.success(request, "A sync has been asked for.")
    return redirect("integrations")


@require_http_methods(["GET", "HEAD", "POST"])
@viewer_required
def delete(request: ViewerRequest) -> HttpResponse:
    """Delete what the own mailbox brought in, once importing is off."""
    card = mailbox_card(request.user)
    if card.mailbox is None or request.method != "POST":
        return render(request, "mailsync/delete_imported.html", {"card": card})
    try:
        deleted = delete_imported(mailbox=card.mailbox, actor=request.user)
    except StillImporting as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{deleted} imported email{'' if deleted == 1 else 's'} deleted.")
    return redirect("integrations")


@require_POST
@viewer_required
def exclude(request: ViewerRequest) -> HttpResponse:
    """Keep something out of the own mailbox's import."""
    form = ExclusionForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=400)
    kind = ExclusionKind(form.cleaned_data["kind"])
    try:
        exclusion = add_exclusion(user=request.user, kind=kind, value=form.cleaned_data["value"])
    except ValueError as refusal:
        form.add_error("value", str(refusal))
        return _page(request, form, status=400)
    messages.success(request, f"Mail with “{exclusion.value}” is kept out from here on.")
    return redirect("integrations")


@require_POST
@viewer_required
def include(request: ViewerRequest, pk: int) -> HttpResponse:
    """Take an own exclusion back."""
    remove_exclusion(exclusion=get_object_or_404(Exclusion, pk=pk, user=request.user), actor=request.user)
    messages.success(request, "The exclusion is gone: such mail is imported from here on.")
    return redirect("integrations")


def _page(request: ViewerRequest, form: ExclusionForm, status: int = 200) -> HttpResponse:
    context = {"card": mailbox_card(request.user), "form": form, "is_configured": is_configured()}
    return render(request, "mailsync/integrations.html", context, status=status)
