"""The directory kept equal to the records: addresses of people, domains of accounts, and a note of what came and went.

A DirectoryChange stands for every address or domain that nobody had before, or nobody has after (F20).
"""

from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar
from uuid import UUID

from django.db.models import Model

from crm.domain.domains import corporate_domain
from crm.models import AccountDomain, DirectoryChange, PersonAddress

_AT_ONCE = 500
Pair = tuple[UUID, str]
Row = TypeVar("Row", PersonAddress, AccountDomain)


def set_contact_addresses(organization_id: UUID, addresses: Mapping[UUID, Collection[str]]) -> set[str]:
    """Make these contacts have exactly these normalized addresses; which addresses came or went."""
    return _set(PersonAddress, "contact_id", "address", organization_id, addresses)


def set_lead_addresses(organization_id: UUID, addresses: Mapping[UUID, Collection[str]]) -> set[str]:
    """The same for leads."""
    return _set(PersonAddress, "lead_id", "address", organization_id, addresses)


def set_account_websites(organization_id: UUID, websites: Mapping[UUID, str]) -> set[str]:
    """Make these accounts stand under the corporate domains of their websites alone; which domains came or went."""
    domains = {account: corporate_domain(website) for account, website in websites.items()}
    wanted = {account: [domain] if domain else [] for account, domain in domains.items()}
    return _set(AccountDomain, "account_id", "domain", organization_id, wanted)


def _set(
    model: type[Row], owner: str, column: str, organization_id: UUID, wanted: Mapping[UUID, Collection[str]]
) -> set[str]:
    rows = model._default_manager.filter(  # noqa: SLF001 - the documented door to a model's rows
        organization_id=organization_id, **{f"{owner}__in": list(wanted)}
    )
    standing: dict[Pair, int] = {(getattr(row, owner), getattr(row, column)): row.pk for row in rows}
    needed: set[Pair] = {(record, value) for record, values in wanted.items() for value in values}
    gone = [standing[pair] for pair in standing.keys() - needed]
    new: list[Pair] = sorted(needed - standing.keys())
    touched = {value for _, value in {*(standing.keys() - needed), *new}}
    if not touched:
        return touched
    known_before = _known(model, column, organization_id, touched)
    model._default_manager.filter(pk__in=gone).delete()  # noqa: SLF001 - as above
    model._default_manager.bulk_create(  # noqa: SLF001 - as above
        [model(organization_id=organization_id, **{owner: record, column: value}) for record, value in new],
        batch_size=_AT_ONCE,
    )
    known_after = _known(model, column, organization_id, touched)
    _note(organization_id, column, known_after - known_before, known_before - known_after)
    return touched


def _known(model: type[Model], column: str, organization_id: UUID, values: Iterable[str]) -> set[str]:
    rows = model._default_manager.filter(  # noqa: SLF001 - as above
        organization_id=organization_id, **{f"{column}__in": list(values)}
    )
    return set(rows.values_list(column, flat=True))


def _note(organization_id: UUID, column: str, came: Collection[str], went: Collection[str]) -> None:
    changes = [(value, True) for value in sorted(came)] + [(value, False) for value in sorted(went)]
    DirectoryChange.objects.bulk_create(
        [
            DirectoryChange(organization_id=organization_id, added=is_added, **{column: value})
            for value, is_added in changes
        ],
        batch_size=_AT_ONCE,
    )
