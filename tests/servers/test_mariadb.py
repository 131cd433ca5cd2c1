"""What the tables and the connection on MariaDB promise, seen on the server itself."""

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.utils import DataError, OperationalError

from crm.models import Account
from tests.support.factories import (
    AccountFactory,
    ContactFactory,
    EmailMessageFactory,
    PersonAddressFactory,
    UserFactory,
)
from timeline.models import EmailMessage

pytestmark = [pytest.mark.services, pytest.mark.django_db]


def rows(statement, *arguments):
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return cursor.fetchall()


def test_every_table_is_transactional_and_compares_bytes():
    tables = rows(
        "SELECT table_name, engine, table_collation FROM information_schema.tables WHERE table_schema = DATABASE()"
    )

    assert len(tables) > 30
    assert {(engine, collation) for _, engine, collation in tables} == {("InnoDB", "utf8mb4_bin")}


def test_only_names_compare_as_people_expect():
    folded = rows(
        "SELECT table_name, column_name, collation_name FROM information_schema.columns"
        " WHERE table_schema = DATABASE() AND collation_name <> 'utf8mb4_bin'"
    )

    assert {collation for *_, collation in folded} == {"utf8mb4_unicode_520_ci"}
    assert {column for _, column, _ in folded} <= {"name", "first_name", "last_name", "company"}


def test_the_session_is_strict_and_reads_what_is_committed():
    ((mode, isolation, packet, charset, collation),) = rows(
        "SELECT @@sql_mode, @@tx_isolation, @@max_allowed_packet, @@character_set_connection, @@collation_connection"
    )

    assert "STRICT_TRANS_TABLES" in mode
    assert isolation == "READ-COMMITTED"
    assert packet >= 64 * 2**20
    assert (charset, collation) == ("utf8mb4", "utf8mb4_bin")


def test_names_sort_and_match_without_regard_to_case_or_accent(acme):
    for name in ("Zimmer", "de Vries", "Ångström", "École"):
        AccountFactory(organization=acme, name=name)

    ordered = Account.objects.filter(organization=acme).order_by("name").values_list("name", flat=True)
    assert list(ordered) == ["Ångström", "de Vries", "École", "Zimmer"]
    assert Account.objects.filter(organization=acme, name="ecole").exists()


@pytest.mark.parametrize(
    "found",
    [
        {"owner_email__iexact": "FRANK@acme.example"},
        {"owner_email__icontains": "NK@ACME"},
        {"owner_email__istartswith": "fRANK"},
        {"owner_email__iendswith": ".EXAMPLE"},
        {"owner_email__iregex": "^frank@"},
        {"name__iexact": "ECOLE"},
        {"name__icontains": "COL"},
    ],
)
def test_what_people_search_for_disregards_case_and_accent_on_every_column(acme, found):
    AccountFactory(organization=acme, name="École", owner_email="Frank@acme.example")

    assert Account.objects.filter(organization=acme, **found).exists()
    assert not Account.objects.filter(organization=acme, owner_email="frank@acme.example").exists()


def test_an_id_can_still_be_searched_by_a_part_of_it(acme):
    assert Account.objects.filter(pk__icontains=str(AccountFactory(organization=acme).pk)[:8]).exists()


def test_two_addresses_that_differ_in_an_accent_are_two(acme):
    contact = ContactFactory(organization=acme)
    PersonAddressFactory(contact=contact, organization=acme, address="josé@globex.example")
    PersonAddressFactory(contact=contact, organization=acme, address="jose@globex.example")

    with pytest.raises(IntegrityError), transaction.atomic():
        PersonAddressFactory(contact=contact, organization=acme, address="jose@globex.example")


def test_text_of_every_script_and_of_a_long_mail_comes_back_whole(acme):
    text = "Grüße 日本語 한국어 עברית 👩🏽‍💻 \x00-free\n" * 50_000
    email = EmailMessageFactory(engagement__organization=acme, organization=acme, text=text)

    assert EmailMessage.objects.get(pk=email.pk).text == text


def test_a_value_too_long_is_refused_and_never_cut(acme):
    with pytest.raises(DataError), transaction.atomic():
        AccountFactory(organization=acme, name="x" * 256)


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_closed_is_replaced_at_the_next_request(client, acme):
    user = UserFactory(organization=acme)
    client.force_login(user)
    ((number,),) = rows("SELECT CONNECTION_ID()")
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute(f"KILL {number}")
    other.close()
    with pytest.raises(OperationalError):
        rows("SELECT 1")

    # A request begins with a look at whether the connection still lives.
    connection.close_if_unusable_or_obsolete()
    assert rows("SELECT 1") == ((1,),)


def test_waiting_for_the_server_ends(acme):
    options = settings.DATABASES["default"]["OPTIONS"]

    assert 0 < options["connect_timeout"] <= 10
    assert 0 < options["read_timeout"] <= 120
    assert 0 < options["write_timeout"] <= 120
