"""Why an engagement stands under its deal, the correction of it, and what is to be reviewed."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.viewer import ViewerRequest, viewer_required
from crm.models import Opportunity
from timeline.assignment import learn
from timeline.assignment.correct import correct_opportunity
from timeline.domain.refusals import NotAllowed, OnHold
from timeline.forms import CorrectionForm
from timeline.models import Engagement
from timeline.selectors import engagements_for, with_parts
from timeline.selectors.assignments import assignment_of, to_review
from timeline.selectors.assignments import filing_rules as rules_of_people
from timeline.selectors.entries import entry_of
from timeline.selectors.timelines import timeline_page
from timeline.views.arriving import arrived, asked_since, with_counts


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
        return _corrected(request, engagement, form.cleaned_data["opportunity"])
    context = {"assignment": view, "form": form, "entry": entry_of(engagement, request.user)}
    template = "timeline/parts/assignment.html" if request.htmx else "timeline/assignment.html"
    return render(request, template, context)


def _corrected(request: ViewerRequest, engagement: Engagement, opportunity: Opportunity | None) -> HttpResponse:
    try:
        correct_opportunity(engagement=engagement, opportunity=opportunity, actor=request.user)
    except OnHold as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Filed under {opportunity}." if opportunity else "Taken off every deal.")
    return redirect("assignment", pk=engagement.pk)


@require_POST
@viewer_required
def make_rule(request: ViewerRequest, pk: UUID) -> HttpResponse:
    """`/engagements/<id>/assignment/rule/`: what is exchanged with a person in it follows the correction."""
    engagement = get_object_or_404(with_parts(engagements_for(request.user)).select_related("conversation"), pk=pk)
    view = assignment_of(request.user, engagement)
    contact = next((each for each in view.offered if str(each.pk) == request.POST.get("contact")), None)
    if contact is None or engagement.opportunity is None:
        messages.error(request, "That is not offered here: file the conversation first.")
        return redirect("assignment", pk=pk)
    try:
        learn.make_rule(contact=contact, opportunity=engagement.opportunity, actor=request.user)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, f"What is exchanged with {contact} goes to {engagement.opportunity} while it is open."
        )
    return redirect("assignment", pk=pk)


@require_POST
@viewer_required
def take_back_rule(request: ViewerRequest, pk: int) -> HttpResponse:
    """`/review/rules/<id>/take-back/`"""
    assert request.user.organization is not None  # noqa: S101 - by viewer_required
    rule = get_object_or_404(rules_of_people(request.user.organization), pk=pk)
    try:
        learn.take_back_rule(rule=rule, actor=request.user)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"What is exchanged with {rule.contact} is filed by the organization's rules again.")
    return redirect("review")


@require_safe
@viewer_required
def review(request: ViewerRequest) -> HttpResponse:
    """`/review/`: what the rules were not sure of, and what people made a rule; with htmx more of it."""
    assert request.user.organization is not None  # noqa: S101 - by viewer_required
    found = to_review(request.user)
    beside = {"shows_deal": True, "now": timezone.now(), "rules": rules_of_people(request.user.organization)}
    if since := asked_since(request):
        counted = partial(with_counts, beside, found)
        return arrived(request, found, since, "timeline/parts/record_arrivals.html", counted)
    kind, before = request.GET.get("kind", ""), request.GET.get("before", "")
    context = {"timeline": timeline_page(request.user, found, kind=kind, before=before), **beside}
    if request.htmx:
        return render(request, "timeline/parts/entries.html", context)
    return render(request, "timeline/review.html", with_counts(context, found))
