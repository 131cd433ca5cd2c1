"""What runs beside the web: one task a mailbox, and a dispatcher each minute. Tasks carry ids, never mail.

A sync task that is lost is queued again by the dispatcher; a worker that dies leaves a lease that ends. So it does not
retry by itself: the mailbox's own due time does it.
"""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from accounts.models import Organization
from core.http.errors import ConnectionLost, Misconfigured, Retryable
from mailsync.selectors.mailboxes import due_for_subscription
from mailsync.services import subscriptions
from mailsync.services.departures import follow_all_departures
from mailsync.services.digest import send_digests
from mailsync.services.fleet import dispatch_due
from mailsync.services.learned_lines import learn_lines
from mailsync.sync import run

_REFUSED = (ConnectionLost, Misconfigured)


@shared_task(name="mailsync.dispatch", expires=55)
def dispatch() -> int:
    """Queue the mailboxes that are due."""
    return dispatch_due(now=timezone.now())


@shared_task(name="mailsync.sync_mailbox")
def sync_mailbox(mailbox_id: str) -> str:
    """Bring one mailbox up to date; says the state it ended in."""
    return str(run.sync_mailbox(UUID(mailbox_id))[0].mailbox.state)


@shared_task(name="mailsync.keep_subscriptions")
def keep_subscriptions() -> int:
    """Queue the subscriptions that are missing or about to end; nothing where Microsoft cannot reach us."""
    if not subscriptions.can_be_notified():
        return 0
    due = list(due_for_subscription(timezone.now()).values_list("pk", flat=True))
    for mailbox_id in due:
        keep_subscription.delay(str(mailbox_id))
    return len(due)


@shared_task(
    name="mailsync.keep_subscription",
    autoretry_for=(Retryable,),
    dont_autoretry_for=_REFUSED,
    retry_backoff=30,
    retry_jitter=True,
    max_retries=4,
)
def keep_subscription(mailbox_id: str) -> None:
    """Create or renew one mailbox's subscription."""
    subscriptions.keep_subscription(mailbox_id=UUID(mailbox_id), now=timezone.now())


@shared_task(name="mailsync.end_subscription", autoretry_for=(Retryable,), retry_backoff=30, max_retries=4)
def end_subscription(mailbox_id: str) -> None:
    """End the subscription of a mailbox whose import is off."""
    subscriptions.end_subscription(mailbox_id=UUID(mailbox_id))


@shared_task(name="mailsync.follow_departures")
def departures() -> int:
    """Hide the mail of customers who left the CRM, where an organization wants that."""
    return follow_all_departures(now=timezone.now())


@shared_task(name="mailsync.send_digests")
def digests() -> int:
    """Tell admins which mailboxes stopped, and where their trail ends."""
    return send_digests()


@shared_task(name="mailsync.learn_lines")
def learn() -> int:
    """Queue the learning of every organization's banners and signatures; how many organizations there are."""
    organizations = list(Organization.objects.values_list("pk", flat=True))
    for organization in organizations:
        learn_of_organization.delay(str(organization))
    return len(organizations)


@shared_task(name="mailsync.learn_lines_of_organization")
def learn_of_organization(organization_id: str) -> int:
    """Learn what stands around people's words in one organization's mail; how many lines came or went."""
    organization = Organization.objects.filter(pk=organization_id).first()
    return learn_lines(organization=organization) if organization else 0
