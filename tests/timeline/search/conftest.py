"""What every way to search is tried with."""

import pytest

pytest.register_assert_rewrite("tests.timeline.search.searching")
