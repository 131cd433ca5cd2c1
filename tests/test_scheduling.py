"""Tests that share a running product come to one parallel worker."""

import pytest

from tests.support.scheduling import unit_of


@pytest.mark.parametrize(
    ("nodeid", "unit"),
    [
        ("tests/processes/test_promises.py::test_a", "tests/processes/test_promises.py"),
        ("tests/processes/test_promises.py::test_b[a::b]", "tests/processes/test_promises.py"),
        ("tests/journeys/test_pages.py::test_c[dark-True]", "tests/journeys/test_pages.py"),
        (
            "tests/crm/domain/test_domains.py::test_d[tests/processes/]",
            "tests/crm/domain/test_domains.py::test_d[tests/processes/]",
        ),
    ],
)
def test_a_file_of_processes_or_journeys_is_one_unit_and_any_other_test_its_own(nodeid, unit):
    assert unit_of(nodeid) == unit
