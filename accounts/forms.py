"""What people type at the door, to change their password, and to make an API token."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.domain.api_tokens import USUAL_DAYS, TokenScope
from accounts.doors import doors_of
from accounts.models import User
from accounts.services.login import Door, closed_until, count_guess, forgive, password_change_doors


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
        doors = doors_of(self.request, self.cleaned_data.get("username") or "")
        try:
            return super().clean()
        except ValidationError:
            _refuse_closed(doors)
            raise


class ChangePasswordForm(PasswordChangeForm):
    """The password in use and the new one twice; a stolen session cannot guess the one in use for ever."""

    def clean_old_password(self) -> str:
        doors = password_change_doors(self.user.pk)
        if not count_guess(doors, now=timezone.now()):
            _refuse_closed(doors)
        given: str = super().clean_old_password()
        forgive(doors=doors)
        return given

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002 - Django's signature
        self.user.must_change_password = False
        return super().save(commit)


def _refuse_closed(doors: list[Door]) -> None:
    now = timezone.now()
    until = closed_until(doors, now=now)
    if until is not None:
        minutes = max(1, round((until - now).total_seconds() / 60))
        raise ValidationError(
            f"Too many wrong passwords. Try again in {minutes} minute{'s' if minutes > 1 else ''}.", code="closed"
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
