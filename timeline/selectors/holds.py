"""Which engagements a legal hold covers: nothing of them is deleted, erased or purged until it is released.

scope   organization ──▶ everything        account, contact ──▶ what concerns that record
        opportunity  ──▶ what stands under it      conversation ──▶ all of it
"""

from typing import Any

from django.db.models import Exists, OuterRef, Q

from accounts.models import Organization
from timeline.domain.vocabulary import HoldScope
from timeline.models import Association, Engagement, LegalHold, Participant


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


def any_held(organization: Organization, engagements: Q) -> bool:
    """Whether a hold covers one of those engagements."""
    return Engagement.objects.filter(engagements, is_held(organization), organization=organization).exists()
