"""What happened in a folder since a moment, as delta reports it.

log:  created · removed · updated · read · …      (append-only; a position in it is a sync state)
slice [start, end) ──collapse──▶ one row an id:  whole item | @removed | partial read flag | nothing
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sandbox.mail import Item


class ChangeKind(StrEnum):
    """What befell an item in one folder."""

    CREATED = "created"
    UPDATED = "updated"
    READ = "read"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the log; `mutable_id` is the id the item bore in this folder then."""

    kind: ChangeKind
    item: Item
    mutable_id: str
    by_move: bool = False


class RowKind(StrEnum):
    """The shapes a delta row takes; the values are those of `changeType`."""

    CREATED = "created"
    UPDATED = "updated"
    READ = "read"
    REMOVED = "deleted"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a delta page, not yet JSON."""

    kind: RowKind
    id: str
    item: Item


@dataclass(frozen=True, slots=True)
class CollapseRules:
    """Which of Exchange's habits hold (sandbox/switches.py)."""

    immutable: bool
    move_shows_add: bool
    returning_item_is_lost: bool


def collapse(changes: Iterable[Change], rules: CollapseRules) -> list[Row]:
    """At most one row an id, in the order of each id's last change."""
    by_id: dict[str, list[Change]] = {}
    for change in changes:
        key = change.item.immutable_id if rules.immutable else change.mutable_id
        story = by_id.pop(key, [])
        by_id[key] = [*story, change]
    rows = []
    for key, story in by_id.items():
        kind = _verdict(story, rules)
        if kind is not None:
            rows.append(Row(kind, key, story[-1].item))
    return rows


def _verdict(story: list[Change], rules: CollapseRules) -> RowKind | None:
    was_here = story[0].kind is not ChangeKind.CREATED
    structural = [change for change in story if change.kind in (ChangeKind.CREATED, ChangeKind.REMOVED)]
    is_here = structural[-1].kind is ChangeKind.CREATED if structural else True
    if not is_here:
        return RowKind.REMOVED if was_here else None
    if not was_here:
        hidden = structural[-1].by_move and rules.immutable and not rules.move_shows_add
        return None if hidden else RowKind.CREATED
    if structural:
        return RowKind.REMOVED if rules.immutable and rules.returning_item_is_lost else RowKind.UPDATED
    return RowKind.UPDATED if any(change.kind is ChangeKind.UPDATED for change in story) else RowKind.READ
