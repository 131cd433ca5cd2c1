"""Customer records from any CRM into the tables, in batches that each commit whole.

records ──▶ the ones that they name are known? ──no──▶ Refusal, to the source that gave the record
              │ yes
              └──▶ upsert ──▶ addresses, domains ──▶ what the timeline has to look at again (CustomerChanges)
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from accounts.models import Organization, User, UserAddress
from core.chunks import chunks
from core.db.unit_of_work import unit_of_work
from crm.domain.changes import CustomerChanges
from crm.domain.records import (
    AccountRecord,
    ContactRecord,
    ContactRoleRecord,
    LeadRecord,
    OpportunityRecord,
    Reference,
    Refusal,
)
from crm.models import Account, Contact, Lead, Opportunity
from crm.services.contact_roles import set_contact_roles
from crm.services.deal_history import note_changes
from crm.services.directory import set_account_websites, set_contact_addresses, set_lead_addresses
from crm.services.upsert import Outcome, Row, upsert

_DEALS_AT_ONCE = 300
Value = TypeVar("Value")
Record = TypeVar("Record", ContactRecord, LeadRecord, OpportunityRecord, ContactRoleRecord)


@dataclass(frozen=True, slots=True)
class Written:
    """What became of some records: how many were new, changed and unchanged; the others were refused."""

    new: int
    changed: int
    unchanged: int
    refused: tuple[Refusal, ...] = ()


class Intake:
    """One import into one organization; `changes` gathers what it changed."""

    def __init__(self, organization: Organization, *, source: str) -> None:
        self._organization = organization
        self._source = source
        self._users = _users(organization)
        self._known: dict[type[Any], dict[str, UUID]] = {}
        self.changes = CustomerChanges(organization.pk)

    def accounts(self, records: Sequence[AccountRecord]) -> Written:
        """Write accounts and the corporate domains of their websites."""
        wanted = {
            record.external_id: {"name": record.name, "website": record.website, **self._owner(record.owner_email)}
            for record in records
        }

        def write() -> tuple[Outcome[Account], set[str]]:
            outcome = self._upsert(Account, wanted)
            websites = {outcome.ids[record.external_id]: record.website for record in records}
            return outcome, set_account_websites(self._organization.pk, websites)

        outcome, domains = unit_of_work(write)
        self.changes.domains |= domains
        self.changes.renamed_accounts |= {row for row, before in outcome.before.items() if "name" in before}
        return self._written(Account, outcome)

    def contacts(self, records: Sequence[ContactRecord]) -> Written:
        """Write contacts and their addresses."""
        known, refused = self._sorted_out(records, Account, Reference.ACCOUNT, lambda record: record.account_id)
        accounts = self._ids(Account)
        wanted = {
            record.external_id: {
                "account_id": accounts.get(record.account_id),
                "first_name": record.first_name,
                "last_name": record.last_name,
                "title": record.title,
                **self._owner(record.owner_email),
            }
            for record in known
        }

        def write() -> tuple[Outcome[Contact], set[str]]:
            outcome = self._upsert(Contact, wanted)
            addresses = {outcome.ids[record.external_id]: record.addresses for record in known}
            return outcome, set_contact_addresses(self._organization.pk, addresses)

        outcome, addresses = unit_of_work(write)
        self.changes.addresses |= addresses
        self.changes.contacts |= {row for row, before in outcome.before.items() if "account_id" in before}
        return self._written(Contact, outcome, refused)

    def leads(self, records: Sequence[LeadRecord]) -> Written:
        """Write leads and their addresses; a converted one points to its contact."""
        known, refused = self._sorted_out(
            records, Contact, Reference.CONVERTED_CONTACT, lambda record: record.converted_contact_id
        )
        contacts = self._ids(Contact)
        wanted = {
            record.external_id: {
                "first_name": record.first_name,
                "last_name": record.last_name,
                "company": record.company,
                "status": record.status,
                "is_converted": record.is_converted,
                "converted_contact_id": contacts.get(record.converted_contact_id) if record.is_converted else None,
                **self._owner(record.owner_email),
            }
            for record in known
        }

        def write() -> tuple[Outcome[Lead], set[str]]:
            outcome = self._upsert(Lead, wanted)
            addresses = {outcome.ids[record.external_id]: record.addresses for record in known}
            return outcome, set_lead_addresses(self._organization.pk, addresses)

        outcome, addresses = unit_of_work(write)
        converted = {row for row, before in outcome.before.items() if "converted_contact_id" in before}
        theirs = (record.addresses for record in known if outcome.ids[record.external_id] in converted)
        self.changes.addresses |= addresses.union(*theirs)
        return self._written(Lead, outcome, refused)

    def opportunities(self, records: Sequence[OpportunityRecord]) -> Written:
        """Write deals and their history; those that opened, closed or moved have their accounts looked at again."""
        known, refused = self._sorted_out(records, Account, Reference.ACCOUNT, lambda record: record.account_id)
        accounts = self._ids(Account)
        wanted = {
            record.external_id: {
                "account_id": accounts.get(record.account_id),
                "name": record.name,
                "stage": record.stage,
                "is_closed": record.is_closed,
                "is_won": record.is_won,
                "amount": record.amount,
                "currency": record.currency,
                "crm_created_at": record.created_at,
                "close_date": record.close_date,
                "crm_modified_at": record.modified_at,
                **self._owner(record.owner_email),
            }
            for record in known
        }

        def write() -> Outcome[Opportunity]:
            outcome = self._upsert(Opportunity, wanted)
            note_changes(outcome.changed, outcome.before)
            return outcome

        outcome = unit_of_work(write)
        self._note_deals(outcome)
        return self._written(Opportunity, outcome, refused)

    def contact_roles(self, records: Sequence[ContactRoleRecord], *, is_whole: bool) -> Written:
        """Make the deals named in `records` have exactly these roles.

        All roles of a deal come in one call. No deal loses one where `is_whole` is false, because the source could not
        read some, or where one is refused.
        """
        known, nowhere = self._sorted_out(
            records, Opportunity, Reference.OPPORTUNITY, lambda record: record.opportunity_id
        )
        known, of_nobody = self._sorted_out(known, Contact, Reference.CONTACT, lambda record: record.contact_id)
        refused = (*nowhere, *of_nobody)
        deals, contacts = self._ids(Opportunity), self._ids(Contact)
        by_deal: dict[UUID, dict[tuple[UUID, UUID], tuple[str, bool]]] = defaultdict(dict)
        for record in known:
            deal = deals[record.opportunity_id]
            by_deal[deal][deal, contacts[record.contact_id]] = (record.role, record.is_primary)
        new = changed = unchanged = 0
        for some in chunks(sorted(by_deal), _DEALS_AT_ONCE):
            wanted = {pair: role for deal in some for pair, role in by_deal[deal].items()}
            write = partial(set_contact_roles, self._organization.pk, wanted, is_whole=is_whole and not refused)
            outcome = unit_of_work(write)
            new, changed, unchanged = new + outcome.new, changed + outcome.changed, unchanged + outcome.unchanged
            self.changes.contacts |= outcome.contacts
        return Written(new, changed, unchanged, refused)

    def _note_deals(self, outcome: Outcome[Opportunity]) -> None:
        moving = {"is_closed", "close_date", "crm_created_at", "owner_id", "account_id"}
        for deal in outcome.new:
            self._look_again_at(deal.account_id)
        for deal in outcome.changed:
            before = outcome.before[deal.pk]
            if moving & before.keys():
                self._look_again_at(deal.account_id, before.get("account_id"))
                self.changes.deals.add(deal.pk)

    def _look_again_at(self, *accounts: UUID | None) -> None:
        self.changes.accounts |= {account for account in accounts if account is not None}

    def _upsert(self, model: type[Row], wanted: Mapping[str, Mapping[str, Any]]) -> Outcome[Row]:
        return upsert(model, self._organization.pk, self._source, wanted)

    def _written(self, model: type[Row], outcome: Outcome[Row], refused: tuple[Refusal, ...] = ()) -> Written:
        """Count what was committed, and know its ids."""
        self._ids(model).update(outcome.ids)
        return Written(len(outcome.new), len(outcome.changed), outcome.unchanged, refused)

    def _ids(self, model: type[Any]) -> dict[str, UUID]:
        """The ids of all records of `model` by external id."""
        if model not in self._known:
            rows = model._default_manager.filter(  # noqa: SLF001 - the documented door to a model's rows
                organization=self._organization, source=self._source
            )
            self._known[model] = dict(rows.values_list("external_id", "id"))
        return self._known[model]

    def _sorted_out(
        self, records: Sequence[Record], model: type[Any], reference: Reference, named: Callable[[Record], str]
    ) -> tuple[list[Record], tuple[Refusal, ...]]:
        """The records whose reference is empty or known; every other is refused."""
        ids = self._ids(model)
        known = [record for record in records if not named(record) or named(record) in ids]
        strange = (record for record in records if named(record) and named(record) not in ids)
        return known, tuple(Refusal(record, reference, named(record)) for record in strange)

    def _owner(self, email: str) -> dict[str, Any]:
        return {"owner_email": email[:254], "owner_id": self._users.get(email)}


def _users(organization: Organization) -> dict[str, UUID]:
    """Who is meant by an owner's address: a login or one of its aliases."""
    aliases = dict(UserAddress.objects.filter(organization=organization).values_list("address", "user_id"))
    return aliases | dict(User.objects.filter(organization=organization).values_list("email", "id"))
