"""The five files of a CRM export, row by row: Salesforce's field names become typed rows, or problems in sentences.

accounts.csv            Id,Name,Website,OwnerEmail
contacts.csv            Id,AccountId,FirstName,LastName,Email,Title,OwnerEmail
leads.csv               Id,FirstName,LastName,Company,Email,Status,IsConverted,ConvertedContactId,OwnerEmail
opportunities.csv       Id,AccountId,Name,StageName,IsClosed,IsWon,Amount,CurrencyIsoCode,CreatedDate,CloseDate,
                        LastModifiedDate,OwnerEmail
opportunity_contact_roles.csv   OpportunityId,ContactId,Role,IsPrimary

Upper and lower case of the headers and their order are free; other columns are passed over.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Generic, TypeVar

from crm.domain.csv_reading import BrokenRecord, Record, read_records
from crm.domain.csv_values import (
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

Row_co = TypeVar("Row_co", covariant=True)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a line of a file; line 0 is the file as a whole."""

    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{place}: {self.sentence}."


@dataclass(frozen=True, slots=True)
class AccountRow:
    line: int
    id: str
    name: str
    website: str
    owner_email: str

    @property
    def key(self) -> tuple[str, ...]:
        return (self.id,)


@dataclass(frozen=True, slots=True)
class ContactRow:
    line: int
    id: str
    account_id: str
    first_name: str
    last_name: str
    addresses: tuple[str, ...]
    title: str
    owner_email: str

    @property
    def key(self) -> tuple[str, ...]:
        return (self.id,)


@dataclass(frozen=True, slots=True)
class LeadRow:
    line: int
    id: str
    first_name: str
    last_name: str
    company: str
    addresses: tuple[str, ...]
    status: str
    is_converted: bool
    converted_contact_id: str
    owner_email: str

    @property
    def key(self) -> tuple[str, ...]:
        return (self.id,)


@dataclass(frozen=True, slots=True)
class OpportunityRow:
    line: int
    id: str
    account_id: str
    name: str
    stage: str
    is_closed: bool
    is_won: bool
    amount: Decimal | None
    currency: str
    created_at: datetime
    close_date: date | None
    modified_at: datetime
    owner_email: str

    @property
    def key(self) -> tuple[str, ...]:
        return (self.id,)


@dataclass(frozen=True, slots=True)
class ContactRoleRow:
    line: int
    opportunity_id: str
    contact_id: str
    role: str
    is_primary: bool

    @property
    def key(self) -> tuple[str, ...]:
        return (self.opportunity_id, self.contact_id)


class Cells:
    """The cells of one record by column name; a cell that cannot be understood raises ValueError with a sentence."""

    def __init__(self, places: Mapping[str, int], values: tuple[str, ...]) -> None:
        self._places = places
        self._values = values

    def raw(self, column: str) -> str:
        place = self._places.get(column.lower())
        return "" if place is None else self._values[place]

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
class FileKind(Generic[Row_co]):
    """One of the five files: which columns it must have, which it may lack, and how a record becomes a row."""

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    make: Callable[[int, Cells], Row_co]


def _account(line: int, cells: Cells) -> AccountRow:
    return AccountRow(
        line=line,
        id=cells.read("Id", identifier_of),
        name=cells.name("Name", 255),
        website=cells.text("Website", 255),
        owner_email=cells.read("OwnerEmail", address_of),
    )


def _contact(line: int, cells: Cells) -> ContactRow:
    return ContactRow(
        line=line,
        id=cells.read("Id", identifier_of),
        account_id=cells.text("AccountId", 100),
        first_name=cells.text("FirstName", 120),
        last_name=cells.text("LastName", 120),
        addresses=cells.read("Email", addresses_of),
        title=cells.text("Title", 200),
        owner_email=cells.read("OwnerEmail", address_of),
    )


def _lead(line: int, cells: Cells) -> LeadRow:
    return LeadRow(
        line=line,
        id=cells.read("Id", identifier_of),
        first_name=cells.text("FirstName", 120),
        last_name=cells.text("LastName", 120),
        company=cells.text("Company", 255),
        addresses=cells.read("Email", addresses_of),
        status=cells.text("Status", 80),
        is_converted=cells.read("IsConverted", flag_of),
        converted_contact_id=cells.text("ConvertedContactId", 100),
        owner_email=cells.read("OwnerEmail", address_of),
    )


