"""What stored mails' authors wrote is told beside the mails that they answer, in whichever order both come."""

from io import StringIO
from itertools import permutations

import pytest
from django.core.management import CommandError, call_command
from django.utils.crypto import get_random_string

from core.db.unit_of_work import unit_of_work
from mailsync.services.author_words import refold_organization, tell_answers_apart
from tests.support.factories import ContactFactory
from tests.support.recording import JANE, compose, record
from timeline.models import Change, EmailMessage, SearchText

pytestmark = pytest.mark.django_db
ASKED = "Can you deliver the pumps to Hamburg in May?\n\nWhat about the price of the parts?"
HEAD = "From: Rita <rita@acme.example>\nSent: 2 November 2026 10:00\nTo: Jane\nSubject: Pumps"
FIRST, *REST = ASKED.split("\n\n")
ANSWERED = f"See below.\n\n{HEAD}\n\n{FIRST}\nYes, on the twelfth.\n\n{REST[0]}\n--\nJane Quagga"
OWN = "See below.\n\nYes, on the twelfth."


@pytest.fixture(autouse=True)
def jane(acme):
    return ContactFactory(organization=acme, address=JANE)


@pytest.fixture
def mails(acme):
    asked = compose(acme, 1, subject="Pumps", text=ASKED, new_text=ASKED)
    id_ = asked.internet_message_id
    answer = compose(
        acme, 2, subject="Re: Pumps", text=ANSWERED, new_text="See below.", in_reply_to=id_, references=(id_,)
    )
    return {"asked": asked, "answer": answer}


def recorded(acme, carol, *emails):
    results = unit_of_work(lambda: record(acme, carol, *emails))
    new = [each.email_id for each in results]
    unit_of_work(lambda: tell_answers_apart(organization=acme, new=new))
    return new


@pytest.mark.parametrize("order", list(permutations(("asked", "answer"))))
@pytest.mark.parametrize("at_once", [True, False])
def test_answers_between_are_told_in_whichever_order_mails_come(acme, carol, mails, order, at_once):
    if at_once:
        recorded(acme, carol, *(mails[name] for name in order))
    else:
        for name in order:
            recorded(acme, carol, mails[name])
    answer = EmailMessage.objects.get(internet_message_id=mails["answer"].internet_message_id)
    assert answer.new_text == OWN
    assert answer.text == ANSWERED
    words = SearchText.objects.get(pk=answer.pk)
    assert " yes on the twelfth " in words.body
    assert "hamburg" not in words.body + words.folded
    assert "quagga" in words.folded


def test_while_the_parent_is_not_stored_its_words_are_found_in_the_answer(acme, carol, mails):
    [pk] = recorded(acme, carol, mails["answer"])
    assert EmailMessage.objects.get(pk=pk).new_text == "See below."
    assert "hamburg" in SearchText.objects.get(pk=pk).folded


def test_another_organizations_mail_is_no_parent(acme, rival, mallory, carol, mails):
    recorded(rival, mallory, mails["asked"])
    [pk] = recorded(acme, carol, mails["answer"])
    assert EmailMessage.objects.get(pk=pk).new_text == "See below."
    assert "hamburg" in SearchText.objects.get(pk=pk).folded


def test_whoever_answers_a_mail_without_end_makes_no_page_wait(acme, carol, mails, monkeypatch):
    id_ = mails["asked"].internet_message_id
    answers = [
        compose(
            acme, number, subject="Re: Pumps", text=ANSWERED, new_text="See below.", in_reply_to=id_, references=(id_,)
        )
        for number in range(2, 7)
    ]
    pks = recorded(acme, carol, *answers)
    monkeypatch.setattr("timeline.selectors.answering.MOST_ANSWERS", 3)
    recorded(acme, carol, mails["asked"])
    told = EmailMessage.objects.filter(pk__in=pks)
    assert sorted(told.values_list("new_text", flat=True)) == sorted([OWN] * 3 + ["See below."] * 2)
    refold_organization(organization=acme)
    assert set(told.values_list("new_text", flat=True)) == {OWN}


def test_a_later_parent_changes_the_answer_and_the_log_says_so(acme, carol, mails):
    [pk] = recorded(acme, carol, mails["answer"])
    Change.objects.all().delete()
    recorded(acme, carol, mails["asked"])
    assert pk in Change.objects.values_list("resource_id", flat=True)


def test_every_stored_mail_is_split_anew_by_a_command(acme, carol, mails):
    recorded(acme, carol, *mails.values())
    EmailMessage.objects.update(new_text="old rules")
    told = StringIO()
    call_command("refold", stdout=told)
    assert f"{acme.slug}: 2 emails changed" in told.getvalue()
    assert set(EmailMessage.objects.values_list("new_text", flat=True)) == {ASKED, OWN}
    assert refold_organization(organization=acme) == 0


def test_portions_come_to_the_same(acme, carol, mails, monkeypatch):
    recorded(acme, carol, *mails.values())
    EmailMessage.objects.update(new_text="old rules")
    monkeypatch.setattr("mailsync.services.author_words._AT_ONCE", 1)
    portions: list[int] = []
    assert refold_organization(organization=acme, on_portion=portions.append) == 2
    assert portions == [1, 1]


def test_rows_from_before_their_parents_were_named_find_them(acme, carol, mails):
    """Stored before the column was there: what they answer is in their references alone."""
    recorded(acme, carol, *mails.values())
    named = dict(EmailMessage.objects.values_list("pk", "answers_key"))
    EmailMessage.objects.update(answers_key="", new_text="old rules")
    refold_organization(organization=acme)
    assert dict(EmailMessage.objects.values_list("pk", "answers_key")) == named
    assert set(EmailMessage.objects.values_list("new_text", flat=True)) == {ASKED, OWN}
    assert "hamburg" not in SearchText.objects.get(body__contains="see below").folded


def test_an_organization_that_is_not_there_is_named():
    slug = get_random_string(8)
    with pytest.raises(CommandError, match=slug):
        call_command("refold", organization=slug)
