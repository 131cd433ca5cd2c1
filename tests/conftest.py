"""What every test may ask for.

The standing cast: alice (admin), bob (manager), carol and dave (reps) of Acme; eve (admin) and mallory (rep) of Rival.
"""

import pytest

from accounts.domain.vocabulary import Role
from accounts.models import Organization, User
from tests.factories import OrganizationFactory, UserFactory


@pytest.fixture
def acme(db: None) -> Organization:
    return OrganizationFactory(name="Acme", slug="acme")


@pytest.fixture
def rival(db: None) -> Organization:
    return OrganizationFactory(name="Rival", slug="rival")


@pytest.fixture
def alice(acme: Organization) -> User:
    return UserFactory(organization=acme, email="alice@acme.example", name="Alice", role=Role.ADMIN)


@pytest.fixture
def bob(acme: Organization) -> User:
    return UserFactory(organization=acme, email="bob@acme.example", name="Bob", role=Role.MANAGER)


@pytest.fixture
def carol(acme: Organization) -> User:
    return UserFactory(organization=acme, email="carol@acme.example", name="Carol", role=Role.REP)


@pytest.fixture
def dave(acme: Organization) -> User:
    return UserFactory(organization=acme, email="dave@acme.example", name="Dave", role=Role.REP)


@pytest.fixture
def eve(rival: Organization) -> User:
    return UserFactory(organization=rival, email="eve@rival.example", name="Eve", role=Role.ADMIN)


@pytest.fixture
def mallory(rival: Organization) -> User:
    return UserFactory(organization=rival, email="mallory@rival.example", name="Mallory", role=Role.REP)
