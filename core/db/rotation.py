"""Re-encrypts every secret at rest with the newest key, so that older keys can be retired."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from django.apps import apps
from django.db import models
from django.db.models import ExpressionWrapper, F

from core.db.fields import EncryptedTextField, Sealed
from core.db.portions import in_portions
from core.encryption import UnreadableSecret, is_under_newest_key, seal, unseal

_RAW = models.TextField()


@dataclass(slots=True)
class RotationTally:
    """What became of one column's secrets; `unreadable` ones open with none of the keys."""

    column: str
    rotated: int = 0
    already_newest: int = 0
    unreadable: int = 0


def encrypted_columns() -> Iterator[tuple[type[models.Model], str]]:
    """Every encrypted column of every app."""
    for model in apps.get_models():
        for column in model._meta.get_fields():  # noqa: SLF001 - Django's documented Model._meta API
            if isinstance(column, EncryptedTextField):
                yield model, column.name


def rotate_column(model: type[models.Model], name: str, *, batch_size: int = 500) -> RotationTally:
    """Re-encrypt one column in batches; a row that changes meanwhile is left as its writer wrote it.

    The stored text is compared as it is replaced: a token cache refreshed between our read and write must not be lost.
    """
    tally = RotationTally(f"{model._meta.label}.{name}")  # noqa: SLF001 - Django's documented Model._meta API
    field: Any = model._meta.get_field(name)  # noqa: SLF001 - as above
    rows = model._default_manager.annotate(stored_text=ExpressionWrapper(F(name), output_field=_RAW))  # noqa: SLF001
    for batch in in_portions(rows.exclude(stored_text="").exclude(stored_text=None), batch_size):
        for row in cast("list[Any]", batch):
            stored, place = str(row.stored_text), field.place_in(row)
            if is_under_newest_key(stored, place):
                tally.already_newest += 1
                continue
            try:
                rewritten = Sealed(seal(unseal(stored, place), place))
            except UnreadableSecret:
                tally.unreadable += 1
            else:
                tally.rotated += rows.filter(pk=row.pk, stored_text=stored).update(**{name: rewritten})
    return tally
