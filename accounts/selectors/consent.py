"""What an organization's admins have granted, and whether it still holds."""

from dataclasses import dataclass, replace
from datetime import datetime

from accounts.domain.consent import LINK_TEXT, PURPOSE, SCOPES
from accounts.domain.vocabulary import ConnectionState, ConsentKind, ConsentState
from accounts.models import ConsentGrant, MicrosoftConnection, Organization


@dataclass(frozen=True, slots=True)
class ConsentCard:
    """One consent link on the page. `refused_people` is how many Microsoft has refused since the consent was given.

    `state` is empty where nobody followed the link yet, and "withdrawn" where Microsoft refuses everybody since.
    """

    kind: ConsentKind
    link_text: str
    purpose: str
    scopes: tuple[str, ...]
    state: ConsentState | None = None
    answered_at: datetime | None = None
    answered_by: str = ""
    tenant_id: str = ""
    error: str = ""
    error_description: str = ""
    refused_people: int = 0


def consent_cards(organization: Organization) -> list[ConsentCard]:
    """The consent links with the newest answer to each."""
    refused = list(
        MicrosoftConnection.objects.filter(
            organization=organization, state__in=[ConnectionState.NEEDS_CONSENT, ConnectionState.NEEDS_ADMIN]
        ).values_list("state_changed_at", flat=True)
    )
    working = MicrosoftConnection.objects.filter(organization=organization, state=ConnectionState.CONNECTED).exists()
    return [_card(organization, kind, refused, is_anyone_connected=working) for kind in ConsentKind]


def _card(
    organization: Organization, kind: ConsentKind, refused: list[datetime | None], *, is_anyone_connected: bool
) -> ConsentCard:
    card = ConsentCard(kind, LINK_TEXT[kind], PURPOSE[kind], SCOPES[kind])
    grant = (
        ConsentGrant.objects.filter(organization=organization, kind=kind, answered_at__isnull=False)
        .select_related("requested_by")
        .order_by("-answered_at", "-pk")
        .first()
    )
    if grant is None or grant.answered_at is None:
        return card
    since = [moment for moment in refused if moment and moment > grant.answered_at]
    state = ConsentState(grant.state)
    if state is ConsentState.GRANTED and since and not is_anyone_connected:
        state = ConsentState.WITHDRAWN
    return replace(
        card,
        state=state,
        answered_at=grant.answered_at,
        answered_by=grant.requested_by.display_name if grant.requested_by else "",
        tenant_id=grant.tenant_id,
        error=grant.error,
        error_description=grant.error_description,
        refused_people=len(since) if grant.state == ConsentState.GRANTED else 0,
    )
