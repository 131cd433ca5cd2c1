"""Owner and readers of a mail follow from the mailboxes that hold it."""

from accounts.domain.vocabulary import Detail, Visibility
from tests.factories import A_MONDAY, AccountFactory, ContactFactory, OpportunityFactory
from tests.timeline.test_recording import JANE, compose, record
from timeline.models import Engagement
from timeline.services.holders import Holder, settle_holders


def holder(user, visibility=Visibility.EVERYONE):
    return Holder(user.pk, visibility, Detail.FULL_TEXT)


def test_who_is_left_decides_owner_and_readers(acme, carol, dave):
    ContactFactory(organization=acme, address=JANE)
    mail = compose(acme, to=("carol@acme.example",), cc=("dave@acme.example",))
    record(acme, dave, mail, visibility=Visibility.OWNER_ONLY)
    record(acme, carol, mail, visibility=Visibility.EVERYONE)
    engagement = Engagement.objects.get()
    assert (engagement.owner, engagement.visibility) == (carol, "everyone")
    assert settle_holders(acme, {engagement.pk: [holder(dave, Visibility.OWNER_ONLY)]}, now=A_MONDAY) == 1
    engagement = Engagement.objects.get()
    assert (engagement.owner, engagement.visibility, engagement.email.inbox_owner) == (dave, "owner_only", dave)
    assert settle_holders(acme, {engagement.pk: [holder(dave, Visibility.OWNER_ONLY)]}, now=A_MONDAY) == 0


def test_the_deals_owner_stays_the_owner(acme, alice, carol, dave):
    globex = AccountFactory(organization=acme)
    ContactFactory(organization=acme, account=globex, address=JANE)
    OpportunityFactory(organization=acme, account=globex, owner=alice)
    record(acme, carol, compose(acme))
    engagement = Engagement.objects.get()
    settle_holders(acme, {engagement.pk: [holder(dave), holder(carol)]}, now=A_MONDAY)
    engagement.refresh_from_db()
    assert (engagement.owner, engagement.email.inbox_owner) == (alice, carol)


def test_another_organizations_mail_is_not_touched(acme, rival, carol, mallory):
    ContactFactory(organization=rival, address=JANE)
    record(rival, mallory, compose(rival))
    assert settle_holders(acme, {Engagement.objects.get().pk: [holder(carol)]}, now=A_MONDAY) == 0
