"""Who plays which part in a deal: the roles of a deal are one value, replaced as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from crm.models import OpportunityContactRole

_AT_ONCE = 500
Pair = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class RolesSet:
    """How many roles were new, changed and unchanged, and the contacts who gained or lost one."""

    new: int
    changed: int
    unchanged: int
    contacts: frozenset[UUID]


def set_contact_roles(
    organization_id: UUID, wanted: Mapping[Pair, tuple[str, bool]], *, is_whole: bool = True
) -> RolesSet:
    """Give every deal in `wanted` (by deal and contact: role, whether it is the primary one) exactly these roles.

    Deals that are not named keep theirs; none loses one where `is_whole` is false: some rows could not be read.
    """
    deals = {deal for deal, _ in wanted}
    rows = OpportunityContactRole.objects.filter(organization_id=organization_id, opportunity_id__in=deals)
    standing = {(row.opportunity_id, row.contact_id): row for row in rows}
    new = sorted(wanted.keys() - standing.keys())
    gone = [pair for pair in standing.keys() - wanted.keys() if is_whole]
    changed = []
    for pair, row in standing.items():
        if pair in wanted and (row.role, row.is_primary) != wanted[pair]:
            row.role, row.is_primary = wanted[pair]
            changed.append(row)
    OpportunityContactRole.objects.filter(pk__in=[standing[pair].pk for pair in gone]).delete()
    OpportunityContactRole.objects.bulk_update(changed, ["role", "is_primary"], batch_size=_AT_ONCE)
    OpportunityContactRole.objects.bulk_create(
        [
            OpportunityContactRole(
                organization_id=organization_id,
                opportunity_id=deal,
                contact_id=contact,
                role=wanted[deal, contact][0],
                is_primary=wanted[deal, contact][1],
            )
            for deal, contact in new
        ],
        batch_size=_AT_ONCE,
    )
    contacts = frozenset(contact for _, contact in (*new, *gone))
    return RolesSet(len(new), len(changed), len(wanted) - len(new) - len(changed), contacts)
