"""What the timeline's tests share."""

import pytest

pytest.register_assert_rewrite("tests.timeline.searching")


@pytest.fixture
def server():
    """Elasticsearch's client, with no index of ours before and after; for tests that run where there is one."""
    from timeline.documents import ALIAS
    from timeline.search.elastic import breaker, client

    elasticsearch = client()

    def clean():
        for index in elasticsearch.indices.get(index=f"{ALIAS}*", expand_wildcards="all"):
            elasticsearch.indices.delete(index=index)
        breaker.reset()

    clean()
    yield elasticsearch
    clean()
