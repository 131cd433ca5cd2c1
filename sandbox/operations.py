"""What can be done to the tenant and is remembered: each operation takes the tenant and its journal entry."""

from collections.abc import Callable
from typing import Any

from sandbox.corpus.mailroom import copies_of
from sandbox.identifiers import change_key, conversation_id
from sandbox.incoming import read_mail
from sandbox.mail import Item
from sandbox.mailbox import Mailbox, Placement
from sandbox.tenant import Tenant
from sandbox.vocabulary import WellKnown

Operation = Callable[[Tenant, dict[str, Any]], dict[str, Any]]


def describe_copy(mailbox: Mailbox, item: Item) -> dict[str, Any]:
    """One copy, as the control door names it."""
    return {
        "mailbox": mailbox.person.email,
        "id": item.mutable_id,
        "immutable_id": item.immutable_id,
        "folder": mailbox.folders[item.folder_id].slug,
        "folder_id": item.folder_id,
        "conversation_id": item.conversation_id,
    }


def _deliver(tenant: Tenant, entry: dict[str, Any]) -> dict[str, Any]:
    tenant.deliveries += 1
    spec = entry["mail"]
    mail = read_mail(spec, f"d{tenant.resets}-{tenant.deliveries}", int(entry["at"]), tenant.corpus.author.room)
    received = int(spec.get("received_epoch") or mail.sent_at)
    copies = copies_of(mail)
    if spec.get("mailboxes"):
        owners = [tenant.mailbox(str(email)).person.email for email in spec["mailboxes"]]
        copies = {owner: copies.get(owner, False) for owner in owners}
    placements = []
    for owner, authored in copies.items():
        folder = str(spec.get("folder") or (WellKnown.SENT if authored else WellKnown.INBOX))
        tenant.mailboxes[owner].folder(folder)
        placements.append(
            Placement(
                mail=mail,
                mailbox=owner,
                folder=folder,
                received_at=received,
                is_read=bool(spec.get("is_read", authored)),
                is_draft=bool(spec.get("is_draft", False)),
                headers_kept=not authored,
            )
        )
    delivered = tenant.drop_in(placements)
    return {"internet_message_id": mail.message_id, "copies": [describe_copy(box, item) for box, item in delivered]}


def _deliver_random(tenant: Tenant, entry: dict[str, Any]) -> dict[str, Any]:
    copies = []
    for _ in range(int(entry.get("count", 1))):
        placements = tenant.corpus.author.write_live(int(entry["at"]))
        copies += [describe_copy(box, item) for box, item in tenant.drop_in(placements)]
    return {"copies": copies}


def _item(tenant: Tenant, entry: dict[str, Any]) -> tuple[Mailbox, Item]:
    box = tenant.mailbox(str(entry["mailbox"]))
    item = box.item(str(entry["id"]))
    if item is None:
        raise LookupError(f"no item {entry['id']} in {box.person.email}")
    return box, item


def _move(tenant: Tenant, entry: dict[str, Any]) -> dict[str, Any]:
    box, item = _item(tenant, entry)
    box.move(item, box.folder(str(entry["folder"])))
    return describe_copy(box, item)


def _delete(tenant: Tenant, entry: dict[str, Any]) -> dict[str, Any]:
    box, item = _item(tenant, entry)
    if entry.get("hard"):
        box.remove(item)
        return {"mailbox": box.person.email, "immutable_id": item.immutable_id}
    box.move(item, box.folder(WellKnown.DELETED))
    return describe_copy(box, item)


def _send_draft(tenant: Tenant, entry: dict[str, Any]) -> dict[str, Any]:
    """A sent draft is a new item with a new id, even the immutable one."""
    box, item = _item(tenant, entry)
    mail = item.mail
    box.remove(item)
    mail.sent_at = int(entry["at"])
    room = tenant.corpus.author.room
    mail.message_id = mail.message_id or room.message_id(mail.key, mail.author)
    placements = [
        Placement(
            mail=mail,
            mailbox=owner,
            folder=WellKnown.SENT if authored else WellKnown.INBOX,
            received_at=mail.sent_at,
            is_read=authored,
            headers_kept=not authored,
        )
        for owner, authored in copies_of(mail).items()
    ]
    return {"copies": [describe_copy(owner, sent) for owner, sent in tenant.drop_in(placements)]}


def _set_read(tenant: Tenant, entry: dict[str, Any]) -> dict[str, Any]:
    box, item = _item(tenant, entry)
    box.set_read(item, is_read=bool(entry.get("is_read", True)))
    return describe_copy(box, item)


def _touch(tenant: Tenant, entry: dict[str, Any]) -> dict[str, Any]:
    box, item = _item(tenant, entry)
    box.touch(item)
    return describe_copy(box, item)


def _create_folder(tenant: Tenant, entry: dict[str, Any]) -> dict[str, Any]:
    box = tenant.mailbox(str(entry["mailbox"]))
    parent = box.folder(str(entry.get("parent") or WellKnown.ROOT))
    folder = box.create_folder(str(entry["name"]), parent, is_hidden=bool(entry.get("is_hidden", False)))
    return {"id": folder.id, "slug": folder.slug, "name": folder.name}


def _rename_folder(tenant: Tenant, entry: dict[str, Any]) -> dict[str, Any]:
    folder = tenant.mailbox(str(entry["mailbox"])).folder(str(entry["folder"]))
    folder.name = str(entry["name"])
    return {"id": folder.id, "slug": folder.slug, "name": folder.name}


