"""Customer records from any CRM source into the tables, in batches that each commit whole.

rows ──▶ the records they name are known? ──no──▶ Problem
              │ yes
              └──▶ upsert ──▶ addresses, domains ──▶ what the timeline has to look at again (CustomerChanges)
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from accounts.models import Organization, User, UserAddress
from core.db.unit_of_work import unit_of_work
from crm.domain.changes import CustomerChanges
from crm.domain.csv_rows import (
    AccountRow,
    ContactRoleRow,
    ContactRow,
    LeadRow,
    OpportunityRow,
    Problem,
)
from crm.domain.csv_values import shown
from crm.models import Account, Contact, Lead, Opportunity
from crm.services.contact_roles import set_contact_roles
from crm.services.directory import set_account_websites, set_contact_addresses, set_lead_addresses
from crm.services.upsert import Outcome, Record, upsert

_DEALS_AT_ONCE = 300
Value = TypeVar("Value")
Row = TypeVar("Row", ContactRow, LeadRow, OpportunityRow, ContactRoleRow)


@dataclass(slots=True)
class FileReport:
    """What became of one file, in rows; every row that is not counted is a problem."""

    file: str
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    absent: tuple[str, ...] = ()


class Intake:
    """One import into one organization; `changes` gathers what it changed."""

    def __init__(self, organization: Organization, *, source: str) -> None:
        self._organization = organization
        self._source = source
        self._users = _users(organization)
        self._known: dict[type[Any], dict[str, UUID]] = {}
        self.changes = CustomerChanges(organization.pk)

    def accounts(self, rows: Sequence[AccountRow], report: FileReport) -> None:
        """Write accounts and the corporate domains of their websites."""
        wanted = {row.id: {"name": row.name, "website": row.website, **self._owner(row.owner_email)} for row in rows}

        def write() -> tuple[Outcome[Account], set[str]]:
            outcome = self._upsert(Account, wanted)
            websites = {outcome.ids[row.id]: row.website for row in rows}
            return outcome, set_account_websites(self._organization.pk, websites)

        outcome, domains = unit_of_work(write)
        self._note(Account, outcome, report)
        self.changes.domains |= domains
        self.changes.renamed_accounts |= {row for row, before in outcome.before.items() if "name" in before}

    def contacts(self, rows: Sequence[ContactRow], report: FileReport) -> None:
        """Write contacts and their addresses."""
        known = self._with_known(rows, report, "AccountId", Account, lambda row: row.account_id)
        accounts = self._ids(Account)
        wanted = {
            row.id: {
                "account_id": accounts.get(row.account_id),
                "first_name": row.first_name,
                "last_name": row.last_name,
                "title": row.title,
                **self._owner(row.owner_email),
            }
            for row in known
        }

        def write() -> tuple[Outcome[Contact], set[str]]:
            outcome = self._upsert(Contact, wanted)
            addresses = {outcome.ids[row.id]: row.addresses for row in known}
            return outcome, set_contact_addresses(self._organization.pk, addresses)

        outcome, addresses = unit_of_work(write)
        self._note(Contact, outcome, report)
        self.changes.addresses |= addresses
        self.changes.contacts |= {row for row, before in outcome.before.items() if "account_id" in before}

    def leads(self, rows: Sequence[LeadRow], report: FileReport) -> None:
        """Write leads and their addresses; a converted one points to its contact."""
        known = self._with_known(rows, report, "ConvertedContactId", Contact, lambda row: row.converted_contact_id)
        contacts = self._ids(Contact)
        wanted = {
            row.id: {
                "first_name": row.first_name,
                "last_name": row.last_name,
                "company": row.company,
                "status": row.status,
                "is_converted": row.is_converted,
                "converted_contact_id": contacts.get(row.converted_contact_id) if row.is_converted else None,
                **self._owner(row.owner_email),
            }
            for row in known
        }

        def write() -> tuple[Outcome[Lead], set[str]]:
            outcome = self._upsert(Lead, wanted)
            addresses = {outcome.ids[row.id]: row.addresses for row in known}
            return outcome, set_lead_addresses(self._organization.pk, addresses)

        outcome, addresses = unit_of_work(write)
        self._note(Lead, outcome, report)
        self.changes.addresses |= addresses
        converted = {row for row, before in outcome.before.items() if "converted_contact_id" in before}
        self.changes.addresses |= {each for row in known if outcome.ids[row.id] in converted for each in row.addresses}

    def opportunities(self, rows: Sequence[OpportunityRow], report: FileReport) -> None:
        """Write deals; those that opened, closed or changed hands have their accounts looked at again."""
        known = self._with_known(rows, report, "AccountId", Account, lambda row: row.account_id)
        accounts = self._ids(Account)
        wanted = {
            row.id: {
                "account_id": accounts.get(row.account_id),
                "name": row.name,
                "stage": row.stage,
                "is_closed": row.is_closed,
                "is_won": row.is_won,
                "amount": row.amount,
                "currency": row.currency,
                "crm_created_at": row.created_at,
                "close_date": row.close_date,
                "crm_modified_at": row.modified_at,
                **self._owner(row.owner_email),
            }
            for row in known
        }
        outcome = unit_of_work(lambda: self._upsert(Opportunity, wanted))
        self._note(Opportunity, outcome, report)
        self._note_deals(outcome)

    def contact_roles(self, rows: Sequence[ContactRoleRow], report: FileReport) -> None:
        """Make the deals named in `rows`, which is the whole file, have exactly these roles."""
        known = self._with_known(rows, report, "OpportunityId", Opportunity, lambda row: row.opportunity_id)
        known = self._with_known(known, report, "ContactId", Contact, lambda row: row.contact_id)
        deals, contacts = self._ids(Opportunity), self._ids(Contact)
        by_deal: dict[UUID, dict[tuple[UUID, UUID], tuple[str, bool]]] = defaultdict(dict)
        for row in known:
            deal = deals[row.opportunity_id]
            by_deal[deal][deal, contacts[row.contact_id]] = (row.role, row.is_primary)
        for some in batches(sorted(by_deal), _DEALS_AT_ONCE):
            wanted = {pair: role for deal in some for pair, role in by_deal[deal].items()}
            write = partial(set_contact_roles, self._organization.pk, wanted, is_whole=not report.problems)
            outcome = unit_of_work(write)
            report.new, report.changed = report.new + outcome.new, report.changed + outcome.changed
            report.unchanged += outcome.unchanged
            self.changes.contacts |= outcome.contacts

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

    def _upsert(self, model: type[Record], wanted: Mapping[str, Mapping[str, Any]]) -> Outcome[Record]:
        return upsert(model, self._organization.pk, self._source, wanted)

    def _note(self, model: type[Record], outcome: Outcome[Record], report: FileReport) -> None:
        """Count what was committed, and know its ids."""
        self._ids(model).update(outcome.ids)
        report.new += len(outcome.new)
        report.changed += len(outcome.changed)
        report.unchanged += outcome.unchanged

    def _ids(self, model: type[Any]) -> dict[str, UUID]:
        """The ids of all records of `model` by external id."""
        if model not in self._known:
            rows = model._default_manager.filter(  # noqa: SLF001 - the documented door to a model's rows
                organization=self._organization, source=self._source
            )
            self._known[model] = dict(rows.values_list("external_id", "id"))
        return self._known[model]

    def _with_known(
        self,
        rows: Sequence[Row],
        report: FileReport,
        column: str,
        model: type[Any],
        reference: Callable[[Row], str],
    ) -> list[Row]:
        """The rows whose reference is empty or known; every other is a problem."""
        ids = self._ids(model)
        noun = model._meta.verbose_name  # noqa: SLF001 - Django's documented _meta
        known = []
        for row in rows:
            named = reference(row)
            if not named or named in ids:
                known.append(row)
            else:
                sentence = f"{column} {shown(named)} names no {noun} that was ever imported"
                report.problems.append(Problem(report.file, row.line, sentence))
        return known

    def _owner(self, email: str) -> dict[str, Any]:
        return {"owner_email": email[:254], "owner_id": self._users.get(email)}


def batches(values: Iterable[Value], size: int) -> Iterator[list[Value]]:
    """`values` in lists of at most `size`."""
    remaining = iter(values)
    while some := list(islice(remaining, size)):
        yield some


def _users(organization: Organization) -> dict[str, UUID]:
    """Who is meant by an owner's address: a login or one of its aliases."""
    aliases = dict(UserAddress.objects.filter(organization=organization).values_list("address", "user_id"))
    return aliases | dict(User.objects.filter(organization=organization).values_list("email", "id"))
