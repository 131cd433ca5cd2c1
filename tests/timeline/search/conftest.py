"""What the timeline's tests share."""

import pytest

pytest.register_assert_rewrite("tests.timeline.search.searching")
