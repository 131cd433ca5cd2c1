"""Each change of a deal in the CRM is kept with its time, and told by page and API (F35)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from crm.domain.history import COLUMNS, LONGEST_VALUE, TrackedField, as_text, as_value, moment_of_change
from crm.domain.records import OpportunityRecord
from crm.models import Opportunity, OpportunityChange
from crm.selectors.deal_history import MOST_CHANGES, history_of, in_stage_since
from crm.services.intake import Intake
from tests.support.api_client import client_of

API = "/api/v1"
CREATED = datetime(2026, 10, 1, 8, tzinfo=UTC)
NOTICED = datetime(2026, 11, 20, 12, tzinfo=UTC)


def deal(modified_at=CREATED, **fields):
    standing: dict[str, Any] = {
        "stage": "Proposal",
        "amount": Decimal("12.50"),
        "currency": "EUR",
        "close_date": date(2026, 12, 31),
        "owner_email": "carol@acme.example",
        "is_closed": False,
        "is_won": False,
    }
    return OpportunityRecord(
        external_id="O1",
        account_id="",
        name="Renewal",
        created_at=CREATED,
        modified_at=modified_at,
        **(standing | fields),
    )


@pytest.fixture
def read(acme):
    """Reads the deal from the CRM at a moment; returns it."""
    intake = Intake(acme, source="salesforce")

    def read(record, at=NOTICED):
        with time_machine.travel(at, tick=False):
            intake.opportunities([record])
        return Opportunity.objects.get()

    return read


CHANGES = {
    "stage": ("Negotiation", "Proposal", "Negotiation"),
    "amount": (Decimal(20000), "12.50", "20000.00"),
    "currency": ("USD", "EUR", "USD"),
    "close_date": (date(2027, 1, 15), "2026-12-31", "2027-01-15"),
    "owner_email": ("queue@acme.example", "carol@acme.example", "queue@acme.example"),
}


def test_every_field_that_is_followed_is_tried_here():
    assert set(CHANGES) == set(COLUMNS.values())
    assert set(COLUMNS) == set(TrackedField)


@pytest.mark.parametrize("column", CHANGES)
def test_a_change_is_kept_with_the_time_that_the_crm_gives_it(read, column):
    value, before, after = CHANGES[column]
    read(deal())
    changed = read(deal(CREATED + timedelta(days=3), **{column: value}))
    [change] = history_of(changed)
    assert (COLUMNS[TrackedField(change.field)], change.before, change.after) == (column, before, after)
    assert change.changed_at == CREATED + timedelta(days=3)
    assert change.organization_id == changed.organization_id


@pytest.mark.parametrize("column", ["stage", "amount", "currency", "close_date", "owner_email"])
def test_what_was_empty_or_becomes_so_is_a_change_too(read, column):
    nothing = None if column in {"amount", "close_date"} else ""
    read(deal(**{column: nothing}))
    read(deal(CREATED + timedelta(days=1)))
    read(deal(CREATED + timedelta(days=2), **{column: nothing}))
    second, first = history_of(Opportunity.objects.get())
    assert first.before == second.after == ""
    assert first.after == second.before != ""


def test_what_is_read_again_or_new_has_no_history(read):
    read(deal())
    read(deal())
    moved = read(deal(CREATED + timedelta(days=1), is_closed=False))
    assert history_of(moved) == []
    assert in_stage_since([]) is None


@pytest.mark.parametrize(
    ("modified_at", "told"),
    [
        (CREATED, NOTICED),  # a formula changes without a stamp
        (CREATED - timedelta(days=9), NOTICED),  # an older file is imported once more
        (NOTICED + timedelta(days=9), NOTICED),  # a clock that is ahead
        (NOTICED, NOTICED),
        (CREATED + timedelta(seconds=1), CREATED + timedelta(seconds=1)),
    ],
)
def test_a_stamp_that_cannot_be_the_changes_own_is_not_believed(read, modified_at, told):
    read(deal())
    [change] = history_of(read(deal(modified_at, stage="Negotiation")))
    assert change.changed_at == told


def test_the_newest_stands_first_and_tells_since_when_a_deal_is_in_its_stage(read):
    read(deal())
    read(deal(CREATED + timedelta(days=1), stage="Negotiation"))
    read(deal(CREATED + timedelta(days=2), stage="Legal"))
    history = history_of(read(deal(CREATED + timedelta(days=3), stage="Legal", amount=None)))
    assert [change.field for change in history] == ["amount", "stage", "stage"]
    assert [change.after for change in history] == ["", "Legal", "Negotiation"]
    assert in_stage_since(history) == CREATED + timedelta(days=2)


def test_a_program_that_flips_a_field_for_ever_does_not_fill_the_page(read, acme):
    found = read(deal())
    OpportunityChange.objects.bulk_create(
        OpportunityChange(
            organization=acme, opportunity=found, field="stage", changed_at=CREATED + timedelta(minutes=number)
        )
        for number in range(MOST_CHANGES + 20)
    )
    history = history_of(found)
    assert len(history) == MOST_CHANGES
    assert history[0].changed_at == CREATED + timedelta(minutes=MOST_CHANGES + 19)


def test_the_history_goes_with_its_deal(read):
    read(deal())
    read(deal(CREATED + timedelta(days=1), stage="Negotiation")).delete()
    assert not OpportunityChange.objects.exists()


def test_the_api_tells_it_beside_the_deal_and_not_in_lists(read, carol):
    read(deal(close_date=None))
    found = read(deal(CREATED + timedelta(days=1), stage="Negotiation"))
    client = client_of(carol)
    assert client.get(f"{API}/opportunities/{found.pk}/").json()["history"] == [
        {"field": field, "from": before, "to": after, "changed_at": "2026-10-02T08:00:00Z"}
        for field, before, after in (("stage", "Proposal", "Negotiation"), ("close_date", None, "2026-12-31"))
    ]
    [listed] = client.get(f"{API}/opportunities/").json()["results"]
    assert "history" not in listed


def test_another_organization_reads_no_history(read, mallory):
    found = read(deal())
    assert client_of(mallory).get(f"{API}/opportunities/{found.pk}/").status_code == 404


def test_the_deals_page_tells_it(read, carol, client):
    read(deal())
    found = read(deal(CREATED + timedelta(days=1), stage="Legal & <Co>", close_date=None, amount=Decimal(20000)))
    client.force_login(carol)
    page = client.get(f"/deals/{found.pk}/").content.decode()
    history = page[page.index('id="history"') :]
    assert "<bdi>Proposal</bdi>" in history
    assert "<bdi>Legal &amp; &lt;Co&gt;</bdi>" in history
    assert "20,000" in history
    assert "31 Dec 2026" in history
    assert ">2 Oct 2026<" in page[: page.index('id="history"')], "since when it stands in its stage"


values = st.one_of(
    st.tuples(st.just("stage"), st.text(min_size=1, max_size=80)),
    st.tuples(st.just("amount"), st.decimals(min_value=-(10**15), max_value=10**15, places=2)),
    st.tuples(st.just("close_date"), st.dates()),
    st.tuples(st.sampled_from(["amount", "close_date"]), st.none()),
)


@given(values)
def test_a_value_is_read_as_it_was_written_down(written):
    field, value = written
    text = as_text(value)
    assert as_value(field, text) == value
    assert len(text) <= LONGEST_VALUE


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_no_change_is_told_of_the_future_or_before_the_one_that_was_told_last(before, modified_at, noticed_at):
    told = moment_of_change(before=before, modified_at=modified_at, noticed_at=noticed_at)
    assert told in {modified_at, noticed_at}
    assert told <= noticed_at
