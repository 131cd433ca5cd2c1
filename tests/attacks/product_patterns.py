"""Every regular expression of the product: compiled ones where modules keep them, and those written into a call."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from mailsync.domain.phrases import Phrases
from mailsync.domain.screening.parties import _word_pattern
from mailsync.domain.signals import _until_pattern
from tests.support.commands import ROOT

APPS = ("core", "accounts", "crm", "timeline", "mailsync", "jiminny_sync")
_DOORS = frozenset({"compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"})
_MADE: dict[str, Callable[[], re.Pattern[str]]] = {
    "mailsync/domain/screening/parties.py": lambda: _word_pattern("sale offer"),
    "mailsync/domain/signals.py": _until_pattern,
    "mailsync/domain/phrases/__init__.py": lambda: re.compile("stands in the lists of Phrases"),
}
"""Where a pattern is put together while the product runs: one such as it makes there."""


EVERY_WAY = frozenset({"search", "match"})


@dataclass(frozen=True, slots=True)
class Found:
    """A pattern, and where it stands."""

    place: str
    pattern: "re.Pattern[str] | re.Pattern[bytes]"
    ways: frozenset[str] = EVERY_WAY

    @property
    def source(self) -> str:
        """The pattern as it is written."""
        return self.pattern.pattern if isinstance(self.pattern.pattern, str) else self.pattern.pattern.decode()

    def run(self, text: str) -> None:
        """Use it on a text in each way the product does, every match of it where it is searched for."""
        given: Any = text if isinstance(self.pattern.pattern, str) else text.encode("utf-8", "replace")
        for way in self.ways:
            if way == "search":
                for _ in self.pattern.finditer(given):
                    pass
            else:
                getattr(self.pattern, way)(given)


def compiled_patterns() -> Iterator[Found]:
    """Each pattern that a module holds, however deep in its collections, objects and closures."""
    modules = list(_modules())
    ways = _ways(modules)
    seen: set[int] = set()
    told: set[tuple[str | bytes, int]] = set()
    for module in modules:
        for pattern in _patterns_in(vars(module), seen):
            key = (pattern.pattern, pattern.flags)
            if key not in told:
                told.add(key)
                yield Found(module.__name__, pattern, frozenset(ways.get(key) or EVERY_WAY))


def patterns_in_source() -> Iterator[Found]:
    """Each pattern of a call such as `re.sub("…", …)`: literal ones, and an example of each that is put together."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            place = str(path.relative_to(ROOT))
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for function in ast.walk(tree):
                if isinstance(function, ast.FunctionDef):
                    for call in _calls(function):
                        yield Found(f"{place}:{call.lineno}", _pattern_of(call, place))


def _calls(function: ast.FunctionDef) -> Iterator[ast.Call]:
    for node in ast.walk(function):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if isinstance(node.func.value, ast.Name) and node.func.value.id == "re" and node.func.attr in _DOORS:
            yield node


def _pattern_of(call: ast.Call, place: str) -> "re.Pattern[str]":
    given = call.args[0]
    if isinstance(given, ast.Constant) and isinstance(given.value, str):
        return re.compile(given.value)
    return _MADE[place]()


def _ways(modules: Iterable[ModuleType]) -> dict[tuple[str | bytes, int], set[str]]:
    """How the patterns that have a name are used: `_NAME.sub(…)` searches; one that is handed on is used every way."""
    ways: dict[tuple[str | bytes, int], set[str]] = {}
    for module in modules:
        named = {name: value for name, value in vars(module).items() if isinstance(value, re.Pattern)}
        source = Path(str(module.__file__)).read_text(encoding="utf-8") if named else ""
        nodes = list(ast.walk(ast.parse(source)))
        held = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
        for node in nodes:
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in named:
                key, way = node.value.id, node.attr if "match" in node.attr else "search"
                found = {way} if node.attr in _DOORS else set()
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and id(node) not in held:
                key, found = node.id, set(EVERY_WAY)
            else:
                continue
            if key in named:
                ways.setdefault((named[key].pattern, named[key].flags), set()).update(found)
    return ways


def _modules() -> Iterator[ModuleType]:
    for app in APPS:
        package = importlib.import_module(app)
        yield package
        for each in pkgutil.walk_packages(package.__path__, f"{app}."):
            if (
                ".migrations" not in each.name
                and ".mariadb" not in each.name
                and not each.name.endswith(("gi", "__main__"))
            ):
                yield importlib.import_module(each.name)


def _patterns_in(thing: Any, seen: set[int]) -> "Iterator[re.Pattern[Any]]":
    waiting = [thing]
    while waiting:
        each = waiting.pop()
        if isinstance(each, re.Pattern):
            yield each
            continue
        if isinstance(each, Phrases):
            waiting += each.patterns()
        if id(each) in seen:
            continue
        seen.add(id(each))
        waiting += _inside(each)


def _inside(thing: Any) -> "list[Any]":
    if isinstance(thing, dict):
        return [*thing.keys(), *thing.values()]
    if isinstance(thing, list | tuple | set | frozenset):
        return list(thing)
    if not str(getattr(thing, "__module__", "") or "").startswith(APPS) and not str(
        getattr(type(thing), "__module__", "")
    ).startswith(APPS):
        return []
    inner: list[Any] = [getattr(thing, "__wrapped__", None)]
    if isinstance(thing, FunctionType):
        inner += [
            *(thing.__defaults__ or ()),
            *(cell.cell_contents for cell in thing.__closure__ or () if _is_set(cell)),
        ]
        inner += (thing.__kwdefaults__ or {}).values()
    elif isinstance(thing, type):
        inner += list(vars(thing).values())
    else:
        inner += list(getattr(thing, "__dict__", {}).values())
        inner += [getattr(thing, name, None) for cls in type(thing).__mro__ for name in getattr(cls, "__slots__", ())]
    return inner


def _is_set(cell: Any) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False
