"""The five files of a CRM export: what stands under Salesforce's field names becomes a record.

accounts.csv            Id,Name,Website,OwnerEmail
contacts.csv            Id,AccountId,FirstName,LastName,Email,Title,OwnerEmail
leads.csv               Id,FirstName,LastName,Company,Email,Status,IsConverted,ConvertedContactId,OwnerEmail
opportunities.csv       Id,AccountId,Name,StageName,IsClosed,IsWon,Amount,CurrencyIsoCode,CreatedDate,CloseDate,
                        LastModifiedDate,OwnerEmail
opportunity_contact_roles.csv   OpportunityId,ContactId,Role,IsPrimary

Upper and lower case of the headers and their order are free; other columns are passed over.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from crm.domain.records import (
    LONGEST_ID,
    LONGEST_LABEL,
    LONGEST_NAME,
    LONGEST_PERSON_NAME,
    LONGEST_TITLE,
    AccountRecord,
    ContactRecord,
    ContactRoleRecord,
    LeadRecord,
    OpportunityRecord,
    Reference,
)
from crm.sources.csv.values import (
    address_of,
    addresses_of,
    amount_of,
    currency_of,
    day_of,
    flag_of,
    identifier_of,
    moment_of,
    text_of,
)

Record_co = TypeVar("Record_co", covariant=True)
Value = TypeVar("Value")


class Cells:
    """The cells of one record by column name; a cell that cannot be understood raises ValueError with a sentence."""

    def __init__(self, columns: Iterable[str], values: Iterable[str]) -> None:
        self._cells = dict(zip(columns, values, strict=True))

    def raw(self, column: str) -> str:
        return self._cells.get(column.lower(), "")

    def read(self, column: str, meaning: Callable[[str], Value]) -> Value:
        try:
            return meaning(self.raw(column))
        except ValueError as error:
            raise ValueError(f"{column} {error}") from None

    def text(self, column: str, longest: int) -> str:
        return self.read(column, lambda raw: text_of(raw, longest))

    def name(self, column: str, longest: int) -> str:
        """Text that may not be empty."""
        text = self.text(column, longest)
        if not text:
            raise ValueError(f"{column} is empty")
        return text


@dataclass(frozen=True, slots=True)
class FileKind(Generic[Record_co]):
    """One of the five files: which columns it must have, which it may lack, and how its cells become a record."""

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    make: Callable[[Cells], Record_co]


def _account(cells: Cells) -> AccountRecord:
    return AccountRecord(
        external_id=cells.read("Id", identifier_of),
        name=cells.name("Name", LONGEST_NAME),
        website=cells.text("Website", LONGEST_NAME),
        owner_email=cells.read("OwnerEmail", address_of),
    )


def _contact(cells: Cells) -> ContactRecord:
    return ContactRecord(
        external_id=cells.read("Id", identifier_of),
        account_id=cells.text("AccountId", LONGEST_ID),
        first_name=cells.text("FirstName", LONGEST_PERSON_NAME),
        last_name=cells.text("LastName", LONGEST_PERSON_NAME),
        addresses=cells.read("Email", addresses_of),
        title=cells.text("Title", LONGEST_TITLE),
        owner_email=cells.read("OwnerEmail", address_of),
    )


def _lead(cells: Cells) -> LeadRecord:
    return LeadRecord(
        external_id=cells.read("Id", identifier_of),
        first_name=cells.text("FirstName", LONGEST_PERSON_NAME),
        last_name=cells.text("LastName", LONGEST_PERSON_NAME),
        company=cells.text("Company", LONGEST_NAME),
        addresses=cells.read("Email", addresses_of),
        status=cells.text("Status", LONGEST_LABEL),
        is_converted=cells.read("IsConverted", flag_of),
        converted_contact_id=cells.text("ConvertedContactId", LONGEST_ID),
        owner_email=cells.read("OwnerEmail", address_of),
    )


def _opportunity(cells: Cells) -> OpportunityRecord:
    created_at = cells.read("CreatedDate", moment_of)
    return OpportunityRecord(
        external_id=cells.read("Id", identifier_of),
        account_id=cells.text("AccountId", LONGEST_ID),
        name=cells.name("Name", LONGEST_NAME),
        stage=cells.text("StageName", LONGEST_LABEL),
        is_closed=cells.read("IsClosed", flag_of),
        is_won=cells.read("IsWon", flag_of),
        amount=cells.read("Amount", amount_of),
        currency=cells.read("CurrencyIsoCode", currency_of),
        created_at=created_at,
        close_date=cells.read("CloseDate", day_of),
        modified_at=cells.read("LastModifiedDate", moment_of) if cells.raw("LastModifiedDate").strip() else created_at,
        owner_email=cells.read("OwnerEmail", address_of),
    )


def _contact_role(cells: Cells) -> ContactRoleRecord:
    return ContactRoleRecord(
        opportunity_id=cells.read("OpportunityId", identifier_of),
        contact_id=cells.read("ContactId", identifier_of),
        role=cells.text("Role", LONGEST_LABEL),
        is_primary=cells.read("IsPrimary", flag_of),
    )


ACCOUNTS = FileKind("accounts.csv", ("Id", "Name"), ("Website", "OwnerEmail"), _account)
CONTACTS = FileKind(
    "contacts.csv", ("Id", "Email"), ("AccountId", "FirstName", "LastName", "Title", "OwnerEmail"), _contact
)
LEADS = FileKind(
    "leads.csv",
    ("Id", "Email"),
    ("FirstName", "LastName", "Company", "Status", "IsConverted", "ConvertedContactId", "OwnerEmail"),
    _lead,
)
OPPORTUNITIES = FileKind(
    "opportunities.csv",
    ("Id", "AccountId", "Name", "IsClosed", "CreatedDate"),
    ("StageName", "IsWon", "Amount", "CurrencyIsoCode", "CloseDate", "LastModifiedDate", "OwnerEmail"),
    _opportunity,
)
CONTACT_ROLES = FileKind(
    "opportunity_contact_roles.csv", ("OpportunityId", "ContactId"), ("Role", "IsPrimary"), _contact_role
)
ALL_FILES: tuple[FileKind[object], ...] = (ACCOUNTS, CONTACTS, LEADS, OPPORTUNITIES, CONTACT_ROLES)

NAMED: Mapping[Reference, tuple[str, str]] = {
    Reference.ACCOUNT: ("AccountId", "account"),
    Reference.CONTACT: ("ContactId", "contact"),
    Reference.CONVERTED_CONTACT: ("ConvertedContactId", "contact"),
    Reference.OPPORTUNITY: ("OpportunityId", "opportunity"),
}
"""The column that names another record, and what it names."""
