"""The people of an engagement as rows: who takes part, and who of our own that is."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from accounts.models import FormerAddress, Organization, UserAddress
from core.addresses import address_candidates
from core.db.bulk import NewRow, Prepared
from crm.domain.directory import Match
from timeline.domain.assignment import Place, places_of
from timeline.domain.email import ParticipantValue

_NAME_LENGTH = 255

_OUR_PEOPLE: Prepared[tuple[str, UUID]] = Prepared(
    lambda organization, addresses: UserAddress.objects.filter(
        organization__among=organization, address__among=addresses
    ).values_list("address", "user_id")
)
_WHOSE_IT_WAS: Prepared[tuple[str, UUID | None, datetime]] = Prepared(
    lambda organization, addresses: FormerAddress.objects.filter(
        organization__among=organization, address__among=addresses
    ).values_list("address", "user_id", "until")
)


class OurPeople:
    """Whose address it is among our own people: an address that moved is its next person's from then on alone."""

    def __init__(self, users: Mapping[str, UUID], since: Mapping[str, datetime]) -> None:
        self._users, self._since = users, since

    def at(self, moment: datetime) -> Mapping[str, UUID]:
        """The users by their address for what was exchanged at `moment`."""
        earlier = {address for address, since in self._since.items() if moment < since}
        return {each: user for each, user in self._users.items() if each not in earlier} if earlier else self._users


def our_people(organization: Organization, addresses: Collection[str]) -> OurPeople:
    """Who of our own people is behind these addresses, +tags set aside: two queries."""
    candidates = {address: address_candidates(address) for address in addresses}
    wanted = {each for tried in candidates.values() for each in tried}
    known = dict(_OUR_PEOPLE.ask(organization=organization.pk, addresses=wanted))
    moved: dict[str, datetime] = {}
    for address, former, until in _WHOSE_IT_WAS.ask(organization=organization.pk, addresses=known):
        if former != known[address]:
            moved[address] = max(until, moved.get(address, until))
    own = {
        address: next(each for each in tried if each in known)
        for address, tried in candidates.items()
        if any(each in known for each in tried)
    }
    return OurPeople(
        {address: known[each] for address, each in own.items()},
        {address: moved[each] for address, each in own.items() if each in moved},
    )


def as_compared(address: str, users: Mapping[str, UUID]) -> str:
    """A person as copies are compared: the user whose address it is, or the address."""
    return str(users.get(address, address))


def places_of_users(participants: Iterable[ParticipantValue], users: Mapping[str, UUID]) -> dict[UUID, Place]:
    """Each user who takes part, with the nearest role and its position."""
    return places_of(
        (users[person.address], person.role, position)
        for position, person in enumerate(participants)
        if person.address in users
    )


def participant_rows(
    participants: Sequence[ParticipantValue],
    match: Match,
    users: Mapping[str, UUID],
    *,
    organization: UUID,
    engagement: UUID,
) -> list[NewRow]:
    """Participants to be inserted, one a role and address; a person named twice in To stands there once."""
    once = {(person.role, person.address): person for person in reversed(participants)}
    rows: list[NewRow] = []
    for position, person in enumerate(participants):
        if once[person.role, person.address] is person:
            contact, lead = match.person(person.address)
            rows.append(
                {
                    "organization_id": organization,
                    "engagement_id": engagement,
                    "role": person.role,
                    "position": position,
                    "name": person.name[:_NAME_LENGTH],
                    "address": person.address,
                    "contact_id": contact,
                    "lead_id": lead,
                    "user_id": users.get(person.address),
                }
            )
    return rows
