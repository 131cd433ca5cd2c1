"""The factories make rows that agree with themselves."""

import inspect

import pytest

from tests.support import factories

FACTORIES = [
    made
    for name, made in vars(factories).items()
    if inspect.isclass(made) and name.endswith("Factory") and not name.startswith("_")
]


@pytest.mark.django_db
@pytest.mark.parametrize("factory", FACTORIES, ids=lambda made: made.__name__)
def test_each_factory_makes_valid_rows_of_one_organization(factory):
    row = factory()
    row.full_clean()
    organization = getattr(row, "organization_id", None)
    for field in row._meta.fields:
        related = getattr(row, field.name)
        if organization and field.is_relation and hasattr(related, "organization_id"):
            assert related.organization_id == organization, field.name


def test_the_cast_stands_in_two_organizations(alice, bob, carol, dave, request):
    eve, mallory = (request.getfixturevalue(name) for name in ("eve", "mallory"))
    assert {person.organization.slug for person in (alice, bob, carol, dave)} == {"acme"}
    assert {person.organization.slug for person in (eve, mallory)} == {"rival"}
