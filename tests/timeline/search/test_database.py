"""Search as the database answers it."""

import pytest

from tests.timeline.search.searching import SearchTests


class TestDatabaseSearch(SearchTests):
    """The tests of tests/timeline/search/searching.py."""

    @pytest.fixture(autouse=True)
    def no_search_server(self, settings):
        settings.ELASTICSEARCH_URL = ""

    def test_a_search_is_one_query(self, carol, django_assert_num_queries):
        with django_assert_num_queries(1):
            self.found(carol, 'renewal "price list" jane@globex.example')
