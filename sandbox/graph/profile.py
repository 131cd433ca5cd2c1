"""`GET /me`."""

from typing import Any

from sandbox.graph.exchange import GraphRequest, GraphResponse, json_response
from sandbox.people import Person
from sandbox.tenant import Tenant

_LOCALES = {"en": "en-GB", "de": "de-DE", "fr": "fr-FR"}
_DEFAULT = [
    "businessPhones",
    "displayName",
    "givenName",
    "id",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
]


def describe(person: Person) -> dict[str, Any]:
    """Every property there is."""
    given, _, surname = person.name.partition(" ")
    return {
        "id": person.oid,
        "displayName": person.name,
        "givenName": given,
        "surname": surname,
        "jobTitle": person.title,
        "mail": person.email,
        "userPrincipalName": person.email,
        "preferredLanguage": _LOCALES[person.language],
        "businessPhones": [],
        "mobilePhone": None,
        "officeLocation": None,
        "proxyAddresses": [f"SMTP:{person.email}", *(f"smtp:{alias}" for alias in person.aliases)],
        "otherMails": [],
        "accountEnabled": True,
        "userType": "Member",
    }


def show_me(tenant: Tenant, request: GraphRequest) -> GraphResponse:
    """The signed-in person; proxyAddresses only where `$select` names them."""
    everything = describe(request.mailbox.person)
    wanted = [name.strip() for name in request.query.get("$select", "").split(",") if name.strip()]
    by_lower = {name.lower(): name for name in everything}
    names = [by_lower[name.lower()] for name in wanted if name.lower() in by_lower] or _DEFAULT
    context = f"{tenant.urls['graph_url']}/$metadata#users/$entity"
    return json_response({"@odata.context": context, **{name: everything[name] for name in names}})
