"""What no policy keeps any more is purged; what must stay stays (F19)."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.selectors.audit import verify_trail
from tests.support.factories import (
    CallFactory,
    EmailMessageFactory,
    EngagementFactory,
    LegalHoldFactory,
    OpportunityFactory,
    RetentionPolicyFactory,
    SightingFactory,
)
from timeline import tasks
from timeline.domain.vocabulary import HoldScope
from timeline.models import Conversation, Engagement, Suppression
from timeline.selectors.retention import keeps_from
from timeline.services.retention import purge_expired


def old(organization, days=400, **fields):
    return EmailMessageFactory(
        engagement=EngagementFactory(
            organization=organization, occurred_at=timezone.now() - timedelta(days=days), **fields
        )
    ).engagement


def purge(**options):
    answer = io.StringIO()
    call_command("purge_expired", **options, stdout=answer)
    return answer.getvalue()


def test_what_is_older_than_the_policy_goes_with_all_that_hangs_on_it(acme):
    RetentionPolicyFactory(organization=acme, months=12)
    gone, kept = old(acme), old(acme, days=300)
    SightingFactory(email=gone.email)
    CallFactory(organization=acme, occurred_at=timezone.now() - timedelta(days=800))
    assert purge() == "acme: 2 engagements deleted\n"
    assert list(Engagement.objects.all()) == [kept]
    assert list(Conversation.objects.all()) == [kept.conversation]
    assert not Suppression.objects.exists()


def test_without_a_policy_nothing_expires(acme):
    old(acme, days=5000)
    assert purge() == "acme: 0 engagements deleted\n"
    assert keeps_from(acme, timezone.now()) is None


def test_a_dry_run_counts_and_deletes_nothing(acme):
    RetentionPolicyFactory(organization=acme, months=12)
    old(acme)
    assert purge(dry_run=True) == "acme: 1 engagements would be deleted\n"
    assert Engagement.objects.count() == 1
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(("keep", "is_closed", "left"), [(True, False, 1), (True, True, 0), (False, False, 0)])
def test_an_open_opportunity_keeps_what_stands_under_it_where_the_policy_says_so(acme, keep, is_closed, left):
    RetentionPolicyFactory(organization=acme, months=12, keep_open_opportunities=keep)
    old(acme, opportunity=OpportunityFactory(organization=acme, is_closed=is_closed))
    purge()
    assert Engagement.objects.count() == left


def test_a_hold_keeps_what_it_covers_until_it_is_released(acme):
    RetentionPolicyFactory(organization=acme, months=12)
    deal = OpportunityFactory(organization=acme, is_closed=True)
    held = old(acme, opportunity=deal)
    old(acme)
    hold = LegalHoldFactory(organization=acme, scope=HoldScope.OPPORTUNITY, opportunity=deal)
    purge()
    assert list(Engagement.objects.all()) == [held]
    hold.released_at = timezone.now()
    hold.save()
    purge()
    assert not Engagement.objects.exists()


def test_what_a_rule_hid_can_be_undone_for_thirty_days_and_then_goes(acme):
    old(acme, days=1, hidden_at=timezone.now() - timedelta(days=31), hidden_by_rule="blockeddomain:1")
    recent = old(acme, days=1, hidden_at=timezone.now() - timedelta(days=29), hidden_by_rule="blockeddomain:1")
    purge()
    assert list(Engagement.objects.all()) == [recent]


def test_a_purge_in_portions_deletes_everything_that_is_due(acme, monkeypatch):
    monkeypatch.setattr("timeline.services.retention._AT_ONCE", 2)
    RetentionPolicyFactory(organization=acme, months=12)
    for _ in range(5):
        old(acme)
    assert purge_expired(organization=acme, now=timezone.now()).engagements == 5
    assert AuditEvent.objects.filter(verb="purged").count() == 3
    assert verify_trail(acme).holds


def test_each_organization_has_a_policy_of_its_own(acme, rival):
    RetentionPolicyFactory(organization=acme, months=12)
    old(acme)
    foreign = old(rival)
    assert purge() == "acme: 1 engagements deleted\nrival: 0 engagements deleted\n"
    assert list(Engagement.objects.all()) == [foreign]


def test_one_organization_can_be_named(acme, rival):
    assert purge(organization="rival") == "rival: 0 engagements deleted\n"
    with pytest.raises(CommandError, match="no organization"):
        purge(organization="nobody")


def test_every_night_each_organization_is_purged_by_a_task_of_its_own(acme, rival, monkeypatch):
    RetentionPolicyFactory(organization=acme, months=12)
    old(acme)
    queued: list[str] = []
    monkeypatch.setattr(tasks.purge_organization, "delay", queued.append)
    assert tasks.purge_expired() == 2
    assert set(queued) == {str(acme.pk), str(rival.pk)}
    assert [tasks.purge_organization(each) for each in (str(acme.pk), str(rival.pk))] == [1, 0]
    assert tasks.purge_organization("01937e0a-0000-7000-8000-000000000001") == 0
