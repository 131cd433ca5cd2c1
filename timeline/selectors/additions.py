"""The additions to mail that are known in an organization: every gateway's, and what an admin gave as its own."""

from accounts.models import Organization
from timeline.domain.additions import Additions, known_additions
from timeline.models import KnownAddition


def additions_of(organization: Organization) -> Additions:
    """What is not the author's in the organization's mail: one query."""
    rows = KnownAddition.objects.filter(organization=organization)
    return known_additions(rows.values_list("word_count", "words_hash"))
