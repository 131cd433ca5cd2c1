"""`import_crm`: every row of a folder of CSV files is imported or reported, and a second run changes nothing."""

import io
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from accounts.domain.vocabulary import Role
from crm.models import (
    Account,
    AccountDomain,
    Contact,
    DirectoryChange,
    Lead,
    Opportunity,
    OpportunityContactRole,
    PersonAddress,
)
from crm.selectors import directory_for
from crm.sources.csv.parse import ALL_FILES

RECORDS = (Account, Contact, Opportunity, PersonAddress, DirectoryChange)
HEADERS = {
    "accounts": "Id,Name,Website,OwnerEmail",
    "contacts": "Id,AccountId,FirstName,LastName,Email,Title,OwnerEmail",
    "leads": "Id,FirstName,LastName,Company,Email,Status,IsConverted,ConvertedContactId,OwnerEmail",
    "opportunities": (
        "Id,AccountId,Name,StageName,IsClosed,IsWon,Amount,CurrencyIsoCode,CreatedDate,CloseDate,LastModifiedDate,OwnerEmail"
    ),
    "opportunity_contact_roles": "OpportunityId,ContactId,Role,IsPrimary",
}
GLOBEX = "001,Globex,https://www.globex.example/,carol@acme.example"
JANE = "003,001,Jane,Doe,jane@globex.example;J.Doe@Globex.Example,CFO,dave@acme.example"
DEAL = (
    "006,001,Renewal,Proposal,false,false,12500.5,EUR,"
    "2026-10-01T08:00:00.000+0000,2026-12-31,2026-11-01,carol@acme.example"
)


@pytest.fixture
def folder(tmp_path):
    """Writes files by name; a list of rows gets its header, text and bytes stand as they are."""

    def write(**files):
        for name, rows in files.items():
            content = "\n".join([HEADERS[name], *rows]) + "\n" if isinstance(rows, list) else rows
            raw = content if isinstance(content, bytes) else content.encode()
            (tmp_path / f"{name}.csv").write_bytes(raw)
        return tmp_path

    return write


