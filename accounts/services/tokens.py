"""A person's tokens: given out, refreshed, and saved so that two workers lose neither a token nor a disconnect.

    connection row ──▶ MSAL over its cache ──▶ token
          ▲                    │ refreshed
          └── UPDATE … WHERE token_version = the one we read ── 0 rows: somebody else wrote first, theirs stands

A refresh token stays valid after it was used (ED:refresh-tokens), so the loser of a race still holds a good token and
nothing has to be repeated; a disconnect that came in between is obeyed.
"""

import time
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.domain.vocabulary import ConnectionState
from accounts.microsoft.aadsts import explain
from accounts.microsoft.identity import Identity, Token
from accounts.microsoft.scopes import MAIL_READ, USER_READ, as_granted, is_granted
from accounts.microsoft.wording import AT_MICROSOFT, connection_state_of
from accounts.models import MicrosoftConnection
from accounts.selectors.people import is_foreign
from accounts.signals import connection_changed
from core.db.fields import sealed_in
from core.db.unit_of_work import unit_of_work
from core.encryption import UnreadableSecret
from core.http.errors import (
    ConnectionLost,
    ConsentRevoked,
    Misconfigured,
    OutsideError,
    ReauthenticationNeeded,
    Unavailable,
)
from core.runs.failures import as_alarm

MAIL_READ_MISSING = "mail_read_missing"
FOREIGN_TENANT = "foreign_tenant"
NOT_CONNECTED = "not_connected"

_SPARE_SECONDS = 300.0
"""MSAL, too, counts a token as expired when less than five minutes are left."""


@dataclass(slots=True)
class TokenProvider:
    """Gives the bearer token of one connection: `provider(False)`, or `provider(True)` for a fresh one.

    Raises the error tree. A ConnectionLost, a Misconfigured and a recovery are recorded on the connection.
    """

    connection: MicrosoftConnection
    scope: str = MAIL_READ
    _token: Token | None = field(default=None, init=False)
    _token_version: int = field(default=-1, init=False)
    _is_row_stale: bool = field(default=False, init=False)

    def __call__(self, is_fresh_wanted: bool, /) -> str:  # noqa: FBT001 - the seam that the Graph client calls
        if self._token and not is_fresh_wanted and self._token.expires_at - _SPARE_SECONDS > time.time():
            return self._token.value
        if self._is_row_stale:
            self._reload()
        # a colleague's refresh since we got our token is as fresh as one of our own
        has_newer = self._token is not None and self.connection.token_version != self._token_version
        try:
            self._token = self._acquire(is_fresh_wanted=is_fresh_wanted and not has_newer)
        except (ConnectionLost, Misconfigured) as error:
            record_loss(connection=self.connection, error=error)
            raise
        self._token_version = self.connection.token_version
        self._is_row_stale = True
        return self._token.value

    def _acquire(self, *, is_fresh_wanted: bool) -> Token:
        row = self.connection
        try:
            cache = row.token_cache
        except UnreadableSecret as error:
            raise as_alarm(error) from error
        if row.state == ConnectionState.DISCONNECTED or not cache:
            raise _why_without_tokens(row)
        if is_foreign(row):
            raise foreign_tenant()
        identity = Identity(cache)
        is_scope_missing = not is_granted(self.scope, row.granted_scopes)
        token = identity.token(
            as_granted([USER_READ, self.scope], row.granted_scopes),
            object_id=row.object_id,
            is_fresh_wanted=is_fresh_wanted or is_scope_missing,
        )
        granted = token.granted_scopes or row.granted_scopes
        is_scope_granted = is_granted(self.scope, granted)
        self._save(identity, granted, has_recovered=is_scope_granted)
        if not is_scope_granted:
            raise ConsentRevoked(MAIL_READ_MISSING)
        return token

    def _save(self, identity: Identity, granted: str, *, has_recovered: bool) -> None:
        row = self.connection
        changes: dict[str, Any] = {}
        if identity.is_cache_changed:
            changes = {"token_cache": identity.cache, "granted_scopes": granted}
        is_back = has_recovered and row.state != ConnectionState.CONNECTED
        if is_back:
            changes |= {
                "state": ConnectionState.CONNECTED, "reason": "", "claims": "", "state_changed_at": timezone.now()
            }  # fmt: skip
        if not changes:
            return
        if not _compare_and_set(row, changes, is_announced=is_back):
            self._reload()
            if row.state == ConnectionState.DISCONNECTED:
                raise ReauthenticationNeeded(NOT_CONNECTED, sentence="Microsoft 365 was disconnected.")

    def _reload(self) -> None:
        before = (self.connection.tenant_id, self.connection.object_id)
        self.connection.refresh_from_db()
        if (self.connection.tenant_id, self.connection.object_id) != before:
            raise Unavailable("account_changed", sentence="Another Microsoft account was connected meanwhile.")


def token_provider(connection: MicrosoftConnection, *, scope: str = MAIL_READ) -> TokenProvider:
    """The bearer tokens of `connection`, for requests that need `scope`."""
    return TokenProvider(connection, scope)


def record_loss(*, connection: MicrosoftConnection, error: OutsideError, now: datetime | None = None) -> bool:
    """Note on the connection that Microsoft no longer accepts it; False where it had been mended or ended meanwhile."""
    lost = connection_state_of(error)
    if lost is None or connection.state == ConnectionState.DISCONNECTED:
        return False
    is_new = connection.state != lost or connection.reason != error.code
    if not is_new:
        return True
    changes: dict[str, Any] = {
        "state": lost,
        "reason": error.code[:60],
        "claims": error.claims if isinstance(error, ReauthenticationNeeded) else "",
        "state_changed_at": now or timezone.now(),
    }
    return _compare_and_set(connection, changes, is_announced=True)


def foreign_tenant() -> ReauthenticationNeeded:
    """What stops a connection of another tenant's account."""
    return ReauthenticationNeeded(
        FOREIGN_TENANT,
        sentence="The connected Microsoft account is of another Microsoft organization than yours.",
        next_step="Connect your own work account of this organization.",
    )


def _why_without_tokens(row: MicrosoftConnection) -> OutsideError:
    """What stands in the way: the refusal that ended the last attempt to connect, or that nobody attempted."""
    refused = [leaf for leaf, meaning in AT_MICROSOFT.items() if meaning.connection_state == row.state]
    if not refused or not row.reason:
        return ReauthenticationNeeded(NOT_CONNECTED, sentence="Microsoft 365 is not connected.")
    meaning = explain(row.reason)
    return refused[0](row.reason, sentence=meaning.sentence if meaning else "")


def _compare_and_set(row: MicrosoftConnection, changes: dict[str, Any], *, is_announced: bool) -> bool:
    """Write `changes` unless the row was written since we read it; the instance then equals the row.

    Where `is_announced`, the mailbox follows in the same transaction.
    """
    written = copy(row)
    for name, value in {**changes, "token_version": row.token_version + 1}.items():
        setattr(written, name, value)

    def write() -> bool:
        unchanged = MicrosoftConnection.objects.filter(pk=row.pk, token_version=row.token_version)
        if not unchanged.update(**sealed_in(row, **changes), token_version=written.token_version):
            return False
        if is_announced:
            connection_changed.send(sender=MicrosoftConnection, connection=written, account_changed=False)
        return True

    if not unit_of_work(write):
        return False
    for name in (*changes, "token_version"):
        setattr(row, name, getattr(written, name))
    return True
