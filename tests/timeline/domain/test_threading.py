"""Threads come out the same whatever order the mail arrives in."""

import random
from datetime import UTC, datetime
from itertools import count
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from crm.domain.directory import Match
from tests.support.growth import assert_linear
from timeline.domain.email import ComposedEmail
from timeline.domain.identity import mail_key, message_key, reference_hash
from timeline.domain.threading import links_of, plan_threads
from timeline.domain.vocabulary import Direction

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
JANE = frozenset({"jane@globex.example"})


def mail(name, *references, index="", subject="", customers=JANE, key=None):
    """What a mail ties together, its own node first."""
    email = ComposedEmail(
        message_key=message_key(f"<{name}@mail.example>", ""),
        fingerprint="",
        internet_message_id=f"<{name}@mail.example>",
        in_reply_to=None,
        references=tuple(f"<{parent}@mail.example>" for parent in references),
        thread_index=index,
        subject=subject,
        occurred_at=NOON,
        direction=Direction.INBOUND,
        participants=(),
        text="",
        new_text="",
        is_text_cut=False,
        match=Match(dict.fromkeys(customers, ())),
    )
    return links_of(email, key)


class Timeline:
    """Applies plans as recording does: remembers references, moves what was joined."""

    def __init__(self):
        self.references = {}
        self.conversation_of = {}
        self.ids = (UUID(int=number) for number in count(1))

    def record(self, mails):
        wanted = {node for links in mails for node in links}
        known = {node: self.references[node] for node in wanted if node in self.references}
        plan = plan_threads(mails, known, lambda: next(self.ids))
        for survivor, absorbed in plan.joined.items():
            assert survivor < min(absorbed)
            for rows in (self.references, self.conversation_of):
                for row, conversation in rows.items():
                    if conversation in absorbed:
                        rows[row] = survivor
        assert not plan.references.keys() & self.references.keys()
        self.references |= plan.references
        self.conversation_of |= plan.conversations
        return self

    def threads(self):
        grouped: dict[object, set[object]] = {}
        for key, conversation in self.conversation_of.items():
            grouped.setdefault(conversation, set()).add(key)
        return {frozenset(keys) for keys in grouped.values()}


def keys(*mails):
    return frozenset(own for own, *_ in mails)


def test_a_reply_keeps_its_conversation_when_the_parent_arrives_later():
    parent, reply = mail("a"), mail("b", "a")
    timeline = Timeline().record([reply]).record([parent])
    assert timeline.threads() == {keys(parent, reply)}


def test_siblings_of_a_parent_that_never_arrives_stand_together():
    one, other = mail("b", "a"), mail("c", "a")
    assert Timeline().record([one]).record([other]).threads() == {keys(one, other)}


def test_two_conversations_are_joined_by_a_late_mail_and_the_older_one_survives():
    one, other, late = mail("a"), mail("b"), mail("c", "a", "b")
    timeline = Timeline().record([one]).record([other])
    assert len(timeline.threads()) == 2
    timeline.record([late])
    assert timeline.threads() == {keys(one, other, late)}
    assert set(timeline.conversation_of.values()) == {UUID(int=1)}
    assert set(timeline.references.values()) == {UUID(int=1)}


def test_cut_and_reordered_references_still_lead_to_the_thread():
    root, reply, cut, reordered = mail("a"), mail("b", "a"), mail("c", "b"), mail("d", "c", "a", "b")
    for order in ([root, reply, cut, reordered], [reordered, cut, root, reply]):
        assert Timeline().record(order).threads() == {keys(root, reply, cut, reordered)}


def test_equal_subjects_alone_join_nothing():
    one, other = mail("a", subject="Invoice"), mail("b", subject="Invoice")
    assert len(Timeline().record([one, other]).threads()) == 2


def test_sent_mail_without_headers_joins_by_its_conversation_index():
    received = mail("a", index="f" * 32, subject="Renewal")
    sent = mail("b", index="F" * 32, subject="RE: Renewal")
    assert Timeline().record([sent]).record([received]).threads() == {keys(received, sent)}


def test_a_conversation_index_joins_neither_another_customer_nor_another_subject():
    one = mail("a", index="f" * 32, subject="Offer")
    template = mail("b", index="f" * 32, subject="Offer", customers=frozenset({"bob@initech.example"}))
    hijacked = mail("c", index="f" * 32, subject="Something else")
    assert len(Timeline().record([one, template, hijacked]).threads()) == 3


def test_another_mailboxs_copy_ties_its_own_conversation_index():
    first = mail("a", index="1" * 32, subject="Renewal")
    second = mail("a", index="2" * 32, subject="Renewal")
    answer = mail("b", index="2" * 32, subject="Re: Renewal")
    assert Timeline().record([first]).record([second]).record([answer]).threads() == {keys(first, answer)}


def test_copies_with_different_references_in_one_batch_are_all_heard():
    copy, other_copy, parent = mail("b", "a"), mail("b"), mail("a")
    assert Timeline().record([copy, other_copy]).record([parent]).threads() == {keys(copy, parent)}


def test_a_mail_under_a_reused_message_id_does_not_answer_to_it():
    first, reply = mail("a"), mail("b", "a")
    impostor = mail("a", key=mail_key(message_key("<a@mail.example>", ""), 1))
    threads = Timeline().record([impostor, first, reply]).threads()
    assert threads == {keys(first, reply), keys(impostor)}


def test_a_mail_that_names_thousands_keeps_its_root_and_its_nearest_parents():
    nodes = mail("x", *(f"p{number}" for number in range(5_000)))
    assert len(nodes) <= 101
    assert reference_hash("<p0@mail.example>") in nodes
    assert reference_hash("<p4999@mail.example>") in nodes


def test_a_long_thread_is_placed_in_time_that_grows_with_its_length():
    def thread(length):
        mails = [mail(number, number - 1) for number in range(1, length)]
        random.Random(1).shuffle(mails)
        return mails

    assert_linear(lambda mails: Timeline().record(mails), thread, 4_000)


names = st.integers(0, 11)
graphs = st.lists(
    st.tuples(names, st.lists(names, max_size=3), st.sampled_from(["", "1", "2"]), st.sampled_from(["x", "y"])),
    min_size=1,
    max_size=14,
)


@settings(max_examples=150)
@given(graphs, st.randoms(use_true_random=False))
def test_any_arrival_order_and_any_batching_give_the_same_threads(graph, rng):
    mails = [mail(name, *parents, index=index, subject=subject) for name, parents, index, subject in graph]
    expected = Timeline().record(mails).threads()
    shuffled = list(mails)
    rng.shuffle(shuffled)
    timeline = Timeline()
    while shuffled:
        size = rng.randint(1, len(shuffled))
        batch, shuffled = shuffled[:size], shuffled[size:]
        timeline.record(batch)
    assert timeline.threads() == expected
    assert Timeline().record(list(reversed(mails))).threads() == expected
