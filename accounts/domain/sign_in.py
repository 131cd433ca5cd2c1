"""Whom a verified id token names, and whether that account is one of an organization's.

    tenant recorded       an account of that tenant, and of no other
    none recorded yet     an account whose user principal name stands at one of the organization's own domains, which
                          the operator gave: Entra gives a tenant only domains that it has proven to hold

Nothing else says who somebody is: no query parameter, and not the `email` claim, which a tenant's admin may write.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.addresses import normalize_address

PERSONAL_ACCOUNTS = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""The tenant of all private Microsoft accounts (outlook.com, or any address that somebody signed up with)."""

_GUEST_MARK = "#EXT#"
_GUEST = 1
"""Of the optional claim `acct`."""


class SignInRefused(Exception):
    """A sign-in that is not accepted here: what happened, and what the person does next."""

    def __init__(self, code: str, sentence: str, next_step: str = "Start connecting anew.") -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence
        self.next_step = next_step


@dataclass(frozen=True, slots=True)
class MicrosoftPerson:
    """Who signed in: the tenant's id, the person's id within it, the user principal name, and whether it is a guest."""

    tenant_id: str
    object_id: str
    username: str
    is_guest: bool = False

    @property
    def principal_address(self) -> str:
        """The user principal name as an address in lower case; empty for a guest, and where it would be read two ways.

        A guest's name stands at the domain of its home, which says nothing about this tenant.
        """
        name = self.username.lower()
        return name if not self.is_guest and name.isascii() and normalize_address(name) == name else ""


def identify(claims: Mapping[str, Any]) -> MicrosoftPerson:
    """The person that a verified id token names; raises SignInRefused where it names none, or a private account."""
    tenant_id, object_id = as_tenant_id(claims.get("tid")), as_tenant_id(claims.get("oid"))
    if not tenant_id or not object_id:
        raise SignInRefused("person_unknown", "Microsoft's answer did not say who signed in.")
    if tenant_id == PERSONAL_ACCOUNTS:
        raise SignInRefused(
            "personal_account",
            "You signed in with a private Microsoft account.",
            "Begin again and choose your work account.",
        )
    username = str(claims.get("upn") or claims.get("preferred_username") or "")
    is_foreign = bool(claims.get("idp")) and claims.get("idp") != claims.get("iss")
    is_guest = is_foreign or claims.get("acct") == _GUEST or _GUEST_MARK in username.upper()
    return MicrosoftPerson(tenant_id, object_id, username[:320], is_guest)


def check_tenant(person: MicrosoftPerson, *, required: Collection[str], own_domains: Collection[str]) -> None:
    """Raise SignInRefused unless the account is one of ours; a guest of our tenant is somebody else's.

    `required` are the tenants that are known to be the organization's, which have to agree; empty: none is known.
    """
    if person.is_guest:
        raise SignInRefused(
            "guest_account",
            "You signed in as a guest of a Microsoft organization.",
            "Begin again and choose your own work account.",
        )
    if required:
        if set(required) != {person.tenant_id}:
            raise SignInRefused(
                "foreign_tenant",
                "You signed in with a Microsoft account of another organization than this one's.",
                "Begin again and choose your work account of this organization.",
            )
        return
    if person.principal_address.rpartition("@")[2] not in own_domains:
        raise SignInRefused(
            "domain_not_ours",
            f"You signed in as {person.username or 'somebody without a name'}, which is not at one of your "
            "organization's own domains, and it is not known yet which Microsoft organization is yours.",
            "Begin again with an account at one of your own domains; or ask whoever runs this installation to give "
            "your organization the account's domain first.",
        )


def as_tenant_id(value: object) -> str:
    """A tenant's or object's id in its one form, empty for anything that is none."""
    try:
        return str(UUID(str(value)))
    except ValueError:
        return ""
