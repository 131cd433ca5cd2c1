"""What any CRM gives: customers and deals as records that name each other by the CRM's own ids.

account ◀── contact ◀── lead that became one
   ▲           ▲
   └─ opportunity ◀── contact role

A source (crm/sources) makes them and keeps to itself where each one stood; the intake (crm/services/intake) writes.
Texts are stripped and no longer than their limit, addresses normalized, times aware and in UTC. Where the CRM says
nothing a text is empty, so is the id of a record that is not named, and everything else None.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

LONGEST_ID = 100
LONGEST_NAME = 255
LONGEST_PERSON_NAME = 120
"""A first or a last name."""

LONGEST_TITLE = 200
LONGEST_LABEL = 80
"""A stage, a status, a role."""

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRecord:
    """What every record but a role has: its id in the CRM, and whose it is by the owner's address."""

    external_id: str
    owner_email: str

    @property
    def key(self) -> Key:
        """What no two records of one kind share."""
        return (self.external_id,)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRecord(CustomerRecord):
    """A company; its corporate domain is read off `website`, which may be any spelling of one."""

    name: str
    website: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRecord(CustomerRecord):
    """A person at an account; `addresses` are all of theirs, each once."""

    account_id: str
    first_name: str
    last_name: str
    addresses: tuple[str, ...]
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadRecord(CustomerRecord):
    """A prospect; a converted one names the contact that it became."""

    first_name: str
    last_name: str
    company: str
    addresses: tuple[str, ...]
    status: str
    is_converted: bool
    converted_contact_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpportunityRecord(CustomerRecord):
    """A deal: `amount` in units of `currency` (ISO 4217) to the cent, `created_at` and `modified_at` the CRM's own."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRoleRecord:
    """A contact's part in a deal."""

    opportunity_id: str
    contact_id: str
    role: str
    is_primary: bool

    @property
    def key(self) -> Key:
        """What no two roles share."""
        return (self.opportunity_id, self.contact_id)


class Reference(StrEnum):
    """How a record names another."""

    ACCOUNT = "account"
    CONTACT = "contact"
    CONVERTED_CONTACT = "converted contact"
    OPPORTUNITY = "opportunity"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that was not written, since it names another that the CRM never gave: `external_id` as `reference`."""

    record: CustomerRecord | ContactRoleRecord
    reference: Reference
    external_id: str
