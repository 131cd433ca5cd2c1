"""An organization with the domains that are its own."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError

from accounts.models import Organization, User
from accounts.services.people import create_organization
from core.db.unit_of_work import one_unit_of_work
from mailsync.domain.import_rules import check_domain
from mailsync.domain.vocabulary import BlockKind
from mailsync.models import BlockedDomain


@one_unit_of_work
def open_organization(*, name: str, domains: Sequence[str], actor: User | None = None) -> Organization:
    """A new organization whose `domains` are internal; raises ValidationError with one sentence a flaw."""
    checked, flaws = [], []
    for raw in domains:
        try:
            checked.append(check_domain(raw).value)
        except ValueError as error:
            flaws.append(str(error))
    if flaws:
        raise ValidationError(flaws)
    organization = create_organization(name=name, actor=actor)
    BlockedDomain.objects.bulk_create(
        BlockedDomain(
            organization=organization,
            domain=domain,
            kind=BlockKind.INTERNAL,
            note="Own domain",
            created_by=actor,
            is_given=True,
        )
        for domain in dict.fromkeys(checked)
    )
    return organization
