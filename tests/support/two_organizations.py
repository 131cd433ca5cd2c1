"""One organization's half of a pair that is alike on both sides."""

from dataclasses import dataclass
from typing import Any

from accounts.domain.api_tokens import digest_of
from accounts.models import ApiToken, User
from tests.support.api_client import token_for
from tests.support.factories import ExclusionFactory, LeadFactory, MailboxFactory, SyncRunFactory
from tests.support.scenery import Scene, scene
from timeline.models import EmailMessage, FilingRule

MESSAGE_ID = "<offer@globex.example>"


@dataclass
class Side:
    """One organization's half of the pair; `ids` by the word that a route or resource has for it."""

    owner: User
    scene: Scene
    ids: dict[str, Any]


def side_of(owner: User, mark: str) -> Side:
    globex = scene(owner)
    mail = globex.mail(f"The {mark} budget stands.", subject=f"Offer {mark}")
    call = globex.call(f"They told us of {mark}.", subject=f"Call {mark}")
    EmailMessage.objects.filter(engagement=mail).update(internet_message_id=MESSAGE_ID, message_key="k" * 64)
    for record in (globex.account, globex.jane, globex.deal):
        type(record).objects.filter(pk=record.pk).update(external_id="001")
    globex.deal.stage = f"Stage {mark}"
    globex.deal.save()
    lead = LeadFactory(organization=owner.organization, last_name="Lead", company=mark, address="lead@x.example")
    mailbox = MailboxFactory(user=owner, state_reason=mark)
    SyncRunFactory(mailbox=mailbox, ended_by=mark)
    exclusion = ExclusionFactory(organization=owner.organization, user=owner, value=f"{mark}.example")
    rule = FilingRule.objects.create(organization=globex.organization, contact=globex.jane, opportunity=globex.deal)
    ids = {
        "deal": globex.deal.pk, "account": globex.account.pk, "contact": globex.jane.pk, "lead": lead.pk,
        "conversation": mail.conversation_id, "delete-conversation": mail.conversation_id, "assignment": mail.pk,
        "make-filing-rule": mail.pk, "take-back-filing-rule": rule.pk,
        "include": exclusion.pk, "mailbox": mailbox.pk, "engagement": mail.pk, "opportunity": globex.deal.pk,
        "call": call.pk, "revoke-token": ApiToken.objects.get(digest=digest_of(token_for(owner, name=mark))).pk,
    }  # fmt: skip
    return Side(owner, globex, ids)