def _opportunity(line: int, cells: Cells) -> OpportunityRow:
    created_at = cells.read("CreatedDate", moment_of)
    return OpportunityRow(
        line=line,
        id=cells.read("Id", identifier_of),
        account_id=cells.text("AccountId", 100),
        name=cells.name("Name", 255),
        stage=cells.text("StageName", 80),
        is_closed=cells.read("IsClosed", flag_of),
        is_won=cells.read("IsWon", flag_of),
        amount=cells.read("Amount", amount_of),
        currency=cells.read("CurrencyIsoCode", currency_of),
        created_at=created_at,
        close_date=cells.read("CloseDate", day_of),
        modified_at=cells.read("LastModifiedDate", moment_of) if cells.raw("LastModifiedDate").strip() else created_at,
        owner_email=cells.read("OwnerEmail", address_of),
    )


def _contact_role(line: int, cells: Cells) -> ContactRoleRow:
    return ContactRoleRow(
        line=line,
        opportunity_id=cells.read("OpportunityId", identifier_of),
        contact_id=cells.read("ContactId", identifier_of),
        role=cells.text("Role", 80),
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


def read_rows(kind: FileKind[Row_co], lines: Iterable[str]) -> Iterator[Row_co | Problem]:
    """Every row of a file and every problem with it, in the order of the lines.

    `lines` are decoded with `surrogateescape`, so that one byte that is not UTF-8 spoils one line.
    """
    records = read_records(lines)
    header = next(records, None)
    if header is None:
        yield Problem(kind.name, 0, "the file is empty: its first line names the columns")
        return
    places, problem = _places(kind, header)
    if problem is not None:
        yield problem
        return
    width = len(header.values) if isinstance(header, Record) else 0
    for record in records:
        yield _row(kind, places, width, record)


def _places(kind: FileKind[Row_co], header: Record | BrokenRecord) -> tuple[dict[str, int], Problem | None]:
    if isinstance(header, BrokenRecord):
        return {}, Problem(kind.name, header.line, header.sentence)
    names = [_plain(name) for name in header.values]
    places = {name: place for place, name in enumerate(names) if name}
    missing = [column for column in kind.required if column.lower() not in places]
    wanted = {column.lower() for column in (*kind.required, *kind.optional)}
    twice = sorted({name for name in names if name in wanted and names.count(name) > 1})
    if missing:
        sentence = f"the first line lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}"
        if len(names) == 1 and any(mark in header.values[0] for mark in ";\t|"):
            sentence += ": the columns must be separated by commas"
        return {}, Problem(kind.name, header.line, sentence)
    if twice:
        return {}, Problem(kind.name, header.line, f"the first line names a column twice: {', '.join(twice)}")
    return places, None


def absent_columns(kind: FileKind[object], header: str) -> tuple[str, ...]:
    """Which optional columns the first line does not name: they are read as empty."""
    named = {_plain(name) for name in header.split(",")}
    return tuple(column for column in kind.optional if column.lower() not in named)


def _plain(name: str) -> str:
    return name.removeprefix("\ufeff").strip().strip('"').strip().lower()


def _row(
    kind: FileKind[Row_co], places: Mapping[str, int], width: int, record: Record | BrokenRecord
) -> Row_co | Problem:
    if isinstance(record, BrokenRecord):
        return Problem(kind.name, record.line, record.sentence)
    if len(record.values) != width:
        sentence = f"it has {len(record.values)} values where the first line names {width} columns"
        return Problem(kind.name, record.line, sentence)
    for value in record.values:
        if "\x00" in value:
            return Problem(kind.name, record.line, "it holds a NUL byte")
        if not value.isascii() and any("\ud800" <= each <= "\udfff" for each in value):
            return Problem(kind.name, record.line, "it is not UTF-8: save the file in that encoding")
    try:
        return kind.make(record.line, Cells(places, record.values))
    except ValueError as error:
        return Problem(kind.name, record.line, str(error))
