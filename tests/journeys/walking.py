"""A company's pages, to be walked by somebody who signed in."""

import re
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from accounts.models import User
from crm.models import Lead
from tests.support.factories import (
    PASSWORD,
    AccountFactory,
    ExclusionFactory,
    LeadFactory,
    MailboxFactory,
    MicrosoftConnectionFactory,
    OpportunityFactory,
    SyncRunFactory,
)
from tests.support.scenery import Scene, scene
from timeline.selectors.timelines import PAGE_SIZE

HOSTILE = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2


@pytest.fixture
def globex(carol: User, settings: Settings) -> Scene:
    """A deal with more than a page of history, hostile and unusual words among it."""
    settings.MICROSOFT_CLIENT_ID, settings.MICROSOFT_CLIENT_SECRET = "client", "secret"
    globex = scene(carol, stage="Negotiation", amount=48000, currency="EUR", close_date=timezone.now().date())
    first = globex.mail("Can you send an offer?", subject="Offer for forty units", at=days_ago(20))
    for number in range(PAGE_SIZE):
        globex.mail(
            f"Answer {number}.",
            conversation=first.conversation,
            direction="outbound" if number % 2 else "inbound",
            at=days_ago(19 - number * 0.5),
            quoted="\n\nOn Monday Jane wrote:\n> Can you send an offer?",
        )
    globex.mail(HOSTILE, subject=HOSTILE, at=days_ago(1))
    globex.mail(LONG_WORD, subject=LONG_WORD, at=days_ago(0.9))
    globex.mail("شكرا جزيلا", subject="عرض", at=days_ago(0.8))
    globex.call("They want a pilot first.", subject="Discovery call", at=days_ago(0.7))
    globex.call("Went through the offer.", subject="Product demo", kind="meeting", at=days_ago(0.6))
    OpportunityFactory(organization=globex.organization, account=globex.account, name="Globex Phase 2", owner=carol)
    AccountFactory(organization=globex.organization, name=LONG_WORD)
    LeadFactory(organization=globex.organization, first_name="Lee", last_name="Prospect", address="lee@initech.example")
    MicrosoftConnectionFactory(user=carol)
    mailbox = MailboxFactory(user=carol, last_synced_at=timezone.now())
    dropped = {"no_crm_match": 260, "internal": 64, "bulk": 50}
    SyncRunFactory(mailbox=mailbox, ended_at=timezone.now(), seen=412, kept=38, dropped=dropped)
    ExclusionFactory(organization=globex.organization, user=carol, value="dr.miller@clinic.example")
    return globex


def days_ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


def sign_in(page: Page, user: User) -> None:
    page.goto("/login/")
    page.get_by_label("Email address").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(re.compile("/deals/"))


def pages(globex: Scene) -> dict[str, str]:
    mail = globex.deal.engagements.filter(conversation__isnull=False).earliest("occurred_at")
    lead = Lead.objects.get(organization=globex.organization)
    return {
        "deals": "/deals/",
        "deal": f"/deals/{globex.deal.pk}/",
        "customers": "/customers/",
        "contacts": "/customers/?show=contacts",
        "account": f"/customers/accounts/{globex.account.pk}/",
        "contact": f"/customers/contacts/{globex.jane.pk}/",
        "conversation": f"/conversations/{mail.conversation_id}/",
        "delete-conversation": f"/conversations/{mail.conversation_id}/delete/",
        "assignment": f"/engagements/{mail.pk}/assignment/",
        "search": "/search/?q=offer",
        "nothing-found": "/search/?q=zzz",
        "profile": "/profile/",
        "password": "/profile/password/",
        "integrations": "/profile/integrations/",
        "explain": "/profile/integrations/explain/",
        "delete-imported": "/profile/integrations/delete-imported/",
        "lead": f"/customers/leads/{lead.pk}/",
        "not-found": "/nothing/here/",
    }
