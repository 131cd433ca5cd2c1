"""Columns with a promise of their own: text encrypted at rest, and names that compare as people expect."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from accounts.encryption import decrypt, encrypt

if TYPE_CHECKING:
    _CharField = models.CharField[str, str]
    _TextField = models.TextField[str, str]
else:
    _CharField, _TextField = models.CharField, models.TextField

_NAME_COLLATION = {"mysql": "utf8mb4_unicode_520_ci", "sqlite": "NOCASE"}
"""The database itself compares bytes (docs/decisions/0003); only names do not."""


class NameField(_CharField):
    """A person's, company's or deal's name: ordered and compared without regard to case."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        parameters: dict[str, Any] = dict(super().db_parameters(connection))
        parameters["collation"] = _NAME_COLLATION.get(connection.vendor)
        return parameters


class EncryptedTextField(_TextField):
    """Text that stands encrypted in the table (MultiFernet) and in the clear only on the instance.

    Raises `accounts.encryption.UnreadableSecret` on load where no configured key opens the value.
    """

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return text if not text else encrypt(text)

    def from_db_value(self, value: str | None, *_: object) -> str | None:
        return value if not value else decrypt(value)
