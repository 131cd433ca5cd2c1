"""What is said at the door: once a call, of what stands and of what is gone, and never apart from the change."""

import pytest

from core.db.unit_of_work import unit_of_work
from tests.support.factories import CallFactory, ConversationFactory, EngagementFactory
from timeline.changes.door import NotInAUnitOfWork, record_change
from timeline.models import Change, Engagement


def said():
    return set(Change.objects.values_list("resource", "resource_id", "change"))


@pytest.mark.django_db(transaction=True)
def test_a_change_that_would_not_commit_with_what_says_so_is_refused(acme):
    engagement = CallFactory(organization=acme)
    with pytest.raises(NotInAUnitOfWork):
        record_change(acme.pk, [engagement.pk])
    with pytest.raises(NotInAUnitOfWork):
        record_change(acme.pk, new=[engagement.pk])
    unit_of_work(lambda: record_change(acme.pk, [engagement.pk]))
    assert said() == {("engagement", engagement.pk, "written")}


@pytest.mark.django_db
def test_each_is_said_once_and_what_is_gone_is_deleted(acme, django_assert_num_queries):
    stands, goes, new = EngagementFactory.create_batch(3, organization=acme)
    thread, empty = ConversationFactory.create_batch(2, organization=acme)
    Engagement.objects.filter(pk=goes.pk).delete()
    gone_thread = empty.pk
    empty.delete()
    with django_assert_num_queries(3):
        record_change(
            acme.pk,
            [stands.pk, goes.pk, stands.pk],
            new=[new.pk, new.pk],
            conversations=[thread.pk, None, gone_thread, thread.pk],
        )
    assert said() == {
        ("engagement", stands.pk, "written"),
        ("engagement", goes.pk, "deleted"),
        ("engagement", new.pk, "written"),
        ("conversation", thread.pk, "written"),
        ("conversation", gone_thread, "deleted"),
    }
    assert Change.objects.count() == 5


@pytest.mark.django_db
def test_nothing_is_said_of_nothing(acme, django_assert_num_queries):
    with django_assert_num_queries(0):
        record_change(acme.pk, [], conversations=[None])
