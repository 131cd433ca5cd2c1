"""Suppressions recognize what was erased, and give nothing away."""

from timeline.domain.vocabulary import SuppressionKind
from timeline.models import Suppression
from timeline.recording.erased import suppressed_among
from timeline.services.suppression import suppress, suppression_hash

MESSAGE, ADDRESS = SuppressionKind.MESSAGE, SuppressionKind.ADDRESS


def test_what_was_suppressed_is_recognized_among_others(acme):
    suppress(acme, [(MESSAGE, "k1"), (ADDRESS, "jane@globex.example")])
    wanted = [(MESSAGE, "k1"), (MESSAGE, "k2"), (ADDRESS, "jane@globex.example"), (ADDRESS, "k1")]
    assert suppressed_among(acme, wanted) == {(MESSAGE, "k1"), (ADDRESS, "jane@globex.example")}


def test_another_organization_is_not_concerned(acme, rival):
    suppress(acme, [(MESSAGE, "k1")])
    assert not suppressed_among(rival, [(MESSAGE, "k1")])
    assert suppression_hash(acme, MESSAGE, "k1") != suppression_hash(rival, MESSAGE, "k1")


def test_suppressing_twice_is_suppressing_once(acme):
    suppress(acme, [(MESSAGE, "k1")])
    suppress(acme, [(MESSAGE, "k1"), (MESSAGE, "k1")])
    assert Suppression.objects.count() == 1


def test_the_table_does_not_hold_the_address(acme):
    suppress(acme, [(ADDRESS, "jane@globex.example")])
    assert "jane" not in Suppression.objects.get().keyed_hash


def test_a_page_of_mails_costs_one_query_and_two_more_where_something_was_erased(acme, django_assert_num_queries):
    page = [(MESSAGE, f"k{number}") for number in range(400)]
    with django_assert_num_queries(1):
        assert not suppressed_among(acme, page)
    suppress(acme, [(MESSAGE, "k1")])
    with django_assert_num_queries(3):
        assert suppressed_among(acme, page) == {(MESSAGE, "k1")}
