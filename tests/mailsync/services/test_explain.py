""" "Why isn't this email here?": the real rules on one mail of the own mailbox; nothing is stored."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command

from mailsync.domain.screening import Verdict
from mailsync.models import Mailbox
from mailsync.services.explain import (
    MOST_QUESTIONS_A_MINUTE,
    NotFound,
    TooManyQuestions,
    Unanswered,
    explain_message,
)
from tests.support.mailboxes import RITA, World


@pytest.fixture(autouse=True)
def _nobody_has_asked():
    cache.clear()


def dropped_by(explanation):
    return [step.rule for step in explanation.steps if step.verdict is Verdict.DROPPED]


def test_the_verdict_is_the_one_that_the_sync_came_to_for_every_mail_of_the_mailbox(synced: World, monkeypatch):
    monkeypatch.setattr("mailsync.services.explain.MOST_QUESTIONS_A_MINUTE", 1_000)
    asked = 0
    for row in synced.truth():
        if not row["internetMessageId"] or row["folder"].startswith("hidden/"):
            continue  # Graph does not find these by their Message-ID
        copies = explain_message(mailbox=synced.mailbox, message_id=row["internetMessageId"])
        assert any(copy.is_here for copy in copies) == row["import"], row
        asked += 1
    assert asked > 20


def test_nothing_is_stored(synced: World):
    copy = synced.deliver(subject="Not synced yet")
    rows = synced.rows()
    message_id = next(row for row in synced.truth() if row["id"] == copy["immutable_id"])["internetMessageId"]
    mailbox = Mailbox.objects.get(pk=synced.mailbox.pk)
    explanation = explain_message(mailbox=mailbox, message_id=message_id)[0]
    assert not explanation.is_here
    assert dropped_by(explanation) == []
    assert "next sync" in explanation.sentence
    assert synced.rows() == rows


def test_a_stranger_a_folder_and_a_private_mail_each_say_why(synced: World):
    stranger = synced.control.deliver(from_="who@unknown-corp.example", to=[RITA], subject="Hi", text="Hello")
    junk = synced.control.deliver(from_=synced.customer(), to=[RITA], subject="Hi", text="Hello", folder="junkemail")
    private = synced.control.deliver(
        from_=synced.customer(), to=[RITA], subject="Hi", text="Hello", sensitivity="Private"
    )
    synced.sync()
    told, last = {}, synced.last_log()
    for name, mail in {"stranger": stranger, "junk": junk, "private": private}.items():
        told[name] = explain_message(mailbox=synced.mailbox, message_id=mail["internet_message_id"])[0]
        assert not told[name].is_here
    assert len(dropped_by(told["stranger"])) == 1
    assert dropped_by(told["junk"])[0] == "Folder"
    assert dropped_by(told["private"]) == ["Sensitivity"]
    assert len({each.sentence for each in told.values()}) == 3
    asked = [entry for entry in synced.log(last) if "select=id,body" in str(entry)]
    assert len(asked) <= 1, "no body but that of a mail which only its folder keeps out"


def test_a_sender_and_a_day_find_the_mail_too(synced: World):
    mail = synced.deliver(from_="who@unknown-corp.example", subject="Hi")
    day = datetime.fromtimestamp(synced.control.now(), UTC).date()
    found = explain_message(mailbox=synced.mailbox, sender="Who@Unknown-Corp.example", day=day)
    assert [each.subject for each in found] == ["Hi"]
    assert mail


def test_a_mail_that_does_not_exist_and_a_question_that_names_none_are_told_apart(synced: World):
    with pytest.raises(NotFound):
        explain_message(mailbox=synced.mailbox, message_id="<nobody@nowhere.example>")
    with pytest.raises(ValueError, match="Message-ID"):
        explain_message(mailbox=synced.mailbox, sender="nobody@nowhere.example")


def test_microsofts_refusal_is_told_in_a_sentence(synced: World):
    synced.control.fault("empty_503", path="/me/messages", count=-1)
    with pytest.raises(Unanswered, match="Microsoft"):
        explain_message(mailbox=synced.mailbox, message_id="<a@b.example>")


def test_questions_are_limited(synced: World):
    for _ in range(MOST_QUESTIONS_A_MINUTE):
        with pytest.raises(NotFound):
            explain_message(mailbox=synced.mailbox, message_id="<nobody@nowhere.example>")
    with pytest.raises(TooManyQuestions):
        explain_message(mailbox=synced.mailbox, message_id="<nobody@nowhere.example>")


def test_the_command_prints_every_rule(synced: World):
    mail = synced.control.deliver(from_="who@unknown-corp.example", to=[RITA], subject="Hi", text="Hello")
    out = StringIO()
    call_command("explain_message", RITA, mail["internet_message_id"], stdout=out)
    assert "DROP" in out.getvalue()
    assert "pass" in out.getvalue()
    with pytest.raises(CommandError, match="no mailbox"):
        call_command("explain_message", "nobody@acme.example", "<x@y.example>")
    with pytest.raises(CommandError, match="no such email"):
        call_command("explain_message", RITA, "<x@y.example>")
