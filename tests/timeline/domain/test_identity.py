"""Copies of one mail share a key; different mails do not."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeline.domain.identity import (
    Envelope,
    agree,
    fingerprint,
    mail_key,
    message_key,
    normalize_message_id,
    reference_hash,
)
from timeline.domain.subjects import base_subject, subject_core

NOON = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("<a@b.example>", "<a@b.example>"),
        ("a@b.example", "<a@b.example>"),
        ("  <a@b.example>\r\n", "<a@b.example>"),
        ("<a\r\n @b.example>", "<a@b.example>"),
        ("<Mixed.Case@Host.Example>", "<Mixed.Case@Host.Example>"),
        ("<no-at-sign>", "<no-at-sign>"),
        ("<a@b.example> (added by postmaster)", "<a@b.example>"),
        ("", None),
        (None, None),
        ("<>", None),
        (" \t ", None),
        ("x" * 5_000, None),
    ],
)
def test_a_message_id_is_read_whatever_stands_around_it(raw, expected):
    assert normalize_message_id(raw) == expected


def test_the_host_of_a_message_id_counts_without_case_and_the_rest_with_it():
    assert reference_hash("<a@Host.Example>") == reference_hash("<a@host.example>")
    assert reference_hash("<A@host.example>") != reference_hash("<a@host.example>")


def test_a_mail_without_a_message_id_is_known_by_its_fingerprint():
    one = fingerprint("Jane@Globex.example", NOON, "Hello", ["rep@acme.example", "bob@acme.example"])
    same = fingerprint(
        "jane@globex.example",
        NOON.astimezone(timezone(timedelta(hours=5))) + timedelta(microseconds=400),
        "[EXTERNAL] Hello",
        ["bob@acme.example", "rep@acme.example", "rep@acme.example"],
    )
    later = fingerprint("jane@globex.example", NOON + timedelta(seconds=1), "Hello", ["rep@acme.example"])
    assert one == same
    assert message_key(None, one) == message_key(None, same)
    assert message_key(None, one) != message_key(None, later)


def test_a_message_id_decides_the_key_whatever_the_fingerprint():
    assert message_key("<a@b.example>", "x") == message_key("<a@b.example>", "y")
    key = message_key("<a@b.example>", "x")
    assert len({mail_key(key, place) for place in range(4)} | {key}) == 4


JANE, REP, BOB = "jane@globex.example", "rep@acme.example", "bob@acme.example"


CAROL, DAVE = "0193d1f2-0000-7000-8000-00000000ca01", "0193d1f2-0000-7000-8000-00000000da7e"
"""Two of our own people: no addresses."""


def envelope(author=JANE, people=(REP, BOB), subject="Renewal", seconds=0, until=None, unnamed=0):
    moment = NOON + timedelta(seconds=seconds)
    last = NOON + timedelta(seconds=until) if until is not None else moment
    return Envelope(author, frozenset(people), subject_core(subject), moment, last, unnamed)


@pytest.mark.parametrize(
    "arriving",
    [
        envelope(subject="[EXTERNAL] Renewal"),
        envelope(subject="RE: [Ext] Renewal"),
        envelope(subject="*** SPAM? *** Renewal"),
        envelope(subject="  renewal "),
        envelope(seconds=95),
        envelope(seconds=-600),
        envelope(people=(BOB, REP)),
        envelope(people=()),
        envelope(seconds=-900, until=-600),
    ],
)
def test_envelopes_that_gateways_touched_are_of_one_mail(arriving):
    assert agree(envelope(), arriving)
    assert agree(arriving, envelope())


@pytest.mark.parametrize(
    "arriving",
    [
        envelope(subject="Invoice 4711"),
        envelope(subject="Renewal of the renewal"),
        envelope(subject="[PO-1001] Renewal"),
        envelope(subject="[sales-list] Renewal"),
        envelope(seconds=601),
        envelope(seconds=86_400),
        envelope(author="bob@initech.example"),
        envelope(people=(REP,)),
        envelope(people=(REP, "mallory@globex.example")),
    ],
)
def test_envelopes_of_different_mails_under_one_message_id_do_not_agree(arriving):
    assert not agree(envelope(), arriving)
    assert not agree(arriving, envelope())


@pytest.mark.parametrize(
    ("one", "other", "is_one"),
    [
        (((REP, CAROL), 0), ((REP,), 1), True),
        (((REP, CAROL), 0), ((REP,), 2), True),
        (((REP, CAROL), 0), ((), 2), False),
        (((CAROL, DAVE), 0), ((), 2), True),
        (((CAROL,), 1), ((DAVE,), 1), True),
        (((CAROL,), 1), ((DAVE,), 0), False),
        (((REP, CAROL, DAVE), 0), ((REP,), 1), False),
        (((REP, BOB), 0), ((REP,), 1), False),
        (((REP, BOB), 1), ((REP, CAROL), 1), False),
        (((), 0), ((REP,), 1), True),
        (((REP, CAROL), 0), ((REP,), 0), False),
    ],
)
def test_an_exchange_name_stands_for_one_user_whom_the_other_copy_names(one, other, is_one):
    first, second = (envelope(people=people, unnamed=unnamed) for people, unnamed in (one, other))
    assert agree(first, second) is is_one
    assert agree(second, first) is is_one


@pytest.mark.parametrize(
    ("speaking", "silent", "is_one"),
    [
        ((REP, BOB), (REP, BOB), True),
        ((REP, BOB), (), True),
        ((), (), True),
        ((), (REP,), False),
        ((REP, BOB), (REP,), False),
        ((REP,), (REP, BOB), False),
    ],
)
def test_a_copy_without_words_names_the_very_people_or_none_beside_words(speaking, silent, is_one):
    words, no_words = envelope(people=speaking), envelope(people=silent)
    assert agree(words, no_words, speaks=True, other_speaks=False) is is_one
    assert agree(no_words, words, speaks=False, other_speaks=True) is is_one


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (((REP, CAROL), 0), ((REP,), 1), ((REP, CAROL), 0)),
        (((REP, CAROL), 0), ((REP,), 5), ((REP, CAROL), 0)),
        (((CAROL,), 1), ((DAVE,), 1), ((CAROL, DAVE), 0)),
        (((REP,), 2), ((REP, CAROL), 1), ((REP, CAROL), 1)),
        (((), 0), ((REP,), 1), ((REP,), 1)),
        (((), 0), ((), 0), ((), 0)),
    ],
)
def test_copies_together_leave_no_room_for_a_name_that_was_found(one, other, both):
    first, second = (envelope(people=people, unnamed=unnamed) for people, unnamed in (one, other))
    people, unnamed = both
    for told in (first.united(second), second.united(first)):
        assert (told.people, told.unnamed) == (frozenset(people), unnamed)


@pytest.mark.parametrize(
    ("subject", "base", "core"),
    [
        ("Re: AW: Fwd: Renewal", "Renewal", "renewal"),
        ("RE[2]: Renewal", "Renewal", "renewal"),
        ("SV: VS: Odp: Renewal", "Renewal", "renewal"),
        ("回复：Renewal", "Renewal", "renewal"),
        ("Отг: Renewal", "Renewal", "renewal"),
        ("[EXTERNAL] Re: Renewal", "[EXTERNAL] Re: Renewal", "renewal"),
        ("Re: [ Globex ]  Renewal", "[ Globex ] Renewal", "[ globex ] renewal"),
        ("Re:", "Re:", "re:"),
        ("Regarding: x", "Regarding: x", "regarding: x"),
        ("", "", ""),
    ],
)
def test_prefixes_come_off_a_subject(subject, base, core):
    assert base_subject(subject) == base
    assert subject_core(subject) == core


@given(st.text(max_size=300))
def test_identity_never_fails_on_any_text(text):
    message_id = normalize_message_id(text)
    if message_id:
        assert normalize_message_id(message_id) == message_id
        assert len(reference_hash(message_id)) == 64
    assert len(fingerprint(text, NOON, text, [text])) == 64
    assert subject_core(subject_core(text)) == subject_core(text)
