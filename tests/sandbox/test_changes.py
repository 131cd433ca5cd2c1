import pytest

from sandbox.changes import Change, ChangeKind, CollapseRules, RowKind, collapse
from sandbox.mail import Item, Mail

ITEM = Item(Mail("m1", "<1@x.example>", "Hello", None, 0, "text"), "immutable", "folder", 0, 1, mutable_id="second")


def change(kind: ChangeKind, mutable: str = "second", *, by_move: bool = False) -> Change:
    return Change(kind, ITEM, mutable, by_move)


def rules(*, immutable: bool = True, shows_add: bool = True, is_lost: bool = True) -> CollapseRules:
    return CollapseRules(immutable, shows_add, is_lost)


def kinds(changes: list[Change], chosen: CollapseRules) -> list[tuple[RowKind, str]]:
    return [(row.kind, row.id) for row in collapse(changes, chosen)]


AWAY = [change(ChangeKind.REMOVED, "first", by_move=True)]
AWAY_AND_BACK = [*AWAY, change(ChangeKind.CREATED, by_move=True)]


@pytest.mark.parametrize(
    ("changes", "chosen", "expected"),
    [
        ([change(ChangeKind.CREATED)], rules(), [(RowKind.CREATED, "immutable")]),
        (AWAY, rules(), [(RowKind.REMOVED, "immutable")]),
        (AWAY_AND_BACK, rules(), [(RowKind.REMOVED, "immutable")]),
        (AWAY_AND_BACK, rules(is_lost=False), [(RowKind.UPDATED, "immutable")]),
        (AWAY_AND_BACK, rules(immutable=False), [(RowKind.REMOVED, "first"), (RowKind.CREATED, "second")]),
        ([change(ChangeKind.CREATED, by_move=True)], rules(shows_add=False), []),
        ([change(ChangeKind.CREATED)], rules(shows_add=False), [(RowKind.CREATED, "immutable")]),
        ([change(ChangeKind.CREATED), change(ChangeKind.REMOVED)], rules(), []),
        ([change(ChangeKind.READ)], rules(), [(RowKind.READ, "immutable")]),
        ([change(ChangeKind.READ), change(ChangeKind.UPDATED)], rules(), [(RowKind.UPDATED, "immutable")]),
    ],
)
def test_a_story_collapses_to_what_exchange_would_report(
    changes: list[Change], chosen: CollapseRules, expected: list[tuple[RowKind, str]]
):
    assert kinds(changes, chosen) == expected
