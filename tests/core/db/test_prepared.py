"""Questions with many values: `among` answers as Django's `in` does, and a prepared one as the query that it was."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from django.db.models import CharField, Q, QuerySet, UUIDField

from core.db.bulk import Given, Prepared
from crm.models import Opportunity, PersonAddress
from tests.factories import AccountFactory, ContactFactory, OpportunityFactory, OrganizationFactory

pytestmark = pytest.mark.django_db


def _stored() -> list[tuple[UUID, UUID | None, datetime]]:
    organization = OrganizationFactory()
    for _ in range(3):
        OpportunityFactory(organization=organization, account=AccountFactory(organization=organization))
    return list(Opportunity.objects.order_by("id").values_list("id", "account_id", "crm_created_at"))


def test_among_finds_what_in_finds_by_ids_and_by_those_that_a_column_refers_to() -> None:
    rows = _stored()
    for column, values in (("id", {row[0] for row in rows[:2]}), ("account_id", {row[1] for row in rows[1:]})):
        found = Opportunity.objects.filter(**{f"{column}__among": values})
        assert set(found) == set(Opportunity.objects.filter(**{f"{column}__in": values}))
        assert found.count() == 2


def test_among_takes_words_as_people_write_them_in_code() -> None:
    rows = _stored()
    as_text = [str(rows[0][0]), str(rows[0][0]), None]
    assert Opportunity.objects.filter(id__among=as_text).count() == 1


def test_nothing_is_among_no_values_and_everything_is_not() -> None:
    rows = _stored()
    for none in ([], set[UUID](), [None]):
        assert not Opportunity.objects.filter(id__among=none).exists()
        assert Opportunity.objects.filter(Q(id__among=none) | Q(id=rows[0][0])).count() == 1
        assert Opportunity.objects.exclude(id__among=none).count() == len(rows)


def test_an_address_may_hold_whatever_the_language_of_the_database_is_written_in() -> None:
    contact = ContactFactory()
    hostile = "o'hara%s%%?\"--@globex.example"
    PersonAddress.objects.create(organization=contact.organization, contact=contact, address=hostile)
    question: Prepared[tuple[str]] = Prepared(
        lambda: PersonAddress.objects.filter(address__among=Given("addresses", CharField())).values_list("address")
    )
    assert [*question.ask(addresses=[hostile, "nobody@globex.example"])] == [(hostile,)]
    assert list(PersonAddress.objects.filter(address__among={hostile}).values_list("address", flat=True)) == [hostile]


def test_a_prepared_question_is_built_once_and_answers_as_its_query_does() -> None:
    rows = _stored()
    built: list[int] = []

    def deals() -> QuerySet[Opportunity, tuple[UUID, UUID | None, datetime]]:
        built.append(1)
        is_theirs = Q(account_id__among=Given("accounts", UUIDField())) | Q(id__among=Given("ids", UUIDField()))
        ours = Opportunity.objects.filter(is_theirs, organization=Given("organization", UUIDField()))
        return ours.order_by("id").values_list("id", "account_id", "crm_created_at")

    question = Prepared(deals)
    organization = Opportunity.objects.values_list("organization_id", flat=True)[0]

    def ask(accounts: list[UUID | None], ids: list[UUID]) -> list[tuple[UUID, UUID | None, datetime]]:
        return list(question.ask(organization=organization, accounts=accounts, ids=ids))

    assert ask([rows[0][1], None], [rows[2][0], rows[2][0]]) == [rows[0], rows[2]]
    assert ask([], [rows[1][0]]) == [rows[1]]
    assert ask([], []) == []
    assert list(question.ask(organization=uuid4(), accounts=[], ids=[rows[1][0]])) == []
    assert len(built) == 1
    assert all(row[2].tzinfo is not None for row in ask([rows[0][1]], []))


def test_a_question_that_lacks_a_value_is_a_defect() -> None:
    question: Prepared[tuple[UUID]] = Prepared(
        lambda: Opportunity.objects.filter(organization=Given("organization", UUIDField())).values_list("id")
    )
    with pytest.raises(KeyError, match="organization"):
        question.ask()


def test_moments_are_asked_for_as_they_are_stored() -> None:
    rows = _stored()
    moments = {rows[0][2], rows[0][2].astimezone(UTC), datetime(1999, 1, 1, tzinfo=UTC)}
    assert rows[0][0] in set(Opportunity.objects.filter(crm_created_at__among=moments).values_list("id", flat=True))
