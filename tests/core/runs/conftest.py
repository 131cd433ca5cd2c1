"""The tables of the toy producer, which no app of the product has."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from tests.core.runs.toy import Feed, FeedRunRow


@pytest.fixture(scope="session")
def toy_tables(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        with connection.schema_editor() as editor:
            editor.create_model(Feed)
            editor.create_model(FeedRunRow)
        yield
        with connection.schema_editor() as editor:
            editor.delete_model(FeedRunRow)
            editor.delete_model(Feed)


@pytest.fixture
def feed(toy_tables: None, db: None) -> Iterator[Feed]:
    """A feed that is switched on and was never read; however its test ends, nobody holds it."""
    row = Feed.objects.create()
    yield row
    assert Feed.objects.values_list("claim", "claimed_until").get() == ("", None)
    FeedRunRow.objects.all().delete()  # no app of the product has them, so nothing else does
    Feed.objects.all().delete()
