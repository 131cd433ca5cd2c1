"""What people type on their profile's pages."""

from typing import Any

from django import forms

from mailsync.domain.vocabulary import ExclusionKind
from mailsync.services.exclusions import normalize_exclusion

_KIND_CHOICES = [
    (ExclusionKind.ADDRESS.value, "The address"),
    (ExclusionKind.DOMAIN.value, "Everybody at the domain"),
    (ExclusionKind.SUBJECT_WORD.value, "The word in a subject"),
]


class ExclusionForm(forms.Form):
    """One line of "never import"."""

    kind = forms.ChoiceField(choices=_KIND_CHOICES, label="Keep out")
    value = forms.CharField(max_length=320, label="Which")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "kind" in cleaned and "value" in cleaned:
            try:
                cleaned["value"] = normalize_exclusion(ExclusionKind(cleaned["kind"]), cleaned["value"])
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
