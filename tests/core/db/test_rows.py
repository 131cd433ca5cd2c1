"""Rows written by one statement are the rows that `bulk_create` writes."""

from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from accounts.models import MicrosoftConnection
from core.db.bulk import insert_rows, insert_tuples
from tests.factories import EngagementFactory, MicrosoftConnectionFactory
from timeline.domain.vocabulary import Kind, ParticipantRole
from timeline.models import Engagement, Participant

pytestmark = pytest.mark.django_db


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
    pattern = EngagementFactory(subject="Ünïcode % %s", association_candidates=["a", "b"])
    one, other = _like(pattern, 1), _like(pattern, 2)
    Engagement.objects.bulk_create([one])
    insert_rows([other])
    assert _columns(other) == _columns(one)
    assert not other._state.adding


def test_rows_that_share_a_value_and_rows_that_do_not_keep_their_own() -> None:
    pattern = EngagementFactory()
    first, second, third = (_like(pattern, number) for number in range(3))
    first.association_candidates, second.association_candidates = ["a"], ["b"]
    first.association_certain, second.association_certain, third.association_certain = True, False, True
    first.subject, second.subject, third.subject = "1", "2", "1"
    insert_rows([first, second, third])
    rows = [_columns(each) for each in (first, second, third)]
    assert [row["association_candidates"] for row in rows] == [["a"], ["b"], pattern.association_candidates]
    assert [row["association_certain"] for row in rows] == [True, False, True]
    assert [row["subject"] for row in rows] == ["1", "2", "1"]


def test_generated_ids_are_given_by_the_database() -> None:
    engagement = EngagementFactory()
    addresses = [f"{number}@globex.example" for number in range(3)]
    insert_rows(
        [
            Participant(
                organization=engagement.organization,
                engagement=engagement,
                role=ParticipantRole.CC,
                position=position,
                address=address,
            )
            for position, address in enumerate(addresses)
        ]
    )
    rows = Participant.objects.filter(engagement=engagement, address__in=addresses).order_by("position")
    assert [row.address for row in rows] == addresses
    assert len({row.pk for row in rows}) == len(addresses)


def test_what_another_wrote_first_is_an_integrity_error() -> None:
    pattern = EngagementFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows([_like(pattern, 1), _like(pattern, 1)])
    assert Engagement.objects.count() == 1


def test_no_rows_ask_nothing_of_the_database(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        insert_rows([])


def test_ids_and_times_are_written_whatever_form_they_come_in() -> None:
    pattern = EngagementFactory()
    given, spelled = _like(pattern, 1), _like(pattern, 2)
    spelled.organization_id, spelled.occurred_at = str(spelled.organization_id), spelled.occurred_at.isoformat()
    insert_rows([given, spelled])
    assert _columns(spelled) == _columns(given)
    times = Engagement.objects.filter(pk__in=[given.pk, spelled.pk]).values_list("recorded_at", "changed_at")
    assert [*times] == [(given.recorded_at, given.changed_at)] * 2


def test_a_secret_is_not_written_where_its_row_is_not_looked_at() -> None:
    connection = MicrosoftConnectionFactory(token_cache="secret")
    MicrosoftConnection.objects.all().delete()
    with pytest.raises(TypeError, match="sealed"):
        insert_rows([connection])
    MicrosoftConnection.objects.bulk_create([connection])
    assert MicrosoftConnection.objects.get().token_cache == "secret"


def test_what_a_tuple_leaves_out_has_the_models_default_row_by_row() -> None:
    class Row(NamedTuple):
        organization_id: UUID
        kind: Kind
        external_id: str
        occurred_at: datetime

    known = EngagementFactory()
    insert_tuples(Engagement, [Row(known.organization_id, Kind.CALL, name, known.occurred_at) for name in ("a", "b")])
    written = Engagement.objects.filter(external_id__in=["a", "b"])
    assert len({row.pk for row in written}) == 2
    assert {(row.kind, row.notes, row.hidden_at, row.association_candidates == []) for row in written} == {
        (Kind.CALL, "", None, True)
    }


def test_a_moment_is_the_same_moment_whatever_zone_it_was_given_in() -> None:
    pattern = EngagementFactory()
    moment = datetime(2026, 11, 20, 10, 30, 15, 123456, tzinfo=UTC)
    zones = (UTC, ZoneInfo("UTC"), ZoneInfo("Asia/Kathmandu"))
    rows = [_like(pattern, number) for number, _ in enumerate(zones)]
    for row, zone in zip(rows, zones, strict=True):
        row.occurred_at = moment.astimezone(zone)
    insert_rows(rows)
    assert {row.occurred_at for row in Engagement.objects.filter(pk__in=[row.pk for row in rows])} == {moment}
