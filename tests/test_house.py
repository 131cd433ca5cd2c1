"""The rules of docs/ARCHITECTURE.md's rooms that an import contract cannot say."""

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from django.apps import apps
from django.db.models import Model

ROOT = Path(__file__).resolve().parents[1]
APPS = ("core", "accounts", "crm", "timeline", "mailsync")
PRODUCT = (*APPS, "jiminny_sync")
PURE = (
    "domain",
    "addresses",
    "chunks",
    "encoded_words",
    "hashing",
    "moments",
    "normalization",
    "phrasing",
    "remembering",
)
"""Rooms, and on the ground floor files, of rules alone."""

SHELLS = ("tasks", "views", "api", "admin", "management")
EDGES = (*SHELLS, "forms", "templatetags", "backends", "middleware", "viewer", "doors", "known_browsers")
CLOCKS = {"now", "utcnow", "today", "localtime", "monotonic", "perf_counter"}
WRITES = {
    "save", "create", "get_or_create", "update_or_create", "bulk_create", "update", "bulk_update", "delete",
    "execute", "executemany",
}  # fmt: skip
WRITERS = ("services", "recording", "copies", "assignment", "changes")
ACTS = {"one_unit_of_work", "unit_of_work", "record_event"}
MANY = 30
"""Fewer acts would say that the search for them is broken."""

READS_IN_SERVICES = {
    "mailsync.services.efforts",  # measures what a mail costs, by a clock that a rule does not read
}

UNIQUE = {"pk", "id", "slug", "user__email"}
UNIQUE_THERE = {
    "accounts/selectors/audit.py -sequence",  # of one organization's trail
    "jiminny_sync/metrics.py state_reason",  # groups
    "mailsync/selectors/fleet_health.py state",  # groups
    "mailsync/views/profile.py address",  # of one person
    "timeline/changes/following.py position",
    "timeline/changes/log.py position",
    "timeline/forms.py stage",  # each once
    "timeline/recording/identify.py -place",  # under one key
    "timeline/recording/identify.py place",
    "timeline/search/writing.py position",
}
SCOPES = {"organization", "user"}
"""What a list is one of."""

STEPS = {"join_copies", "reassess_engagements"}
"""Parts of another act, which has named what it is about."""

REQUESTS_AND_RESPONSES = {
    "django.http",
    "django.shortcuts",
    "django.views",
    "django.template",
    "django.contrib.messages",
}
LONGEST_IN_A_SHELL = 15
LONGEST_FUNCTION = 46
LONGEST_FILE = 320

Node = TypeVar("Node", bound=ast.stmt | ast.expr)


def test_selectors_do_not_write():
    assert [place for place, call in _nodes(ast.Call, "selectors") if _called(call) in WRITES] == []


def test_a_selector_asks_no_service_of_any_app():
    """Within an app the import contract says so; of the apps below it only this does."""
    imports = [*_nodes(ast.Import, "selectors"), *_nodes(ast.ImportFrom, "selectors")]
    asked = {(place, name) for place, each in imports for name in _modules(each) if name.partition(".")[0] in APPS}
    assert {(place, name) for place, name in asked if {*WRITERS, "sync", *EDGES} & set(name.split(".")[1:2])} == set()


def test_a_service_writes():
    """By itself, or by a service that does; what only reads is a selector."""
    services = {path: ast.parse(path.read_text(encoding="utf-8")) for path in _sources(["services"])}
    services = {path: tree for path, tree in services.items() if tree.body[1:]}  # but for packages' docstrings
    writing = {path for path, tree in services.items() if _writes(tree)}
    while found := {path for path in services.keys() - writing if _imported(services[path]) & _dotted(writing)}:
        writing |= found
    assert _dotted(services.keys() - writing) - READS_IN_SERVICES == set()


def test_what_people_and_programs_reach_writes_by_a_service():
    written = {
        f"{place} {_called(call)}"
        for place, call in _nodes(ast.Call, *EDGES)
        if _called(call) in {*WRITES, "set_password"} and not _is_frameworks(call)
    }
    assert written == set()


def test_an_act_takes_its_arguments_by_name():
    """What begins a unit of work, or stands on the trail, is called from far away, where a position says nothing."""
    acts = {
        f"{place} {each.name}": each.args
        for place, each in _nodes(ast.FunctionDef, *WRITERS)
        if each.col_offset == 0
        and not each.name.startswith("_")
        and each.name not in STEPS
        and _words(ast.unparse(each)) & ACTS
    }
    assert len(acts) > MANY
    by_place = {place for place, taken in acts.items() if taken.posonlyargs or taken.args}
    assert {place for place in by_place if place.rpartition(" ")[2] not in STEPS} == set()


