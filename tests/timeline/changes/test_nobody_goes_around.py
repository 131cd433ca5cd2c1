"""Every function that writes to the timeline passes the door, or is called by none that does not.

Read off the source: which functions write rows of an engagement or conversation, of its people, records and copies; who
calls whom; who calls `record_change`, and for what. What cannot be told for another table counts as the timeline's.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps

from timeline.models import Association, Conversation, EmailMessage, Engagement, MailboxCopy, Participant

ROOT = Path(__file__).resolve().parents[3]
PRODUCT = ("core", "accounts", "crm", "timeline", "mailsync", "jiminny_sync")
GUARDED = {model.__name__ for model in (Engagement, EmailMessage, Conversation, Association, MailboxCopy, Participant)}
OTHERS = {model.__name__ for model in apps.get_models()} - GUARDED
WRITES = {"save", "create", "get_or_create", "update_or_create", "bulk_create", "update", "bulk_update", "delete"}
DOOR = "record_change"
ENGAGEMENTS, CONVERSATIONS = "engagements", "conversations"

UNSEEN = {
    "timeline.recording.join._hash_anew": "what a mail is found by among those with its Message-ID: nobody is shown it",
    "timeline.services.author_words.name_what_is_answered": "what a mail's answers are found by: nobody is shown it",
}
"""Writers whose columns no reader sees."""

NOT_OF_A_WRITE = {
    "timeline.assignment.reassess.reassess": "the account was renamed, by the CRM: what shows its name changes with it",
    "timeline.changes.cascades._record": "the database wrote: tests/timeline/changes/test_cascades.py",
}
"""Who passes the door for what no function of the product writes."""


@dataclass
class Function:
    """What a function writes, what it says at the door, and whom it names."""

    name: str
    writes: set[str] = field(default_factory=set)
    says: list[tuple[int, frozenset[str]]] = field(default_factory=list)
    named: set[str] = field(default_factory=set)


@cache
def functions() -> dict[str, Function]:
    found: dict[str, Function] = {}
    for app in PRODUCT:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                found |= {each.name: each for each in _of_module(path)}
    return found


def _of_module(path: Path) -> Iterator[Function]:
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    own_names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    known = {name: f"{module}.{name}" for name in own_names}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            known |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    is_near = module.startswith("timeline.") or any(target.startswith("timeline.") for target in known.values())
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield _read(f"{module}.{node.name}", node, known, is_near=is_near)
        elif isinstance(node, ast.ClassDef):
            methods = [each for each in node.body if isinstance(each, ast.FunctionDef)]
            own = {f"self.{each.name}": f"{module}.{node.name}.{each.name}" for each in methods}
            for each in methods:
                yield _read(f"{module}.{node.name}.{each.name}", each, known | own, is_near=is_near)
    rest = [node for node in tree.body if not isinstance(node, ast.FunctionDef | ast.ClassDef)]
    yield _read(module, ast.Module(rest, []), known, is_near=is_near)


def _read(name: str, tree: ast.AST, known: dict[str, str], *, is_near: bool) -> Function:
    function = Function(name)
    locals_ = _models_of_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
            text = ast.unparse(node)
            head, _, rest = text.partition(".")
            target = known.get(text) or (f"{known[head]}.{rest}" if head in known and rest else None)
            function.named |= {target} if target and target != name else set()
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func).rpartition(".")[2]
        if called == DOOR:
            function.says.append((node.lineno, _said(node)))
        elif called == "insert_rows":
            function.writes |= _models_in(node.args[0], locals_)
        elif isinstance(node.func, ast.Attribute) and called in WRITES and is_near and not _is_elsewhere(node):
            function.writes |= _models_in(node.func.value, locals_)
    function.writes &= GUARDED
    return function


def _is_elsewhere(call: ast.Call) -> bool:
    """Whether it changes a set, a dictionary, or an index of the search server."""
    return "indices" in ast.unparse(call.func) or (ast.unparse(call.func).endswith(".update") and bool(call.args))


def _said(call: ast.Call) -> frozenset[str]:
    keywords = {keyword.arg for keyword in call.keywords}
    said = {ENGAGEMENTS} if len(call.args) > 1 or "new" in keywords else set()
    return frozenset(said | ({CONVERSATIONS} & keywords))


def _models_of_names(tree: ast.AST) -> dict[str, set[str]]:
    """By local name the models that its annotation or what is assigned to it names."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and node.annotation is not None:
            found.setdefault(node.arg, set()).update(_words(node.annotation) & (GUARDED | OTHERS))
        elif isinstance(node, ast.Assign | ast.NamedExpr):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                for each in ast.walk(target):
                    if isinstance(each, ast.Name):
                        found.setdefault(each.id, set()).update(_words(node.value) & (GUARDED | OTHERS))
    return found


def _models_in(expression: ast.expr, locals_: dict[str, set[str]]) -> set[str]:
    """Whose rows an expression is; all of the timeline's where that cannot be told."""
    root = expression
    while inner := getattr(root, "value", None) or getattr(root, "func", None):
        root = inner
    if isinstance(root, ast.Name) and root.id in GUARDED | OTHERS:
        return {root.id}
    receiver = expression if isinstance(root, ast.Name) and root.id == "type" else root
    named = {name for node in ast.walk(receiver) if isinstance(node, ast.Name) for name in locals_.get(node.id, ())}
    return named or set(GUARDED)


def _words(tree: ast.AST) -> set[str]:
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    texts = {str(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return named | texts


def around_the_door(without: tuple[str, int] | None = None) -> set[str]:
    """Writers that do not pass it, as if the call at one place were not there."""
    everything = functions()
    callers: dict[str, set[str]] = {name: set() for name in everything}
    for each in everything.values():
        for named in each.named & callers.keys():
            callers[named].add(each.name)
    said = {
        name: frozenset().union(*(what for line, what in each.says if (name, line) != without))
        for name, each in everything.items()
    }

    def passes(name: str, what: str, seen: frozenset[str] = frozenset()) -> bool:
        if what in said[name]:
            return True
        above = callers[name] - seen - {name}
        return bool(above) and all(passes(each, what, seen | {name}) for each in above)

    def is_said(each: Function) -> bool:
        wanted = {CONVERSATIONS if model == Conversation.__name__ else ENGAGEMENTS for model in each.writes}
        return all(passes(each.name, what) for what in wanted)

    return {each.name for each in everything.values() if each.writes and not is_said(each)}


def test_the_search_for_writers_finds_them():
    writers = {each.name for each in functions().values() if each.writes}
    assert len(writers) > 20
    assert {
        "timeline.recording.record._write_new",
        "timeline.recording.thread._join",
        "timeline.copies.add_copies",
        "timeline.assignment.records._reassociate",
        "timeline.services.hiding._hide",
        "timeline.services.deletion.delete_rows",
    } <= writers


def test_whoever_writes_to_the_timeline_passes_the_door():
    assert around_the_door() == set(UNSEEN)


PLACES = [
    (each.name, line) for each in functions().values() for line, _ in each.says if each.name not in NOT_OF_A_WRITE
]


def test_the_places_are_all_that_there_are():
    assert len(PLACES) >= 12
    assert NOT_OF_A_WRITE.keys() <= {each.name for each in functions().values() if each.says}


@pytest.mark.parametrize("place", PLACES, ids=lambda place: str(place[0]))
def test_a_writer_that_lost_its_way_to_the_door_is_missed(place):
    assert around_the_door(without=place) > set(UNSEEN)
