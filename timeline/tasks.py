"""The timeline's tasks: each calls one function."""

from celery import shared_task
from django.utils import timezone

from accounts.models import Organization
from timeline.changes import following, log
from timeline.recording import join
from timeline.search import orphans, upkeep
from timeline.search.writing import IndexUnavailable
from timeline.services import retention


@shared_task(name="timeline.tasks.number_changes")
def number_changes() -> int:
    """Give what was committed its place in the log of changes; how many changes that were."""
    return log.number()


@shared_task(name="timeline.tasks.prune_changes")
def prune_changes() -> int:
    """Remove from the log what no reader may ask for any more; how many changes that were."""
    return log.prune(now=timezone.now())


@shared_task(name="timeline.tasks.count_changes")
def count_changes() -> int:
    """Let the sums by deal follow what changed; how many changes, and shares that became past, those were."""
    return following.follow(now=timezone.now())


@shared_task(name="timeline.tasks.mend_standings")
def mend_standings() -> int:
    """Compare the sums by deal with the engagements; how many engagements and deals had to be mended."""
    return following.mend_all(now=timezone.now())


@shared_task(name="timeline.tasks.drain_changes")
def drain_changes() -> int:
    """Bring the search index up to date; how many changes it read."""
    return upkeep.bring_index_up_to_date()


@shared_task(name="timeline.tasks.mend_index")
def mend_index() -> int:
    """Compare the search index with the tables; how many documents had to be mended."""
    return upkeep.mend_index()


@shared_task(name="timeline.tasks.remove_orphans", autoretry_for=(IndexUnavailable,), retry_backoff=60, max_retries=12)
def remove_orphans() -> int:
    """Remove a deleted organization's documents from the search index; how many there were."""
    return orphans.remove_orphans()


@shared_task(name="timeline.tasks.purge_expired")
def purge_expired() -> int:
    """Queue the purge of every organization, so that one that fails holds up no other; how many there are."""
    organizations = list(Organization.objects.values_list("pk", flat=True))
    for organization in organizations:
        purge_organization.delay(str(organization))
    return len(organizations)


@shared_task(name="timeline.tasks.purge_organization")
def purge_organization(organization_id: str) -> int:
    """Delete what one organization's retention policy no longer keeps; how many engagements that were."""
    organization = Organization.objects.filter(pk=organization_id).first()
    return retention.purge_expired(organization=organization, now=timezone.now()).engagements if organization else 0


@shared_task(name="timeline.tasks.join_copies")
def join_copies() -> int:
    """Queue the joining of copies that are one mail by what is known now; how many organizations there are."""
    organizations = list(Organization.objects.values_list("pk", flat=True))
    for organization in organizations:
        join_organization.delay(str(organization))
    return len(organizations)


@shared_task(name="timeline.tasks.join_organization")
def join_organization(organization_id: str) -> int:
    """Join one organization's copies; how many mails went into another."""
    organization = Organization.objects.filter(pk=organization_id).first()
    return join.join_all(organization=organization) if organization else 0
