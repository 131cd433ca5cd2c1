"""A number that somebody types into the console is one that the product can work with: no field takes any other."""

import pytest
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.core.validators import MaxValueValidator
from django.db import models
from django.test import RequestFactory

from accounts.models import Organization
from tests.support.console import OURS
from tests.support.factories import UserFactory
from timeline.models import RetentionPolicy

NUMBERS = (models.IntegerField, models.FloatField, models.DecimalField, models.DurationField)
MOST = 100_000
"""More of whatever unit is no wish of anybody's."""


def typed_numbers(operator):
    """The number fields of every form of the console, as the operator gets it."""
    request = RequestFactory().get("/")
    request.user = operator
    for model, page in admin.site._registry.items():
        if model not in OURS or not (page.has_add_permission(request) or page.has_change_permission(request)):
            continue
        for name in set(flatten_fieldsets(page.get_fieldsets(request))) - {*page.get_readonly_fields(request)}:
            field = next((each for each in model._meta.fields if each.name == name), None)
            if isinstance(field, NUMBERS):
                yield model, field


@pytest.mark.django_db
def test_every_number_that_is_typed_has_a_bound_of_its_own():
    found = dict(typed_numbers(UserFactory(organization=None, is_superuser=True, is_staff=True)))
    assert {Organization, RetentionPolicy} <= found.keys()
    for field in found.values():
        bounds = [each.limit_value for each in field.validators if type(each) is MaxValueValidator]
        assert bounds, f"{field} takes any number"
        assert min(bounds) <= MOST, f"{field} takes {min(bounds)}"