def test_domain_knows_the_rules_of_other_apps_and_nothing_else_of_them():
    imports = [*_nodes(ast.Import, "domain"), *_nodes(ast.ImportFrom, "domain")]
    ours = {(place, name) for place, each in imports for name in _modules(each) if name.partition(".")[0] in APPS}
    assert {(place, name) for place, name in ours if name.split(".")[1] not in PURE} == set()


def test_the_documents_rooms_are_the_contracts_and_each_of_them_stands():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    [layers] = [each["layers"] for each in contracts if each["name"] == "Rooms of an app import downward only"]
    document = (ROOT / "docs/ARCHITECTURE.md").read_text(encoding="utf-8")
    floors = document.partition("from the outside in:\n\n```\n")[2].partition("```")[0].splitlines()
    assert [re.findall(r"\w+", layer) for layer in layers] == [
        floor.partition("  ")[0].split(" · ") for floor in floors
    ]
    rooms = {room for layer in layers for room in re.findall(r"\w+", layer)}
    assert {room for room in rooms if not any(_sources([room]))} == set()


def test_domain_reads_no_clock():
    assert [place for place, call in _nodes(ast.Call, *PURE) if _called(call) in CLOCKS] == []


def test_services_know_no_request_and_no_response():
    rooms = (*WRITERS, "sync", "selectors")
    imports = [*_nodes(ast.Import, *rooms), *_nodes(ast.ImportFrom, *rooms)]
    assert [place for place, each in imports if _modules(each) & REQUESTS_AND_RESPONSES] == []


def test_pages_api_admin_tasks_and_commands_stay_thin():
    lengths = {f"{place} {each.name}": _length(each) for place, each in _nodes(ast.FunctionDef, *SHELLS)}
    assert {place: length for place, length in lengths.items() if length > LONGEST_IN_A_SHELL} == {}


def test_a_file_holds_one_idea_and_a_function_is_read_at_once():
    sources = {path.relative_to(ROOT): path.read_text(encoding="utf-8") for app in PRODUCT for path in _written(app)}
    lines = {str(path): source.count("\n") for path, source in sources.items()}
    assert {path: count for path, count in lines.items() if count > LONGEST_FILE} == {}
    functions = {
        f"{path}:{node.lineno} {node.name}": _length(node)
        for path, source in sources.items()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
    }
    assert {place: length for place, length in functions.items() if length > LONGEST_FUNCTION} == {}


def test_every_order_of_rows_is_a_total_one():
    """Rows that are alike by what they are ordered by come in another order each time, or on another database."""
    last = {
        (str(path.relative_to(ROOT)), _text(node.args[-1]))
        for app in PRODUCT
        for path in _written(app)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and _called(node) == "order_by" and node.args
        if not isinstance(node.args[-1], ast.Starred)
    }
    assert len(last) > MANY
    assert {f"{path} {name}" for path, name in last if name.lstrip("-") not in UNIQUE} == UNIQUE_THERE
    assert [model._meta.label for model in apps.get_models() if not _is_total(model)] == []


def _text(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ast.unparse(node)


def _is_total(model: type[Model]) -> bool:
    """Whether the order in which a model's rows come by themselves is a total one, within what `SCOPES` name."""
    options = model._meta
    named = {str(each).lstrip("-") for each in options.ordering}
    unique = [{"pk"}, *({field.name} for field in options.fields if field.unique)]
    unique += [set(each.fields) - SCOPES for each in options.total_unique_constraints]
    return options.app_label not in APPS or not named or any(each <= named for each in unique)


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
    assert names == {"Prepared", "insert_rows"}  # and the lookup `among`


def _written(app: str) -> Iterator[Path]:
    """What is written by hand, lists left out."""
    for path in (ROOT / app).rglob("*.py"):
        if "migrations" not in path.parts:
            yield path


def _writes(tree: ast.Module) -> bool:
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return bool(_words(ast.unparse(tree)) & ACTS) or any(_called(call) in {*WRITES, "send_messages"} for call in calls)


def _imported(tree: ast.Module) -> set[str]:
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))
    return {name for each in imports for name in _modules(each)}


def _dotted(paths: Iterable[Path]) -> set[str]:
    return {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths}


def _is_frameworks(call: ast.Call) -> bool:
    """Whether it is what a framework's own form does when it is saved, or moves a progress bar."""
    receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
    if isinstance(receiver, ast.Name) and receiver.id == "bar":
        return True
    return isinstance(receiver, ast.Call) and isinstance(receiver.func, ast.Name) and receiver.func.id == "super"


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
