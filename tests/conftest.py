"""What every test may ask for.

The standing cast: alice (admin), bob (manager), carol and dave (reps) of Acme; eve (admin) and mallory (rep) of Rival.
"""

import os
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from pytest_django.fixtures import Settings

from accounts.domain.vocabulary import Role
from accounts.models import Organization, User
from accounts.reading import Reading, reading
from sandbox.testing import SandboxProcess
from tests.support.factories import OrganizationFactory, UserFactory
from tests.support.left_out import pytest_terminal_summary  # noqa: F401 - a hook, lent to pytest here
from tests.support.scheduling import (  # noqa: F401 - likewise
    pytest_collection_modifyitems,
    pytest_xdist_auto_num_workers,
    pytest_xdist_make_scheduler,
)
from tests.support.telling import pytest_configure  # noqa: F401 - likewise
from tests.support.waiting import PATIENCE

_PHASES = set(hypothesis.Phase) - ({hypothesis.Phase.shrink} if os.environ.get("ANY_EXAMPLE_WILL_DO") else set())
"""tools/guards.py asks only whether a property falls, and a smallest example takes minutes to find."""

# how long an example takes says more about the machine than about the code
hypothesis.settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], phases=_PHASES
)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="module")
def witnessed() -> Iterator[Reading]:
    """Texts may be taken out in this module's tests without a request around them."""
    with reading() as read:
        yield read


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


@pytest.fixture(scope="session")
def sandbox() -> Iterator[SandboxProcess]:
    """The sandbox tenant in a process of its own, one for all tests of a worker."""
    with SandboxProcess(mails=300, days=30) as process:
        yield process


@pytest.fixture
def tenant(sandbox: SandboxProcess, settings: Settings) -> SandboxProcess:
    """The sandbox as freshly started, with the product pointed at it."""
    sandbox.reset()
    settings.MICROSOFT_CLIENT_ID = sandbox.client_id
    settings.MICROSOFT_CLIENT_SECRET = sandbox.client_secret
    settings.MICROSOFT_AUTHORITY = sandbox.authority
    settings.MICROSOFT_GRAPH_URL = sandbox.graph_url
    settings.MICROSOFT_CA_BUNDLE = sandbox.ca_path
    return sandbox


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Elasticsearch's client, with no index of ours before and after; for tests that run where there is one.

    However busy the machine is, it is waited for: on an installation the database is asked after three seconds.
    """
    from timeline.documents import ALIAS
    from timeline.search import elastic
    from timeline.search.elastic import breaker, client

    monkeypatch.setattr(elastic, "_ANSWER_WITHIN_SECONDS", PATIENCE)
    elasticsearch = client()

    def clean() -> None:
        for index in elasticsearch.indices.get(index=f"{ALIAS}*", expand_wildcards="all"):
            elasticsearch.indices.delete(index=index)
        breaker.reset()

    clean()
    yield elasticsearch
    clean()
