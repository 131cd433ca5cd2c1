"""Which files, functions and value types of the product a piece of work passes through, each once, in order."""

import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType, TracebackType
from typing import Any, NamedTuple, Self

REPOSITORY = Path(__file__).resolve().parents[2]
ROOMS = ("core", "accounts", "crm", "timeline", "mailsync", "jiminny_sync")


class Hop(NamedTuple):
    """A function of the product: its file in the repository, and its qualified name there."""

    file: str
    function: str


class Walk:
    """Records what runs inside `with`; only while the function named by `within` runs, where one is named.

    Functions without a name of their own (comprehensions, lambdas) belong to the one around them. Types are dataclasses
    and named tuples of the product of which a value is made.
    """

    def __init__(self, within: str = "") -> None:
        self._within, self._depth = within, 0
        self._known: dict[CodeType, Hop | None] = {}
        self._hops: dict[Hop, None] = {}
        self._types: dict[str, None] = {}
        self._before: Callable[..., Any] | None = None

    def __enter__(self) -> Self:
        self._before = sys.getprofile()
        sys.setprofile(self._look)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        sys.setprofile(self._before)

    @property
    def hops(self) -> list[Hop]:
        return list(self._hops)

    @property
    def files(self) -> list[str]:
        return list(dict.fromkeys(hop.file for hop in self._hops))

    @property
    def types(self) -> list[str]:
        return list(self._types)

    def _look(self, frame: FrameType, event: str, _: object) -> None:
        if event not in {"call", "return"}:
            return
        code = frame.f_code
        if code.co_name == self._within:
            self._depth += 1 if event == "call" else -1
        if event == "return" or (self._within and not self._depth):
            return
        if code not in self._known:
            self._known[code] = _hop(code)
        if hop := self._known[code]:
            self._hops.setdefault(hop)
        elif code.co_name == "__init__" or "_cls" in code.co_varnames:  # the latter is how a named tuple is made
            self._note_type(frame)

    def _note_type(self, frame: FrameType) -> None:
        made = frame.f_locals.get("_cls") or type(frame.f_locals.get("self"))
        is_value = dataclasses.is_dataclass(made) or (issubclass(made, tuple) and hasattr(made, "_fields"))
        if is_value and made.__module__.partition(".")[0] in ROOMS:
            self._types.setdefault(f"{made.__module__}.{made.__qualname__}")


def _hop(code: CodeType) -> Hop | None:
    path = Path(code.co_filename)
    if not path.is_relative_to(REPOSITORY) or code.co_name.startswith("<"):
        return None
    file = path.relative_to(REPOSITORY)
    return Hop(str(file), code.co_qualname) if file.parts[0] in ROOMS else None
