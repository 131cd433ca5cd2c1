"""Whether the person that Microsoft names is one whom this sign-in may connect.

MSAL checks the nonce and nothing else of an id token: audience and tenant are checked here. The signature need not be:
the token came this moment from the token endpoint over TLS (OpenID Connect Core 3.1.3.7, point 6).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

_LONGEST_OBJECT_ID = 36


class SignInRefused(Exception):
    """A sign-in that is not accepted here: what happened, and what the person does next."""

    def __init__(self, code: str, sentence: str, next_step: str = "Start connecting anew.") -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence
        self.next_step = next_step


@dataclass(frozen=True, slots=True)
class MicrosoftPerson:
    """Who signed in: the tenant's id, the person's id within it, and the name Microsoft shows for the login."""

    tenant_id: str
    object_id: str
    username: str


def identify(claims: Mapping[str, Any], *, client_id: str, expected_tenants: frozenset[str]) -> MicrosoftPerson:
    """The person an id token names; raises SignInRefused unless it is meant for us and of our tenant.

    `expected_tenants` are ids in lower case; empty: any work tenant.
    """
    audience = claims.get("aud")
    if audience != client_id:
        raise SignInRefused("wrong_audience", "Microsoft's answer was meant for another application.")
    tenant_id, object_id = as_tenant_id(claims.get("tid")), _short_id(claims.get("oid") or claims.get("sub"))
    if not tenant_id or not object_id:
        raise SignInRefused("person_unknown", "Microsoft's answer did not say who signed in.")
    if expected_tenants and tenant_id not in expected_tenants:
        raise SignInRefused(
            "foreign_tenant",
            "You signed in with a Microsoft account of another organization than the one that granted access.",
            "Connect again and choose your work account of this organization.",
        )
    username = str(claims.get("preferred_username") or claims.get("upn") or "")
    return MicrosoftPerson(tenant_id, object_id, username[:320])


def as_tenant_id(value: object) -> str:
    """A tenant's id in its one form, empty for anything that is none."""
    try:
        return str(UUID(str(value)))
    except ValueError:
        return ""


def _short_id(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= _LONGEST_OBJECT_ID else ""
