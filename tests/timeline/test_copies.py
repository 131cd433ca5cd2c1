"""Owner and readers of a mail follow from the mailboxes that hold it."""

import pytest

from accounts.domain.vocabulary import Detail, Visibility
from tests.support.factories import (
    A_MONDAY,
    AccountFactory,
    ContactFactory,
    LegalHoldFactory,
    OpportunityFactory,
    UserFactory,
)
from tests.support.recording import JANE, compose, record
from timeline.copies import take_back
from timeline.domain.sharing import Sharing, widest
from timeline.models import Engagement
from timeline.selectors import engagements_for

pytestmark = pytest.mark.django_db

GROUP = "sales@acme.example"


@pytest.fixture(autouse=True)
def jane(acme):
    return ContactFactory(organization=acme, address=JANE)


def sharing_of(engagement):
    return Engagement.objects.values_list("visibility", "detail").get(pk=engagement.pk)


def test_who_is_left_decides_owner_and_readers(acme, carol, dave):
    mail = compose(acme, to=("carol@acme.example",), cc=("dave@acme.example",))
    record(acme, dave, mail, visibility=Visibility.OWNER_ONLY)
    record(acme, carol, mail, visibility=Visibility.EVERYONE)
    engagement = Engagement.objects.get()
    assert (engagement.owner, engagement.visibility) == (carol, "everyone")
    assert take_back(acme, carol.pk, {engagement.pk}, now=A_MONDAY) == set()
    engagement = Engagement.objects.get()
    assert (engagement.owner, engagement.visibility, engagement.email.inbox_owner) == (dave, "owner_only", dave)


def test_the_deals_owner_stays_the_owner(acme, alice, carol, dave):
    globex = AccountFactory(organization=acme)
    ContactFactory(organization=acme, account=globex, address="jo@globex.example")
    OpportunityFactory(organization=acme, account=globex, owner=alice)
    mail = compose(acme, sender="jo@globex.example")
    record(acme, carol, mail)
    record(acme, dave, mail)
    take_back(acme, dave.pk, {Engagement.objects.get().pk}, now=A_MONDAY)
    engagement = Engagement.objects.get()
    assert (engagement.owner, engagement.email.inbox_owner) == (alice, carol)


def test_another_organizations_mail_is_not_touched(acme, rival, carol, mallory):
    ContactFactory(organization=rival, address=JANE)
    record(rival, mallory, compose(rival))
    assert take_back(acme, mallory.pk, {Engagement.objects.get().pk}, now=A_MONDAY) == set()
    assert engagements_for(mallory).exists()


def test_the_last_copy_is_told_and_nobody_reads_by_it_any_more(acme, carol):
    record(acme, carol, compose(acme, to=(GROUP,)), visibility=Visibility.OWNER_ONLY)
    mail = Engagement.objects.get()
    assert take_back(acme, carol.pk, {mail.pk}, now=A_MONDAY) == {mail.pk}
    assert not engagements_for(carol).exists()


def test_a_copy_that_comes_back_is_held_again_as_its_mailbox_shows_it_then(acme, carol, dave):
    mail = compose(acme, to=(GROUP,))
    record(acme, carol, mail, visibility=Visibility.OWNER_ONLY)
    record(acme, dave, mail, visibility=Visibility.EVERYONE)
    take_back(acme, dave.pk, {Engagement.objects.get().pk}, now=A_MONDAY)
    assert not engagements_for(dave).exists()
    record(acme, dave, mail, visibility=Visibility.OWNER_ONLY)
    assert sharing_of(engagements_for(dave).get()) == ("owner_only", "full_text")


def test_a_mail_seen_again_in_the_same_mailbox_is_not_published_by_that(acme, carol, dave):
    mail = compose(acme)
    record(acme, carol, mail, visibility=Visibility.OWNER_ONLY, detail=Detail.METADATA)
    record(acme, carol, mail, visibility=Visibility.EVERYONE, detail=Detail.FULL_TEXT)
    assert sharing_of(Engagement.objects.get()) == ("owner_only", "metadata")
    assert not engagements_for(dave).exists()


@pytest.mark.parametrize("is_wide_first", [True, False])
def test_nobody_reads_by_one_copys_visibility_what_only_anothers_detail_shows(acme, carol, dave, is_wide_first):
    mail = compose(acme)
    copies = [(carol, Visibility.EVERYONE, Detail.METADATA), (dave, Visibility.OWNER_ONLY, Detail.FULL_TEXT)]
    for person, visibility, detail in copies if is_wide_first else reversed(copies):
        record(acme, person, mail, visibility=visibility, detail=detail)
    assert sharing_of(Engagement.objects.get()) == ("everyone", "metadata")


def test_of_equally_wide_copies_the_fullest_is_shown():
    some = [Sharing(Visibility.EVERYONE, Detail.METADATA), Sharing(Visibility.EVERYONE, Detail.SUBJECT)]
    assert widest(some) == widest(reversed(some)) == some[1]
    assert widest([]) is None


def test_a_legal_hold_freezes_who_may_read_it_and_a_new_holder_reads_all_the_same(acme, carol, dave):
    erin = UserFactory(organization=acme)
    mail = compose(acme, to=(GROUP,))
    record(acme, carol, mail, visibility=Visibility.OWNER_ONLY)
    hold = LegalHoldFactory(organization=acme)
    record(acme, dave, mail, visibility=Visibility.EVERYONE)
    assert sharing_of(engagements_for(dave).get()) == ("owner_only", "full_text")
    hold.released_at = A_MONDAY
    hold.save()
    record(acme, erin, mail, visibility=Visibility.OWNER_ONLY)
    assert sharing_of(Engagement.objects.get()) == ("everyone", "full_text")


def test_what_a_deleted_login_brought_in_stays_as_it_was(acme, carol, dave):
    mail = compose(acme, to=(GROUP,))
    record(acme, dave, mail, visibility=Visibility.EVERYONE)
    record(acme, carol, mail, visibility=Visibility.OWNER_ONLY)
    dave.delete()
    stored = Engagement.objects.get()
    assert take_back(acme, carol.pk, {stored.pk}, now=A_MONDAY) == set()
    assert sharing_of(stored) == ("everyone", "full_text")
