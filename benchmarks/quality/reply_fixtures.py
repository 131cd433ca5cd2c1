"""Fixtures of other people's reply splitters, read out of their tests without running them.

A fixture is a text and the author's own part of it. Forwards count as the author's: this product keeps them whole.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path

TALON_TESTS = "tests/text_quotations_test.py"
QUOTEQUAIL_QUOTE = "tests/test_quote.py"
QUOTEQUAIL_UNWRAP = "tests/test_unwrap.py"
_HTML_REPLY = "Hi. I am fine.\n\nThanks,\nAlex"


@dataclass(frozen=True, slots=True)
class Fixture:
    """`expected` is what the author wrote: one wording, or two where nothing but a subject could tell which."""

    name: str
    text: str
    expected: tuple[str, ...]
    is_html: bool = False


def talon(root: Path) -> Iterator[Fixture]:
    """talon: literal cases, mails with a one-word answer, and HTML replies that all say the same."""
    tree = ast.parse((root / TALON_TESTS).read_text(encoding="utf-8"))
    for function in tree.body:
        if isinstance(function, ast.FunctionDef) and function.name.startswith("test_"):
            yield from _asserted(function)
    replies = root / "tests/fixtures/standard_replies"
    for path in sorted(replies.glob("*.eml")):
        said = replies / f"{path.stem}_reply_text"
        message = message_from_bytes(path.read_bytes())
        part = next((each for each in message.walk() if each.get_content_type() == "text/plain"), None)
        payload = part.get_payload(decode=True) if part else None
        if isinstance(payload, bytes):
            expected = said.read_text(encoding="utf-8") if said.exists() else "Hello"
            yield Fixture(path.name, payload.decode("utf-8", "replace"), (expected,))
    for path in sorted((root / "tests/fixtures/html_replies").glob("*.html")):
        yield Fixture(path.name, path.read_bytes().decode("utf-8", "replace"), (_HTML_REPLY,), is_html=True)


def quotequail(root: Path) -> Iterator[Fixture]:
    """quotequail: parametrized literals of quote(…, quote_intro_line=True) and unwrap()."""
    for case in _parameters(root / QUOTEQUAIL_QUOTE):
        text, _, parts = case
        is_forward = bool(re.search(r"forwarded message", text, re.IGNORECASE))
        expected = text if is_forward else "".join(part for is_shown, part in parts if is_shown)
        yield Fixture(f"quote: {text[:30]!r}", text, (expected,))
    for text, parts in _parameters(root / QUOTEQUAIL_UNWRAP):
        if not isinstance(parts, dict):
            yield Fixture(f"unwrap: {text[:30]!r}", text, (text,))
            continue
        own = "\n\n".join(part for part in (parts.get("text_top", ""), parts.get("text_bottom", "")) if part)
        wordings: tuple[str, ...] = (text if parts["type"] == "forward" else own or text,)
        if parts["type"] == "forward" and not re.search(r"forwarded|fwd", text, re.IGNORECASE):
            # A header block alone stands under replies and forwards alike; in a mail the subject tells.
            wordings = (text, own)
        yield Fixture(f"unwrap: {text[:30]!r}", text, wordings)


def parse_reply(root: Path) -> Iterator[Fixture]:
    """parse-reply: files of input and output by name.

    Its own choices are cut forwards, by their dividers or by marked fields, and marked lines that nothing introduces.
    """
    for path in sorted(root.glob("test/files/*.input.txt")):
        text = path.read_text(encoding="utf-8", errors="replace")
        output = path.with_name(path.name.replace(".input.", ".output.")).read_text(encoding="utf-8")
        unmarked = "\n".join(line for line in output.split("\n") if not line.startswith(">"))
        is_forward = path.name.startswith("forward") or "\n> From:" in text
        yield Fixture(path.name, text, (output, unmarked, *((text,) if is_forward else ())))


def _parameters(path: Path) -> Iterator[tuple]:  # type: ignore[type-arg]
    """The cases of every @pytest.mark.parametrize in a file that are literals."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "parametrize":
            for case in getattr(node.args[1], "elts", []):
                try:
                    yield ast.literal_eval(case)
                except ValueError:
                    continue


def _asserted(function: ast.FunctionDef) -> Iterator[Fixture]:
    """Each eq_(expected, quotations.extract_from_plain(text)) whose two sides are literals or names of such."""
    known: dict[str, str] = {}
    for statement in function.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            value = _literal(statement.value, known)
            if value is not None:
                known[statement.targets[0].id] = value
        call = statement.value if isinstance(statement, ast.Expr) else None
        if not (isinstance(call, ast.Call) and getattr(call.func, "id", "") == "eq_" and len(call.args) == 2):  # noqa: PLR2004
            continue
        expected, extracted = _literal(call.args[0], known), call.args[1]
        if not isinstance(extracted, ast.Call) or getattr(extracted.func, "attr", "") != "extract_from_plain":
            continue
        text = _literal(extracted.args[0], known)
        if expected is not None and text is not None:
            yield Fixture(function.name, text, (expected,))


def _literal(node: ast.expr, known: dict[str, str]) -> str | None:
    if isinstance(node, ast.Name):
        return known.get(node.id)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


SETS = {"talon": talon, "quotequail": quotequail, "parse-reply": parse_reply}
