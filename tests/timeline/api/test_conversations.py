"""/api/v1/conversations/: read, exported and deleted, never beyond what the caller may read."""

import csv
import email
import email.policy
import io
from datetime import timedelta

import pytest

from accounts.domain.vocabulary import Detail, Visibility
from accounts.models import AuditEvent, AuditIntake
from tests.support.api_client import client_of
from tests.support.factories import (
    A_MONDAY,
    AccountFactory,
    AssociationFactory,
    ContactFactory,
    ConversationFactory,
    EmailMessageFactory,
    EngagementFactory,
    LegalHoldFactory,
    MailboxCopyFactory,
    OpportunityFactory,
    ParticipantFactory,
    SightingFactory,
    ThreadReferenceFactory,
)
from timeline.domain.vocabulary import HoldScope, SuppressionKind
from timeline.models import Conversation, EmailMessage, Engagement, LegalHold, ThreadReference
from timeline.recording.erased import suppressed_among

URL = "/api/v1/conversations/"


def thread(organization, count=2, holder=None, **fields):
    """A conversation of `count` mails, a day apart, in the mailbox of `holder`."""
    conversation = ConversationFactory(
        organization=organization, subject="Renewal", first_at=A_MONDAY, last_at=A_MONDAY + timedelta(days=count - 1),
        email_count=count,
    )  # fmt: skip
    for number in range(count):
        mail = EmailMessageFactory(
            engagement=EngagementFactory(
                organization=organization,
                conversation=conversation,
                subject="Renewal" if number == 0 else "Re: Renewal",
                occurred_at=A_MONDAY + timedelta(days=number),
                **fields,
            ),
            text=f"Text {number}",
        )
        ParticipantFactory(engagement=mail.engagement, role="from", name="Jane", address="jane@globex.example")
        ParticipantFactory(engagement=mail.engagement, role="to", name="", address="carol@acme.example", position=1)
        if holder:
            MailboxCopyFactory(engagement=mail.engagement, user=holder)
    return conversation


def test_the_latest_conversation_comes_first_with_its_summary(acme, carol):
    older, newer = thread(acme, 2), thread(acme, 3)
    rows = client_of(carol).get(URL).json()["results"]
    assert [row["id"] for row in rows] == [str(newer.pk), str(older.pk)]
    assert rows[1] == {
        "id": str(older.pk),
        "subject": "Renewal",
        "first_at": "2026-11-16T09:00:00Z",
        "last_at": "2026-11-17T09:00:00Z",
        "email_count": 2,
    }


def test_a_conversation_holds_its_mails_oldest_first(acme, carol):
    conversation = thread(acme, 3)
    answer = client_of(carol).get(f"{URL}{conversation.pk}/")
    assert answer.status_code == 200
    assert [mail["email"]["text"] for mail in answer.json()["engagements"]] == ["Text 0", "Text 1", "Text 2"]


def test_that_it_was_read_is_written_down(acme, carol):
    conversation = thread(acme)
    client_of(carol).get(f"{URL}{conversation.pk}/")
    event = AuditIntake.objects.get(verb="viewed")
    assert (event.actor, event.subject_id) == (carol, str(conversation.pk))


def test_what_the_caller_may_not_read_leaves_no_trace_in_the_summary(acme, carol, dave):
    conversation = thread(acme, 3)
    first, _, last = Engagement.objects.filter(conversation=conversation).order_by("occurred_at")
    Engagement.objects.filter(pk__in=[first.pk, last.pk]).update(visibility=Visibility.OWNER_ONLY, owner=dave)
    for mail in (first, last):
        MailboxCopyFactory(engagement=mail, user=carol)
    Engagement.objects.filter(pk=first.pk).update(subject="Secret beginning")
    Conversation.objects.update(subject="Secret beginning")
    client = client_of(dave)
    for summary in (client.get(URL).json()["results"][0], client.get(f"{URL}{conversation.pk}/").json()):
        assert summary["subject"] == "Re: Renewal"
        assert (summary["first_at"], summary["last_at"]) == ("2026-11-17T09:00:00Z",) * 2
        assert summary["email_count"] == 1
    assert len(client.get(f"{URL}{conversation.pk}/").json()["engagements"]) == 1
    assert client_of(carol).get(f"{URL}{conversation.pk}/").json()["subject"] == "Secret beginning"


def test_a_conversation_without_a_readable_mail_does_not_exist(acme, carol, dave):
    conversation = thread(acme, holder=carol, visibility=Visibility.OWNER_ONLY)
    client = client_of(dave)
    assert client.get(URL).json()["results"] == []
    for answer in (
        client.get(f"{URL}{conversation.pk}/"),
        client.get(f"{URL}{conversation.pk}/export/"),
        client.delete(f"{URL}{conversation.pk}/"),
    ):
        assert answer.status_code == 404


