"""What people type or choose on the timeline's pages. A broken filter is as if it were not given."""

from typing import Any
from uuid import UUID

from django import forms

from accounts.models import User
from crm.models import Opportunity
from timeline.selectors.deals import SORTS, DealFilter

MINE = "me"


class DealsForm(forms.Form):
    """The filters of Deal Insights."""

    owner = forms.ChoiceField(required=False, label="Owner")
    stage = forms.ChoiceField(required=False, label="Stage")
    sort = forms.ChoiceField(
        required=False, label="Sort by", choices=[(word, label) for word, (label, _) in SORTS.items()]
    )
    cold = forms.BooleanField(required=False, label="Going cold")

    def __init__(self, viewer: User, data: Any) -> None:
        super().__init__(data)
        self.viewer = viewer
        open_deals = Opportunity.objects.filter(organization=viewer.organization_id, is_closed=False)
        stages = open_deals.order_by("stage").values_list("stage", flat=True).distinct()
        owners = User.objects.filter(pk__in=open_deals.order_by().values("owner"))
        _choices(self, "stage", [("", "Any stage"), *((stage, stage) for stage in stages if stage)])
        people = [(str(owner.pk), owner.display_name) for owner in owners]
        _choices(self, "owner", [("", "Everyone"), (MINE, "Me"), *people])
        self.full_clean()

    def wanted(self) -> DealFilter:
        chosen = self.cleaned_data
        owner = chosen.get("owner") or ""
        return DealFilter(
            owner=self.viewer.pk if owner == MINE else UUID(owner) if owner else None,
            stage=chosen.get("stage") or "",
            is_cold=bool(chosen.get("cold")),
            sort=chosen.get("sort") or "close",
        )

    @property
    def is_narrowed(self) -> bool:
        wanted = self.wanted()
        return bool(wanted.owner or wanted.stage or wanted.is_cold)


class CorrectionForm(forms.Form):
    """Which deal an engagement belongs to, as a person says."""

    opportunity = forms.ModelChoiceField(
        Opportunity.objects.none(),
        required=False,
        label="Deal",
        empty_label="No deal: the customer's record only",
        error_messages={"invalid_choice": "Choose one of the deals in the list."},
    )

    def __init__(self, viewer: User, choices: Any, data: Any = None, *, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        field = self.fields["opportunity"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = Opportunity.objects.filter(
                organization=viewer.organization_id, pk__in=[deal.pk for deal in choices]
            )


def _choices(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = choices
