"""What every page of the console keeps to, ours and the framework's: no question that a list does not offer, and no
name of a person in the framework's own log.

?state__exact=off ──a filter of the list expects it──▶ narrowed
?user__password__startswith=x ──no filter took it──▶ ?e=1, whatever the value
"""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters, get_content_type_for_model
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db import DataError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin

_REFUSED = "This list has no such filter: it is shown whole."


class OfferedQuestions(ChangeList):
    """A list that is narrowed by its own filters and by nothing else."""

    def get_filters(self, request: HttpRequest) -> Any:
        """What Django makes of the parameters; refused is whatever none of the filters took for its own."""
        found = super().get_filters(request)
        taken_by_none = found[2]
        if taken_by_none:
            messages.warning(request, _REFUSED)
            raise IncorrectLookupParameters
        return found

    def get_results(self, request: HttpRequest) -> None:
        """Refused as well is what no column can be compared with, which the database says first when it is asked."""
        try:
            super().get_results(request)
        except (OverflowError, ValueError, DataError) as error:
            raise IncorrectLookupParameters from error


class OfferedChoices(AutocompleteJsonView):
    """Rows for the fields in whose forms they are looked for, and for no other field."""

    def process_request(self, request: HttpRequest) -> Any:
        found = super().process_request(request)
        field = found[2]
        asking = admin.site._registry.get(field.model)  # noqa: SLF001 - as Django's own view does
        if asking is None or field.name not in asking.get_autocomplete_fields(request):
            raise PermissionDenied
        return found


class OfferedRow(AutocompleteSelect):
    """The row chosen before, where a form comes back with its errors; what is no id is not looked for."""

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        return super().optgroups(name, [each for each in value if not each or self._is_id(each)], attrs)

    def _is_id(self, value: str) -> bool:
        try:
            self.field.target_field.clean(value, None)
        except ValidationError:
            return False
        return True


class ConsoleAdmin(_ModelAdmin):
    """What holds for each page; `keep_to_the_console` puts it before pages that are not ours."""

    date_hierarchy = None  # its parameters are lookups that no filter expects

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return OfferedQuestions

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Left to the list, which is stricter than Django here and has one answer for whatever it refuses."""
        return True

    def response_action(self, request: HttpRequest, queryset: Any, *place: Any, **options: Any) -> Any:
        """What Django makes of an action on a list; what was sent as its rows has to be ids of such rows."""
        try:
            queryset.filter(pk__in=request.POST.getlist(ACTION_CHECKBOX_NAME)).exists()
        except (ValueError, ValidationError, OverflowError) as error:
            raise BadRequest("These are no ids of rows of this list.") from error
        return super().response_action(request, queryset, *place, **options)

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        """Rows are named by their ids, in links and in choices."""
        key = self.opts.pk
        return key is not None and to_field in {key.name, key.attname}

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A form begins as it is written here: nobody's link fills an admin's form."""
        return {}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            options.setdefault("widget", OfferedRow(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **options)

    def changeform_view(self, request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        """Django makes a new row of whatever says so, past the page for adding, also where no form offers it."""
        if "_saveasnew" in request.POST and not self.save_as:
            raise BadRequest("No form of this page saves a row as a new one.")
        return super().changeform_view(request, *args, **options)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return self._log(request, [obj], ADDITION, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return self._log(request, [obj], CHANGE, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        return self._log(request, queryset, DELETION, [])

    def _log(self, request: HttpRequest, rows: Iterable[Model], action: int, message: Any) -> list[LogEntry]:
        """Written as Django does, but for names: nobody's address stands here when it was erased everywhere else."""
        entries = [
            LogEntry(
                user=request.user,  # type: ignore[misc] # signed in, by permission
                content_type=get_content_type_for_model(row),
                object_id=str(row.pk),
                object_repr=f"{self.opts.verbose_name} {row.pk}",
                action_flag=action,
                change_message=json.dumps(_nameless(message)),
            )
            for row in rows
        ]
        return LogEntry.objects.bulk_create(entries)


def keep_to_the_console(site: admin.AdminSite) -> None:
    """Put what holds for each page before those that the framework and its apps brought along."""
    for model, borrowed in [*site._registry.items()]:  # noqa: SLF001 - AdminSite has no other list of its pages
        if not isinstance(borrowed, ConsoleAdmin):
            kept = type(type(borrowed).__name__, (ConsoleAdmin, type(borrowed)), {})
            site.unregister(model)
            site.register(model, kept)
    site.autocomplete_view = OfferedChoices.as_view(admin_site=site)  # type: ignore[method-assign, assignment]


def nothing_here(request: HttpRequest, row: str) -> HttpResponse:  # noqa: ARG001 - a view's
    """Instead of Django's "view on site", which looks for any row of any organization before it says anything."""
    raise Http404


def _nameless(message: Any) -> list[Any]:
    """Which fields were changed, and of which kind of row beside it; a free text may say anything, so none is kept."""
    if not isinstance(message, list):
        return []
    return [
        {verb: {**told, **({"object": "–"} if "object" in told else {})} for verb, told in part.items()}
        for part in message
    ]