def test_a_subject_that_is_not_shown_is_empty(acme, carol, dave):
    conversation = thread(acme, holder=carol, detail=Detail.METADATA)
    found = client_of(dave).get(f"{URL}{conversation.pk}/").json()
    assert found["subject"] == ""
    assert {mail["subject"] + mail["email"]["text"] for mail in found["engagements"]} == {""}


def test_the_number_of_queries_does_not_grow_with_the_page(acme, carol, django_assert_max_num_queries):
    client = client_of(carol)
    thread(acme)
    client.get(URL)  # the token's last use is noted once
    with django_assert_max_num_queries(3) as few:
        client.get(URL)
    for _ in range(6):
        thread(acme, 3)
    with django_assert_max_num_queries(len(few)):
        assert len(client.get(URL).json()["results"]) == 7


def test_pages_of_conversations_hold_together(acme, carol):
    for _ in range(5):
        thread(acme)
    client, url, seen = client_of(carol), f"{URL}?page_size=2", []
    while url:
        page = client.get(url).json()
        seen += [row["id"] for row in page["results"]]
        url = page["next"]
    assert len(set(seen)) == len(seen) == 5


def test_filters_look_at_readable_mails_only(acme, carol, dave):
    account, deal = AccountFactory(organization=acme), OpportunityFactory(organization=acme)
    secret = thread(acme, holder=carol, account=account, opportunity=deal)
    Engagement.objects.filter(conversation=secret, subject="Renewal").update(visibility=Visibility.OWNER_ONLY)
    open_one = thread(acme)
    for name, value in (("account", account.pk), ("opportunity", deal.pk)):
        assert [row["id"] for row in client_of(carol).get(URL, {name: value}).json()["results"]] == [str(secret.pk)]
    Engagement.objects.filter(conversation=secret).update(visibility=Visibility.OWNER_ONLY)
    rows = client_of(dave).get(URL, {"participant": "JANE@globex.example"}).json()["results"]
    assert [row["id"] for row in rows] == [str(open_one.pk)]
    assert client_of(dave).get(URL, {"account": "x"}).status_code == 400


def export(user, conversation, form):
    answer = client_of(user).get(f"{URL}{conversation.pk}/export/?as={form}")
    assert answer.status_code == 200, answer.content
    assert answer["Content-Disposition"] == f'attachment; filename="conversation-{conversation.pk}.{form}"'
    return answer


def test_an_export_as_json_is_the_conversation(acme, carol):
    conversation = thread(acme)
    exported = export(carol, conversation, "json").json()
    assert exported == client_of(carol).get(f"{URL}{conversation.pk}/").json()
    assert client_of(carol).get(f"{URL}{conversation.pk}/export/").json() == exported


def test_an_export_of_one_mail_as_eml_is_that_mail(acme, carol):
    conversation = thread(acme, 1)
    EmailMessage.objects.update(internet_message_id="<a@globex.example>", references=["<z@x.example>"])
    answer = export(carol, conversation, "eml")
    assert answer["Content-Type"] == "message/rfc822"
    mail = email.message_from_bytes(answer.content, policy=email.policy.default)
    assert mail["From"] == "Jane <jane@globex.example>"
    assert mail["To"] == "carol@acme.example"
    assert (mail["Subject"], mail["Message-ID"], mail["References"]) == (
        "Renewal", "<a@globex.example>", "<z@x.example>",
    )  # fmt: skip
    assert mail["Date"].datetime == A_MONDAY
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().strip() == "Text 0"


def test_an_export_of_several_mails_as_eml_attaches_each(acme, carol):
    conversation = thread(acme, 3)
    cover = email.message_from_bytes(export(carol, conversation, "eml").content, policy=email.policy.default)
    mails = [part.get_content() for part in cover.iter_attachments()]
    assert [mail.get_content().strip() for mail in mails] == ["Text 0", "Text 1", "Text 2"]
    assert [mail["Subject"] for mail in mails] == ["Renewal", "Re: Renewal", "Re: Renewal"]


