"""The login form."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils import timezone

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