def _remove_folder(tenant: Tenant, entry: dict[str, Any]) -> dict[str, Any]:
    box = tenant.mailbox(str(entry["mailbox"]))
    folder = box.folder(str(entry["folder"]))
    box.remove_folder(folder)
    return {"id": folder.id}


def _expire_sync_state(tenant: Tenant, entry: dict[str, Any]) -> dict[str, Any]:
    boxes = [tenant.mailbox(str(entry["mailbox"]))] if entry.get("mailbox") else list(tenant.mailboxes.values())
    expired = 0
    for box in boxes:
        chosen = [box.folder(str(entry["folder"]))] if entry.get("folder") else list(box.folders.values())
        for folder in chosen:
            folder.state_epoch += 1
            expired += 1
    return {"folders": expired}


def _set_mailbox(tenant: Tenant, entry: dict[str, Any]) -> dict[str, Any]:
    box = tenant.mailbox(str(entry["mailbox"]))
    box.is_enabled = bool(entry["enabled"])
    return {"mailbox": box.person.email, "enabled": box.is_enabled}


def _allow(tenant: Tenant, entry: dict[str, Any]) -> dict[str, Any]:
    tenant.grants.allow(str(entry["oid"]), set(entry["scopes"]))
    return {}


def _allow_tenant(tenant: Tenant, entry: dict[str, Any]) -> dict[str, Any]:
    tenant.grants.tenant.update(entry["scopes"])
    tenant.grants.is_app_removed = False
    return {"scopes": sorted(tenant.grants.tenant)}


def _oid(tenant: Tenant, entry: dict[str, Any]) -> str:
    return tenant.mailbox(str(entry["user"])).person.oid


def _revoke_grant(tenant: Tenant, entry: dict[str, Any]) -> dict[str, Any]:
    tenant.grants.withdraw(_oid(tenant, entry) if entry.get("user") else None)
    return {}


def _remove_app(tenant: Tenant, entry: dict[str, Any]) -> dict[str, Any]:
    tenant.grants.is_app_removed = bool(entry.get("removed", True))
    return {}


def _revoke_user(tenant: Tenant, entry: dict[str, Any]) -> dict[str, Any]:
    tenant.grants.revoked_at[_oid(tenant, entry)] = float(entry["at"])
    return {}


def _disable_user(tenant: Tenant, entry: dict[str, Any]) -> dict[str, Any]:
    oid = _oid(tenant, entry)
    if entry.get("disabled", True):
        tenant.grants.disabled.add(oid)
        tenant.grants.access_valid_after[oid] = float(entry["at"])
    else:
        tenant.grants.disabled.discard(oid)
    return {}


def _expire_access(tenant: Tenant, entry: dict[str, Any]) -> dict[str, Any]:
    boxes = [tenant.mailbox(str(entry["user"]))] if entry.get("user") else list(tenant.mailboxes.values())
    for box in boxes:
        tenant.grants.access_valid_after[box.person.oid] = float(entry["at"])
    return {}


def _set_policy(tenant: Tenant, entry: dict[str, Any]) -> dict[str, Any]:
    policy = tenant.oracle.policy
    if "never_import" in entry:
        policy.never_import = [str(text) for text in entry["never_import"]]
    if "exclusions" in entry:
        policy.exclusions = {str(owner): [str(text) for text in texts] for owner, texts in entry["exclusions"].items()}
    return {"never_import": policy.never_import, "exclusions": policy.exclusions}


def _add_to_crm(tenant: Tenant, entry: dict[str, Any]) -> dict[str, Any]:
    """Tells the oracle of parties that a test has added to (or taken from) the product's CRM."""
    oracle = tenant.oracle
    oracle.addresses |= {str(text).lower() for text in entry.get("addresses", [])}
    oracle.domains |= {str(text).lower() for text in entry.get("domains", [])}
    oracle.addresses -= {str(text).lower() for text in entry.get("without_addresses", [])}
    oracle.domains -= {str(text).lower() for text in entry.get("without_domains", [])}
    return {"addresses": len(oracle.addresses), "domains": len(oracle.domains)}


def _count_resets(tenant: Tenant, entry: dict[str, Any]) -> dict[str, Any]:
    tenant.resets = int(entry["resets"])
    return {}


def _change_item(tenant: Tenant, entry: dict[str, Any]) -> dict[str, Any]:
    """Archive mailboxes and imports give an item a new immutable id."""
    box, item = _item(tenant, entry)
    fresh = Placement(item.mail, box.person.email, box.folders[item.folder_id].slug, item.received_at, item.is_read)
    box.remove(item)
    again = box.deliver(fresh)
    again.headers_kept = item.headers_kept
    again.change_key = change_key(again.immutable_id, 1)
    again.conversation_id = conversation_id(tenant.options.seed, box.person.email, item.mail.thread or item.mail.key)
    return describe_copy(box, again)


OPERATIONS: dict[str, Operation] = {
    "deliver": _deliver,
    "deliver_random": _deliver_random,
    "move": _move,
    "delete": _delete,
    "send_draft": _send_draft,
    "set_read": _set_read,
    "touch": _touch,
    "change_id": _change_item,
    "create_folder": _create_folder,
    "rename_folder": _rename_folder,
    "remove_folder": _remove_folder,
    "expire_sync_state": _expire_sync_state,
    "set_mailbox": _set_mailbox,
    "allow": _allow,
    "allow_tenant": _allow_tenant,
    "revoke_grant": _revoke_grant,
    "remove_app": _remove_app,
    "revoke_user": _revoke_user,
    "disable_user": _disable_user,
    "expire_access": _expire_access,
    "set_policy": _set_policy,
    "add_to_crm": _add_to_crm,
    "count_resets": _count_resets,
}
