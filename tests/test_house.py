"""The rules of docs/ARCHITECTURE.md's rooms that an import contract cannot say."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[1]
APPS = ("core", "accounts", "crm", "timeline", "mailsync")
PRODUCT = (*APPS, "jiminny_sync")
PURE = ("domain", "addresses", "chunks", "hashing", "moments", "normalization", "phrasing", "remembering")
"""Rooms, and on the ground floor files, of rules alone."""

SHELLS = ("tasks", "views", "api", "admin", "management")
CLOCKS = {"now", "utcnow", "today", "localtime", "monotonic", "perf_counter"}
WRITES = {
    "save", "create", "get_or_create", "update_or_create", "bulk_create", "update", "bulk_update", "delete",
    "execute", "executemany",
}  # fmt: skip
REQUESTS_AND_RESPONSES = {
    "django.http",
    "django.shortcuts",
    "django.views",
    "django.template",
    "django.contrib.messages",
}
LONGEST_IN_A_SHELL = 15

Node = TypeVar("Node", bound=ast.stmt | ast.expr)


def test_selectors_do_not_write():
    assert [place for place, call in _nodes(ast.Call, "selectors") if _called(call) in WRITES] == []


def test_domain_reads_no_clock():
    assert [place for place, call in _nodes(ast.Call, *PURE) if _called(call) in CLOCKS] == []


def test_services_know_no_request_and_no_response():
    rooms = ("services", "assignment", "sync", "selectors")
    imports = [*_nodes(ast.Import, *rooms), *_nodes(ast.ImportFrom, *rooms)]
    assert [place for place, each in imports if _modules(each) & REQUESTS_AND_RESPONSES] == []


def test_pages_api_admin_tasks_and_commands_stay_thin():
    lengths = {f"{place} {each.name}": _length(each) for place, each in _nodes(ast.FunctionDef, *SHELLS)}
    assert {place: length for place, length in lengths.items() if length > LONGEST_IN_A_SHELL} == {}


def test_only_a_unit_of_work_begins_a_transaction():
    assert _naming("atomic") == ["core/db/unit_of_work.py"]


def test_many_rows_are_read_in_portions():
    """Over MariaDB `QuerySet.iterator()` has the whole answer in memory before it gives the first row."""
    assert _naming("iterator") == []


def test_only_assignment_writes_where_an_engagement_stands_and_whose_it_is():
    """A new row gets the columns of settle() whole; any other hand on one of them is a second rule."""
    columns = {"opportunity", "account", "owner", "inbox_owner"}
    columns |= {f"{column}_id" for column in columns}
    written: list[str] = []
    for path in (ROOT / "timeline").rglob("*.py"):
        if "migrations" in path.parts or path.parent.name == "assignment":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names = {
                    name.attr for target in targets for name in ast.walk(target) if isinstance(name, ast.Attribute)
                }
            elif isinstance(node, ast.Call) and _called(node) in WRITES:
                names = {str(keyword.arg) for keyword in node.keywords} | _words_in(node.args)
            else:
                continue
            written += [f"{path.relative_to(ROOT)}:{node.lineno}"] if names & columns else []
    assert written == []


def _words_in(arguments: Iterable[ast.expr]) -> set[str]:
    """The texts among a call's arguments, as bulk_update takes them."""
    nodes = [node for argument in arguments for node in ast.walk(argument)]
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_past_djangos_own_way_with_rows_leads_one_file():
    """Whatever compiles queries or makes values ready for the database itself is one of its three tricks."""
    words = ("get_compiler", "register_lookup", "executemany", "get_db_prep_save", "get_db_prep_value")
    assert {word: _naming(word) for word in words if _naming(word) not in ([], ["core/db/bulk.py"])} == {}
    names = _public(ROOT / "core/db/bulk.py")
    assert names == {"Prepared", "insert_tuples"}  # and the lookup `among`


def _public(path: Path) -> set[str]:
    """The classes and functions that a file has for others."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = {node.name for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    return {name for name in named if not name.startswith("_")}


def _naming(word: str) -> list[str]:
    """The sources of the product whose code uses a name."""
    sources = {path: path.read_text(encoding="utf-8") for app in PRODUCT for path in (ROOT / app).rglob("*.py")}
    return [str(path.relative_to(ROOT)) for path, source in sources.items() if word in _words(source)]


def _words(source: str) -> set[str]:
    """Every name that the code uses; what only its comments and docstrings say is left out."""
    nodes = list(ast.walk(ast.parse(source)))
    imported = {alias.name for node in nodes if isinstance(node, ast.ImportFrom | ast.Import) for alias in node.names}
    attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return imported | attributes | {node.id for node in nodes if isinstance(node, ast.Name)}


def _nodes(kind: type[Node], *rooms: str) -> Iterator[tuple[str, Node]]:
    """Every node of a kind in these rooms of every app, with the place where it stands."""
    for path in _sources(rooms):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, kind):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def _sources(rooms: Iterable[str]) -> Iterator[Path]:
    for app in APPS:
        for room in rooms:
            yield from (ROOT / app).glob(f"{room}.py")
            yield from (ROOT / app / room).rglob("*.py")


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _modules(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        return {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return set()


def _length(function: ast.FunctionDef) -> int:
    """Lines of a function's body, its docstring left out."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
