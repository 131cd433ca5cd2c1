"""Copies of one mail share a key; different mails do not."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeline.domain.identity import (
    Likeness,
    base_subject,
    fingerprint,
    is_same_mail,
    message_key,
    normalize_message_id,
    reference_hash,
    reused_message_key,
    subject_core,
)

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
    assert message_key("<a@b.example>", "x") != reused_message_key("<a@b.example>", "x")
    assert reused_message_key("<a@b.example>", "x") != reused_message_key("<a@b.example>", "y")


@pytest.mark.parametrize(
    ("sender", "seconds", "subject"),
    [
        ("jane@globex.example", 0, "[EXTERNAL] Renewal"),
        ("jane@globex.example", 0, "RE: [Ext] Renewal"),
        ("jane@globex.example", 0, "*** SPAM? *** Renewal"),
        ("jane@globex.example", 0, "  renewal "),
        ("jane@globex.example", 0, "[sales-list] Renewal"),
        ("jane@globex.example", 95, "Renewal"),
    ],
)
def test_copies_that_gateways_and_lists_touched_are_one_mail(sender, seconds, subject):
    known = Likeness("jane@globex.example", NOON, "Renewal")
    arriving = Likeness(sender, NOON + timedelta(seconds=seconds), subject)
    assert is_same_mail(known, arriving)
    assert is_same_mail(arriving, known)


@pytest.mark.parametrize(
    ("sender", "seconds", "subject"),
    [
        ("jane@globex.example", 0, "Invoice 4711"),
        ("jane@globex.example", 86_400, "Renewal"),
        ("bob@initech.example", 0, "Renewal"),
        ("bob@initech.example", 300, "Renewal"),
        ("bob@initech.example", 0, "Lunch"),
    ],
)
def test_different_mails_under_a_reused_message_id_are_two(sender, seconds, subject):
    known = Likeness("jane@globex.example", NOON, "Renewal")
    assert not is_same_mail(known, Likeness(sender, NOON + timedelta(seconds=seconds), subject))


@pytest.mark.parametrize(
    ("subject", "base", "core"),
    [
        ("Re: AW: Fwd: Renewal", "Renewal", "renewal"),
        ("RE[2]: Renewal", "Renewal", "renewal"),
        ("SV: VS: Odp: Renewal", "Renewal", "renewal"),
        ("回复：Renewal", "Renewal", "renewal"),
        ("Отг: Renewal", "Renewal", "renewal"),
        ("[EXTERNAL] Re: Renewal", "[EXTERNAL] Re: Renewal", "renewal"),
        ("Re: [ Globex ]  Renewal", "[ Globex ] Renewal", "renewal"),
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
    assert subject_core(subject_core(text)) is not None
