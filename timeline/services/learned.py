"""What was learned of a person's mail is forgotten with the person; what several people's shows, each night."""

from accounts.models import Organization
from accounts.selectors.keys import organization_key
from timeline.domain.learned import scopes_of
from timeline.models import LearnedLine


def forget_sender(*, organization: Organization, address: str) -> None:
    """Forget the lines that sign one sender's mail. Runs in the caller's transaction."""
    sender, _ = scopes_of(organization_key(organization), address)
    LearnedLine.objects.filter(organization=organization, scope=sender).delete()