def run(path, organization="acme"):
    """The exit status and all that was printed."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("import_crm", str(path), organization=organization, stdout=out, stderr=err)
    except SystemExit as end:
        return end.code, out.getvalue() + err.getvalue()
    return 0, out.getvalue() + err.getvalue()


@pytest.mark.django_db
def test_headers_are_those_of_the_contract():
    assert {kind.name.removesuffix(".csv"): {*kind.required, *kind.optional} for kind in ALL_FILES} == {
        name: set(header.split(",")) for name, header in HEADERS.items()
    }


def test_a_whole_folder_is_imported(acme, carol, dave, folder):
    path = folder(
        accounts=[GLOBEX],
        contacts=[JANE],
        leads=["00Q,Jo,Roe,Initech,jo@initech.example,Open,false,,carol@acme.example"],
        opportunities=[DEAL],
        opportunity_contact_roles=["006,003,Decision Maker,true"],
    )
    status, said = run(path)
    assert status == 0, said
    account, contact, lead, deal = (
        Account.objects.get(),
        Contact.objects.get(),
        Lead.objects.get(),
        Opportunity.objects.get(),
    )
    assert (account.name, account.owner, account.organization) == ("Globex", carol, acme)
    assert (contact.account, contact.owner, contact.title) == (account, dave, "CFO")
    assert set(contact.addresses.values_list("address", flat=True)) == {"jane@globex.example", "j.doe@globex.example"}
    assert (lead.company, lead.addresses.get().address) == ("Initech", "jo@initech.example")
    assert (deal.amount, deal.currency, deal.account) == (Decimal("12500.50"), "EUR", account)
    assert deal.crm_created_at.isoformat() == "2026-10-01T08:00:00+00:00"
    assert OpportunityContactRole.objects.get().contact == contact
    assert AccountDomain.objects.get().domain == "globex.example"


def test_a_second_import_changes_nothing(acme, carol, folder):
    path = folder(accounts=[GLOBEX], contacts=[JANE], opportunities=[DEAL])
    run(path)
    before = [list(model.objects.order_by("pk").values()) for model in RECORDS]
    status, said = run(path)
    assert (status, "1 new" in said) == (0, False)
    after = [list(model.objects.order_by("pk").values()) for model in RECORDS]
    assert after == before


def test_changed_rows_are_changed_and_keep_their_id(acme, carol, folder):
    run(folder(accounts=[GLOBEX], contacts=[JANE], opportunities=[DEAL]))
    ids = Opportunity.objects.get().id
    closed = DEAL.replace("Proposal,false,false", "Won,true,true")
    run(folder(accounts=["001,Globex AG,globex.de,"], opportunities=[closed]))
    deal = Opportunity.objects.get()
    assert (deal.id, deal.is_closed, deal.is_won, deal.stage) == (ids, True, True, "Won")
    account = Account.objects.get()
    assert (account.name, account.owner, account.domains.get().domain) == ("Globex AG", None, "globex.de")


def test_what_enters_and_leaves_the_directory_is_noted_for_late_match(acme, folder):
    run(folder(accounts=[GLOBEX], contacts=[JANE]))
    assert set(DirectoryChange.objects.values_list("address", "domain", "added")) == {
        ("jane@globex.example", "", True),
        ("j.doe@globex.example", "", True),
        ("", "globex.example", True),
    }
    DirectoryChange.objects.all().delete()
    twin = "004,001,John,Doe,jane@globex.example,,"
    run(folder(accounts=["001,Globex,globex.de,"], contacts=["003,001,Jane,Doe,jane@globex.de,CFO,", twin]))
    assert set(DirectoryChange.objects.values_list("address", "domain", "added")) == {
        ("jane@globex.de", "", True),
        ("j.doe@globex.example", "", False),
        ("", "globex.de", True),
        ("", "globex.example", False),
    }


def test_a_converted_lead_stands_for_its_contact(acme, folder):
    run(
        folder(
            accounts=[GLOBEX], contacts=["003,001,Jane,Doe,,,"], leads=["00Q,Jane,Doe,,jane@globex.example,Open,0,,"]
        )
    )
    directory = directory_for(acme, ["jane@globex.example", "jane+news@globex.example"])
    assert directory.people["jane@globex.example"][0].lead == Lead.objects.get().id
    run(folder(leads=["00Q,Jane,Doe,,jane@globex.example,Closed,true,003,"]))
    directory = directory_for(acme, ["jane@globex.example", "jane+news@globex.example"])
    [party] = directory.people["jane+news@globex.example"]
    contact = Contact.objects.get()
    assert (party.contact, party.lead, party.account) == (contact.id, None, contact.account_id)


def test_owners_are_known_by_alias_and_linked_once_they_have_a_login(acme, carol, folder):
    from accounts.services.people import create_user
    from tests.support.factories import UserAddressFactory

    UserAddressFactory(user=carol, address="caroline@acme.example")
    run(folder(accounts=["1,A,,Caroline@Acme.example", "2,B,,zoe@acme.example"]))
    assert Account.objects.get(external_id="1").owner == carol
    assert Account.objects.get(external_id="2").owner is None
    zoe = create_user(organization=acme, email="zoe@acme.example", password="a long enough one 7", role=Role.REP)
    assert Account.objects.get(external_id="2").owner == zoe


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ("9,Bad,not an address in,x,y,z", "6 values where the first line names 4 columns"),
        (",No id,,", "Id is empty"),
        ("9,,,", "Name is empty"),
        ("1,Again,,", "the Id “1” stands on line 2 already"),
        ("9," + "x" * 256 + ",,", "Name has 256 characters; at most 255 fit"),
        ("9,Bad,,nobody at all", "OwnerEmail “nobody at all” is not an email address"),
        ("9,B\x00ad,,", "it holds a NUL byte"),
        ('9,"Bad"ly,,', "text after a closing quotation mark"),
        ('9,"Bad,,', "quotation mark is opened and never closed"),
        (b"9,Caf\xe9,,", "it is not UTF-8"),
        ("9," + "x" * 200_000 + ",,", "a value is longer than 131,072 characters"),
    ],
)
def test_a_bad_account_is_reported_by_line_and_the_good_ones_imported(acme, folder, bad, words):
    raw = bad if isinstance(bad, bytes) else bad.encode()
    path = folder(accounts=HEADERS["accounts"].encode() + b"\n1,First,,\n" + raw + b"\n3,Last,,\n")
    status, said = run(path)
    assert status == 1
    assert words in said
    assert "accounts.csv, line 3:" in said
    assert set(Account.objects.values_list("name", flat=True)) == {"First", "Last"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("12500.5", "1,250"), "13 values where the first line names 12 columns"),
        (("12500.5", "about 7"), "Amount “about 7” is not an amount such as 12500.00"),
        (("12500.5", "NaN"), "Amount “NaN” is not an amount"),
        (("12500.5", "1e30"), "more than 16 digits"),
        (("2026-10-01T08:00:00.000+0000", "01/10/2026"), "CreatedDate “01/10/2026” is not a date and time"),
        (("2026-10-01T08:00:00.000+0000", ""), "CreatedDate is empty"),
        (("2026-10-01T08:00:00.000+0000", "0001-01-01T00:00:00+14:00"), "CreatedDate"),
        (("2026-12-31", "31.12.2026"), "CloseDate “31.12.2026” is not a date such as 2026-11-20"),
        (("EUR", "Euro"), "CurrencyIsoCode “Euro” is not a currency code"),
        (("false,false", "maybe,false"), "IsClosed “maybe” is neither true nor false"),
        (("006,001", "006,999"), "AccountId “999” names no account that was ever imported"),
    ],
)
def test_a_bad_deal_is_reported_with_its_column(acme, folder, change, words):
    path = folder(accounts=[GLOBEX], opportunities=[DEAL.replace(*change), DEAL.replace("006", "007")])
    status, said = run(path)
    assert status == 1
    assert "opportunities.csv, line 2:" in said
    assert words in said
    assert Opportunity.objects.get().external_id == "007"


@pytest.mark.parametrize("number", ["1.25E4", "12500", " 12500.004 ", "+12500.0"])
def test_amounts_as_data_loaders_write_them(acme, folder, number):
    run(folder(accounts=[GLOBEX], opportunities=[DEAL.replace("12500.5", number)]))
    assert Opportunity.objects.get().amount == Decimal(12500)


def test_one_bad_address_among_several_is_reported(acme, folder):
    rows = ["003,,Jane,Doe,jane@globex.example;oops,,", "004,,Jo,Roe, jo@globex.example ; ;,,"]
    status, said = run(folder(contacts=rows))
    assert status == 1
    assert "contacts.csv, line 2: Email “oops” is not an email address." in said
    assert PersonAddress.objects.get().address == "jo@globex.example"


def test_every_problem_of_every_file_is_listed(acme, folder):
    path = folder(
        accounts=["1,,,", "1,A,,", "2,B,,oops"],
        contacts=["3,404,J,D,,,", "4,1,J,D,x,,"],
        leads=["5,J,D,,,,true,404,"],
        opportunity_contact_roles=["404,3,,", "6,404,,yes"],
    )
    status, said = run(path)
    assert status == 1
    assert said.count(", line ") == 7
    assert "7 lines were not imported" in said


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffId,Name,Website,OwnerEmail\r\n1,Globex,globex.example,\r\n",
        " id , NAME,extra,website,owneremail\n1,Globex,whatever,globex.example,\n\n\n",
        '\ufeff"Id","Name","Website","OwnerEmail"\r"1","Globex","globex.example",""',
        "OwnerEmail,Website,Name,Id\n,globex.example,Globex,1",
    ],
)
def test_files_as_spreadsheets_write_them(acme, folder, text):
    status, said = run(folder(accounts=text))
    assert status == 0, said
    account = Account.objects.get()
    assert (account.external_id, account.name, account.domains.get().domain) == ("1", "Globex", "globex.example")


def test_quoted_values_may_hold_commas_quotes_and_line_breaks(acme, folder):
    status, _ = run(folder(accounts='Id,Name,Website,OwnerEmail\r\n1,"Globex, ""the"" firm\r\nof Ulm",,\r\n2,B,,\r\n'))
    assert status == 0
    assert Account.objects.get(external_id="1").name == 'Globex, "the" firm\r\nof Ulm'
    assert Account.objects.count() == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"Name,Website\nGlobex,\n", "lacks the column Id"),
        (b"Id;Name;Website;OwnerEmail\n1;Globex;;\n", "must be separated by commas"),
        ("Id,Name\n1,Globex\n".encode("utf-16"), "UTF-16: save it as UTF-8"),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00", "lacks the columns Id, Name"),
        (b"Id,Id,Name\n1,1,Globex\n", "names a column twice: id"),
    ],
)
def test_a_file_that_cannot_be_read_at_all_says_why_and_others_go_on(acme, folder, content, words):
    status, said = run(folder(accounts=content, leads=["00Q,Jo,Roe,,jo@initech.example,,,,"]))
    assert status == 1
    assert words in said
    assert Lead.objects.count() == 1


def test_columns_that_are_missing_but_not_needed_are_told(acme, folder):
    status, said = run(folder(accounts="Id,Name\n1,Globex\n"))
    assert status == 0
    assert "has no column Website, OwnerEmail: read as empty" in said


def test_roles_of_a_deal_are_replaced_by_a_file_that_is_whole(acme, folder):
    people = ["003,001,Jane,Doe,,,", "004,001,Jo,Roe,,,"]
    run(folder(accounts=[GLOBEX], contacts=people, opportunities=[DEAL]))
    run(folder(opportunity_contact_roles=["006,003,Boss,true"]))
    run(folder(opportunity_contact_roles=["006,004,User,false", "006,404,,"]))
    assert OpportunityContactRole.objects.count() == 2
    run(folder(opportunity_contact_roles=["006,004,User,true"]))
    role = OpportunityContactRole.objects.get()
    assert (role.contact.external_id, role.is_primary) == ("004", True)


def test_records_that_a_later_file_does_not_name_stay(acme, folder):
    run(folder(accounts=[GLOBEX, "002,Initech,,"]))
    run(folder(accounts=["002,Initech,,"]))
    assert Account.objects.count() == 2


def test_organizations_do_not_share_ids_records_or_owners(acme, rival, carol, folder):
    path = folder(accounts=[GLOBEX], contacts=[JANE])
    run(path)
    run(path, organization="rival")
    assert Account.objects.filter(external_id="001").count() == 2
    assert Account.objects.get(organization=rival).owner is None
    assert Contact.objects.get(organization=rival).account == Account.objects.get(organization=rival)
    only = folder(contacts=["999,001,X,Y,,,"])
    Account.objects.filter(organization=rival).delete()
    (only / "accounts.csv").unlink()
    status, said = run(only, organization="rival")
    assert (status, "names no account" in said) == (1, True)


def test_a_wrong_folder_or_organization_is_a_sentence(acme, tmp_path):
    with pytest.raises(CommandError, match="holds none of accounts"):
        run(tmp_path)
    with pytest.raises(CommandError, match="is not a folder"):
        run(tmp_path / "missing")
    with pytest.raises(CommandError, match="There is no organization “nobody”"):
        run(tmp_path, organization="nobody")


def test_an_import_takes_few_queries_a_thousand_rows(acme, folder, django_assert_max_num_queries):
    rows = [f"A{n},Customer {n},customer{n}.example," for n in range(1000)]
    people = [f"C{n},A{n},Jane,Doe {n},jane{n}@customer{n}.example,," for n in range(1000)]
    path = folder(accounts=rows, contacts=people)
    with django_assert_max_num_queries(80):
        assert run(path)[0] == 0
    assert PersonAddress.objects.count() == AccountDomain.objects.count() == 1000
