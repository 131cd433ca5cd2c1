"""Copies that say almost nothing, and much of it: no padding, link or picture makes another's mail one's own."""

from datetime import timedelta

import pytest

from accounts.domain.audit import AuditVerb
from accounts.domain.vocabulary import Visibility
from accounts.models import AuditEvent
from tests.support.factories import A_MONDAY, LegalHoldFactory, UserFactory
from tests.support.forging import DAVE, ID, MOMENT, WORDS, in_every_order, mail, readable
from tests.support.recording import compose, record
from timeline.copies import take_back
from timeline.models import EmailMessage, MailboxCopy
from timeline.recording.join import join_all
from timeline.recording.record import Suppressed
from timeline.services.additions import know_addition
from timeline.services.deletion import delete_engagement
from timeline.visibility import may_be_deleted_by

pytestmark = pytest.mark.django_db

BOB, OWN = "bob@acme.example", Visibility.OWNER_ONLY
GROUP = {"to": ("sales@globex.example",), "cc": ()}


@pytest.mark.parametrize("padding", ["-----\n", "> > >\n", "[image: a.png]\n", "= = = =\n", "\u200b \n"])
def test_padding_is_no_way_into_a_mail_whose_first_word_is_known(acme, bob, carol, dave, jane, padding):
    padded = "Hello Carol,\n" + padding * (120_000 // len(padding))
    copies = (dave, mail(acme)), (bob, mail(acme, padded[:90_000], is_text_cut=True))
    for texts, _, readers in in_every_order(acme, *copies):
        assert len(texts) == 2
        assert WORDS not in readers[BOB]


def test_a_join_in_a_flood_stops_nobody(acme, carol, dave, jane):
    record(acme, carol, mail(acme), mail(acme, occurred_at=MOMENT + timedelta(minutes=18)))
    record(acme, carol, *(mail(acme, f"Version {number}") for number in range(20)))
    record(acme, carol, mail(acme, occurred_at=MOMENT + timedelta(minutes=9)))
    record(acme, dave, mail(acme, "A new one"))
    assert EmailMessage.objects.count() == 22


@pytest.mark.parametrize("gone", [[3], list(range(20))])
def test_a_deletion_in_a_flood_doubles_nothing(acme, carol, dave, jane, gone):
    admin = UserFactory(organization=acme, role="admin", email="root@acme.example")
    record(acme, carol, *(mail(acme, f"Version {number}") for number in range(22)))
    for place in gone:
        delete_engagement(engagement=EmailMessage.objects.get(place=place).engagement, actor=admin)
    record(acme, dave, mail(acme, "Version 21"), mail(acme, "A new one"))
    assert EmailMessage.objects.count() == 22 - len(gone) + 1


def test_beyond_the_first_another_day_is_another_mail(acme, bob, carol, dave, jane):
    record(acme, carol, *(mail(acme, f"Version {number}") for number in range(20)))
    alone = {"to": (DAVE,), "cc": ()}
    record(acme, dave, mail(acme, "Thanks", **alone), visibility=OWN)
    record(acme, bob, mail(acme, "Thanks", **alone, occurred_at=MOMENT + timedelta(days=300)))
    assert EmailMessage.objects.filter(text="Thanks").count() == 2


def test_an_addition_that_becomes_known_doubles_nothing_beyond_the_first(acme, alice, carol, dave, jane):
    flood = [mail(acme, f"Version {number}") for number in range(23)]
    record(acme, carol, *flood)
    know_addition(organization=acme, name="banner", text="This is the new banner of Acme, an addition", actor=alice)
    join_all(organization=acme)
    record(acme, dave, *flood)
    assert EmailMessage.objects.count() == 23


@pytest.mark.parametrize(
    "address",
    [
        r"https://evil.example\@safelinks.protection.outlook.com/?url=",
        r"https://evil.example\.safelinks.protection.outlook.com/?url=",
        r"https://evil.example\x.google.com/url?q=",
        "https://evil.example@safelinks.protection.outlook.com/?url=",
    ],
)
def test_a_host_that_browsers_read_otherwise_is_no_wrapper(acme, bob, dave, jane, address):
    evil = WORDS.replace("https://globex.example/sign", f"{address}https%3A%2F%2Fglobex.example%2Fsign")
    for texts, *_ in in_every_order(acme, (dave, mail(acme)), (bob, mail(acme, evil))):
        assert len(texts) == 2


@pytest.mark.parametrize("words", ["[image: Board agreed to 50,000]", "[cid: we accept]", "[bild: 50.000 EUR]"])
def test_words_in_a_pictures_name_are_words(acme, bob, carol, dave, jane, words):
    for _, _, readers in in_every_order(acme, (dave, mail(acme, words)), (bob, mail(acme, ""))):
        assert words not in readers[BOB]
    both = (dave, mail(acme, f"We {words} accept")), (dave, mail(acme, "We accept"))
    assert all(len(texts) == 2 for texts, *_ in in_every_order(acme, *both))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Balance: - $50,000", "Balance: $50,000"),
        ("Balance: - EUR 50,000", "Balance: EUR 50,000"),
        ("Balance: - 50,000 EUR", "Balance: 50,000 EUR"),
        ("Price > 50,000", "Price 50,000"),
        ("Price < $5", "Price > $5"),
        ("Approve <https://a.example/x> Decline", "Approve Decline <https://a.example/x>"),
    ],
)
def test_signs_and_the_places_of_links_are_words(acme, dave, jane, one, other):
    assert all(len(each[0]) == 2 for each in in_every_order(acme, (dave, mail(acme, one)), (dave, mail(acme, other))))