def test_an_export_as_csv_opens_in_a_spreadsheet(acme, carol):
    conversation = thread(acme)
    answer = export(carol, conversation, "csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["text"] for row in rows] == ["Text 0", "Text 1"]
    assert (rows[0]["from"], rows[0]["to"], rows[0]["occurred_at"]) == (
        "jane@globex.example", "carol@acme.example", "2026-11-16T09:00:00Z",
    )  # fmt: skip


@pytest.mark.parametrize("form", ["json", "eml", "csv"])
def test_an_export_holds_no_more_than_the_caller_may_read(acme, carol, dave, form):
    conversation = thread(acme, 2, holder=carol, detail=Detail.METADATA)
    Engagement.objects.filter(subject="Re: Renewal").update(visibility=Visibility.OWNER_ONLY)
    content = export(dave, conversation, form).content.decode()
    assert "Renewal" not in content
    assert "Text" not in content
    assert content.count("jane@globex.example") == 1


@pytest.mark.parametrize("form", ["json", "eml", "csv"])
def test_an_export_is_written_down(acme, carol, form):
    conversation = thread(acme)
    export(carol, conversation, form)
    row = AuditIntake.objects.get(verb="exported")
    assert (row.actor, row.subject_id, row.question) == (carol, str(conversation.pk), f"conversation-export as {form}")


@pytest.mark.parametrize("form", ["pdf", "", "JSON", "\0", "json,csv"])
def test_an_unknown_form_is_refused(acme, carol, form):
    answer = client_of(carol).get(f"{URL}{thread(acme).pk}/export/", {"as": form})
    assert answer.status_code == 400
    assert answer.json()["errors"] == {"as": ["json, eml or csv."]}
    assert not AuditIntake.objects.filter(verb="exported").exists()


def test_an_export_comes_whatever_accept_says(acme, carol):
    conversation = thread(acme)
    answer = client_of(carol).get(f"{URL}{conversation.pk}/export/?as=csv", headers={"Accept": "text/csv"})
    assert answer.status_code == 200


def test_a_deleted_conversation_is_gone_with_everything_and_stays_away(acme, alice):
    conversation = thread(acme)
    ThreadReferenceFactory(conversation=conversation)
    mails = list(EmailMessage.objects.all())
    SightingFactory(email=mails[0])
    assert client_of(alice).delete(f"{URL}{conversation.pk}/").status_code == 204
    assert not any(model.objects.exists() for model in (Conversation, Engagement, EmailMessage, ThreadReference))
    wanted = {(SuppressionKind.MESSAGE, value) for mail in mails for value in (mail.message_key, mail.fingerprint)}
    assert suppressed_among(acme, wanted) == wanted
    event = AuditEvent.objects.get(verb="deleted")
    assert (event.actor, event.detail) == (alice, {"engagements": 2})


def test_a_rep_deletes_a_conversation_only_where_all_of_it_is_the_reps_own(acme, carol, dave):
    conversation = thread(acme, 2, holder=carol)
    answer = client_of(dave).delete(f"{URL}{conversation.pk}/")
    assert answer.status_code == 403
    assert "admin" in answer.json()["detail"]
    assert client_of(carol).delete(f"{URL}{conversation.pk}/").status_code == 204


def test_a_colleagues_mail_that_a_rule_hides_is_not_deleted_with_the_rest(acme, carol, dave):
    conversation = thread(acme, 2, holder=carol)
    Engagement.objects.filter(subject="Renewal").update(hidden_at=A_MONDAY)
    MailboxCopyFactory(engagement=Engagement.objects.get(subject="Renewal"), user=dave)
    assert client_of(carol).delete(f"{URL}{conversation.pk}/").status_code == 403
    assert Engagement.objects.filter(conversation=conversation).count() == 2


def test_a_manager_deletes_what_managers_may_read(acme, bob, carol):
    conversation = thread(acme, 2, holder=carol)
    Engagement.objects.filter(subject="Renewal").update(visibility=Visibility.OWNER_ONLY)
    assert client_of(bob).delete(f"{URL}{conversation.pk}/").status_code == 403
    Engagement.objects.update(visibility=Visibility.PARTICIPANTS_AND_MANAGERS)
    assert client_of(bob).delete(f"{URL}{conversation.pk}/").status_code == 204


@pytest.mark.parametrize("scope", list(HoldScope))
def test_a_hold_on_any_of_its_mails_keeps_the_conversation(acme, alice, scope):
    account, contact = AccountFactory(organization=acme), ContactFactory(organization=acme)
    deal = OpportunityFactory(organization=acme)
    conversation = thread(acme, 2, opportunity=deal)
    AssociationFactory(engagement=Engagement.objects.first(), account=account)
    AssociationFactory(engagement=Engagement.objects.last(), account=None, contact=contact)
    covered = {"account": account, "contact": contact, "opportunity": deal, "conversation": conversation}
    hold = LegalHoldFactory(
        organization=acme, scope=scope, **({scope.value: covered[scope]} if scope in covered else {})
    )
    answer = client_of(alice).delete(f"{URL}{conversation.pk}/")
    assert answer.status_code == 409
    assert "legal hold" in answer.json()["detail"]
    assert Engagement.objects.count() == 2
    hold.released_at = A_MONDAY
    hold.save()
    assert client_of(alice).delete(f"{URL}{conversation.pk}/").status_code == 204
    assert LegalHold.objects.get().released_at == A_MONDAY


def test_a_hold_of_another_organization_holds_nothing_here(acme, rival, alice):
    LegalHoldFactory(organization=rival)
    assert client_of(alice).delete(f"{URL}{thread(acme).pk}/").status_code == 204
