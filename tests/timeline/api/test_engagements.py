"""/api/v1/engagements/ says what CONTRACT.md says, to those who may read it."""

from datetime import timedelta

import pytest

from accounts.domain.vocabulary import Detail, Visibility
from accounts.models import AuditEvent, AuditIntake
from tests.support.api_client import client_of
from tests.support.factories import (
    A_MONDAY,
    AccountFactory,
    AssociationFactory,
    CallFactory,
    ContactFactory,
    ConversationFactory,
    EmailMessageFactory,
    EngagementFactory,
    LeadFactory,
    LegalHoldFactory,
    MailboxCopyFactory,
    OpportunityFactory,
    ParticipantFactory,
)
from timeline.domain.vocabulary import AssignmentRule, Direction, ParticipantRole
from timeline.models import Conversation, Engagement
from timeline.search.texts import refresh_search_texts

URL = "/api/v1/engagements/"


def email_of(organization, holder=None, **fields):
    text = fields.pop("text", "Shall we talk on Thursday?\n> old")
    engagement = EngagementFactory(organization=organization, **fields)
    EmailMessageFactory(engagement=engagement, text=text, new_text=text.partition("\n")[0])
    if holder:
        MailboxCopyFactory(engagement=engagement, user=holder)
    return engagement


def ids(response):
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]


def test_one_engagement_has_exactly_the_shape_of_the_contract(acme, carol):
    account = AccountFactory(organization=acme, name="Globex")
    deal = OpportunityFactory(organization=acme, account=account, name="Globex 2027")
    jane = ContactFactory(organization=acme, account=account)
    mail = EmailMessageFactory(
        engagement=EngagementFactory(
            organization=acme,
            subject="Re: Renewal",
            owner=carol,
            account=account,
            opportunity=deal,
            assignment_rule=AssignmentRule.MOST_RECENTLY_UPDATED_OPEN,
        ),
        internet_message_id="<b@globex.example>",
        in_reply_to="<a@acme.example>",
        references=["<a@acme.example>"],
        text="Yes.\n> Shall we?",
        new_text="Yes.",
    )
    ParticipantFactory(
        engagement=mail.engagement, role="from", name="Jane", address="jane@globex.example", contact=jane, position=0
    )
    ParticipantFactory(
        engagement=mail.engagement, role="to", name="", address="carol@acme.example", user=carol, position=1
    )
    answer = client_of(carol).get(f"{URL}{mail.pk}/")
    assert answer.status_code == 200
    assert answer.json() == {
        "id": str(mail.pk),
        "kind": "email",
        "direction": "inbound",
        "occurred_at": "2026-11-16T09:00:00Z",
        "subject": "Re: Renewal",
        "owner": {"id": str(carol.pk), "email": "carol@acme.example", "name": "Carol"},
        "account": {"id": str(account.pk), "name": "Globex"},
        "opportunity": {"id": str(deal.pk), "name": "Globex 2027"},
        "conversation": str(mail.engagement.conversation_id),
        "participants": [
            {"role": "from", "name": "Jane", "address": "jane@globex.example", "contact": str(jane.pk), "lead": None,
             "user": None},
            {"role": "to", "name": "", "address": "carol@acme.example", "contact": None, "lead": None,
             "user": str(carol.pk)},
        ],
        "email": {
            "internet_message_id": "<b@globex.example>",
            "in_reply_to": "<a@acme.example>",
            "references": ["<a@acme.example>"],
            "text": "Yes.\n> Shall we?",
            "new_text": "Yes.",
            "same_message_id": [],
            "authentication": None,
        },
        "association": {"rule": "most_recently_updated_open", "certain": True},
        "source": "microsoft",
        "external_id": mail.engagement.external_id,
        "notes": "",
        "duration_seconds": None,
    }  # fmt: skip


def test_that_an_email_was_read_is_written_down(acme, carol):
    email = email_of(acme, conversation=ConversationFactory(organization=acme))
    assert client_of(carol).get(f"{URL}{email.pk}/").status_code == 200
    row = AuditIntake.objects.get(verb="viewed")
    assert (row.actor, row.subject_type, row.subject_id) == (carol, "engagement", str(email.pk))


