"""`among` answers as Django's `in`, a prepared question as its query, and rows are written as by `bulk_create`."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from pytest_django import DjangoAssertNumQueries

from accounts.models import MicrosoftConnection
from core.db.bulk import Prepared, insert_rows
from crm.models import Opportunity, PersonAddress
from tests.support.factories import (
    AccountFactory,
    ContactFactory,
    EngagementFactory,
    MicrosoftConnectionFactory,
    OpportunityFactory,
    OrganizationFactory,
)
from timeline.domain.vocabulary import Kind, ParticipantRole
from timeline.models import Engagement, Participant

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
        lambda addresses: PersonAddress.objects.filter(address__among=addresses).values_list("address")
    )
    assert [*question.ask(addresses=[hostile, "nobody@globex.example"])] == [(hostile,)]
    assert list(PersonAddress.objects.filter(address__among={hostile}).values_list("address", flat=True)) == [hostile]


def test_a_prepared_question_is_built_once_and_answers_as_its_query_does() -> None:
    rows = _stored()
    built: list[int] = []

    def deals(organization: Any, accounts: Any, ids: Any) -> QuerySet[Opportunity, tuple[UUID, UUID | None, datetime]]:
        built.append(1)
        is_theirs = Q(account_id__among=accounts) | Q(id__among=ids)
        ours = Opportunity.objects.filter(is_theirs, organization__among=organization)
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
        lambda organization: Opportunity.objects.filter(organization__among=organization).values_list("id")
    )
    with pytest.raises(KeyError, match="organization"):
        question.ask()


def test_a_value_that_is_compared_otherwise_is_a_defect_and_not_a_word() -> None:
    question: Prepared[tuple[UUID]] = Prepared(
        lambda organization, names: Opportunity.objects.filter(
            organization__among=organization, name=names
        ).values_list("id")
    )
    with pytest.raises(TypeError, match="Not compared by `among`: names"):
        question.ask(organization=uuid4(), names="Renewal")


def test_values_are_made_ready_by_the_column_that_they_are_compared_with() -> None:
    rows = _stored()
    question: Prepared[tuple[UUID]] = Prepared(
        lambda ids, since: Opportunity.objects.filter(id__among=ids, crm_created_at__among=since).values_list("id")
    )
    there = rows[0][2].astimezone(ZoneInfo("Asia/Kathmandu"))
    assert list(question.ask(ids=str(rows[0][0]), since=[there])) == [(rows[0][0],)]
    assert list(question.ask(ids=[rows[0][0]], since=rows[0][2])) == [(rows[0][0],)]


def test_moments_are_asked_for_as_they_are_stored() -> None:
    rows = _stored()
    moments = {rows[0][2], rows[0][2].astimezone(UTC), datetime(1999, 1, 1, tzinfo=UTC)}
    assert rows[0][0] in set(Opportunity.objects.filter(crm_created_at__among=moments).values_list("id", flat=True))


def _like(engagement: Engagement, number: int) -> Engagement:
    """Another engagement with the same columns, for another mail."""
    columns = {field.attname: getattr(engagement, field.attname) for field in Engagement._meta.concrete_fields}
    del columns["id"]
    return Engagement(**{**columns, "external_id": f"mail {number}"})


def _columns(engagement: Engagement) -> dict[str, object]:
    own = {"id", "external_id", "recorded_at", "changed_at"}
    return {
        name: value
        for name, value in Engagement.objects.filter(pk=engagement.pk).values()[0].items()
        if name not in own
    }


def test_every_column_is_written_as_bulk_create_writes_it() -> None:
    pattern = EngagementFactory(subject="Ünïcode % %s", assignment_candidates=["a", "b"])
    one, other = _like(pattern, 1), _like(pattern, 2)
    Engagement.objects.bulk_create([one])
    insert_rows(Engagement, [other])
    assert _columns(other) == _columns(one)


def test_rows_that_share_a_value_and_rows_that_do_not_keep_their_own() -> None:
    pattern = EngagementFactory()
    first, second, third = (_like(pattern, number) for number in range(3))
    first.assignment_candidates, second.assignment_candidates = ["a"], ["b"]
    first.assignment_certain, second.assignment_certain, third.assignment_certain = True, False, True
    first.subject, second.subject, third.subject = "1", "2", "1"
    insert_rows(Engagement, [first, second, third])
    rows = [_columns(each) for each in (first, second, third)]
    assert [row["assignment_candidates"] for row in rows] == [["a"], ["b"], pattern.assignment_candidates]
    assert [row["assignment_certain"] for row in rows] == [True, False, True]
    assert [row["subject"] for row in rows] == ["1", "2", "1"]


def test_generated_ids_are_given_by_the_database() -> None:
    engagement = EngagementFactory()
    addresses = [f"{number}@globex.example" for number in range(3)]
    insert_rows(
        Participant,
        [
            Participant(
                organization=engagement.organization,
                engagement=engagement,
                role=ParticipantRole.CC,
                position=position,
                address=address,
            )
            for position, address in enumerate(addresses)
        ],
    )
    rows = Participant.objects.filter(engagement=engagement, address__in=addresses).order_by("position")
    assert [row.address for row in rows] == addresses
    assert len({row.pk for row in rows}) == len(addresses)


def test_what_another_wrote_first_is_an_integrity_error() -> None:
    pattern = EngagementFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(Engagement, [_like(pattern, 1), _like(pattern, 1)])
    assert Engagement.objects.count() == 1


def test_no_rows_ask_nothing_of_the_database(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        insert_rows(Engagement, [])


def test_ids_and_times_are_written_whatever_form_they_come_in() -> None:
    pattern = EngagementFactory()
    given, spelled = _like(pattern, 1), _like(pattern, 2)
    spelled.organization_id, spelled.occurred_at = str(spelled.organization_id), spelled.occurred_at.isoformat()
    insert_rows(Engagement, [given, spelled])
    assert _columns(spelled) == _columns(given)
    times = Engagement.objects.filter(pk__in=[given.pk, spelled.pk]).values_list("recorded_at", "changed_at")
    assert [*times] == [(given.recorded_at, given.changed_at)] * 2


def test_a_secret_is_not_written_where_its_row_is_not_looked_at() -> None:
    connection = MicrosoftConnectionFactory(token_cache="secret")
    MicrosoftConnection.objects.all().delete()
    with pytest.raises(TypeError, match="sealed"):
        insert_rows(MicrosoftConnection, [connection])
    MicrosoftConnection.objects.bulk_create([connection])
    assert MicrosoftConnection.objects.get().token_cache == "secret"


def test_what_a_row_leaves_out_has_the_models_default_row_by_row() -> None:
    known = EngagementFactory()
    row = {"organization_id": known.organization_id, "kind": Kind.CALL, "occurred_at": known.occurred_at}
    insert_rows(Engagement, [{**row, "external_id": "a"}, {**row, "external_id": "b", "notes": "Called back."}])
    written = Engagement.objects.filter(external_id__in=["a", "b"])
    assert len({row.pk for row in written}) == 2
    assert {(row.notes, row.kind, row.hidden_at, row.assignment_candidates == []) for row in written} == {
        ("", Kind.CALL, None, True),
        ("Called back.", Kind.CALL, None, True),
    }


def test_a_name_that_is_no_columns_is_told_before_anything_is_written() -> None:
    known = EngagementFactory()
    row = {"organization_id": known.organization_id, "kind": Kind.CALL, "occurred_at": known.occurred_at}
    with pytest.raises(TypeError, match="opportunity"):
        insert_rows(Engagement, [row, {**row, "opportunity": None}])
    assert Engagement.objects.get() == known


def test_a_moment_is_the_same_moment_whatever_zone_it_was_given_in() -> None:
    pattern = EngagementFactory()
    moment = datetime(2026, 11, 20, 10, 30, 15, 123456, tzinfo=UTC)
    zones = (UTC, ZoneInfo("UTC"), ZoneInfo("Asia/Kathmandu"))
    rows = [_like(pattern, number) for number, _ in enumerate(zones)]
    for row, zone in zip(rows, zones, strict=True):
        row.occurred_at = moment.astimezone(zone)
    insert_rows(Engagement, rows)
    assert {row.occurred_at for row in Engagement.objects.filter(pk__in=[row.pk for row in rows])} == {moment}
