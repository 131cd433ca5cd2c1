"""Writes the CRM that fits the tenant's mail as CSV files: `python -m sandbox.crm DIR`.

The columns carry Salesforce's field names, with OwnerEmail beside them.
"""

import argparse
import csv
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from sandbox.clock import epoch_of
from sandbox.corpus.companies import FREE_MAIL_ACCOUNT
from sandbox.corpus.crm_records import Crm, make_crm


def write_crm(crm: Crm, folder: Path) -> None:
    """Writes the five files into `folder`, making it where missing."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_accounts(crm, folder)
    _write_people(crm, folder)
    _write_deals(crm, folder)


def _write_accounts(crm: Crm, folder: Path) -> None:
    rows = []
    for account in crm.accounts:
        host = account.company.domain
        website = f"https://{host}" if account.company is FREE_MAIL_ACCOUNT else f"https://www.{host}"
        rows.append((account.id, account.company.name, website, account.owner.email))
    _write(folder / "accounts.csv", ("Id", "Name", "Website", "OwnerEmail"), rows)


def _write_people(crm: Crm, folder: Path) -> None:
    contact_columns = ("Id", "AccountId", "FirstName", "LastName", "Email", "Title", "OwnerEmail")
    contacts = [
        (row.id, row.account_id, row.first_name, row.last_name, ";".join(row.addresses), row.title, row.owner.email)
        for row in crm.contacts
    ]
    _write(folder / "contacts.csv", contact_columns, contacts)
    lead_columns = (
        "Id",
        "FirstName",
        "LastName",
        "Company",
        "Email",
        "Status",
        "IsConverted",
        "ConvertedContactId",
        "OwnerEmail",
    )
    leads = [
        (
            row.id,
            row.first_name,
            row.last_name,
            row.company,
            row.email,
            row.status,
            _flag(value=bool(row.converted_contact_id)),
            row.converted_contact_id,
            row.owner.email,
        )
        for row in crm.leads
    ]
    _write(folder / "leads.csv", lead_columns, leads)


def _write_deals(crm: Crm, folder: Path) -> None:
    columns = (
        "Id",
        "AccountId",
        "Name",
        "StageName",
        "IsClosed",
        "IsWon",
        "Amount",
        "CurrencyIsoCode",
        "CreatedDate",
        "CloseDate",
        "LastModifiedDate",
        "OwnerEmail",
    )
    deals = [
        (
            deal.id,
            deal.account.id,
            deal.name,
            deal.stage,
            _flag(value=deal.is_closed),
            _flag(value=deal.is_won),
            f"{deal.amount}.00",
            deal.account.company.currency,
            _moment(deal.created_at),
            time.strftime("%Y-%m-%d", time.gmtime(deal.closes_at)),
            _moment(deal.modified_at),
            deal.account.owner.email,
        )
        for deal in crm.opportunities
    ]
    _write(folder / "opportunities.csv", columns, deals)
    roles = [
        (deal.id, contact.id, role, _flag(value=number == 0))
        for deal in crm.opportunities
        for number, (contact, role) in enumerate(deal.roles)
    ]
    _write(folder / "opportunity_contact_roles.csv", ("OpportunityId", "ContactId", "Role", "IsPrimary"), roles)


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)


def _flag(*, value: bool) -> str:
    return "true" if value else "false"


def _moment(epoch: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000+0000", time.gmtime(epoch))


def main() -> None:
    """Reads the command line and writes the files."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.crm", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--now", help="the moment the dates hang on, ISO 8601 (default: now)")
    options = parser.parse_args()
    base = epoch_of(options.now) if options.now else int(time.time())
    write_crm(make_crm(options.seed, base), options.folder)
    sys.stdout.write(f"wrote the CRM to {options.folder}\n")


if __name__ == "__main__":
    main()
