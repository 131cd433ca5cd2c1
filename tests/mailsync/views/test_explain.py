"""The page "Why isn't this email here?"."""

import pytest

from mailsync.domain.screening import Step, Verdict
from mailsync.services.explain import Explanation, NotFound, Unanswered
from tests.support.factories import MailboxFactory

pytestmark = pytest.mark.django_db

ADDRESS = "/profile/integrations/explain/"


def ask(client, viewer, **fields):
    client.force_login(viewer)
    return client.post(ADDRESS, fields)


@pytest.fixture
def answers(monkeypatch):
    """What the service answers, or raises."""
    said: list[object] = []

    def explain_message(**asked):
        outcome = said.pop()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr("mailsync.views.explain.explain_message", explain_message)
    return said


def test_somebody_without_a_mailbox_is_sent_to_connect_one(client, carol):
    client.force_login(carol)
    assert "No mailbox yet" in client.get(ADDRESS).content.decode()


@pytest.mark.parametrize(
    "fields",
    [{}, {"sender": "jane@globex.example"}, {"day": "2026-11-20"}, {"sender": "nonsense", "day": "x"}],
)
def test_a_question_that_names_no_mail_is_answered_with_what_is_needed(client, carol, fields):
    MailboxFactory(user=carol)
    answer = ask(client, carol, **fields)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "Give the Message-ID" in text or "errorlist" in text


def test_each_rule_and_its_verdict_are_shown_and_nothing_is_cached(client, carol, answers):
    MailboxFactory(user=carol)
    steps = [
        Step("Folder", Verdict.PASSED, "It is in a folder that is read."),
        Step("Customers", Verdict.DROPPED, "Nobody in it is known to the CRM."),
        Step("Headers", Verdict.NOT_REACHED, ""),
    ]
    answers.append([Explanation("<b>Lunch?</b>", None, False, "Nobody in it is known to the CRM.", steps)])
    answer = ask(client, carol, message_id="<a@b.example>")
    text = answer.content.decode()
    assert "Not on the timeline" in text
    assert "&lt;b&gt;Lunch?&lt;/b&gt;" in text
    assert all(word in text for word in ("Passed", "Kept out", "Not asked"))
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("refusal", "status"),
    [(NotFound("There is no such email."), 200), (Unanswered("Microsoft asks to wait."), 503)],
)
def test_a_refusal_is_told_in_its_own_words(client, carol, answers, refusal, status):
    MailboxFactory(user=carol)
    answers.append(refusal)
    answer = ask(client, carol, message_id="<a@b.example>")
    assert answer.status_code == status
    assert str(refusal) in answer.content.decode()
