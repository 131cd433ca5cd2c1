"""What somebody tries who writes to us, works beside us, or runs another organization."""

from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.domain.vocabulary import Detail, Visibility
from accounts.models import AuditEvent, Organization, User
from tests.support.api_client import PREFIX, client_of
from tests.support.factories import (
    PASSWORD,
    AccountDomainFactory,
    BlockedDomainFactory,
    ConsentGrantFactory,
    ConversationFactory,
    ExclusionFactory,
    LeadFactory,
    LegalHoldFactory,
    MailboxFactory,
    MicrosoftConnectionFactory,
    ParticipantFactory,
    SyncRunFactory,
)
from tests.support.routes import filled, pages
from tests.support.scenery import scene
from timeline.models import LegalHold

pytestmark = pytest.mark.django_db

MARKUP = """x'"><probe onprobe=1>{{ 7|add:"7" }}</textarea></script><probe onprobe=1>"""


class Probe(HTMLParser):
    """Finds markup that came from what people wrote."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if "probe" in name or (name in {"href", "src", "action"} and (value or "").startswith("javascript:")):
                self.found.append((tag, name, value))
        if tag == "probe":
            self.found.append((tag, "", ""))


def markup_everywhere(owner):
    """A row of everything that people outside or inside write, with markup in every text; ids for the walk."""
    owner.name = MARKUP
    owner.save()
    globex = scene(owner, stage=MARKUP[:80], name=MARKUP, owner_email=MARKUP)
    Organization.objects.filter(pk=globex.organization.pk).update(name=MARKUP)
    for row, fields in (
        (globex.account, ("name",)), (globex.jane, ("first_name", "last_name", "title")),
    ):  # fmt: skip
        for field in fields:
            setattr(row, field, MARKUP)
        row.save()
    globex.account.website = "javascript:probe()"
    globex.account.save()
    AccountDomainFactory(account=globex.account, domain=MARKUP)
    mail = globex.mail(MARKUP, subject=MARKUP, quoted=f"\n> {MARKUP}", assignment_certain=False)
    mail.email.internet_message_id = f"<{MARKUP}>"
    mail.email.save()
    ParticipantFactory(engagement=mail, role="cc", position=7, name=MARKUP, address=f"{MARKUP}@globex.example")
    globex.call(MARKUP, subject=MARKUP)
    mailbox = MailboxFactory(user=owner, state="misconfigured", state_reason=MARKUP[:60])
    SyncRunFactory(mailbox=mailbox, ended_by=MARKUP[:60], dropped={MARKUP: 1})
    connection = MicrosoftConnectionFactory(user=owner, username=MARKUP)
    lead = LeadFactory(
        organization=globex.organization, first_name=MARKUP, last_name=MARKUP, company=MARKUP, status=MARKUP[:80]
    )
    grant = ConsentGrantFactory(
        organization=globex.organization, requested_by=owner, state="failed", error=MARKUP[:60],
        error_description=MARKUP, answered_at=mail.occurred_at,
    )  # fmt: skip
    hold = LegalHoldFactory(organization=globex.organization, reason=MARKUP)
    exclusion = ExclusionFactory(organization=globex.organization, user=owner, value=MARKUP)
    rows = [globex.account, globex.jane, globex.deal, mailbox, connection, lead, grant, hold, exclusion, owner]
    return rows, {
        "deal": globex.deal.pk, "account": globex.account.pk, "contact": globex.jane.pk, "lead": lead.pk,
        "conversation": mail.conversation_id, "delete-conversation": mail.conversation_id, "engagement": mail.pk,
        "exclusion": exclusion.pk,
    }  # fmt: skip


def test_no_page_runs_what_somebody_wrote(client, alice):
    _, ids = markup_everywhere(alice)
    client.force_login(alice)
    shown = 0
    for name, path in pages():
        if name in {"logout", "grant-consent", "consent-callback", "login"}:
            continue
        for address in (filled(path, ids, name), f"{filled(path, ids, name)}?q=probe"):
            for headers in ({}, {"HX-Request": "true"}):
                html = client.get(address, headers=headers).content.decode()
                assert Probe(html).found == [], address
                shown += "&lt;probe onprobe" in html
    assert shown > 20


def test_no_page_of_the_console_runs_what_somebody_wrote(client, alice):
    rows, _ = markup_everywhere(alice)
    client.force_login(alice)
    names = {type(row): f"{type(row)._meta.app_label}_{type(row)._meta.model_name}" for row in rows}
    assert set(names) <= set(admin.site._registry)
    addresses = [reverse(f"admin:{name}_changelist") for name in names.values()]
    for page in ("change", "history"):
        addresses += [reverse(f"admin:{names[type(row)]}_{page}", args=[row.pk]) for row in rows]
    shown = 0
    for address in ["/admin/", *addresses]:
        answer = client.get(address)
        assert answer.status_code == 200, address
        html = answer.content.decode()
        assert Probe(html).found == [], address
        shown += "&lt;probe onprobe" in html
    assert shown > 15


def test_the_probe_finds_what_it_looks_for():
    assert len(Probe(f'<p title="{MARKUP}"><a href="javascript:probe()">').found) == 5


def test_an_export_is_a_file_of_a_fixed_name_that_no_browser_runs(alice):
    _, ids = markup_everywhere(alice)
    for form in ("json", "eml", "csv"):
        answer = client_of(alice).get(f"{PREFIX}conversations/{ids['conversation']}/export/?as={form}")
        assert answer["Content-Disposition"] == f'attachment; filename="conversation-{ids["conversation"]}.{form}"'
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert not answer["Content-Type"].startswith("text/html")


def test_no_admin_makes_an_operator_or_a_person_elsewhere(client, acme, rival, alice):
    BlockedDomainFactory(organization=acme, domain="acme.example", is_given=True)
    client.force_login(alice)
    body = {
        "email": "new@acme.example", "name": "New", "password": PASSWORD, "role": "admin", "is_superuser": "on",
        "is_staff": "on", "organization": str(rival.pk), "groups": "1", "user_permissions": "1",
    }  # fmt: skip
    assert client.post("/admin/accounts/user/add/", body).status_code == 302
    made = User.objects.get(email="new@acme.example")
    assert (made.organization, made.is_superuser) == (acme, False)
    body = {"name": "Alice", "role": "admin", "is_active": "on", "is_superuser": "on", "organization": str(rival.pk)}
    client.post(f"/admin/accounts/user/{alice.pk}/change/", body)
    alice.refresh_from_db()
    assert (alice.organization, alice.is_superuser) == (acme, False)


@pytest.mark.parametrize("scope", ["account", "opportunity", "contact", "conversation"])
def test_no_hold_reaches_into_another_organization(client, alice, mallory, scope):
    theirs = scene(mallory)
    conversation = ConversationFactory(organization=mallory.organization)
    foreign: Any = {
        "account": theirs.account, "opportunity": theirs.deal, "contact": theirs.jane, "conversation": conversation,
    }[scope]  # fmt: skip
    client.force_login(alice)
    answer = client.post("/admin/timeline/legalhold/add/", {"scope": scope, scope: str(foreign.pk), "reason": "Mine"})
    assert answer.status_code == 200
    assert scope in answer.context["adminform"].form.errors
    assert not LegalHold.objects.exists()


def test_a_hold_tells_no_subject_that_its_admin_may_not_read(client, alice, carol):
    mail = scene(carol).mail("x", subject="Falcon", visibility=Visibility.OWNER_ONLY)
    mail.conversation.subject = "Falcon"
    mail.conversation.save()
    client.force_login(alice)
    body = {"scope": "conversation", "conversation": str(mail.conversation_id), "reason": "Court"}
    client.post("/admin/timeline/legalhold/add/", body)
    hold = LegalHold.objects.get()
    for address in ("/admin/timeline/legalhold/", f"/admin/timeline/legalhold/{hold.pk}/change/", "/admin/"):
        assert "Falcon" not in client.get(address).content.decode(), address


WRITES = [
    ("delete", "engagements/{engagement}/", None),
    ("delete", "conversations/{conversation}/", None),
    ("patch", "engagements/{engagement}/", {"opportunity": None}),
    ("get", "conversations/{conversation}/export/", None),
    ("post", "mailboxes/{mailbox}/sync/", None),
]


@pytest.mark.parametrize(("verb", "path", "body"), WRITES)
@pytest.mark.parametrize("viewer", ["dave", "bob", "alice"])
def test_nobody_writes_what_is_private_to_a_colleague(request, carol, verb, path, body, viewer):
    viewer = request.getfixturevalue(viewer)
    mail = scene(carol).mail("x", visibility=Visibility.OWNER_ONLY)
    mailbox = MailboxFactory(user=carol)
    if "mailbox" in path and viewer.reads_every_deal:
        pytest.skip("managers and admins ask for a sync of any mailbox")
    ids = {"engagement": mail.pk, "conversation": mail.conversation_id, "mailbox": mailbox.pk}
    before = type(mail).objects.values().get()
    answer = getattr(client_of(viewer), verb)(f"{PREFIX}{path.format(**ids)}", body)
    assert answer.status_code == 404
    assert type(mail).objects.values().get() == before
    assert not AuditEvent.objects.exists()


def test_a_rep_deletes_nothing_of_a_colleagues_that_stands_open_to_read(carol, dave):
    globex = scene(carol)
    mail, call = globex.mail(), globex.call()
    for path in (f"engagements/{mail.pk}", f"engagements/{call.pk}", f"conversations/{mail.conversation_id}"):
        assert client_of(dave).delete(f"{PREFIX}{path}/").status_code == 403
    page = Client()
    page.force_login(dave)
    page.post(f"/conversations/{mail.conversation_id}/delete/")
    assert type(mail).objects.count() == 2


def test_what_is_not_to_be_read_is_not_in_any_export(carol, bob):
    mail = scene(carol).mail("Falcon", subject="Falcon", detail=Detail.METADATA)
    for form in ("json", "eml", "csv"):
        answer = client_of(bob).get(f"{PREFIX}conversations/{mail.conversation_id}/export/?as={form}")
        assert answer.status_code == 200
        assert b"Falcon" not in answer.content
