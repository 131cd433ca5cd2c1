"""Mail is recorded once, in its conversation, under its deal, whichever mailbox shows it first."""

import itertools
from dataclasses import replace

import pytest

from accounts.domain.vocabulary import Visibility
from tests.support.factories import (
    A_MONDAY,
    AccountDomainFactory,
    ContactFactory,
    LeadFactory,
    OpportunityFactory,
    UserAddressFactory,
)
from tests.support.recording import BANNER, JANE, compose, record
from timeline.domain.additions import known_additions
from timeline.domain.authored import authored
from timeline.domain.email import ParticipantValue
from timeline.domain.subjects import subject_core
from timeline.domain.vocabulary import AssignmentRule, ParticipantRole, SuppressionKind
from timeline.models import Association, Conversation, EmailMessage, Engagement, Participant, ThreadReference
from timeline.recording.record import RecordedEmail, Suppressed
from timeline.services.suppression import suppress


def test_a_mail_is_recorded_with_its_people_and_records(acme, carol, globex, jane):
    [answer] = record(acme, carol, compose(acme, cc=("dave@acme.example", "jo@globex.example")))
    engagement = Engagement.objects.get()
    assert answer == RecordedEmail(engagement.id, is_new=True)
    assert (engagement.account, engagement.owner, engagement.direction) == (globex, carol, "inbound")
    assert engagement.email.text == "Shall we talk?"
    parts = list(Participant.objects.values_list("role", "address", "contact", "user"))
    assert parts == [
        ("from", JANE, jane.id, None),
        ("to", "carol@acme.example", None, carol.id),
        ("cc", "dave@acme.example", None, None),
        ("cc", "jo@globex.example", None, None),
    ]
    records = {(row.account_id, row.contact_id, row.lead_id) for row in Association.objects.all()}
    assert records == {(globex.id, None, None), (None, jane.id, None)}


def test_a_second_look_at_the_same_page_changes_nothing(acme, carol, jane):
    page = [compose(acme, number) for number in range(3)]
    first = record(acme, carol, *page)
    before = list(Engagement.objects.order_by("id").values())
    second = record(acme, carol, *page)
    assert [answer.email_id for answer in second] == [answer.email_id for answer in first]
    assert not any(answer.is_new for answer in second)
    assert list(Engagement.objects.order_by("id").values()) == before
    assert Conversation.objects.count() == EmailMessage.objects.count() == 3
    assert set(Conversation.objects.values_list("email_count", flat=True)) == {1}


def test_two_copies_in_one_page_are_one_mail(acme, carol, jane):
    answers = record(acme, carol, compose(acme), compose(acme, text="[EXTERNAL] Shall we talk?"))
    assert [answer.is_new for answer in answers] == [True, False]
    assert answers[0].email_id == answers[1].email_id
    assert EmailMessage.objects.get().text == "Shall we talk?"


def test_a_reused_message_id_does_not_merge_two_mails(acme, carol, jane):
    invoice = compose(acme, 1, message_id="<same@globex.example>", subject="Invoice 7")
    lunch = compose(acme, 500, message_id="<same@globex.example>", subject="Lunch on Friday")
    record(acme, carol, invoice, lunch)
    record(acme, carol, lunch)
    assert sorted(Engagement.objects.values_list("subject", flat=True)) == ["Invoice 7", "Lunch on Friday"]


def test_who_got_a_mail_cannot_reword_it_or_open_it_to_others(acme, carol, dave, jane):
    offer = {"message_id": "<offer@acme.example>", "occurred_at": A_MONDAY}
    genuine = compose(acme, sender="dave@acme.example", to=(JANE,), text="Ten percent, not more.", **offer)
    forged = compose(acme, text="Fifty.", new_text="Fifty.", **offer)
    record(acme, dave, genuine, visibility=Visibility.OWNER_ONLY)
    record(acme, carol, forged, visibility=Visibility.EVERYONE)
    stored = EmailMessage.objects.get(message_key=genuine.message_key, place=0)
    assert (stored.text, stored.engagement.visibility) == ("Ten percent, not more.", Visibility.OWNER_ONLY)
    assert EmailMessage.objects.count() == 2


