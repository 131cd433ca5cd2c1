"""One small tenant for all tests here, put back to its beginning before each."""

from collections.abc import Iterator

import pytest

from sandbox.testing import SandboxProcess
from tests.sandbox.graph_session import GraphSession

NOW = "2026-11-20T12:00:00Z"


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess(mails=600, now=NOW) as running:
        yield running


@pytest.fixture
def sandbox(running_sandbox: SandboxProcess) -> SandboxProcess:
    running_sandbox.reset()
    return running_sandbox


@pytest.fixture
def rita(sandbox: SandboxProcess) -> Iterator[GraphSession]:
    with GraphSession(sandbox, "rita.lindqvist@acme.example") as session:
        yield session
