"""An admin's trip to Microsoft's consent page and back (F1).

    begin_consent ──▶ {authority}/{tenant}/v2.0/adminconsent ──▶ finish_consent ──▶ ConsentGrant
                       state: random, kept as a hash              must be the admin who began, within the hour

The tenant in the answer comes through the browser and proves nothing: it never lets anybody in. It is remembered to
send admins to the right consent page again, and to refuse accounts of other tenants.
"""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.utils import timezone

from accounts.domain.audit import AuditVerb
from accounts.domain.consent import SCOPES, ConsentAnswer, read_answer
from accounts.domain.sign_in import SignInRefused
from accounts.domain.vocabulary import ConsentKind, ConsentState
from accounts.microsoft.errors import Misconfigured
from accounts.microsoft.identity import ANY_WORK_TENANT, authority_for, is_configured
from accounts.microsoft.scopes import OPENID_SCOPES, qualified
from accounts.models import ConsentGrant, Organization, User
from accounts.selectors.consent import consented_tenant
from accounts.services.audit import record_event
from accounts.unit_of_work import one_unit_of_work, unit_of_work

ANSWER_LIFE = timedelta(hours=1)


def begin_consent(*, user: User, kind: ConsentKind, redirect_uri: str, now: datetime | None = None) -> str:
    """The address of Microsoft's admin consent page for `kind`; raises SignInRefused or Misconfigured."""
    now = now or timezone.now()
    organization = _require_admin(user)
    state = secrets.token_urlsafe(32)

    def remember() -> None:
        stale = ConsentGrant.objects.filter(organization=organization, state=ConsentState.PENDING)
        stale.filter(requested_at__lt=now - timedelta(days=1)).delete()
        ConsentGrant.objects.create(organization=organization, kind=kind, state_hash=_hash(state), requested_by=user)

    unit_of_work(remember)
    query = {
        "client_id": settings.MICROSOFT_CLIENT_ID,
        "scope": " ".join([*OPENID_SCOPES, *map(qualified, SCOPES[kind])]),
        "redirect_uri": redirect_uri,
        "state": state,
    }
    return f"{authority_for(consented_tenant(organization) or ANY_WORK_TENANT)}/v2.0/adminconsent?{urlencode(query)}"


@one_unit_of_work
def finish_consent(*, user: User, params: Mapping[str, str], now: datetime | None = None) -> ConsentGrant:
    """Record Microsoft's answer; raises SignInRefused where it is not this admin's, too old or already recorded."""
    now = now or timezone.now()
    organization = _require_admin(user)
    grant = (
        ConsentGrant.objects.select_for_update()
        .filter(state_hash=_hash(params.get("state", "")), organization=organization, requested_by=user)
        .first()
    )
    if grant is None:
        raise SignInRefused(
            "state_unknown",
            "This answer belongs to no consent that you began here.",
            "Open the Consent page and follow the link from there.",
        )
    if grant.state != ConsentState.PENDING or grant.requested_at < now - ANSWER_LIFE:
        raise SignInRefused(
            "answered_already",
            "This answer was recorded already, or came too late.",
            "Open the Consent page to see what holds; follow the link again if needed.",
        )
    _record(grant, read_answer(ConsentKind(grant.kind), params), now)
    record_event(
        organization=organization,
        actor=user,
        verb=AuditVerb.CHANGED,
        subject=grant,
        detail={"kind": str(grant.kind), "state": str(grant.state)},
    )
    return grant


def _record(grant: ConsentGrant, answer: ConsentAnswer, now: datetime) -> None:
    grant.state, grant.answered_at = answer.state, now
    grant.tenant_id, grant.scopes = answer.tenant_id, answer.scopes
    grant.error, grant.error_description = answer.error, answer.description
    grant.save()


def _require_admin(user: User) -> Organization:
    if not is_configured():
        raise Misconfigured(
            "not_configured",
            sentence="This installation is not registered with Microsoft, so there is nothing to consent to.",
            next_step="The operator has to set MICROSOFT_CLIENT_ID and MICROSOFT_CLIENT_SECRET.",
        )
    if user.organization is None or not user.is_organization_admin:
        raise SignInRefused("admins_only", "Only an admin of the organization can do this.", "Ask an admin.")
    return user.organization


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
