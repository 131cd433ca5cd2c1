"""Filters that answer a bad value with a sentence."""

from datetime import UTC, datetime
from typing import Any

import django_filters
from django import forms
from django.utils.dateparse import parse_date, parse_datetime

from core.addresses import normalize_address, normalize_domain


class _MomentFormField(forms.CharField):
    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        moment = _moment(text)
        if moment is None:
            raise _refusal(f"{text!r} is not a date or time, such as 2026-11-20T10:00:00Z.")
        return moment


class MomentFilter(django_filters.Filter):
    """A time with its offset (none: UTC), or a date, which stands for its first moment in UTC."""

    field_class = _MomentFormField


class StrictBooleanFilter(django_filters.TypedChoiceFilter):
    """`true` or `false`; anything else is refused instead of being taken for "either"."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=[("true", "true"), ("false", "false")], coerce=_is_true, **options)


def _is_true(text: str) -> bool:
    return text == "true"


class _AddressFormField(forms.CharField):
    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        address = normalize_address(text) if text else None
        if text and not address:
            raise _refusal(f"{text!r} is not an email address.")
        return address


class AddressFilter(django_filters.Filter):
    """An email address, in its normal form."""

    field_class = _AddressFormField


class _DomainFormField(forms.CharField):
    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        try:
            return normalize_domain(text) if text else None
        except ValueError as error:
            raise _refusal(str(error)) from error


class DomainFilter(django_filters.Filter):
    """A domain, in its normal form."""

    field_class = _DomainFormField


def _refusal(sentence: str) -> forms.ValidationError:
    """django-filter formats a message with `%`: the percent signs of what was sent must not stand in one."""
    return forms.ValidationError("%(sentence)s", params={"sentence": sentence})


def _moment(text: str) -> datetime | None:
    # a plus sign that was not percent-encoded arrives as a space
    text = f"{text[:-6]}+{text[-5:]}" if text[-6:-5] == " " and text[-3:-2] == ":" and "T" in text else text
    try:
        found = parse_datetime(text)
        if found is None and (day := parse_date(text)):
            found = datetime(day.year, day.month, day.day, tzinfo=UTC)
        if found is None:
            return None
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
