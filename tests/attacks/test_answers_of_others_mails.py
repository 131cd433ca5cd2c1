"""Whoever may not read a mail learns nothing of its words by an answer to it: not by what a quote adds, nor by search.

a colleague's mail ◀── answers ── a mail of one's own that quotes guesses     which of the guesses are right?

    ──▶ with the right words and with others, what is shown and found of the answer is the same, byte by byte
"""

from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from accounts.domain.vocabulary import Detail, Visibility
from core.db.unit_of_work import unit_of_work
from mailsync.services.author_words import refold_organization, tell_answers_apart
from tests.support.factories import ContactFactory
from tests.support.recording import JANE, compose, record
from timeline.models import EmailMessage, Engagement, MailboxCopy, SearchText

pytestmark = pytest.mark.django_db
GUESSED, OTHER = "The most that we would pay is 12,000 euros.", "The most that we would pay is 15,000 euros."
QUOTED = f"Thanks.\n\nFrom: Jane <{JANE}>\nSent: 2 November 2026 10:00\nTo: Carol\nSubject: Offer\n\n{GUESSED}"


def recorded(acme, who, mail):
    [result] = unit_of_work(partial(record, acme, who, mail))
    return result.email_id


def shown_of_the_answer(acme, holders, text, *, order, change=lambda _rows: None):
    """What is kept of Dave's mail that quotes a guess, where the mail that it answers says `text`."""
    asked = compose(acme, 1, subject="Offer", text=text, new_text=text)
    id_ = asked.internet_message_id
    answer = compose(acme, 2, subject="Re: Offer", text=QUOTED, new_text="Thanks.", in_reply_to=id_, references=(id_,))
    for name in order:
        new = [recorded(acme, who, {"asked": asked, "answer": answer}[name]) for who in holders[name]]
        if name == "asked":
            change(Engagement.objects.filter(pk__in=new))
        unit_of_work(partial(tell_answers_apart, organization=acme, new=new))
    refold_organization(organization=acme)
    row = EmailMessage.objects.get(internet_message_id=answer.internet_message_id)
    words = SearchText.objects.get(pk=row.pk)
    shown = (row.new_text, words.body, words.folded)
    Engagement.objects.all().delete()
    return shown


@pytest.fixture(autouse=True)
def jane(acme):
    return ContactFactory(organization=acme, address=JANE)


RESTRICTED: dict[str, dict[str, Any]] = {
    "for its owner alone": {"visibility": Visibility.OWNER_ONLY},
    "for managers": {"visibility": Visibility.PARTICIPANTS_AND_MANAGERS},
    "its subject alone": {"detail": Detail.SUBJECT},
    "no words at all": {"detail": Detail.METADATA},
    "hidden by a rule": {"hidden_at": timezone.now()},
}


@pytest.mark.parametrize("order", [("asked", "answer"), ("answer", "asked")])
@pytest.mark.parametrize("restriction", RESTRICTED)
def test_an_answer_tells_no_guess_about_a_mail_that_its_readers_may_not_read(acme, carol, dave, restriction, order):
    holders = {"asked": [carol], "answer": [dave]}

    def restrict(rows):
        rows.update(**RESTRICTED[restriction])
        MailboxCopy.objects.filter(engagement__in=rows).update(
            **{name: value for name, value in RESTRICTED[restriction].items() if name != "hidden_at"}
        )

    right, wrong = (shown_of_the_answer(acme, holders, text, order=order, change=restrict) for text in (GUESSED, OTHER))
    assert right == wrong


@pytest.mark.parametrize("order", [("asked", "answer"), ("answer", "asked")])
def test_where_all_may_read_it_a_quote_is_told_from_what_is_beyond_it(acme, carol, dave, order):
    holders = {"asked": [carol], "answer": [dave]}
    right, wrong = (shown_of_the_answer(acme, holders, text, order=order) for text in (GUESSED, OTHER))
    assert right != wrong, "or this file proves nothing"


def test_who_holds_both_is_told_of_both(acme, carol, dave):
    def restrict(rows):
        Engagement.objects.filter(organization=acme).update(visibility=Visibility.OWNER_ONLY)
        MailboxCopy.objects.filter(engagement__organization=acme).update(visibility=Visibility.OWNER_ONLY)

    acme.visibility = Visibility.OWNER_ONLY
    acme.save()
    holders = {"asked": [carol, dave], "answer": [dave]}
    right, wrong = (
        shown_of_the_answer(acme, holders, text, order=("answer", "asked"), change=restrict)
        for text in (GUESSED, OTHER)
    )
    assert right != wrong
