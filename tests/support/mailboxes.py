"""A small Acme whose mailboxes live in the sandbox tenant."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.domain.vocabulary import DeletionPolicy
from accounts.models import Organization, User
from crm.models import Contact
from crm.services.directory import set_contact_addresses
from mailsync.domain.vocabulary import MailboxState
from mailsync.models import Mailbox, SyncRun
from mailsync.services.switch import delete_imported, set_import
from mailsync.sync import removals
from mailsync.sync.foreground import Tally, sync_until_settled
from mailsync.sync.mail_run import Terms
from mailsync.sync.run import RunResult, sync_mailbox
from sandbox.testing import SandboxProcess
from tests.support.syncing import acme_of, rows_of, stored_ids, switched_on

RITA = "rita.lindqvist@acme.example"
JONAS = "jonas.weber@acme.example"
EVERYONE = (
    RITA,
    JONAS,
    "ada.okafor@acme.example",
    "camille.laurent@acme.example",
    "devon.price@acme.example",
    "marco.bianchi@acme.example",
)


@dataclass(slots=True)
class World:
    """The tenant, the organization that syncs from it, and the mailboxes that are switched on."""

    tenant: SandboxProcess
    organization: Organization
    mailboxes: list[Mailbox]

    @property
    def control(self) -> Any:
        return self.tenant.control

    @property
    def mailbox(self) -> Mailbox:
        return self.mailboxes[0]

    def sync(self, mailbox: Mailbox | None = None) -> Tally:
        """Sync to the end, sitting out waits without waiting."""
        return sync_until_settled(mailbox or self.mailbox, sleep=self.skip_waits)

    def round(self, mailbox: Mailbox | None = None, terms: Terms | None = None) -> RunResult:
        """One round, as a worker does it."""
        return sync_mailbox((mailbox or self.mailbox).pk, terms)[0]

    def skip_waits(self, _: float = 0) -> None:
        Mailbox.objects.filter(not_before__isnull=False).update(not_before=None)

    def state(self, mailbox: Mailbox | None = None) -> MailboxState:
        return MailboxState(Mailbox.objects.get(pk=(mailbox or self.mailbox).pk).state)

    def truth(self, mailbox: Mailbox | None = None) -> list[dict[str, Any]]:
        """The tenant's own word on every mail of the mailbox, for this mailbox's lookback."""
        mailbox = Mailbox.objects.select_related("user").get(pk=(mailbox or self.mailbox).pk)
        since = mailbox.lookback_from.isoformat() if mailbox.lookback_from else ""
        rows: list[dict[str, Any]] = self.control.truth(since=since)[mailbox.user.email]
        return rows

    def wanted_ids(self, mailbox: Mailbox | None = None) -> Counter[str]:
        return Counter(row["id"] for row in self.truth(mailbox) if row["import"])

    def is_exact(self) -> bool:
        """Whether exactly what should be stored is, of every mailbox, each copy once."""
        return all(stored_ids(mailbox) == self.wanted_ids(mailbox) for mailbox in self.mailboxes)

    def rows(self) -> dict[str, Any]:
        return rows_of(self.organization)

    def begin_anew(self) -> None:
        """Let the next sync of each mailbox be a first one, with nothing stored."""
        for mailbox in self.mailboxes:
            user = set_import(user=mailbox.user, enabled=False).user
            delete_imported(mailbox=mailbox, actor=user)
            set_import(user=user, enabled=True)

    def undisturbed_rows(self) -> dict[str, Any]:
        """What a first sync of all mailboxes as they are comes to when nothing is in its way."""
        self.control.clear_faults()
        self.begin_anew()
        for mailbox in self.mailboxes:
            assert self.sync(mailbox).is_in_sync
        return self.rows()

    def log(self, since: int = 0) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.control.log(since)
        return entries

    def last_log(self) -> int:
        log = self.log()
        return int(log[-1]["seq"]) if log else 0

    def deliver(self, **mail: Any) -> dict[str, Any]:
        """A mail from a customer to the first mailbox's owner; what the control door says of its first copy."""
        given = {"from_": self.customer(), "to": [self.mailbox.user.email], "subject": "Renewal", "text": "Hello"}
        copy: dict[str, Any] = self.control.deliver(**(given | mail))["copies"][0]
        return copy

    def days_ago(self, days: float) -> str:
        """A moment before the tenant's present, for a mail's date: a fixed one would be too old to be read one day."""
        return datetime.fromtimestamp(self.control.now() - days * 86_400, UTC).isoformat(timespec="seconds")

    def customer(self) -> str:
        """An address the CRM knows."""
        return str(self.organization.person_addresses.order_by("address").values_list("address", flat=True)[0])


def user_of(organization: Organization, email: str) -> User:
    return User.objects.get(organization=organization, email=email)


@pytest.fixture
def enter(tenant: SandboxProcess, db: None) -> Callable[..., World]:
    """Makes a world in which these people's mailboxes are switched on."""

    def make(*emails: str) -> World:
        organization = acme_of(tenant)
        users = [user_of(organization, email) for email in emails]
        return World(tenant, organization, switched_on(tenant, *users))

    return make


@pytest.fixture
def world(enter: Callable[..., World]) -> World:
    """Rita's mailbox alone, connected and switched on, not read yet."""
    return enter(RITA)


@pytest.fixture
def synced(world: World) -> World:
    """Rita's mailbox, in sync."""
    assert world.sync().is_in_sync
    return world


@pytest.fixture
def graceless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Removals are settled in the round after the one that told of them."""
    monkeypatch.setattr(removals, "GRACE", timedelta(0))
    monkeypatch.setattr("mailsync.sync.run.GRACE", timedelta(0))


def last_runs(mailbox: Mailbox) -> Sequence[SyncRun]:
    return list(SyncRun.objects.filter(mailbox=mailbox).order_by("started_at"))


def follow_deletions(world: World) -> None:
    world.organization.deletion_policy = DeletionPolicy.FOLLOW
    world.organization.save()


def enter_crm(world: World, address: str) -> None:
    contact = Contact.objects.filter(organization=world.organization).earliest("external_id")
    known = set(contact.addresses.values_list("address", flat=True))
    set_contact_addresses(world.organization.pk, {contact.pk: {*known, address}})
    world.control.add_to_crm(addresses=[address])
