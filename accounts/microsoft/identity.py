"""MSAL for one person: begin a sign-in, redeem its answer, get a token; failures come as the error tree.

    begin ──▶ authorize address + flow          (state, nonce, PKCE verifier: kept by the caller, encrypted)
    redeem(flow, answer) ──▶ Redeemed           (verified claims, granted scopes, token cache)
    token(scopes) ──▶ Token                     from the cache, else by refresh token

MSAL keeps a token endpoint's 400 for 60 seconds per application object, even past a repair; each object here is used
for one errand, over the same token cache, so that a repaired sign-in works at once.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import msal
import requests
import urllib3
from django.conf import settings
from msal.exceptions import MsalServiceError

from accounts.microsoft.aadsts import sign_in_error
from accounts.microsoft.id_token import as_sent, discovered, refused, verified_claims
from accounts.microsoft.session import IdentityTransport, identity_session
from core.http.errors import Misconfigured, OutsideError, ReauthenticationNeeded, Throttled, Unavailable
from core.http.retry_after import seconds_to_wait

ANY_WORK_TENANT = "organizations"

_MICROSOFT_HOSTS = frozenset(
    {
        "login.microsoftonline.com",
        "login.microsoft.com",
        "login.windows.net",
        "sts.windows.net",
        "login.microsoftonline.us",
        "login-us.microsoftonline.com",
        "login.partner.microsoftonline.cn",
        "login.chinacloudapi.cn",
    }
)
"""Authorities that Microsoft's instance discovery knows; any other is taken as configured."""

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Redeemed:
    """What a completed sign-in gave: the id token's verified claims, the scopes as returned, the cache to keep."""

    claims: Mapping[str, Any]
    granted_scopes: str
    cache: str


@dataclass(frozen=True, slots=True)
class Token:
    """An access token; `expires_at` is Unix time. `granted_scopes` is empty where it came from the cache."""

    value: str
    expires_at: float
    granted_scopes: str = ""


def is_configured() -> bool:
    """Whether this installation is registered with Microsoft at all."""
    return bool(settings.MICROSOFT_CLIENT_ID)


def configured_tenant() -> str:
    """The tenant in MICROSOFT_AUTHORITY, as a registration for a single tenant needs it; empty where it names none."""
    path: str = urlsplit(settings.MICROSOFT_AUTHORITY).path
    return path.strip("/")


def authority_for(tenant: str) -> str:
    """The address of `tenant` at the identity platform, unless MICROSOFT_AUTHORITY names a tenant itself."""
    address: str = settings.MICROSOFT_AUTHORITY
    return address if configured_tenant() else f"{address}/{tenant}"


