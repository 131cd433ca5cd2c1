"""People: their login, their role, whether they may sync; added and deactivated, never deleted by an organization."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.admin.scoping import ReadOnlyInline, ScopedAdmin, ScopedForm, is_operator
from accounts.domain.people import refusals_of_own_change
from accounts.models import ApiToken, User, UserAddress
from accounts.selectors.api_tokens import live_tokens
from accounts.selectors.people import checked_address
from accounts.services.api_tokens import revoke_tokens
from accounts.services.microsoft_sign_in import unlink
from accounts.services.people import add_person, change_person, deactivate, end_sessions


class AddPersonForm(ScopedForm):
    """A new login with its first password."""

    password = forms.CharField(
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Tell it to the person, who chooses an own one at the first sign-in.",
    )

    visitor: User

    class Meta:
        model = User
        fields = ["email", "name", "role", "may_sync", "organization"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        organization = cleaned.get("organization") or self.instance.organization
        if organization and cleaned.get("email"):
            try:
                cleaned["email"] = checked_address(
                    organization, cleaned["email"], by_admin=not self.visitor.is_superuser
                )
            except ValidationError as error:
                self.add_error("email", error)
        if password := cleaned.get("password"):
            try:
                validate_password(password, self.instance)
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


class ChangePersonForm(ScopedForm):
    """Keeps admins from locking themselves out."""

    visitor: User

    class Meta:
        model = User
        fields = ["name", "role", "is_active", "may_sync"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.instance.pk == self.visitor.pk and not self.visitor.is_superuser:
            refusals = refusals_of_own_change(role=cleaned.get("role", ""), is_active=bool(cleaned.get("is_active")))
            for field, sentence in refusals.items():
                self.add_error(field, sentence)
        return cleaned


class GivenPasswordForm(AdminPasswordChangeForm):  # type: ignore[type-arg] # not subscriptable when it runs
    """A password that an admin gives: the person changes it at the next sign-in."""

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        self.user.must_change_password = True
        return super().save(commit)


class AddressInline(ReadOnlyInline):
    """The addresses that count as this person's: the login, the mailbox and its aliases."""

    model = UserAddress
    fields = ["address", "kind"]
    verbose_name_plural = "Addresses that are this person's"


class TokenInline(ReadOnlyInline):
    """The person's API tokens; the token itself is stored nowhere."""

    model = ApiToken
    fields = readonly_fields = ("name", "scope", "created_at", "last_used_at", "expires_at")
    verbose_name_plural = "API tokens"


@admin.register(User)
class PersonAdmin(ScopedAdmin, UserAdmin):  # type: ignore[type-arg] # not subscriptable when it runs
    """Logins of the organization."""

    may_add = True
    may_change = True
    form = ChangePersonForm
    add_form = AddPersonForm
    add_form_template = None
    change_password_form = GivenPasswordForm
    inlines = [AddressInline, TokenInline]
    list_display = ["name", "email", "role", "is_active", "may_sync", "has_api_token", "is_linked", "last_login"]
    list_select_related = ["organization"]
    list_display_links = ["name", "email"]
    list_filter = ["role", "is_active", "may_sync"]
    search_fields = ["name", "email"]
    ordering = ["name", "email"]
    filter_horizontal = []
    readonly_fields = ["email", "last_login", "created_at"]
    actions = ["deactivate", "end_sessions", "revoke_tokens", "unlink_microsoft"]
    fieldsets = [
        (None, {"fields": ["email", "name", "organization"]}),
        (
            "What this person may do",
            {
                "fields": ["role", "is_active", "may_sync"],
                "description": "Admins run the organization and reach this console; managers read every deal; reps "
                "sync and read. Deactivating ends every session and token at once and stops the import; what was "
                "imported stays. <a href='../password/'>Set a new password</a>.",
            },
        ),
        ("Dates", {"fields": ["last_login", "created_at"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "fields": ["email", "name", "password", "role", "may_sync", "organization"],
                "description": "The person signs in with this address and password.",
            },
        )
    ]

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        """One's own password is changed where everybody's is: there the one in use is asked for."""
        person = self.get_object(request, unquote(id))  # an id has several spellings
        if person is not None and person.pk == request.user.pk:
            return redirect("password")
        return super().user_change_password(request, id, form_url)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = self.fieldsets if obj is not None else self.add_fieldsets
        if is_operator(request):
            return fieldsets
        return [
            (title, {**options, "fields": [name for name in options["fields"] if name != "organization"]})
            for title, options in fieldsets
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [] if obj is None else super().get_readonly_fields(request, obj)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return super().get_inlines(request, obj) if obj is not None else []

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        options.setdefault("form", self.form if obj is not None else self.add_form)
        form = super().get_form(request, obj, change=change, **options)
        form.visitor = request.user
        return form

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        actor: Any = request.user  # signed in, by permission
        if change:
            change_person(user=obj, actor=actor)
        else:
            add_person(user=obj, password=form.cleaned_data["password"], actor=actor)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        tokens = live_tokens().filter(user=OuterRef("pk"))
        people: QuerySet[Any] = super().get_queryset(request).annotate(has_tokens=Exists(tokens))
        return people

    @admin.display(description="API token", boolean=True)
    def has_api_token(self, person: Any) -> bool:
        return bool(person.has_tokens)

    @admin.action(description="Revoke the API tokens", permissions=["change"])
    def revoke_tokens(self, request: HttpRequest, queryset: Any) -> None:
        """Take the API access of the selected people away."""
        actor: Any = request.user  # signed in, by permission
        ended = sum(revoke_tokens(user=person, actor=actor, why="by an admin") for person in queryset)
        self.message_user(request, f"{ended} tokens were revoked.")

    @admin.action(description="End every session", permissions=["change"])
    def end_sessions(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Sign the selected people out in every browser."""
        people = list(queryset)
        for person in people:
            end_sessions(user=person, actor=request.user)  # type: ignore[arg-type] # signed in, by permission
        self.message_user(request, f"{len(people)} people were signed out everywhere.")

    @admin.display(description="Microsoft", boolean=True)
    def is_linked(self, person: User) -> bool:
        return person.microsoft_object_id is not None

    @admin.action(description="Unlink the Microsoft account, and end the sessions", permissions=["change"])
    def unlink_microsoft(self, request: HttpRequest, queryset: Any) -> None:
        """Let another Microsoft account be linked, as where a person's was made anew."""
        people = list(queryset.exclude(microsoft_object_id=None))
        for person in people:
            unlink(user=person, actor=request.user)  # type: ignore[arg-type] # signed in, by permission
        self.message_user(request, f"{len(people)} accounts were unlinked.")

    @admin.action(description="Deactivate: no sign-in, no token, no import", permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: Any) -> None:
        """End the access of the selected people, but for the visitor."""
        people = list(queryset.filter(is_active=True).exclude(pk=request.user.pk))
        for person in people:
            deactivate(user=person, actor=request.user)  # type: ignore[arg-type] # signed in, by permission
            self.log_change(
                request, person, [{"changed": {"fields": ["is_active"], "values": {"is_active": [True, False]}}}]
            )
        self.message_user(request, f"{len(people)} people were deactivated.")
