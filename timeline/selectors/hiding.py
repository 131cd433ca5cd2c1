"""What a rule hides."""

from uuid import UUID

from accounts.models import Organization
from timeline.models import Engagement


def hidden_by(organization: Organization, rule: str) -> set[UUID]:
    """The engagements that `rule` hides."""
    return set(Engagement.objects.filter(organization=organization, hidden_by_rule=rule).values_list("pk", flat=True))
