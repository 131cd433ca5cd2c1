"""Rows that go with what they belong to, without passing through a state that the table forbids.

    CASCADE on MariaDB:   UPDATE row SET contact = NULL  ── breaks "contact or lead"; no DELETE comes
    delete_with_parent:   DELETE row  ──▶  DELETE contact

Where constraints cannot be deferred, Django empties a nullable column before it deletes the row. A row that has to name
one of two parents is never allowed to name none.
"""

from collections.abc import Iterable

from django.db import models
from django.db.models.deletion import Collector


def delete_with_parent(
    collector: Collector,
    field: "models.ForeignKey[models.Model, models.Model]",
    sub_objs: Iterable[models.Model],
    using: str,
) -> None:
    """An `on_delete` for a nullable foreign key under a check constraint: children first, then the parent."""
    del using
    collector.collect(
        sub_objs,  # type: ignore[arg-type] # Django itself hands a query set to its handlers
        source=field.remote_field.model,
        source_attr=field.name,
        nullable=False,
        fail_on_restricted=False,
    )
