"""Connecting a person's Microsoft 365: auth code with PKCE, finished by who began it (accounts.services.flows)."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.domain.audit import AuditVerb
from accounts.domain.sign_in import MicrosoftPerson, SignInRefused, identify
from accounts.domain.vocabulary import ConnectionState, FlowPurpose
from accounts.microsoft.identity import Identity, Redeemed, is_configured
from accounts.microsoft.scopes import MAIL_READ, SIGN_IN_SCOPES, is_granted
from accounts.microsoft.wording import connection_state_of
from accounts.models import MicrosoftConnection, Organization, SignInFlow, User
from accounts.selectors.people import is_foreign
from accounts.services.audit import record_event
from accounts.services.flows import accept_answer, begin, find_flow, redeem, take
from accounts.services.tenants import admit
from accounts.services.tokens import MAIL_READ_MISSING, record_loss, token_provider
from accounts.signals import connection_changed
from core.addresses import normalize_address
from core.db.fields import is_set
from core.db.unit_of_work import one_unit_of_work
from core.http.errors import Misconfigured, OutsideError

__all__ = [
    "SignInRefused",
    "accept_answer",
    "begin_sign_in",
    "disconnect",
    "find_flow",
    "finish_sign_in",
    "record_loss",
    "token_provider",
]


def begin_sign_in(*, user: User, redirect_uri: str, now: datetime | None = None) -> str:
    """The address at Microsoft where `user` signs in; raises SignInRefused or the error tree."""
    now = now or timezone.now()
    _require_may_connect(user)
    known = MicrosoftConnection.objects.filter(user=user).first()
    is_reconnect = known is not None and known.state != ConnectionState.DISCONNECTED and not is_foreign(known)
    asked = Identity().begin(
        SIGN_IN_SCOPES,
        redirect_uri=redirect_uri,
        login_hint=known.username if known and is_reconnect and known.username else user.email,
        claims=known.claims if known else "",
    )
    return begin(purpose=FlowPurpose.CONNECT, asked=asked, user=user, now=now)


def finish_sign_in(*, flow: SignInFlow, user: User, now: datetime | None = None) -> MicrosoftConnection:
    """Exchange the flow's answer for a connection of `user`, who must have begun it.

    Without Mail.Read among the granted scopes the connection stands, in the state needs_consent. Raises SignInRefused
    or the error tree; what Microsoft refused is kept on a connection that was not working anyway.
    """
    now = now or timezone.now()
    take(flow, FlowPurpose.CONNECT, user=user, now=now)
    organization = _require_may_connect(user)
    try:
        redeemed = redeem(flow)
    except OutsideError as error:
        _keep_failure(user, organization, error, now)
        raise
    return _connect(user, organization, identify(redeemed.claims), redeemed, now)


@one_unit_of_work
def disconnect(*, user: User, now: datetime | None = None) -> None:
    """Forget the tokens at once; who was connected stays known, so that another account is noticed later."""
    connection = MicrosoftConnection.objects.select_for_update().filter(user=user).first()
    if connection is None or connection.state == ConnectionState.DISCONNECTED:
        return
    connection.token_cache = connection.granted_scopes = connection.reason = connection.claims = ""
    connection.state = ConnectionState.DISCONNECTED
    connection.state_changed_at = now or timezone.now()
    connection.token_version += 1
    connection.save()
    record_event(organization=connection.organization, actor=user, verb=AuditVerb.REMOVED, subject=connection)
    connection_changed.send(sender=MicrosoftConnection, connection=connection, account_changed=False)


def _require_may_connect(user: User) -> Organization:
    if not is_configured():
        raise Misconfigured(
            "not_configured",
            sentence="Connecting Microsoft 365 is off: this installation is not registered with Microsoft.",
            next_step="The operator has to set MICROSOFT_CLIENT_ID and MICROSOFT_CLIENT_SECRET.",
        )
    if user.organization is None:
        raise SignInRefused("no_organization", "This login belongs to no organization.", "Use a person's own login.")
    if not user.may_sync:
        raise SignInRefused(
            "may_not_sync", "Your admin has not allowed you to connect a mailbox.", "Ask your admin to allow it."
        )
    return user.organization


@one_unit_of_work
def _keep_failure(user: User, organization: Organization, error: OutsideError, now: datetime) -> None:
    state = connection_state_of(error)
    if state is None:
        return
    connection = MicrosoftConnection.objects.select_for_update().filter(user=user).first()
    if connection is None:
        connection = MicrosoftConnection(user=user, organization=organization)
    if connection.state == ConnectionState.CONNECTED:
        return
    connection.state, connection.reason = state, error.code[:60]
    connection.state_changed_at = now
    connection.token_version += 1
    connection.save()
    connection_changed.send(sender=MicrosoftConnection, connection=connection, account_changed=False)


@one_unit_of_work
def _connect(
    user: User, organization: Organization, person: MicrosoftPerson, redeemed: Redeemed, now: datetime
) -> MicrosoftConnection:
    has_mail = is_granted(MAIL_READ, redeemed.granted_scopes)
    admit(organization=organization, person=person, actor=user)
    _require_free(user, organization, person)
    connection = MicrosoftConnection.objects.select_for_update().filter(user=user).first()
    if connection is None:
        connection = MicrosoftConnection(user=user, organization=organization)
    has_changed = bool(connection.object_id) and _person_of(connection) != (person.tenant_id, person.object_id)
    if has_changed and connection.tenant_id == person.tenant_id and is_set(connection, "token_cache"):
        raise SignInRefused(
            "another_account",
            f"You signed in as {person.username}, but {connection.username} is connected.",
            f"Connect again as {connection.username}; or disconnect first, to connect the other account.",
        )
    changes: dict[str, Any] = {
        "tenant_id": person.tenant_id,
        "object_id": person.object_id,
        "username": person.username,
        "token_cache": redeemed.cache,
        "granted_scopes": redeemed.granted_scopes,
        "state": ConnectionState.CONNECTED if has_mail else ConnectionState.NEEDS_CONSENT,
        "reason": "" if has_mail else MAIL_READ_MISSING,
        "claims": "",
        "state_changed_at": now,
        "connected_at": now,
        "token_version": connection.token_version + 1,
    }
    for name, value in changes.items():
        setattr(connection, name, value)
    connection.save()
    record_event(organization=organization, actor=user, verb=AuditVerb.ADDED, subject=connection)
    connection_changed.send(sender=MicrosoftConnection, connection=connection, account_changed=has_changed)
    return connection


def _require_free(user: User, organization: Organization, person: MicrosoftPerson) -> None:
    """One Microsoft account serves one login of an organization: two would both claim to be its addresses.

    A colleague's account is that colleague's to connect, whether or not it is connected yet.
    """
    address = normalize_address(person.username)
    colleague = User.objects.filter(addresses__organization=organization, addresses__address=address).exclude(
        pk=user.pk
    )
    if address and (owner := colleague.first()):
        raise SignInRefused(
            "colleagues_account",
            f"You signed in as {person.username}, which belongs to {owner.display_name}.",
            "Connect your own account. If Microsoft did not ask who you are, sign out there first.",
        )
    others = MicrosoftConnection.objects.filter(
        organization=organization, tenant_id=person.tenant_id, object_id=person.object_id
    ).exclude(user=user)
    holder = others.exclude(state=ConnectionState.DISCONNECTED).select_related("user").first()
    if holder is not None:
        raise SignInRefused(
            "connected_elsewhere",
            f"{person.username} is already connected by {holder.user.display_name}.",
            f"Connect your own account, or ask {holder.user.display_name} to disconnect first.",
        )


def _person_of(connection: MicrosoftConnection) -> tuple[str, str]:
    return connection.tenant_id, connection.object_id
