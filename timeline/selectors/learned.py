"""What was learned of the lines around people's words, as the rules take it."""

from collections import defaultdict
from collections.abc import Collection
from functools import cached_property

from accounts.models import Organization
from accounts.selectors.keys import organization_key
from core.db.bulk import Prepared
from timeline.domain.learned import FOOT, HEAD, LearnedLines, scopes_of
from timeline.models import LearnedLine

_LINES: Prepared[tuple[str, str]] = Prepared(
    lambda organization, scopes: (
        LearnedLine.objects.filter(organization__among=organization, scope__among=scopes)
        .order_by()
        .values_list("scope", "line")
    )
)


class LearnedFrom:
    """An organization's learned lines, asked for the senders of a page; where nothing is learned, one query in all."""

    def __init__(self, organization: Organization) -> None:
        self._organization = organization

    @cached_property
    def _key(self) -> bytes | None:
        """None where nothing is learned."""
        some = LearnedLine.objects.filter(organization=self._organization)
        return organization_key(self._organization) if some.exists() else None

    def lines(self, addresses: Collection[str]) -> LearnedLines:
        """What concerns the mail of these senders: one query."""
        if self._key is None or not addresses:
            return LearnedLines()
        scopes = {HEAD, FOOT}.union(*(scopes_of(self._key, address) for address in addresses))
        found: dict[str, set[str]] = defaultdict(set)
        for scope, line in _LINES.ask(organization=self._organization.pk, scopes=scopes):
            found[scope].add(line)
        return LearnedLines(self._key, {scope: frozenset(lines) for scope, lines in found.items()})
