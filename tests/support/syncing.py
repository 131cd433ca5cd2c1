"""What the sync tests share: a tenant's people as users here, connected, with the tenant's customers in the CRM."""

from collections import Counter
from collections.abc import Iterable
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from accounts.models import Organization, User
from accounts.services.connection import accept_answer, begin_sign_in, finish_sign_in
from crm.services.csv_import import import_folder
from mailsync.domain.vocabulary import BlockKind
from mailsync.models import BlockedDomain, Mailbox, Sighting
from mailsync.services.switch import set_import
from sandbox.testing import SandboxProcess
from tests.support.factories import OrganizationFactory, UserFactory
from tests.support.waiting import PATIENCE
from timeline.models import EmailMessage

CALLBACK = "http://localhost/oauth/microsoft/callback/"


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("name"):
            self.fields[str(given["name"])] = given.get("value") or ""


def acme_of(tenant: SandboxProcess, *emails: str) -> Organization:
    """The tenant's company as an organization here: its domains, its people, its customers."""
    organization = OrganizationFactory(name="Acme Fieldwork", slug="acme-fieldwork")
    BlockedDomain.objects.create(
        organization=organization, domain="acme.example", kind=BlockKind.INTERNAL, is_given=True
    )
    for person in tenant.people:
        if not emails or person["email"] in emails:
            UserFactory(organization=organization, email=person["email"], name=person["name"])
    import_folder(organization=organization, folder=tenant.crm_dir)
    return organization


def connect(user: User, tenant: SandboxProcess) -> None:
    """Go through the sign-in at the tenant as a browser would."""
    address = begin_sign_in(user=user, redirect_uri=CALLBACK)
    with tenant.session() as session:
        separator = "&" if urlsplit(address).query else "?"
        page = session.get(f"{address}{separator}login_hint={user.email}", allow_redirects=False, timeout=PATIENCE)
    form = _Form()
    form.feed(page.text)
    answer = form.fields or dict(parse_qsl(urlsplit(page.headers.get("Location", "")).query))
    flow = accept_answer(answer["state"], answer)
    finish_sign_in(flow=flow, user=user)


def switched_on(tenant: SandboxProcess, *users: User) -> list[Mailbox]:
    """The mailboxes of these people, connected and switched on."""
    mailboxes = []
    for user in users:
        connect(user, tenant)
        mailboxes.append(set_import(user=user, enabled=True))
    return mailboxes


def stored_ids(mailbox: Mailbox) -> Counter[str]:
    """Graph's ids of the copies that are stored of a mailbox, each with its number of rows."""
    return Counter(Sighting.objects.filter(mailbox=mailbox).values_list("copy_id", flat=True))


def rows_of(organization: Organization) -> dict[str, Any]:
    """Everything a sync stores, without the ids and times that differ from run to run: for comparing two ends."""
    emails = organization.emails.select_related(
        "inbox_owner", "engagement__owner", "engagement__account", "engagement__opportunity"
    )
    return {
        "emails": sorted(
            (
                email.message_key,
                email.fingerprint,
                email.engagement.subject,
                email.engagement.occurred_at.isoformat(),
                email.engagement.direction,
                email.text,
                email.new_text,
                email.in_reply_to,
                tuple(email.references),
                tuple(sorted(email.engagement.participants.values_list("role", "address", "name"))),
                *_place_of(email),
            )
            for email in emails
        ),
        "sightings": sorted(
            Sighting.objects.filter(mailbox__organization=organization).values_list(
                "mailbox__user__email", "copy_id", "email__message_key", "folder_id"
            )
        ),
        "conversations": _partition(emails),
    }


def _place_of(email: EmailMessage) -> tuple[Any, ...]:
    """Whose it is, which deal it stands under and why, and on which records it is shown."""
    engagement = email.engagement
    concerns = ("account__external_id", "contact__external_id", "lead__external_id")
    return (
        str(email.inbox_owner),
        str(engagement.owner),
        str(engagement.account),
        str(engagement.opportunity),
        engagement.assignment_rule,
        engagement.assignment_certain,
        sorted(map(str, engagement.associations.values_list(*concerns))),
    )


def _partition(emails: Iterable[Any]) -> list[tuple[str, ...]]:
    groups: dict[Any, list[str]] = {}
    for email in emails:
        groups.setdefault(email.engagement.conversation_id, []).append(email.message_key)
    return sorted(tuple(sorted(keys)) for keys in groups.values())