def test_what_an_email_or_a_call_lacks_is_null(acme, carol):
    bare = email_of(acme, owner=None)
    bare.email.internet_message_id = bare.email.in_reply_to = None
    bare.email.save()
    row = client_of(carol).get(f"{URL}{bare.pk}/").json()
    assert (row["owner"], row["account"], row["opportunity"]) == (None, None, None)
    assert (row["email"]["internet_message_id"], row["email"]["in_reply_to"]) == (None, None)
    call = client_of(carol).get(f"{URL}{CallFactory(organization=acme, direction='').pk}/").json()
    assert (call["email"], call["conversation"], call["direction"], call["duration_seconds"]) == (None, None, None, 600)


def test_the_newest_come_first(acme, carol):
    rows = [email_of(acme, occurred_at=A_MONDAY + timedelta(hours=hour)) for hour in (1, 3, 2)]
    assert ids(client_of(carol).get(URL)) == [str(rows[index].pk) for index in (1, 2, 0)]


def test_pages_neither_skip_nor_repeat_rows_of_one_second(acme, carol):
    for _ in range(7):
        CallFactory(organization=acme, occurred_at=A_MONDAY)
    client, url, seen, pages = client_of(carol), f"{URL}?page_size=3", [], 0
    while url:
        page = client.get(url).json()
        seen += [row["id"] for row in page["results"]]
        url, pages, previous = page["next"], pages + 1, page["previous"]
    assert (len(seen), len(set(seen)), pages) == (7, 7, 3)
    back = client.get(previous).json()
    assert [row["id"] for row in back["results"]] == seen[3:6]
    assert [row["id"] for row in client.get(back["previous"]).json()["results"]] == seen[:3]
    assert client.get(back["previous"]).json()["previous"] is None


def test_new_mail_moves_no_page(acme, carol):
    for hour in range(4):
        CallFactory(organization=acme, occurred_at=A_MONDAY + timedelta(hours=hour))
    client = client_of(carol)
    first = client.get(f"{URL}?page_size=2").json()
    CallFactory(organization=acme, occurred_at=A_MONDAY + timedelta(days=1))
    second = client.get(first["next"]).json()
    assert not {row["id"] for row in first["results"]} & {row["id"] for row in second["results"]}


@pytest.mark.parametrize("size", [500, 501, 5000, 99999999999999999999])
def test_up_to_five_hundred_a_page(acme, carol, size):
    Engagement.objects.bulk_create(CallFactory.build_batch(501, organization=acme))
    page = client_of(carol).get(f"{URL}?page_size={size}").json()
    assert len(page["results"]) == 500
    assert len(client_of(carol).get(page["next"]).json()["results"]) == 1


@pytest.mark.parametrize("size", ["0", "-1", "abc", "", "1.5", "%00", "²"])
def test_a_page_size_that_is_none_is_refused(carol, size):
    answer = client_of(carol).get(f"{URL}?page_size={size}")
    assert answer.status_code == 400
    assert "page_size" in answer.json()["errors"]


@pytest.mark.parametrize("cursor", ["abc", "W10", "WzAsICJ4Il0", "%00", "'; DROP TABLE", "WzAsMSwyXQ", "é", "a" * 5000])
def test_a_made_up_cursor_is_refused(carol, cursor):
    answer = client_of(carol).get(URL, {"cursor": cursor})
    assert answer.status_code == 400
    assert "cursor" in answer.json()["errors"]


def test_the_number_of_queries_does_not_grow_with_the_page(acme, carol, django_assert_max_num_queries):
    def fill(count):
        for _ in range(count):
            mail = email_of(acme, holder=carol, account=AccountFactory(organization=acme))
            for number in range(3):
                ParticipantFactory(engagement=mail, address=f"p{number}@globex.example", role="to")
            CallFactory(organization=acme, opportunity=OpportunityFactory(organization=acme))

    client = client_of(carol)
    fill(1)
    client.get(URL)  # the token's last use is noted once
    with django_assert_max_num_queries(6) as few:
        assert len(ids(client.get(URL))) == 2
    fill(6)
    with django_assert_max_num_queries(len(few)):
        assert len(ids(client.get(URL))) == 14


