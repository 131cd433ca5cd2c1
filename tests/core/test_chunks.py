"""Many values come in short lists, each once and in order."""

from hypothesis import given
from hypothesis import strategies as st

from core.chunks import chunks


@given(st.lists(st.integers()), st.integers(1, 7))
def test_every_value_comes_once_in_order_and_every_list_but_the_last_is_full(values, size):
    some = list(chunks(iter(values), size))
    assert [value for each in some for value in each] == values
    assert all(len(each) == size for each in some[:-1])
    assert all(0 < len(each) <= size for each in some)
