"""Rules of the organization and of one person, and a mail for each reason that chance may not bring about."""

import csv
import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from tests.support.promises import World

ADMIN, RITA = "ada.okafor@acme.example", "rita.lindqvist@acme.example"

SET_RULES = """
from accounts.models import User
from mailsync.domain.vocabulary import BlockKind, ExclusionKind
from mailsync.services.exclusions import add_exclusion
from mailsync.services.organization_rules import add_rules
from mailsync.domain.import_rules import ImportRule
admin, rita = User.objects.get(email="{admin}"), User.objects.get(email="{rita}")
rule = ImportRule(BlockKind.NEVER_IMPORT, "{never}")
add_rules(organization=admin.organization, rules=[rule], actor=admin)
add_exclusion(user=rita, kind=ExclusionKind.DOMAIN, value="{excluded}")
print("null")
"""


def set_rules(world: "World") -> None:
    """One of Rita's customers is never to be imported, another one she keeps out of her own mailbox."""
    with (world.stack.crm / "accounts.csv").open(encoding="utf-8", newline="") as rows:
        sites = [row["Website"] for row in csv.DictReader(rows) if row["OwnerEmail"] == RITA and row["Website"]]
    never, excluded = (str(urlsplit(site).hostname).removeprefix("www.") for site in sites[:2])
    world.query(SET_RULES.format(admin=ADMIN, rita=RITA, never=never, excluded=excluded))
    world.control("do/set_policy", {"never_import": [never], "exclusions": {RITA: [excluded]}})
    _deliver_rarities(world, never=never, excluded=excluded)


def _deliver_rarities(world: "World", *, never: str, excluded: str) -> None:
    """One mail for each reason that chance may not have brought about."""
    rarities: list[dict[str, Any]] = [
        {"from": f"anybody@{never}", "to": [RITA]},
        {"from": f"anybody@{excluded}", "to": [RITA]},
        {"from": RITA, "to": [f"anybody@{excluded}"], "mailboxes": [RITA], "folder": "templates", "is_draft": True},
        {"to": [RITA], "mailboxes": [RITA]},
    ]
    for number, mail in enumerate(rarities):
        canary = f"canary-unmatched_body-{hashlib.sha256(bytes([number])).hexdigest()[:12]}"
        told = {"subject": f"Rarity {number}", "text": f"Ref {canary}", "canaries": {"unmatched_body": canary}}
        world.control("do/deliver", {"mail": mail | told})
