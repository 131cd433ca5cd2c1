"""An admin's trip to Microsoft's consent page and back, and the own sign-in that proves for which tenant (F1).

    begin_consent ──▶ …/v2.0/adminconsent ──▶ answer_consent ──▶ answered          declined, failed: told as they are
                       state: random, kept as a hash   │ must be the admin who began, within the hour
                       begin_confirmation ◀────────────┘
                         └──▶ the admin's own sign-in ──▶ finish_consent ──▶ granted, for the tenant of the id token

The answer comes through the browser: its words and its tenant prove nothing, and only mark the link as answered.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.utils import timezone

from accounts.domain.audit import AuditVerb
from accounts.domain.consent import SCOPES, ConsentAnswer, read_answer
from accounts.domain.sign_in import SignInRefused, identify
from accounts.domain.vocabulary import ConsentKind, ConsentState, FlowPurpose
from accounts.microsoft.identity import ANY_WORK_TENANT, Identity, is_configured
from accounts.microsoft.scopes import EMAIL, OPENID_SCOPES, qualified
from accounts.models import ConsentGrant, Organization, SignInFlow, User
from accounts.services.audit import record_event
from accounts.services.flows import begin, redeem, take
from accounts.services.tenants import admit
from core.db.unit_of_work import one_unit_of_work, unit_of_work
from core.hashing import hash_of
from core.http.errors import Misconfigured

ANSWER_LIFE = timedelta(hours=1)


def begin_consent(*, user: User, kind: ConsentKind, redirect_uri: str, now: datetime | None = None) -> str:
    """The address of Microsoft's admin consent page for `kind`; raises SignInRefused or Misconfigured."""
    now = now or timezone.now()
    organization = _require_admin(user)
    page = Identity().consent_page(organization.tenant_id or ANY_WORK_TENANT)
    state = secrets.token_urlsafe(32)

    def remember() -> None:
        stale = ConsentGrant.objects.filter(organization=organization, state=ConsentState.PENDING)
        stale.filter(requested_at__lt=now - timedelta(days=1)).delete()
        ConsentGrant.objects.create(organization=organization, kind=kind, state_hash=hash_of(state), requested_by=user)

    unit_of_work(remember)
    query = {
        "client_id": settings.MICROSOFT_CLIENT_ID,
        "scope": " ".join([*OPENID_SCOPES, *map(qualified, SCOPES[kind])]),
        "redirect_uri": redirect_uri,
        "state": state,
    }
    return f"{page}?{urlencode(query)}"


@one_unit_of_work
def answer_consent(*, user: User, params: Mapping[str, str], now: datetime | None = None) -> ConsentGrant:
    """Note that the link was answered; raises SignInRefused where it is not this admin's, too old or answered already.

    A consent stands as answered, and is confirmed next.
    """
    now = now or timezone.now()
    organization = _require_admin(user)
    grant = (
        ConsentGrant.objects.select_for_update()
        .filter(state_hash=hash_of(params.get("state", "")), organization=organization, requested_by=user)
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
    _audit(grant, user)
    return grant


def begin_confirmation(*, user: User, grant: ConsentGrant, browser: str, redirect_uri: str) -> str:
    """The address where the admin signs in, in the browser whose session holds `browser`; raises as `begin_consent`."""
    _require_admin(user)
    asked = Identity(is_for_sign_in_alone=True).begin([EMAIL], redirect_uri=redirect_uri)
    return begin(
        purpose=FlowPurpose.CONSENT, asked=asked, user=user, browser=browser, consent=grant, now=timezone.now()
    )


def finish_consent(*, flow: SignInFlow, user: User, browser: str, now: datetime | None = None) -> ConsentGrant:
    """Record the consent as granted for the tenant of the admin's sign-in; raises SignInRefused or the error tree."""
    now = now or timezone.now()
    take(flow, FlowPurpose.CONSENT, user=user, browser=browser, now=now)
    organization = _require_admin(user)
    assert flow.consent_id is not None, "a flow for a consent names it"  # noqa: S101
    confirmed = flow.consent_id
    person = identify(redeem(flow).claims)

    def record() -> ConsentGrant:
        answered = ConsentGrant.objects.select_for_update().filter(organization=organization)
        grant = answered.filter(pk=confirmed, state=ConsentState.ANSWERED).first()
        if grant is None:
            raise SignInRefused("confirmed_already", "This consent was confirmed already.", "Open the Consent page.")
        admit(organization=organization, person=person, actor=user)
        grant.state, grant.tenant_id = ConsentState.GRANTED, person.tenant_id
        grant.save(update_fields=["state", "tenant_id"])
        _audit(grant, user)
        return grant

    return unit_of_work(record)


def _audit(grant: ConsentGrant, user: User) -> None:
    record_event(
        organization=grant.organization,
        actor=user,
        verb=AuditVerb.CHANGED,
        subject=grant,
        detail={"kind": str(grant.kind), "state": str(grant.state)},
    )


def _record(grant: ConsentGrant, answer: ConsentAnswer, now: datetime) -> None:
    grant.state, grant.answered_at, grant.scopes = answer.state, now, answer.scopes
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
