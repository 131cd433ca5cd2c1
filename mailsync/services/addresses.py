"""Who "us" is: the addresses of a connected mailbox, as Microsoft lists them."""

from collections.abc import Sequence

from accounts.domain.vocabulary import AddressKind
from accounts.models import UserAddress
from accounts.unit_of_work import one_unit_of_work
from mailsync.models import Mailbox
from timeline.services.colleagues import link_colleague


def learn_addresses(mailbox: Mailbox, addresses: Sequence[str]) -> None:
    """Note a mailbox's own addresses (normalized, the primary one first), and drop those Microsoft no longer lists.

    An address that stands with a colleague stays there: two people cannot be told apart by it. Mail that was recorded
    with an address before it was known learns whose it is: of every address, for a worker that was killed in between
    left the new ones known and their mail without a person.
    """
    link_colleague(user=mailbox.user, addresses=_noted(mailbox, list(dict.fromkeys(addresses))))


@one_unit_of_work
def _noted(mailbox: Mailbox, kept: Sequence[str]) -> list[str]:
    """Make `kept` the learned addresses, but for those that stand already; which of them are this person's."""
    known = UserAddress.objects.filter(organization=mailbox.organization_id, address__in=kept)
    taken = set(known.values_list("address", flat=True))
    UserAddress.objects.bulk_create(
        [
            UserAddress(
                organization=mailbox.organization,
                user=mailbox.user,
                address=address,
                kind=AddressKind.PROXY if position else AddressKind.PRIMARY,
            )
            for position, address in enumerate(kept)
            if address not in taken
        ],
        ignore_conflicts=True,
    )
    learned = UserAddress.objects.filter(user=mailbox.user, kind__in=[AddressKind.PRIMARY, AddressKind.PROXY])
    learned.exclude(address__in=kept).delete()
    return list(UserAddress.objects.filter(user=mailbox.user, address__in=kept).values_list("address", flat=True))
