"""Banners and signatures are learned of kept mail, folded wherever they stand, and forgotten with the mail."""

from io import StringIO
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from django.utils.crypto import get_random_string

from accounts.domain.audit import AuditVerb
from accounts.models import AuditEvent
from crm.domain.directory import Match
from mailsync.domain.compose import compose_email
from mailsync.domain.envelope import Candidate, Content, Discard, Envelope, MailAddress, ScreeningPolicy
from mailsync.domain.headers import Headers
from mailsync.domain.vocabulary import Reason
from mailsync.services.author_words import refold_organization
from mailsync.services.learned_lines import learn_lines
from mailsync.tasks import learn_of_organization
from tests.support.factories import ContactFactory
from tests.support.learning import SAID
from tests.support.recording import JANE, compose, record
from timeline.domain.vocabulary import Direction
from timeline.models import Change, EmailMessage, Engagement, LearnedLine, MailEdges, SearchText
from timeline.selectors.learned import LearnedFrom
from timeline.services.erasure import erase_person

pytestmark = pytest.mark.django_db
CAROL = "carol@acme.example"
BANNER = "CAUTION: this email came from outside Acme. Please do not reply to this message."
SIGNATURE = "Jane Doe\nHead of Purchasing\nGlobex GmbH\n+49 30 123456"
SENDERS = (JANE, "ola@initech.example", "kim@umbrella.example")


@pytest.fixture(autouse=True)
def customers(acme):
    for address in SENDERS:
        ContactFactory(organization=acme, address=address)


def ours(organization, number, to, **changes):
    return compose(organization, number, sender=CAROL, to=(to,), direction=Direction.OUTBOUND, **changes)


def bannered(organization, *, first=1, senders=SENDERS, said=SAID, is_known=True):
    """Mails under a banner from three domains, after one of ours to each sender."""
    mails = [ours(organization, 900 + number, each) for number, each in enumerate(senders)] if is_known else []
    for number, words in enumerate(said, start=first):
        text = f"{BANNER}\n\n{words}"
        mails.append(compose(organization, number, sender=senders[number % len(senders)], text=text, new_text=text))
    return mails


def signed(organization, *, first=1, said=SAID, **changes):
    """Mails of Jane above her signature."""
    texts = [f"{words}\n\n{SIGNATURE}" for words in said]
    return [
        compose(organization, number, text=text, new_text=text, **changes) for number, text in enumerate(texts, first)
    ]


def new_texts():
    return set(EmailMessage.objects.filter(engagement__direction=Direction.INBOUND).values_list("new_text", flat=True))


def test_a_banner_is_folded_in_every_stored_mail_and_still_found(acme, carol):
    record(acme, carol, *bannered(acme))
    Change.objects.all().delete()
    assert learn_lines(organization=acme) > 0
    assert new_texts() == set(SAID)
    row = EmailMessage.objects.filter(new_text=SAID[0]).get()
    assert row.text.startswith(BANNER)
    assert "caution" in SearchText.objects.get(pk=row.pk).folded
    assert row.pk in Change.objects.values_list("resource_id", flat=True)
    assert learn_lines(organization=acme) == 0


def test_the_next_mail_of_a_stranger_to_it_is_folded_as_it_comes_and_by_refold(acme, carol):
    record(acme, carol, *bannered(acme))
    learn_lines(organization=acme)
    [late] = bannered(acme, first=50, senders=("new@sirius.example",), said=("Ring me today.",), is_known=False)
    record(acme, carol, late)
    refold_organization(organization=acme)
    assert "Ring me today." in new_texts()
    assert not any("CAUTION" in each for each in new_texts())


def test_a_signature_is_learned_of_its_sender(acme, carol):
    record(acme, carol, *signed(acme))
    learn_lines(organization=acme)
    assert new_texts() == set(SAID)


def test_portions_come_to_the_same(acme, carol, monkeypatch):
    record(acme, carol, *bannered(acme))
    for name in ("_AT_ONCE", "_ROWS_AT_ONCE"):
        monkeypatch.setattr(f"mailsync.services.learned_lines.{name}", 1)
    portions: list[int] = []
    learn_lines(organization=acme, on_portion=portions.append)
    assert new_texts() == set(SAID)
    assert set(portions) == {1}


def test_a_night_has_an_end_and_the_next_goes_on(acme, carol, monkeypatch):
    record(acme, carol, *bannered(acme))
    monkeypatch.setattr("mailsync.services.learned_lines._AT_ONCE", 2)
    monkeypatch.setattr("mailsync.services.learned_lines.MOST_MAILS", 4)
    learn_lines(organization=acme)
    assert MailEdges.objects.count() == 4
    for _ in range(2):
        learn_lines(organization=acme)
    assert MailEdges.objects.count() == EmailMessage.objects.count()
    assert new_texts() == set(SAID)


def test_nothing_that_is_stored_tells_words_or_people(acme, rival, carol, mallory):
    record(acme, carol, *signed(acme))
    ContactFactory(organization=rival, address=JANE)
    record(rival, mallory, *signed(rival))
    for organization in (acme, rival):
        learn_lines(organization=organization)
    stored = str([*MailEdges.objects.values(), *LearnedLine.objects.values()]).lower()
    assert not {word for word in ("jane", "globex", "purchasing", "123456") if word in stored}
    lines = {
        organization: set(LearnedLine.objects.filter(organization=organization).values_list("line", flat=True))
        for organization in (acme, rival)
    }
    assert lines[acme]
    assert not lines[acme] & lines[rival]


