"""Why an engagement stands under its deal, and the correction of it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.viewer import ViewerRequest, viewer_required
from timeline.forms import CorrectionForm
from timeline.selectors import engagements_for, with_parts
from timeline.selectors.assignments import assignment_of
from timeline.selectors.entries import entry_of
from timeline.services.assignment import NoGain, correct_opportunity


@require_http_methods(["GET", "HEAD", "POST"])
@viewer_required
def assignment(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """`/engagements/<id>/assignment/`: a page of its own, or with htmx a panel within the timeline."""
    engagement = get_object_or_404(with_parts(engagements_for(request.user)).select_related("conversation"), pk=pk)
    view = assignment_of(request.user, engagement)
    form = CorrectionForm(
        request.user, view.choices, request.POST or None, initial={"opportunity": engagement.opportunity_id}
    )
    if request.method == "POST" and form.is_valid():
        opportunity = form.cleaned_data["opportunity"]
        try:
            correct_opportunity(engagement=engagement, opportunity=opportunity, actor=request.user)
        except NoGain as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"Filed under {opportunity}." if opportunity else "Taken off every deal.")
        return redirect("assignment", pk=pk)
    context = {"assignment": view, "form": form, "entry": entry_of(engagement, request.user)}
    template = "timeline/parts/assignment.html" if request.htmx else "timeline/assignment.html"
    return render(request, template, context)
