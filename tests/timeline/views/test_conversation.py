"""The conversation page, deleting a conversation, and why it is where it is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.domain.audit import AuditVerb
from accounts.domain.vocabulary import Detail, Visibility
from accounts.models import AuditEvent
from accounts.services.intake import chain_intake
from tests.support.factories import LegalHoldFactory, OpportunityFactory
from tests.support.scenery import scene
from timeline.models import Conversation, Engagement

pytestmark = pytest.mark.django_db


def days_ago(days):
    return timezone.now() - timedelta(days=days)


def test_mails_stand_in_order_with_new_text_shown_and_quotes_folded(client, carol):
    globex = scene(carol)
    first = globex.mail("Can you send an offer?", at=days_ago(3), subject="Offer")
    globex.mail(
        "Here it is.", at=days_ago(2), direction="outbound", conversation=first.conversation, quoted="\n> Can you…"
    )
    client.force_login(carol)
    text = client.get(f"/conversations/{first.conversation_id}/").content.decode()
    assert text.index("Can you send an offer?") < text.index("Here it is.") < text.index("&gt; Can you…")
    assert "Globex 2027" in text
    assert "jane@globex.example" in text
    assert f"/api/v1/conversations/{first.conversation_id}/export/?as=eml" in text


def test_mails_that_are_not_the_viewers_to_see_are_missing_from_text_people_and_count(client, carol, dave):
    globex = scene(carol)
    open_mail = globex.mail("For everybody", at=days_ago(3), subject="Hello")
    globex.mail("For Carol", conversation=open_mail.conversation, visibility=Visibility.OWNER_ONLY)
    client.force_login(dave)
    text = client.get(f"/conversations/{open_mail.conversation_id}/").content.decode()
    assert "1 email," in text
    assert "For Carol" not in text


def test_the_title_is_never_a_subject_that_is_not_shared(client, carol, dave):
    mail = scene(carol).mail("x", subject="Project Falcon", detail=Detail.METADATA)
    client.force_login(dave)
    text = client.get(f"/conversations/{mail.conversation_id}/").content.decode()
    assert "Falcon" not in text
    assert "not shared with you" in text


def test_opening_a_conversation_is_noted_in_the_audit_trail_once_an_hour(client, carol, time_machine):
    time_machine.move_to("2026-11-20T10:05:00Z")
    mail = scene(carol).mail()
    client.force_login(carol)
    for _ in range(2):
        client.get(f"/conversations/{mail.conversation_id}/")
    chain_intake(now=timezone.now() + timedelta(hours=2))
    (event,) = AuditEvent.objects.filter(verb=AuditVerb.VIEWED)
    assert (event.actor, event.subject_id) == (carol, str(mail.conversation_id))


def test_deleting_asks_first_and_then_deletes(client, carol):
    mail = scene(carol).mail()
    client.force_login(carol)
    address = f"/conversations/{mail.conversation_id}/delete/"
    assert "Delete for good" in client.get(address).content.decode()
    assert Conversation.objects.exists()
    answer = client.post(address, follow=True)
    assert "The conversation and its 1 email were deleted." in answer.content.decode()
    assert not Engagement.objects.exists()


def test_a_conversation_of_colleagues_is_not_offered_for_deletion_and_refused_with_a_reason(client, carol, dave):
    mail = scene(carol).mail()
    client.force_login(dave)
    assert "/delete/" not in client.get(f"/conversations/{mail.conversation_id}/").content.decode()
    answer = client.post(f"/conversations/{mail.conversation_id}/delete/", follow=True)
    assert "ask an admin to delete it" in answer.content.decode()
    assert Engagement.objects.exists()


def test_a_legal_hold_keeps_it_and_says_so(client, carol):
    globex = scene(carol)
    mail = globex.mail()
    LegalHoldFactory(organization=globex.organization)
    client.force_login(carol)
    answer = client.post(f"/conversations/{mail.conversation_id}/delete/", follow=True)
    assert "legal hold" in answer.content.decode()
    assert Engagement.objects.exists()


def test_why_here_names_the_rule_and_the_deals_that_were_considered(client, carol):
    globex = scene(carol)
    other = OpportunityFactory(organization=globex.organization, account=globex.account, name="Globex Phase 2")
    mail = globex.mail(
        assignment_rule="most_recently_updated_open",
        assignment_certain=False,
        assignment_candidates=[str(globex.deal.pk), str(other.pk)],
    )
    client.force_login(carol)
    text = client.get(f"/engagements/{mail.pk}/assignment/").content.decode()
    assert "updated last in the CRM" in text
    assert "Unsure" in text
    assert text.index("Globex 2027") < text.index("Globex Phase 2")
    panel = client.get(f"/engagements/{mail.pk}/assignment/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in panel
    assert "Globex Phase 2" in panel


def test_a_correction_moves_the_whole_conversation_and_says_who_did_it(client, carol):
    globex = scene(carol)
    other = OpportunityFactory(organization=globex.organization, account=globex.account, name="Globex Phase 2")
    mail = globex.mail()
    reply = globex.mail(conversation=mail.conversation)
    client.force_login(carol)
    answer = client.post(f"/engagements/{mail.pk}/assignment/", {"opportunity": str(other.pk)}, follow=True)
    text = answer.content.decode()
    assert "Filed under Globex Phase 2." in text
    assert "By <bdi>Carol</bdi>" in text
    reply.refresh_from_db()
    assert reply.opportunity == other


def test_a_correction_to_no_deal_takes_it_off(client, carol):
    mail = scene(carol).mail()
    client.force_login(carol)
    client.post(f"/engagements/{mail.pk}/assignment/", {"opportunity": ""})
    mail.refresh_from_db()
    assert mail.opportunity is None


def test_a_foreign_or_broken_deal_is_not_accepted(client, carol, mallory):
    globex = scene(carol)
    mail = globex.mail()
    foreign = OpportunityFactory(organization=mallory.organization)
    client.force_login(carol)
    for value in (str(foreign.pk), "nonsense"):
        answer = client.post(f"/engagements/{mail.pk}/assignment/", {"opportunity": value})
        assert "errorlist" in answer.content.decode()
    mail.refresh_from_db()
    assert mail.opportunity == globex.deal


def test_a_stranger_finds_none_of_it(client, carol, mallory):
    mail = scene(carol).mail()
    client.force_login(mallory)
    for path in (
        f"/conversations/{mail.conversation_id}/",
        f"/conversations/{mail.conversation_id}/delete/",
        f"/engagements/{mail.pk}/assignment/",
    ):
        assert client.get(path).status_code == 404
        assert client.post(path).status_code in {404, 405}
    assert Engagement.objects.filter(pk=mail.pk).exists()
