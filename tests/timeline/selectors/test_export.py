"""Exports are well formed whatever stands in a mail, and nothing in them acts by itself."""

import csv
import email
import email.policy
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timeline.domain.vocabulary import Kind
from timeline.models import EmailMessage, Engagement, Participant
from timeline.selectors import Presented, export

pytestmark = pytest.mark.usefixtures("witnessed")

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
ADDRESS = st.one_of(st.sampled_from(["jane@globex.example", "jörg@globex.example", '"a b"@x.example', "no-at"]), TEXT)


def shown(subject="Renewal", text="Hello", parts=(("from", "Jane", "jane@globex.example"),), **email_fields):
    engagement = Engagement(kind=Kind.EMAIL, occurred_at=datetime(2026, 11, 20, 10, tzinfo=UTC), subject=subject)
    engagement.email = EmailMessage(engagement=engagement, **{"references": [], **email_fields})
    rows = [Participant(role=role, name=name, address=address) for role, name, address in parts]
    participants: Any = Participant.objects.none()
    participants._result_cache, participants._prefetch_done = rows, True
    vars(engagement)["_prefetched_objects_cache"] = {"participants": participants}
    return Presented(engagement, subject, text, text, "", shows_subject=True, shows_text=True)


def conversation_eml(emails):
    return b"".join(export.conversation_eml(emails))


def conversation_csv(engagements):
    return b"".join(export.conversation_csv(engagements))


def parsed(content):
    return email.message_from_bytes(content, policy=email.policy.default)


@settings(max_examples=200)
@given(subject=TEXT, text=TEXT, name=TEXT, address=ADDRESS, message_id=st.one_of(st.none(), TEXT))
def test_any_mail_becomes_one_that_others_can_read(subject, text, name, address, message_id):
    one = shown(
        subject, text, [("from", name, address), ("to", name, address), ("cc", "", "x@y.example")],
        internet_message_id=message_id, in_reply_to=message_id, references=[message_id or "<a@b.example>"],
    )  # fmt: skip
    for content in (conversation_eml([one]), conversation_eml([one, one])):
        mail = parsed(content)
        allowed = {
            "from", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references", "content-type",
            "content-transfer-encoding", "mime-version",
        }  # fmt: skip
        assert {name.lower() for name in mail.keys()} <= allowed  # noqa: SIM118 - a message is no dict
        for part in mail.walk():
            if part.get_content_type() == "text/plain":
                part.get_content()


@pytest.mark.parametrize(
    "evil", ["Hi\r\nBcc: victim@x.example", "Hi\n\n<script>", "Hi\x0bBcc: v@x.example", "Hi\u2028X-Evil: 1", "\x00"]
)
def test_no_header_hides_in_another(evil):
    mail = parsed(conversation_eml([shown(evil, "Hello", [("from", evil, "jane@globex.example"), ("to", evil, evil)])]))
    assert mail["Bcc"] is None
    assert mail["X-Evil"] is None
    assert mail.get_content().strip() == "Hello"


def test_a_message_id_that_is_none_is_left_out():
    mail = parsed(conversation_eml([shown(internet_message_id="<a b>\r\nX: 1", references=["junk", "<a@b.example>"])]))
    assert mail["Message-ID"] is None
    assert mail["References"] == "<a@b.example>"


def test_the_longest_message_id_stays_in_one_piece():
    long = f"<{'x' * 900}@globex.example>"
    content = conversation_eml([shown(internet_message_id=long, references=[long] * 5)])
    assert long.encode() in content
    assert parsed(content)["Message-ID"] == long
    assert max(len(line) for line in content.split(b"\r\n")) <= 998


def test_text_in_every_script_survives():
    mail = parsed(
        conversation_eml([shown("Grüße 🎉 שלום", "Ω≈ç√∫ שלום 🎉\nNext", [("from", "Jörg 🎉", "j@x.example")])])
    )
    assert mail["Subject"] == "Grüße 🎉 שלום"
    assert mail["From"].addresses[0].display_name == "Jörg 🎉"
    assert mail.get_content().replace("\r\n", "\n") == "Ω≈ç√∫ שלום 🎉\nNext\n"


def cells(content):
    return next(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    "evil",
    ['=HYPERLINK("http://x")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "＠x", "\r\n@x"],
)  # fmt: skip
def test_no_cell_is_a_formula(evil):
    row = cells(conversation_csv([shown(evil, evil, [("from", "", evil)])]))
    for name in ("subject", "text", "from"):
        assert row[name].startswith("'"), name


@settings(max_examples=200)
@given(subject=TEXT, text=TEXT)
def test_a_table_has_one_row_a_mail_whatever_is_in_it(subject, text):
    content = conversation_csv([shown(subject, text), shown("second")])
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert len(rows) == 2
    assert rows[1]["subject"] == "second"
    assert not rows[0]["subject"].lstrip().startswith(("=", "+", "-", "@"))


def test_plain_words_are_left_as_they_are():
    row = cells(conversation_csv([shown("Renewal, “2027”", "Hello\nJane")]))
    assert (row["subject"], row["text"], row["from"]) == ("Renewal, “2027”", "Hello\nJane", "jane@globex.example")


def test_no_mail_at_all_is_still_a_file():
    assert parsed(conversation_eml([]))["Subject"] == "Conversation"
    assert conversation_csv([]).decode("utf-8-sig").startswith('"id","occurred_at"')