def test_every_filter_narrows(acme, carol, dave):
    account, deal = AccountFactory(organization=acme), OpportunityFactory(organization=acme)
    contact, lead = ContactFactory(organization=acme), LeadFactory(organization=acme)
    wanted = email_of(
        acme, owner=carol, account=account, opportunity=deal, direction=Direction.OUTBOUND, occurred_at=A_MONDAY
    )
    AssociationFactory(engagement=wanted, account=None, contact=contact)
    AssociationFactory(engagement=wanted, account=None, lead=lead)
    ParticipantFactory(engagement=wanted, role=ParticipantRole.TO, address="jane@globex.example")
    ParticipantFactory(engagement=wanted, role=ParticipantRole.CC, address="jane@globex.example")
    other = CallFactory(
        organization=acme, owner=dave, direction=Direction.INBOUND, occurred_at=A_MONDAY - timedelta(days=9)
    )
    client = client_of(carol)
    for name, value in {
        "kind": "email",
        "direction": "outbound",
        "account": account.pk,
        "contact": contact.pk,
        "lead": lead.pk,
        "opportunity": deal.pk,
        "owner": carol.pk,
        "conversation": wanted.conversation_id,
        "participant": "Jane@GLOBEX.example",
        "occurred_after": "2026-11-16T09:00:00Z",
    }.items():
        assert ids(client.get(URL, {name: value})) == [str(wanted.pk)], name
    assert ids(client.get(URL, {"occurred_before": "2026-11-16T09:00:00Z"})) == [str(other.pk)]
    assert ids(client.get(f"{URL}?occurred_before=2026-11-16T10:00:00+01:00")) == [str(other.pk)]
    assert ids(client.get(URL, {"occurred_after": "2026-11-16"})) == [str(wanted.pk)]


def test_an_account_by_association_is_found_too(acme, carol):
    account = AccountFactory(organization=acme)
    mail = email_of(acme)
    AssociationFactory(engagement=mail, account=account)
    assert ids(client_of(carol).get(URL, {"account": account.pk})) == [str(mail.pk)]


def test_search_finds_words_of_the_text(acme, carol):
    wanted = email_of(acme, text="The wombat contract is signed.")
    refresh_search_texts([wanted.pk, email_of(acme, text="Nothing of the sort.").pk])
    assert ids(client_of(carol).get(URL, {"search": "wombat"})) == [str(wanted.pk)]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kind", "fax"), ("direction", "sideways"), ("account", "1"), ("contact", "x"), ("lead", "''"),
        ("opportunity", "9" * 400), ("owner", "null"), ("conversation", "../.."), ("participant", "jane"),
        ("occurred_after", "yesterday"), ("occurred_before", "2026-13-01"), ("occurred_before", "2026-02-30T00:00:00Z"),
        ("occurred_after", "0001-01-01T00:00:00+14:00"), ("search", "\0"), ("participant", "a\0@b.example"),
        ("search", "x" * 501), ("kind", "\0"), ("owner", "' OR 1=1 --"),
    ],
)  # fmt: skip
def test_a_bad_filter_value_is_refused_with_a_sentence(carol, name, value):
    answer = client_of(carol).get(URL, {name: value})
    assert answer.status_code == 400
    assert answer.json()["errors"][name]
    assert answer.json()["detail"].startswith(f"{name}: ")


def test_hidden_engagements_are_gone_for_everybody(acme, alice):
    hidden = email_of(acme, hidden_at=A_MONDAY)
    assert ids(client_of(alice).get(URL)) == []
    assert client_of(alice).get(f"{URL}{hidden.pk}/").status_code == 404


def test_visibility_decides_who_sees_it_at_all(acme, bob, carol, dave):
    mail = email_of(acme, holder=carol, visibility=Visibility.PARTICIPANTS_AND_MANAGERS)
    assert [len(ids(client_of(user).get(URL))) for user in (bob, carol, dave)] == [1, 1, 0]
    assert client_of(dave).get(f"{URL}{mail.pk}/").status_code == 404
    assert client_of(dave).patch(f"{URL}{mail.pk}/", {"opportunity": None}).status_code == 404
    assert client_of(dave).delete(f"{URL}{mail.pk}/").status_code == 404