def test_an_erased_mail_or_person_is_not_recorded_again(acme, carol, jane):
    erased, kept = compose(acme, 1), compose(acme, 2)
    from_erased_person = compose(acme, 3, cc=("erased@globex.example",))
    suppress(acme, [(SuppressionKind.MESSAGE, erased.message_key), (SuppressionKind.ADDRESS, "erased@globex.example")])
    answers = record(acme, carol, erased, kept, from_erased_person)
    assert [type(answer) for answer in answers] == [Suppressed, RecordedEmail, Suppressed]
    assert EmailMessage.objects.get().message_key == kept.message_key


def test_a_page_of_thirty_costs_as_many_queries_as_one_of_three(acme, carol, globex, jane, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    OpportunityFactory(organization=acme, account=globex)
    counts = []
    for start, size in ((100, 3), (200, 30)):
        page = [compose(acme, start + n, references=(f"<root{n}@globex.example>",)) for n in range(size)]
        record(acme, carol, *page[: size // 3])
        with CaptureQueriesContext(
            connection,
        ) as captured:
            record(acme, carol, *page)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 30


def test_a_reply_keeps_its_conversation_when_the_parent_arrives_later(acme, carol, jane):
    parent = compose(acme, 1)
    reply = compose(
        acme, 2, subject="Re: Renewal", references=("<1@globex.example>",), in_reply_to="<1@globex.example>"
    )
    record(acme, carol, reply)
    record(acme, carol, parent)
    conversation = Conversation.objects.get()
    assert conversation.email_count == 2
    assert conversation.subject == "Renewal"
    assert (conversation.first_at, conversation.last_at) == (parent.occurred_at, reply.occurred_at)


def test_two_conversations_that_a_late_mail_ties_become_one(acme, carol, jane):
    record(acme, carol, compose(acme, 1))
    record(acme, carol, compose(acme, 2))
    assert Conversation.objects.count() == 2
    tie = compose(acme, 3, references=("<1@globex.example>", "<2@globex.example>"))
    record(acme, carol, tie)
    conversation = Conversation.objects.get()
    assert conversation.email_count == 3
    assert set(Engagement.objects.values_list("conversation", flat=True)) == {conversation.id}
    assert set(ThreadReference.objects.values_list("conversation", flat=True)) == {conversation.id}


def test_a_pinned_conversation_pins_what_a_late_mail_brings_to_it(acme, carol, globex, jane):
    deal = OpportunityFactory(organization=acme, account=globex)
    other = OpportunityFactory(organization=acme, account=globex)
    for number in (1, 2):
        record(acme, carol, compose(acme, number))
    pinned = Conversation.objects.order_by("first_at")[1]
    pinned.pinned_opportunity, pinned.pinned_at = other, A_MONDAY
    pinned.save()
    record(acme, carol, compose(acme, 3, references=("<1@globex.example>", "<2@globex.example>")))
    assert set(Engagement.objects.values_list("opportunity", "assignment_rule")) == {(other.id, AssignmentRule.PINNED)}
    assert deal.id != other.id


def test_the_deals_owner_owns_the_mail_where_that_person_is_a_user(acme, carol, dave, globex, jane):
    OpportunityFactory(organization=acme, account=globex, owner=dave)
    record(acme, carol, compose(acme))
    engagement = Engagement.objects.get()
    assert engagement.owner == dave
    assert engagement.email.inbox_owner == carol
    assert engagement.assignment_rule == AssignmentRule.MOST_RECENTLY_UPDATED_OPEN


def test_a_deal_owned_by_nobody_here_leaves_the_mail_to_the_inbox_owner(acme, carol, globex, jane):
    OpportunityFactory(organization=acme, account=globex, owner=None, owner_email="gone@acme.example")
    record(acme, carol, compose(acme))
    assert Engagement.objects.get().owner == carol


def test_a_lead_or_a_domain_is_enough(acme, carol, globex):
    AccountDomainFactory(organization=acme, account=globex, domain="globex.example")
    lead = LeadFactory(organization=acme, address="jo@initech.example")
    record(acme, carol, compose(acme, 1, sender="new@eu.globex.example"), compose(acme, 2, sender="jo@initech.example"))
    by_domain, by_lead = Engagement.objects.order_by("occurred_at")
    assert by_domain.account == globex
    assert by_lead.account is None
    assert Association.objects.get(engagement=by_lead).lead == lead


def test_names_too_long_and_people_named_twice_do_not_break_a_page(acme, carol, jane):
    email = compose(acme, to=("carol@acme.example", "carol@acme.example"))
    people = (ParticipantValue(ParticipantRole.FROM, "J" * 5000, JANE), *email.participants[1:])
    record(acme, carol, replace(email, participants=people))
    assert sorted(Participant.objects.values_list("role", flat=True)) == ["from", "to"]


def _rows():
    """The timeline without what names a row (ids and times of recording) and in which copy's wording it is shown."""
    engagements = sorted(
        Engagement.objects.values_list(
            "external_id",
            "subject",
            "email__text",
            "owner__email",
            "opportunity__name",
            "account__name",
            "assignment_rule",
            "assignment_certain",
            "visibility",
            "detail",
            "email__inbox_owner__email",
            "email__in_reply_to",
            "conversation__subject",
            "conversation__first_at",
            "conversation__last_at",
            "conversation__email_count",
        )
    )
    participants = sorted(Participant.objects.values_list("engagement__external_id", "role", "address", "user__email"))
    shown = [(row[0], subject_core(row[1]), authored(row[2], known_additions()).words, *row[3:]) for row in engagements]
    together = sorted(
        tuple(sorted(row.engagements.values_list("external_id", flat=True))) for row in Conversation.objects.all()
    )
    references = sorted(ThreadReference.objects.values_list("reference_hash", flat=True))
    return shown, participants, together, references


@pytest.mark.parametrize("owner_priority", [False, True])
def test_any_order_of_mailboxes_ends_in_the_same_rows(acme, alice, carol, dave, globex, jane, owner_priority):
    acme.owner_priority = owner_priority
    acme.save()
    UserAddressFactory(user=dave, address="david@acme.example")
    OpportunityFactory(organization=acme, account=globex, name="Carol's", owner=carol)
    OpportunityFactory(organization=acme, account=globex, name="Dave's", owner=dave, crm_modified_at=A_MONDAY)
    first = compose(acme, 1, to=("david@acme.example",), cc=("carol@acme.example",))
    received = compose(
        acme,
        2,
        subject="[EXTERNAL] Re: Renewal",
        to=("sales@acme.example",),
        text=f"{BANNER}\n\nYes",
        references=("<0@globex.example>", "<1@globex.example>"),
        in_reply_to="<1@globex.example>",
    )
    bare = replace(received, subject="Re: Renewal", text="Yes", references=(), in_reply_to=None)
    holdings = [
        (carol, (first,), Visibility.OWNER_ONLY),
        (dave, (first, received), Visibility.PARTICIPANTS_AND_MANAGERS),
        (alice, (bare,), Visibility.EVERYONE),
    ]
    outcomes = []
    for order in itertools.permutations(holdings):
        Conversation.objects.all().delete()
        for owner, emails, visibility in order:
            record(acme, owner, *emails, visibility=visibility)
        outcomes.append(_rows())
    assert all(outcome == outcomes[0] for outcome in outcomes)
    engagements, _, together, _ = outcomes[0]
    assert len(together) == 1
    assert {row[8] for row in engagements} == {"participants_and_managers", "everyone"}


def test_another_organization_records_the_same_mail_apart(acme, rival, carol, mallory, jane):
    ContactFactory(organization=rival, address=JANE)
    record(acme, carol, compose(acme))
    record(rival, mallory, compose(rival))
    assert EmailMessage.objects.count() == Conversation.objects.count() == 2
    ours, theirs = Engagement.objects.get(organization=acme), Engagement.objects.get(organization=rival)
    assert ours.account != theirs.account
    assert not set(ours.participants.values_list("contact", flat=True)) & set(
        theirs.participants.exclude(contact=None).values_list("contact", flat=True)
    )