class Identity:
    """One errand at the identity platform, over one person's token cache. Raises the error tree.

    A sign-in alone asks for no refresh token, and so none can be lost.
    """

    def __init__(self, cache: str = "", *, is_for_sign_in_alone: bool = False) -> None:
        if not is_configured():
            raise Misconfigured(
                "not_configured",
                sentence="This installation is not registered with Microsoft, so connecting is off.",
                next_step="The operator has to set MICROSOFT_CLIENT_ID and MICROSOFT_CLIENT_SECRET.",
            )
        self._cache = msal.SerializableTokenCache()
        if cache:
            self._cache.deserialize(cache)
        self._transport = IdentityTransport(identity_session())
        self._excluded_scopes = ["offline_access"] if is_for_sign_in_alone else []
        self._authority = authority_for(ANY_WORK_TENANT)
        self._application = self._calling(self._new_application)

    def _new_application(self) -> msal.ConfidentialClientApplication:
        is_microsofts = urlsplit(self._authority).hostname in _MICROSOFT_HOSTS
        try:
            application = msal.ConfidentialClientApplication(
                settings.MICROSOFT_CLIENT_ID,
                client_credential=settings.MICROSOFT_CLIENT_SECRET or None,
                authority=self._authority,
                instance_discovery=None if is_microsofts else False,
                token_cache=self._cache,
                http_client=self._transport,
                exclude_scopes=self._excluded_scopes,
            )
            _check_openable(application.authority.authorization_endpoint)
        except (ValueError, KeyError) as error:
            if self._transport.last_status == requests.codes.too_many_requests:
                raise Throttled("HTTP 429", retry_after=self._wait()) from error
            raise Misconfigured(
                "authority_unknown",
                sentence="The sign-in address does not answer as Microsoft's identity platform does.",
                next_step="The operator has to check MICROSOFT_AUTHORITY, and that the tenant in it exists.",
            ) from error
        return application

    @property
    def cache(self) -> str:
        """The token cache, to be kept encrypted."""
        return str(self._cache.serialize())

    @property
    def is_cache_changed(self) -> bool:
        return bool(self._cache.has_state_changed)

    def consent_page(self, tenant: str) -> str:
        """Where an admin of `tenant` consents, without a query: at the host of the page where people sign in."""
        shown = urlsplit(self._application.authority.authorization_endpoint)
        path = urlsplit(authority_for(tenant)).path
        return f"{shown.scheme}://{shown.netloc}{path}/v2.0/adminconsent"

    def begin(
        self, scopes: Sequence[str], *, redirect_uri: str, login_hint: str = "", claims: str = "", prompt: str = ""
    ) -> dict[str, Any]:
        """MSAL's flow, JSON-ready; its "auth_uri" is where the browser goes, its "state" comes back."""
        flow: dict[str, Any] = self._application.initiate_auth_code_flow(
            list(scopes),
            redirect_uri=redirect_uri,
            login_hint=login_hint or None,
            prompt=prompt or None,
            response_mode="form_post",
            claims_challenge=claims or None,
        )
        return flow

    def redeem(self, flow: Mapping[str, Any], answer: Mapping[str, str]) -> Redeemed:
        """Exchange the code of `answer`, and believe its id token only where it is proven to be meant for this flow.

        Raises ReauthenticationNeeded where the answer does not fit the flow, SignInRefused where the token is not
        believed, and the error tree.
        """
        try:
            result = self._calling(lambda: self._application.acquire_token_by_auth_code_flow(dict(flow), dict(answer)))
        except (ValueError, RuntimeError, LookupError, TypeError) as error:  # state, nonce or id token do not fit
            raise ReauthenticationNeeded(
                "answer_does_not_fit",
                sentence="Microsoft's answer did not fit the sign-in that was begun here.",
                next_step="Start connecting anew.",
            ) from error
        self._raise_if_refused(result)
        scopes = result.get("scope") or " ".join(flow.get("scope") or ())
        claims = self._calling(lambda: self._verified(str(result.get("id_token") or ""), str(flow.get("nonce") or "")))
        return Redeemed(claims, scopes, self.cache)

    def _verified(self, id_token: str, nonce: str) -> Mapping[str, Any]:
        if not id_token or not nonce:
            raise refused("no_id_token")
        return verified_claims(
            id_token,
            authority=discovered(self._transport, self._authority),
            transport=self._transport,
            client_id=settings.MICROSOFT_CLIENT_ID,
            nonce=as_sent(nonce),
        )

    def token(self, scopes: Sequence[str], *, object_id: str, is_fresh_wanted: bool = False) -> Token:
        """A token for `scopes` of the account with this object id and no other, from the cache where it still lasts."""
        account = self._account(object_id)
        result = account and self._calling(
            lambda: self._application.acquire_token_silent_with_error(
                list(scopes), account, force_refresh=is_fresh_wanted
            )
        )
        if not result:
            raise ReauthenticationNeeded("no_refresh_token")
        self._raise_if_refused(result)
        is_from_cache = result.get("token_source") == "cache"
        return Token(
            result["access_token"],
            time.time() + int(result.get("expires_in") or 0),
            "" if is_from_cache else result.get("scope") or " ".join(scopes),
        )

    def _account(self, object_id: str) -> dict[str, Any] | None:
        accounts: list[dict[str, Any]] = self._application.get_accounts()
        return next((each for each in accounts if object_id and each.get("local_account_id") == object_id), None)

    def _raise_if_refused(self, result: Mapping[str, Any]) -> None:
        if "error" not in result and result.get("access_token"):
            return
        wait = self._wait()
        if self._transport.last_status == requests.codes.too_many_requests:
            raise Throttled("HTTP 429", retry_after=wait)
        if "error" not in result:
            raise Unavailable("IncompleteReply", retry_after=wait)
        raise sign_in_error(result, retry_after=wait)

    def _calling(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except OutsideError:
            raise
        except requests.exceptions.SSLError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise Misconfigured("CertificateNotTrusted") from error
            raise Unavailable("TlsError") from error
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise Unavailable(type(error).__name__) from error
        except json.JSONDecodeError as error:
            raise Unavailable("TruncatedReply", retry_after=self._wait()) from error
        except MsalServiceError as error:
            raise Unavailable(f"HTTP {self._transport.last_status}", retry_after=self._wait()) from error

    def _wait(self) -> float | None:
        return seconds_to_wait(self._transport.last_headers, now=datetime.now(UTC))


def _check_openable(page: str) -> None:
    """Raise ValueError unless a person's browser may be sent to `page`: over https, or to this machine itself."""
    parts = urlsplit(page)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ValueError(page)