@pytest.mark.parametrize(("detail", "subject", "text"), [(Detail.SUBJECT, "Renewal", ""), (Detail.METADATA, "", "")])
def test_detail_decides_how_much_of_it_is_seen(acme, carol, dave, detail, subject, text):
    mail = email_of(acme, holder=carol, subject="Renewal", detail=detail)
    row = client_of(dave).get(f"{URL}{mail.pk}/").json()
    assert (row["subject"], row["email"]["text"], row["email"]["new_text"]) == (subject, text, text)
    own = client_of(carol).get(f"{URL}{mail.pk}/").json()
    assert (own["subject"], own["email"]["new_text"]) == ("Renewal", "Shall we talk on Thursday?")


def test_a_correction_pins_the_whole_conversation(acme, carol):
    deal = OpportunityFactory(organization=acme)
    first = email_of(acme)
    second = email_of(acme, conversation=first.conversation)
    answer = client_of(carol).patch(f"{URL}{first.pk}/", {"opportunity": str(deal.pk)})
    assert answer.status_code == 200
    assert answer.json()["opportunity"] == {"id": str(deal.pk), "name": deal.name}
    assert answer.json()["association"] == {"rule": "pinned", "certain": True}
    second.refresh_from_db()
    assert second.opportunity == deal
    assert AuditEvent.objects.filter(verb="corrected").exists()


def test_a_correction_to_no_opportunity_holds_too(acme, carol):
    mail = email_of(acme, opportunity=OpportunityFactory(organization=acme))
    answer = client_of(carol).patch(f"{URL}{mail.pk}/", {"opportunity": None})
    assert (answer.status_code, answer.json()["opportunity"]) == (200, None)


@pytest.mark.parametrize(
    "body", [{}, {"opportunity": "x"}, {"opportunity": 1}, {"opportunity": []}, {"opportunity": {}}, {"subject": "x"}]
)
def test_a_correction_that_is_none_is_refused(acme, carol, body):
    mail = email_of(acme)
    assert client_of(carol).patch(f"{URL}{mail.pk}/", body).status_code == 400


def test_a_correction_to_a_foreign_opportunity_is_refused(acme, rival, carol):
    mail = email_of(acme)
    foreign = OpportunityFactory(organization=rival)
    answer = client_of(carol).patch(f"{URL}{mail.pk}/", {"opportunity": str(foreign.pk)})
    assert answer.status_code == 400
    assert foreign.name not in answer.content.decode()


def test_an_engagement_cannot_be_replaced(acme, carol):
    assert client_of(carol).put(f"{URL}{email_of(acme).pk}/", {}).status_code == 405


def test_deleting_the_last_mail_deletes_the_conversation(acme, alice):
    first = email_of(acme, occurred_at=A_MONDAY, subject="Re: Renewal")
    second = email_of(acme, conversation=first.conversation, occurred_at=A_MONDAY + timedelta(days=1), subject="Re: X")
    client = client_of(alice)
    assert client.delete(f"{URL}{first.pk}/").status_code == 204
    conversation = Conversation.objects.get()
    assert (conversation.email_count, conversation.first_at, conversation.subject) == (1, second.occurred_at, "X")
    assert client.delete(f"{URL}{second.pk}/").status_code == 204
    assert not Conversation.objects.exists()
    assert client.delete(f"{URL}{second.pk}/").status_code == 404


def test_a_rep_deletes_only_what_is_the_reps_own(acme, carol, dave):
    mail = email_of(acme, holder=carol)
    answer = client_of(dave).delete(f"{URL}{mail.pk}/")
    assert answer.status_code == 403
    assert "ask an admin" in answer.json()["detail"]
    assert client_of(carol).delete(f"{URL}{mail.pk}/").status_code == 204


def test_nothing_under_a_hold_is_deleted(acme, alice):
    mail = email_of(acme)
    LegalHoldFactory(organization=acme)
    answer = client_of(alice).delete(f"{URL}{mail.pk}/")
    assert answer.status_code == 409
    assert "legal hold" in answer.json()["detail"]
    assert Engagement.objects.filter(pk=mail.pk).exists()
