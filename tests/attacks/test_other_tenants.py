"""What an account of another tenant was connected for stops once ours is known, and leaves nothing learned as ours."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.domain.vocabulary import Visibility
from accounts.models import MicrosoftConnection, Organization, User, UserAddress
from accounts.services.connection import disconnect
from mailsync.domain.vocabulary import MailboxState
from mailsync.models import AddressQuestion, Mailbox
from mailsync.services.addresses import learn_addresses
from mailsync.sync.mail_run import Terms
from mailsync.sync.run import sync_mailbox
from tests.support.factories import UserFactory
from tests.support.mailboxes import JONAS, RITA, World, enter, user_of, world  # noqa: F401 - fixtures, lent to pytest
from tests.support.recording import compose, record
from tests.support.sign_in import FOREIGN
from tests.support.syncing import connect
from timeline.models import Engagement, Participant
from timeline.visibility import visible_to

pytestmark = pytest.mark.django_db

ALIAS = "r.lindqvist@elsewhere.example"


@pytest.fixture
def foreign(world: World) -> World:  # noqa: F811
    """Rita's mailbox, connected with an account of another tenant while none was known."""
    MicrosoftConnection.objects.filter(user__email=RITA).update(tenant_id=FOREIGN)
    Organization.objects.update(tenant_id="")
    learn_addresses(world.mailbox, [RITA, ALIAS])
    return world


def by_a_colleague(world: World, _: Any) -> None:  # noqa: F811
    connect(user_of(world.organization, JONAS), world.tenant)


def by_the_operator(world: World, _: Any) -> None:  # noqa: F811
    root = UserFactory(organization=None, email="operator@example.org", is_superuser=True, is_staff=True)
    console = Client()
    console.force_login(root)
    form = {
        "name": "Acme", "slug": world.organization.slug, "opportunity_rule": "most_recently_updated_open",
        "closed_deal_grace_days": "14", "visibility": "everyone", "detail": "full_text", "deletion_policy": "keep",
        "password_sign_in": "on", "tenant_id": world.tenant.tenant_id,
    }  # fmt: skip
    page = reverse("admin:accounts_organization_change", args=[world.organization.pk])
    assert console.post(page, form).status_code == 302


def by_the_installations_settings(world: World, settings: Any) -> None:  # noqa: F811
    settings.MICROSOFT_AUTHORITY = f"{world.tenant.authority}/{world.tenant.tenant_id}"


def by_another_process(world: World, _: Any) -> None:  # noqa: F811
    Organization.objects.update(tenant_id=world.tenant.tenant_id)


WAYS: list[Callable[[World, Any], None]] = [
    by_a_colleague,
    by_the_operator,
    by_the_installations_settings,
    by_another_process,
]


def asked_of_graph(world: World, since: int) -> list[dict[str, Any]]:  # noqa: F811
    return [entry for entry in world.log(since) if entry["door"] == "graph"]


def seen_by(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.mark.parametrize("told", WAYS)
def test_a_mailbox_of_another_tenant_is_read_no_more_and_says_why(foreign, settings, told):
    told(foreign, settings)
    since = foreign.last_log()

    foreign.round()

    mailbox = Mailbox.objects.get(pk=foreign.mailbox.pk)
    assert (mailbox.state, mailbox.state_reason) == (MailboxState.NEEDS_SIGN_IN, "foreign_tenant")
    assert asked_of_graph(foreign, since) == []
    page = seen_by(mailbox.user).get("/profile/integrations/").content.decode()
    assert "of another Microsoft organization than yours" in page
    assert "Connect your own work account" in page


@pytest.mark.parametrize("told", WAYS)
def test_what_it_brought_is_not_ours_and_what_others_said_of_it_is(foreign, settings, told):
    rita = foreign.mailbox.user
    UserAddress.objects.create(
        organization=foreign.organization, user=rita, address="confirmed@elsewhere.example", kind="confirmed"
    )
    AddressQuestion.objects.create(organization=foreign.organization, user=rita, address="jane@globex.example")

    told(foreign, settings)
    foreign.round()

    assert set(rita.addresses.values_list("address", flat=True)) == {RITA, "confirmed@elsewhere.example"}
    assert not AddressQuestion.objects.exists()


def test_a_run_that_is_reading_it_reads_no_further(foreign, settings):
    asked: list[int] = []

    def told(run: Any) -> None:
        if not asked:
            by_the_operator(foreign, settings)
            asked.append(foreign.last_log())

    result = sync_mailbox(foreign.mailbox.pk, Terms(on_progress=told))[0]

    assert asked
    assert asked_of_graph(foreign, asked[0]) == []
    assert not result.is_complete
    assert foreign.state() == MailboxState.NEEDS_SIGN_IN


def test_mail_with_its_addresses_is_read_by_who_took_part_and_not_by_whom_it_was_connected_to(foreign, settings):
    jonas, rita = user_of(foreign.organization, JONAS), foreign.mailbox.user
    private = compose(foreign.organization, sender=foreign.customer(), to=[JONAS, ALIAS])
    record(foreign.organization, jonas, private, visibility=Visibility.OWNER_ONLY)
    assert Engagement.objects.filter(visible_to(rita)).exists()

    by_the_operator(foreign, settings)

    assert not Engagement.objects.filter(visible_to(rita)).exists()
    assert Engagement.objects.filter(visible_to(jonas)).exists()
    assert Participant.objects.get(address=ALIAS).user is None


def test_the_right_tenants_mailboxes_go_on(foreign, settings):
    connect(user_of(foreign.organization, JONAS), foreign.tenant)
    jonas = MicrosoftConnection.objects.get(user__email=JONAS)
    learn_addresses(Mailbox(organization=foreign.organization, user=jonas.user), [JONAS, "j@elsewhere.example"])

    by_the_operator(foreign, settings)

    jonas.refresh_from_db()
    assert (jonas.state, jonas.reason) == ("connected", "")
    assert UserAddress.objects.filter(address="j@elsewhere.example").exists()


def test_what_was_disconnected_before_leaves_no_address_either(foreign, settings):
    disconnect(user=foreign.mailbox.user)
    MicrosoftConnection.objects.filter(user__email=RITA).update(tenant_id=FOREIGN)

    by_the_operator(foreign, settings)

    assert not UserAddress.objects.filter(address=ALIAS).exists()
    assert foreign.state() == MailboxState.CONNECTING


def test_the_own_account_is_connected_in_its_place_and_its_mailbox_read_from_the_beginning(foreign, settings):
    by_the_operator(foreign, settings)

    connect(User.objects.get(email=RITA), foreign.tenant)

    assert foreign.sync().is_in_sync
    assert foreign.is_exact()


def test_where_the_operator_had_named_a_wrong_tenant_everything_goes_on_once_it_is_right(world):  # noqa: F811
    Organization.objects.update(tenant_id=FOREIGN)
    world.round()
    assert world.state() == MailboxState.NEEDS_SIGN_IN

    Organization.objects.update(tenant_id=world.tenant.tenant_id)

    assert world.sync().is_in_sync
