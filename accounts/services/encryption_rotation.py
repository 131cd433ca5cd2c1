"""Re-encrypts every secret at rest with the newest key, so that older keys can be retired."""

from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import ExpressionWrapper, F, Value

from accounts.fields import EncryptedTextField
from accounts.portions import in_portions

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
    keys = [Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS]
    newest, all_keys = keys[0], MultiFernet(keys)
    tally = RotationTally(f"{model._meta.label}.{name}")  # noqa: SLF001 - as above
    rows = (
        model._default_manager.annotate(stored_text=ExpressionWrapper(F(name), output_field=_RAW))  # noqa: SLF001
        .exclude(stored_text="")
        .exclude(stored_text__isnull=True)
    )
    for batch in in_portions(rows.values_list("pk", "stored_text", named=True), batch_size):
        for pk, stored in batch:
            if _opens(newest, stored):
                tally.already_newest += 1
            elif not _opens(all_keys, stored):
                tally.unreadable += 1
            else:
                rewritten = Value(all_keys.rotate(stored.encode("ascii")).decode("ascii"), output_field=_RAW)
                tally.rotated += rows.filter(pk=pk, stored_text=stored).update(**{name: rewritten})
    return tally


def _opens(key: Fernet | MultiFernet, stored: str) -> bool:
    try:
        key.decrypt(stored.encode("ascii"))
    except (InvalidToken, UnicodeEncodeError):
        return False
    return True
