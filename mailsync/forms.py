"""What people type on their profile's pages."""

from typing import Any

from django import forms

from mailsync.domain.import_rules import KINDS, layer_of
from mailsync.domain.vocabulary import ExclusionKind

_KIND_CHOICES = [(kind.value, row.own.label) for kind, row in KINDS.items() if row.own is not None]


class ExclusionForm(forms.Form):
    """One line of "never import"."""

    kind = forms.ChoiceField(choices=_KIND_CHOICES, label="Keep out")
    value = forms.CharField(max_length=320, label="Which")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "kind" in cleaned and "value" in cleaned:
            try:
                cleaned["value"] = layer_of(ExclusionKind(cleaned["kind"]), is_own=True).check(cleaned["value"]).value
            except ValueError as refusal:
                self.add_error("value", str(refusal))
        return cleaned


class ExplainForm(forms.Form):
    """A mail that is missed: by its Message-ID, or by its sender and a day."""

    message_id = forms.CharField(max_length=1000, required=False, label="Message-ID")
    sender = forms.EmailField(max_length=320, required=False, label="Sender's address")
    day = forms.DateField(required=False, label="Day it arrived", widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not cleaned.get("message_id") and not (cleaned.get("sender") and cleaned.get("day")):
            raise forms.ValidationError("Give the Message-ID, or the sender's address and the day the mail arrived.")
        return cleaned
