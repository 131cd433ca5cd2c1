"""Which engagements a legal hold covers: nothing of them is deleted, erased or purged until it is released.

scope   organization ──▶ everything        account, contact ──▶ what concerns that record
        opportunity  ──▶ what stands under it      conversation ──▶ all of it

What is held for the place where it stands does not leave it: neither a person's correction nor the CRM takes it away.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from accounts.models import Organization
from timeline.domain.assignment import HeldRecords
from timeline.domain.vocabulary import HoldScope
from timeline.models import Association, Engagement, LegalHold, Participant


def held_records(organization: Organization) -> HeldRecords:
    """On which records something is held: one query."""
    holds = LegalHold.objects.filter(organization=organization, released_at=None)
    rows = list(holds.values_list("opportunity_id", "account_id", "contact_id"))
    deals, accounts, contacts = (frozenset(row[place] for row in rows if row[place]) for place in range(3))
    return HeldRecords(deals, accounts, contacts)


def is_held(organization: Organization) -> Q:
    """A condition on Engagement rows of `organization`: one query reads the holds, none a row."""
    holds = LegalHold.objects.filter(organization=organization, released_at=None)
    covered: dict[str, list[Any]] = {scope: [] for scope in HoldScope}
    for hold in holds:
        covered[hold.scope].append(getattr(hold, f"{hold.scope}_id"))
    if covered[HoldScope.ORGANIZATION]:
        return Q(organization=organization)
    condition = Q(pk__in=[])
    if opportunities := covered[HoldScope.OPPORTUNITY]:
        condition |= Q(opportunity__in=opportunities)
    if conversations := covered[HoldScope.CONVERSATION]:
        condition |= Q(conversation__in=conversations)
    if accounts := covered[HoldScope.ACCOUNT]:
        concerns = Association.objects.filter(engagement=OuterRef("pk"), account__in=accounts)
        condition |= Q(account__in=accounts) | Q(opportunity__account__in=accounts) | Q(Exists(concerns))
    if contacts := covered[HoldScope.CONTACT]:
        concerns = Association.objects.filter(engagement=OuterRef("pk"), contact__in=contacts)
        takes_part = Participant.objects.filter(engagement=OuterRef("pk"), contact__in=contacts)
        condition |= Q(Exists(concerns)) | Q(Exists(takes_part))
    return condition


def held_among(organization: Organization, engagements: Collection[UUID]) -> set[UUID]:
    """Those of these engagements that a hold covers: two queries, none where there are none."""
    if not engagements:
        return set()
    rows = Engagement.objects.filter(is_held(organization), organization=organization, pk__in=engagements)
    return set(rows.values_list("pk", flat=True))
