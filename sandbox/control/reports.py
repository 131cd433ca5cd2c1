"""What the control door tells: ground truth, canaries, load, people."""

from collections.abc import Iterable
from typing import Any

from sandbox.clock import epoch_of, iso
from sandbox.mail import Item
from sandbox.mailbox import Mailbox
from sandbox.people import Person
from sandbox.tenant import Tenant
from sandbox.vocabulary import Canary, Reason

_UNMATCHED = frozenset({Canary.SUBJECT, Canary.BODY, Canary.ADDRESS})


def truth(tenant: Tenant, since: str) -> dict[str, list[dict[str, Any]]]:
    """Every copy by mailbox: whether it must be imported when the first sync goes back to `since` (ISO; empty: all).

    `seen` tells whether the client meets the envelope at all: not in a left-out folder, and inside the window.
    """
    start = epoch_of(since) if since else 0
    return {
        box.person.email: [_verdict(tenant, box, item, start) for item in _items(box)]
        for box in tenant.mailboxes.values()
    }


def _items(box: Mailbox) -> list[Item]:
    return [item for folder in box.folders.values() for item in folder.items]


def _verdict(tenant: Tenant, box: Mailbox, item: Item, start: int) -> dict[str, Any]:
    reason = tenant.oracle.of_item(box, item)
    is_late = item.received_at < start
    if is_late and reason is not Reason.FOLDER:
        reason = Reason.TOO_OLD
    return {
        "id": item.immutable_id,
        "internetMessageId": item.mail.message_id,
        "mail": item.mail.key,
        "received": iso(item.received_at),
        "folder": box.folders[item.folder_id].slug,
        "import": reason is None,
        "reason": reason or "",
        "seen": not is_late and reason is not Reason.FOLDER,
        "canary": next((text for _, text in item.mail.canaries), ""),
        "subject": item.mail.subject,
    }


def canaries(tenant: Tenant) -> dict[str, list[str]]:
    """Strings that must never be found outside the mailboxes, by kind.

    Those of mails that some mailbox must import are left out where they sit in subject, body or addresses.
    """
    found: dict[str, set[str]] = {kind: set() for kind in Canary}
    allowed: set[str] = set()
    for box in tenant.mailboxes.values():
        for item in _items(box):
            is_imported = bool(item.mail.canaries) and tenant.oracle.of_item(box, item) is None
            for kind, text in item.mail.canaries:
                found[kind].add(text)
                if is_imported and kind in _UNMATCHED:
                    allowed.add(text)
    return {kind: sorted(texts - allowed) for kind, texts in found.items()}


def stats(tenant: Tenant) -> dict[str, dict[str, int]]:
    """Load by mailbox."""
    return {
        owner: {
            "under_way": load.in_flight,
            "max_concurrent": load.max_in_flight,
            "in_window": len(load.times),
            "max_in_window": load.max_in_window,
            "total": load.total,
            "refused": load.refused,
        }
        for owner, load in tenant.throttle.loads.items()
    }


def people(everybody: Iterable[Person]) -> list[dict[str, Any]]:
    """The people, as sandbox.json lists them."""
    return [
        {
            "email": person.email,
            "name": person.name,
            "role": person.role,
            "title": person.title,
            "oid": person.oid,
            "language": person.language,
            "aliases": list(person.aliases),
        }
        for person in everybody
    ]


def folders(tenant: Tenant, email: str) -> list[dict[str, Any]]:
    """A mailbox's folders, with the sandbox's own names for them."""
    box = tenant.mailbox(email)
    return [
        {
            "id": folder.id,
            "slug": folder.slug,
            "name": folder.name,
            "parent_id": folder.parent_id,
            "items": len(folder.items),
            "left_out": box.is_left_out(folder),
        }
        for folder in box.folders.values()
    ]


def items(tenant: Tenant, email: str, folder: str) -> list[dict[str, Any]]:
    """A mailbox's items with both ids, oldest first; of one folder where it is named."""
    box = tenant.mailbox(email)
    chosen = box.folder(folder).items if folder else _items(box)
    return [
        {
            "id": item.mutable_id,
            "immutable_id": item.immutable_id,
            "folder": box.folders[item.folder_id].slug,
            "subject": item.mail.subject,
            "message_id": item.mail.message_id,
            "received": iso(item.received_at),
            "is_read": item.is_read,
            "is_draft": item.is_draft,
        }
        for item in chosen
    ]
