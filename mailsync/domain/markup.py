"""HTML made harmless and small before it is rendered: bare structural tags and text, nothing hidden, nothing deep.

The tokens are found in one pass: `<` that opens no tag is text, and quotes in attributes are followed a bounded number
of times, because HTML parsers go over the rest of the input again for each tag that does not end.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import NamedTuple

from mailsync.domain.styles import Look, look_of

HIDDEN_FILLERS = "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2064\u206a-\u206f\ufeff\ufe00"
"""Invisible characters that preheaders are padded with; joiners are kept, emoji and Persian need them."""

MAX_MARKUP_LENGTH = 150_000
"""Characters of bare markup that are rendered: some twenty-five thousand words."""

STRUCTURAL = frozenset(
    """p div br hr h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table tr td th blockquote pre address article aside center footer
    header main nav section figure figcaption form fieldset""".split()  # noqa: SIM905 - one tag a line is a screenful
)
"""The tags that lay text out; all others are left out, their text stays."""

_DROPPED_WITH_CONTENT = frozenset(
    (
        "head",
        "script",
        "style",
        "title",
        "noscript",
        "template",
        "svg",
        "math",
        "object",
        "iframe",
        "select",
        "textarea",
    )
)
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
_NAME = re.compile(r"</?(?!https?:|mailto:)([a-zA-Z][a-zA-Z0-9:_-]{0,30})(?=[\s/>])")
_MOST_TOKENS = 60_000
"""Tags and stretches of text between them; a long newsletter has some ten thousand."""
_MOST_QUOTE_SEARCHES = 2_000
_LONGEST_ATTRIBUTE = 4_000


@dataclass(frozen=True, slots=True)
class Markup:
    """Bare HTML, and whether some of it was left out for its length."""

    html: str
    is_cut: bool


class _Token(NamedTuple):
    name: str
    """Empty for text."""
    source: str

    @property
    def is_end(self) -> bool:
        return self.source.startswith("</")


def washed(html: str) -> Markup:
    """`html` as structural tags without attributes, and text; hidden parts, comments and scripts are left out.

    Line ends that the style keeps become breaks.
    """
    tokens = list(islice(_Scanner(html).tokens(), _MOST_TOKENS))
    is_cut = len(tokens) == _MOST_TOKENS
    partners = _partners(tokens)
    looks = _Looks(len(tokens))
    parts: list[str] = []
    length = 0
    position = 0
    while position < len(tokens):
        token = tokens[position]
        if token.name and not token.is_end and looks.open(token, position, partners.get(position)):
            position = partners[position] + 1
            continue
        part = (
            _bare(token)
            if token.name
            else looks.shown(token.source, position, is_block=bool(parts) and parts[-1][-1] == ">")
        )
        position += 1
        if part:
            if length + len(part) > MAX_MARKUP_LENGTH:
                if not token.name:
                    parts.append(part[: MAX_MARKUP_LENGTH - length])
                return Markup("".join(parts), is_cut=True)
            length += len(part)
            parts.append(part)
    return Markup("".join(parts), is_cut=is_cut)


class _Looks:
    """How text is shown from the elements that are open around it: only those that change it are kept."""

    def __init__(self, end: int) -> None:
        self._open = [(end, Look())]

    def open(self, token: _Token, position: int, partner: int | None) -> bool:
        """Take in an opening tag, closed at `partner`; whether everything up to there is left out.

        One that is never closed shows what it says it shows, and hides nothing.
        """
        end, around = self._at(position)
        look = look_of(token.name, token.source, around)
        if partner is None:
            if look != around and token.name not in _VOID:
                self._open[-1] = (end, around.seen_like(look))
            return False
        if look.is_gone or token.name in _DROPPED_WITH_CONTENT:
            return True
        if token.name == "pre":
            look = replace(look, keeps_lines=False)  # keeps them by itself
        if look != around:
            self._open.append((min(partner, end), look))
        return False

    def shown(self, text: str, position: int, *, is_block: bool) -> str:
        """What of a stretch of text is seen; `is_block` where a tag stands right above it."""
        _, look = self._at(position)
        if not look.is_seen:
            return ""
        if look.keeps_lines and "\n" in text and (not is_block or not text.isspace()):
            return text.replace("\r\n", "\n").replace("\n", "<br>")
        return text

    def _at(self, position: int) -> tuple[int, Look]:
        while len(self._open) > 1 and self._open[-1][0] < position:
            self._open.pop()
        return self._open[-1]


def _bare(token: _Token) -> str:
    if token.name in STRUCTURAL:
        return f"</{token.name}>" if token.is_end else f"<{token.name}>"
    return ""


class _Scanner:
    """Finds tags from left to right, and never goes over the same stretch more often than a bounded number of times."""

    def __init__(self, html: str) -> None:
        self._html = html
        self._position = 0
        self._quote_searches = 0
        self._comment_end = 0
        self._tag_end = -1

    def tokens(self) -> Iterator[_Token]:
        html = self._html
        while self._position < len(html):
            opening = html.find("<", self._position)
            if opening < 0:
                yield _Token("", html[self._position :])
                return
            if opening > self._position:
                yield _Token("", html[self._position : opening])
            self._position = opening
            if html.startswith("<!--", opening):
                self._skip_comment()
            else:
                yield from self._tag()

    def _skip_comment(self) -> None:
        """To the end of the comment; one that never ends would swallow the mail, so it counts to its line's end."""
        html = self._html
        if self._comment_end < self._position + 4:
            found = html.find("-->", self._position + 4)
            self._comment_end = len(html) if found < 0 else found
        if self._comment_end < len(html):
            self._position = self._comment_end + 3
        else:
            line_end = html.find("\n", self._position)
            self._position = len(html) if line_end < 0 else line_end

    def _tag(self) -> Iterator[_Token]:
        html, opening = self._html, self._position
        if self._tag_end < opening:
            found = html.find(">", opening)
            self._tag_end = len(html) if found < 0 else found
        closing = self._tag_end
        if closing == len(html):
            self._position = len(html)
            yield _Token("", html[opening:].replace("<", "&lt;"))
            return
        named = _NAME.match(html, opening)
        if named is None:
            is_declaration = html.startswith(("<!", "<?"), opening)
            self._position = closing + 1 if is_declaration else opening + 1
            if not is_declaration:
                yield _Token("", "&lt;")
            return
        if self._has_open_quote(closing):
            self._quote_searches += 1
            closing = self._after_quote(closing)
        else:
            inner = html.find("<", opening + 1, closing)
            if inner >= 0:
                # Another tag opens before this one ends: it never did.
                self._position = inner
                yield _Token("", "&lt;" + html[opening + 1 : inner])
                return
        self._position = closing + 1
        yield _Token(named.group(1).casefold(), html[opening : closing + 1])

    def _has_open_quote(self, closing: int) -> bool:
        length = closing - self._position
        if self._quote_searches >= _MOST_QUOTE_SEARCHES or length >= _LONGEST_ATTRIBUTE:
            return False
        return self._html.count('"', self._position, closing) % 2 == 1

    def _after_quote(self, closing: int) -> int:
        quote = self._html.find('"', closing, closing + _LONGEST_ATTRIBUTE)
        ending = -1 if quote < 0 else self._html.find(">", quote, quote + _LONGEST_ATTRIBUTE)
        return closing if ending < 0 else ending


def _partners(tokens: list[_Token]) -> dict[int, int]:
    """For each opening tag that can hide its content, by position, where it is closed; unclosed ones have none."""
    partners: dict[int, int] = {}
    waiting: dict[str, list[int]] = {}
    for position, token in enumerate(tokens):
        if not token.name or token.name in _VOID:
            continue
        if not token.is_end:
            if not token.source.endswith("/>"):
                waiting.setdefault(token.name, []).append(position)
        elif waiting.get(token.name):
            partners[waiting[token.name].pop()] = position
    return partners
