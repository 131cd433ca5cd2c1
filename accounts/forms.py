"""What people type at the door, and to make an API token."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.domain.api_tokens import USUAL_DAYS, TokenScope
from accounts.services.login import locked_until


class LoginForm(AuthenticationForm):
    """Address and password; after too many wrong ones it says for how long it stays closed."""

    username = forms.EmailField(
        label="Email address", widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "username"})
    )
    error_messages = {
        "invalid_login": "This email address and password do not belong together.",
        "inactive": "This login has been switched off.",
    }

    def clean(self) -> dict[str, Any]:
        now = timezone.now()
        until = locked_until(self.cleaned_data.get("username") or "", now=now)
        if until is None:
            return super().clean()
        minutes = max(1, round((until - now).total_seconds() / 60))
        raise ValidationError(
            f"Too many wrong passwords for this address. Try again in {minutes} minute{'s' if minutes > 1 else ''}.",
            code="locked",
        )


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(
        max_length=100, label="What it is for", widget=forms.TextInput(attrs={"placeholder": "Warehouse export"})
    )
    scope = forms.TypedChoiceField(
        label="May",
        coerce=TokenScope,
        choices=[(TokenScope.READ.value, "Read"), (TokenScope.WRITE.value, "Read and write")],
        initial=TokenScope.READ.value,
    )
    days = forms.TypedChoiceField(
        label="Good for",
        coerce=int,
        choices=[("7", "A week"), ("30", "30 days"), ("90", "90 days"), ("366", "A year")],
        initial=str(USUAL_DAYS),
    )