def test_another_organization_learns_nothing_of_it(acme, rival, carol):
    record(acme, carol, *bannered(acme))
    learn_lines(organization=acme)
    assert learn_lines(organization=rival) == 0
    assert not LearnedFrom(rival).lines(SENDERS).by_scope


def test_what_is_learned_goes_with_the_mails_and_the_words_are_the_authors_again(acme, carol):
    record(acme, carol, *signed(acme))
    learn_lines(organization=acme)
    kept = EmailMessage.objects.filter(new_text=SAID[0]).get()
    Engagement.objects.exclude(pk=kept.pk).delete()
    assert MailEdges.objects.get().email_id == kept.pk
    learn_lines(organization=acme)
    assert not LearnedLine.objects.exists()
    assert new_texts() == {f"{SAID[0]}\n\n{SIGNATURE}"}


def test_an_erased_persons_signature_is_forgotten_at_once(acme, alice, carol):
    record(acme, carol, *signed(acme))
    learn_lines(organization=acme)
    assert LearnedLine.objects.exists()
    erase_person(organization=acme, raw_address=JANE, actor=alice)
    assert not LearnedLine.objects.exists()
    assert not MailEdges.objects.exists()


def test_copies_that_stood_apart_for_it_become_one_on_the_trail(acme, carol, dave):
    """A server signs what Carol sends: Dave, in copy, has the signature, and Carol's Sent Items do not."""
    stamp = "Jane Doe | Acme AB | +46 8 123 456\nActing for Acme since 1999"
    whose = {"sender": CAROL, "to": (JANE,), "cc": ("dave@acme.example",), "direction": Direction.OUTBOUND}
    for number, words in enumerate(SAID, start=1):
        record(acme, carol, compose(acme, number, text=words, new_text=words, **whose))
        text = f"{words}\n\n{stamp}"
        record(acme, dave, compose(acme, number, text=text, new_text=text, **whose))
    assert EmailMessage.objects.count() == 2 * len(SAID)
    learn_lines(organization=acme)
    assert EmailMessage.objects.count() == len(SAID)
    assert AuditEvent.objects.filter(verb=AuditVerb.JOINED).count() == len(SAID)
    assert set(EmailMessage.objects.values_list("new_text", flat=True)) == set(SAID)


def test_two_mails_that_differ_by_more_than_what_is_learned_stay_two(acme, carol, dave):
    record(acme, carol, *bannered(acme))
    learn_lines(organization=acme)
    for who, words in ((carol, "We accept."), (dave, "We do not accept.")):
        record(acme, who, compose(acme, 70, text=f"{BANNER}\n\n{words}", cc=("dave@acme.example",)))
    learn_lines(organization=acme)
    assert EmailMessage.objects.filter(text__contains="accept").count() == 2


def composed(text, policy):
    envelope = Envelope(
        "g", "inbox", "<9@globex.example>", "Pumps", timezone.now(), timezone.now(),
        MailAddress("Jane Doe", JANE), None, (MailAddress("Carol", CAROL),), (),
    )  # fmt: skip
    content = Content("g", Headers([("Message-ID", "<9@globex.example>")]), text)
    return compose_email(Candidate(envelope, match=Match()), content, policy, now=timezone.now())


def test_our_gateways_words_make_no_mail_automatic(acme, carol):
    gateway = "This is an automated message of your mail service. Please do not reply to this email address."
    text = f"{gateway}\n\nWe accept the offer, please send us the contract."
    policy = ScreeningPolicy(our_domains=frozenset({"acme.example"}))
    assert composed(text, policy) == Discard(Reason.AUTO_REPLY)
    mails = [ours(acme, 900 + number, each) for number, each in enumerate(SENDERS)]
    for number, words in enumerate(SAID, start=1):
        mails.append(compose(acme, number, sender=SENDERS[number % 3], text=f"{gateway}\n\n{words}"))
    record(acme, carol, *mails)
    learn_lines(organization=acme)
    knowing = ScreeningPolicy(our_domains=frozenset({"acme.example"}), learned=LearnedFrom(acme).lines([JANE]))
    kept = composed(text, knowing)
    assert not isinstance(kept, Discard)
    assert kept.email.new_text == "We accept the offer, please send us the contract."
    robot = "This is an automated notification from our shop, please do not reply."
    assert composed(f"{gateway}\n\n{robot}", knowing) == composed(robot, policy) == Discard(Reason.AUTO_REPLY)


def test_the_night_and_the_command_learn_of_each_organization(acme, rival, carol):
    record(acme, carol, *bannered(acme))
    learn_of_organization(str(acme.pk))
    assert learn_of_organization(str(UUID(int=1))) == 0
    assert new_texts() == set(SAID)
    told = StringIO()
    call_command("learn_lines", "--organization", acme.slug, stdout=told)
    assert told.getvalue() == f"{acme.slug}: 0 lines came or went\n"
    slug = get_random_string(8)
    with pytest.raises(CommandError, match=slug):
        call_command("learn_lines", "--organization", slug)


def test_a_mail_whose_sender_our_tenant_denies_teaches_nothing(acme, carol):
    record(acme, carol, *signed(acme, authentication="failed"))
    assert learn_lines(organization=acme) == 0
    assert not MailEdges.objects.exists()