# --- words that come to a mail without any


def test_words_that_fill_a_mail_give_no_right_to_delete_it(acme, bob, carol, jane):
    record(acme, carol, mail(acme, "", **GROUP), visibility=OWN)
    record(acme, bob, mail(acme, "Forged", **GROUP), visibility=OWN)
    assert not deletable(bob).exists()


def test_words_go_with_the_mailbox_that_had_them_and_the_mail_stays(acme, bob, carol, dave, jane):
    record(acme, carol, mail(acme, "", **GROUP), visibility=OWN)
    record(acme, bob, mail(acme, "Forged", **GROUP), visibility=Visibility.EVERYONE)
    [row] = EmailMessage.objects.all()
    assert (row.text, row.engagement.visibility) == ("Forged", "everyone")
    assert take_back(acme, bob.pk, [row.pk], now=A_MONDAY) == set()
    row = EmailMessage.objects.select_related("engagement").get()
    assert (row.text, row.new_text, row.engagement.visibility) == ("", "", "owner_only")
    assert readable(carol)
    assert not readable(bob)
    assert AuditEvent.objects.filter(verb=AuditVerb.EMPTIED, subject_id=str(row.pk)).count() == 1
    assert take_back(acme, carol.pk, [row.pk], now=A_MONDAY) == {row.pk}


@pytest.mark.parametrize("turned", [False, True])
def test_an_empty_copy_that_names_nobody_opens_no_empty_mail(acme, bob, carol, dave, jane, turned):
    pair = [(dave, mail(acme, ""), OWN), (bob, mail(acme, "", to=(), cc=()), Visibility.EVERYONE)]
    for owner, copy, visibility in reversed(pair) if turned else pair:
        record(acme, owner, copy, visibility=visibility)
    row = EmailMessage.objects.select_related("engagement").get()
    assert (row.engagement.visibility, row.inbox_owner) == (OWN, dave)
    assert not readable(bob)


def test_words_under_a_hold_stay_whoever_takes_them_back(acme, bob, carol, jane):
    record(acme, carol, mail(acme, "", **GROUP), visibility=OWN)
    record(acme, bob, mail(acme, **GROUP), visibility=OWN)
    LegalHoldFactory(organization=acme, scope="organization", contact=None)
    take_back(acme, bob.pk, [EmailMessage.objects.get().pk], now=A_MONDAY)
    assert EmailMessage.objects.get().text == WORDS
    assert not readable(carol)


def test_a_copy_without_words_ties_no_mail_to_a_conversation(acme, bob, carol, dave, jane):
    record(acme, bob, compose(acme, 7, message_id="<other@globex.example>"))
    record(acme, carol, mail(acme), visibility=OWN)
    other = "<other@globex.example>"
    record(acme, bob, mail(acme, "", references=(other,), in_reply_to=other, thread_index="cd" * 16))
    row = EmailMessage.objects.get(internet_message_id=ID)
    assert (row.references, row.in_reply_to, row.thread_index) == ([], None, "")
    assert MailboxCopy.objects.get(engagement=row.pk, user=bob).is_hollow


# --- what a rep deletes alone keeps no colleague's mail out


def test_what_a_rep_made_up_and_deleted_keeps_no_true_mail_out(acme, bob, carol, dave, jane):
    rep = UserFactory(organization=acme, email="erin@acme.example")
    hollow, garbage = mail(acme, "", to=(), cc=()), mail(acme, "x y z " * 15_000, is_text_cut=True, to=(), cc=())
    for made_up in (hollow, garbage):
        record(acme, rep, made_up)
        delete_engagement(engagement=EmailMessage.objects.get().engagement, actor=rep)
        assert isinstance(record(acme, rep, made_up)[0], Suppressed), "it does not come back"
    for true in (mail(acme), mail(acme, "", message_id=ID)):
        [recorded] = record(acme, carol, true)
        assert not isinstance(recorded, Suppressed)


@pytest.mark.parametrize("count", [5, 150])
def test_no_moment_of_an_erased_mail_comes_back(acme, carol, jane, count):
    admin = UserFactory(organization=acme, role="admin", email="root@acme.example")
    page = [mail(acme, occurred_at=MOMENT + timedelta(minutes=9 * number)) for number in range(count)]
    record(acme, carol, *page)
    [row] = EmailMessage.objects.all()
    delete_engagement(engagement=row.engagement, actor=admin)
    assert all(isinstance(each, Suppressed) for each in record(acme, carol, *page))


def deletable(rep):
    return EmailMessage.objects.filter(engagement__in=rep.organization.engagements.filter(may_be_deleted_by(rep)))
