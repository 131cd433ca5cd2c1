"""Columns with a promise of their own: text encrypted at rest, and names that compare as people expect."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.query_utils import DeferredAttribute

from core.encryption import Place, seal, unseal

if TYPE_CHECKING:
    _CharField = models.CharField[str, str]
    _TextField = models.TextField[str, str]
else:
    _CharField, _TextField = models.CharField, models.TextField

_NAME_COLLATION = {"mysql": "utf8mb4_unicode_520_ci", "sqlite": "NOCASE"}
"""The database itself compares bytes (docs/decisions/0003); only names do not."""


def choices(words: type[Any]) -> list[tuple[str, str]]:
    """A StrEnum as Django choices: `needs_sign_in` reads "Needs sign in", unless the word has a label of its own."""
    return [(word.value, getattr(word, "label", word.value.replace("_", " ").capitalize())) for word in words]


class NameField(_CharField):
    """A person's, company's or deal's name: ordered and compared without regard to case."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        parameters: dict[str, Any] = dict(super().db_parameters(connection))
        parameters["collation"] = _NAME_COLLATION.get(connection.vendor)
        return parameters


class Sealed(str):
    """A secret as it stands in the table."""

    __slots__ = ()


class _OpenedWhenRead(DeferredAttribute):
    """A secret is opened when it is asked for: only then is its row known, and a page that does not ask stays up."""

    field: "EncryptedTextField"

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        value = super().__get__(instance, owner)
        if isinstance(value, Sealed):
            value = instance.__dict__[self.field.attname] = unseal(value, self.field.place_in(instance))
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(_TextField):
    """Text that stands encrypted in the table, bound to its place there, and in the clear only on the instance.

    `label` names the field for good, whatever becomes of model and table. `row` is the attribute that tells the rows of
    an organization apart and is known before a row is written. Reading the attribute raises
    `core.encryption.UnreadableSecret` where no configured key opens the value in its place.
    """

    descriptor_class = _OpenedWhenRead

    def __init__(self, *args: Any, label: str = "", row: str = "pk", **options: Any) -> None:
        self.label, self.row = label, row
        super().__init__(*args, **options)

    def place_in(self, instance: models.Model) -> Place:
        """Where a secret of `instance` stands."""
        row = getattr(instance, self.row)
        if not self.label or not row:
            raise ValueError(f"{self.model.__name__}.{self.name} has no label, or its row has no id yet.")
        return Place(self.label, str(getattr(instance, "organization_id")), str(row))  # noqa: B009 - each has one

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: ARG002, FBT001 - Django's signature
        return sealed_in(model_instance, **{self.attname: model_instance.__dict__.get(self.attname)})[self.attname]

    def get_prep_value(self, value: Any) -> Any:
        if value and not isinstance(value, Sealed):
            raise TypeError(f"{self.name} is written with its row, or sealed for it by sealed_in().")
        return value and str(value)

    def from_db_value(self, value: str | None, *_: object) -> str | None:
        return Sealed(value) if value else value


def sealed_in(instance: models.Model, **changes: Any) -> dict[str, Any]:
    """`changes` as an UPDATE of the row of `instance` takes them: each secret sealed for its place."""
    fields = {name: instance._meta.get_field(name) for name in changes}  # noqa: SLF001 - Django's documented API
    return {
        name: Sealed(seal(value, field.place_in(instance)))
        if isinstance(field, EncryptedTextField) and value and not isinstance(value, Sealed)
        else value
        for (name, value), field in zip(changes.items(), fields.values(), strict=True)
    }


def is_set(instance: models.Model, name: str) -> bool:
    """Whether a secret stands there at all, opened or not."""
    return bool(instance.__dict__.get(name))
