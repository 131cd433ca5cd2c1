"""A mail's body as plain text that a person enjoys reading.

    HTML ─▶ markup.washed: no scripts, hidden parts or pixels ─▶ html2text, tuned ──┐
    text ─▶ link targets and image names that Exchange's conversion leaves, out ────┴─▶ clean whitespace ─▶ cut

Everything here is one pass over the input, so that a hostile body costs what its length costs.
"""

import re
from dataclasses import dataclass

from html2text import HTML2Text

from mailsync.domain.markup import HIDDEN_FILLERS, STRUCTURAL, washed

MAX_TEXT_LENGTH = 100_000
"""Characters of a mail's text that are kept, some forty printed pages."""

_MAX_BODY_LENGTH = 1_000_000
_MAX_QUOTE_DEPTH = 5

_TIGHT = frozenset({"div", "dt", "dd", "center", "address"})
"""Blocks that begin a line and no paragraph."""

_BLOCKS = STRUCTURAL - {"br", "hr", "tr", "td", "th", "li", "blockquote", "pre"}
_LINK_TARGET = re.compile(r"(?<=[^\s<])<(?:https?://|mailto:|tel:)[^<>\s]{1,4000}>", re.IGNORECASE)
_IMAGE_NAME = re.compile(r"\[((?:cid:|https?://)[^\[\]\s]{1,2400})\](?:<[^<>\s]{1,4000}>)?")
_IMAGE_FILE = re.compile(r"\Acid:|\.(?:png|gif|jpe?g)", re.IGNORECASE)
_BRACKETED_EMOJI = re.compile(
    "\\[([\u2600-\u27bf\U0001f000-\U0001faff][\ufe0f\u200d\u2600-\u27bf\U0001f000-\U0001faff]{0,8})\\]"
)
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_HARD_SPACES = re.compile("(?m:^)\u00a0[ \u00a0]*|(?<![ \u00a0]) *\u00a0[ \u00a0]*")
_REMOVED = re.compile(
    f"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f{HIDDEN_FILLERS}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffc\ud800-\udfff]"
)
_CLEANED_ASCII = {
    code: "\n" if _LINE_ENDS.match(chr(code)) else ""
    for code in range(128)
    if (_LINE_ENDS.match(chr(code)) or _REMOVED.match(chr(code)))
}
"""What the two patterns make of a text that is ASCII, as most of a mail's is, in one pass."""
_JOINER = "\u200c"
_JOINERS = re.compile("\u200c+")
_QUOTE_MARK_ALONE = re.compile(r">[> ]*")
_CELL = "\t"


@dataclass(frozen=True, slots=True)
class BodyText:
    """Plain text, and whether some of it was left out for its length."""

    text: str
    is_cut: bool = False


def body_text(body: str, *, is_html: bool) -> BodyText:
    """`body` as plain text of at most MAX_TEXT_LENGTH characters."""
    is_cut = len(body) > _MAX_BODY_LENGTH
    body = body[:_MAX_BODY_LENGTH]
    if is_html:
        markup = washed(_without_half_a_tag(body) if is_cut else body)
        text = _rendered(markup.html)
        is_cut = is_cut or markup.is_cut
    else:
        text = _IMAGE_NAME.sub(_without_image, body) if "[" in body else body
        text = _LINK_TARGET.sub("", text) if "<" in text else text
        text = _BRACKETED_EMOJI.sub(r"\1", text) if "[" in text else text
    return _cut(clean(text), is_cut=is_cut)


def _without_half_a_tag(html: str) -> str:
    """A tag that the cut goes through would stand in the text."""
    opened = html.rfind("<")
    return html[:opened] if opened > html.rfind(">") else html


def clean(text: str) -> str:
    """Line ends, spaces and invisible characters made plain; one blank line at most; no blanks at line ends."""
    if text.isascii():
        text = text.replace("\r\n", "\n").translate(_CLEANED_ASCII)
    else:
        text = _REMOVED.sub("", _SPACES.sub(" ", _LINE_ENDS.sub("\n", text.replace("\r\n", "\n"))))
        text = _JOINERS.sub(_between_letters, text) if _JOINER in text else text
    lines: list[str] = []
    is_after_blank = True
    for line in text.split("\n"):
        bare = line.rstrip().replace(_CELL, "  ")
        if bare or not is_after_blank:
            lines.append(bare)
        is_after_blank = not bare
    return "\n".join(lines).strip("\n")


def _between_letters(joiners: re.Match[str]) -> str:
    """Joiners as they are between letters, as Persian has them; nothing beside blanks, where they only pad."""
    text, start, end = joiners.string, joiners.start(), joiners.end()
    stands_between = start > 0 and end < len(text) and not text[start - 1].isspace() and not text[end].isspace()
    return joiners.group() if stands_between else ""


def _without_image(name: re.Match[str]) -> str:
    """Nothing where brackets hold an image's name; a link in brackets stays as it is."""
    return "" if _IMAGE_FILE.search(name.group(1)) else name.group()


def _cut(text: str, *, is_cut: bool) -> BodyText:
    if len(text) <= MAX_TEXT_LENGTH:
        return BodyText(text, is_cut)
    kept = text[:MAX_TEXT_LENGTH]
    at_space = max(kept.rfind(" ", MAX_TEXT_LENGTH - 200), kept.rfind("\n", MAX_TEXT_LENGTH - 200))
    return BodyText((kept if at_space < 0 else kept[:at_space]).rstrip(), is_cut=True)


def _rendered(html: str) -> str:
    return _without_empty_quotes(_HARD_SPACES.sub(" ", _PlainText().handle(html)))


def _without_empty_quotes(text: str) -> str:
    """A quoted empty line becomes an empty one where quoting begins or ends, and one is enough in between."""
    lines = text.split("\n")
    kept: list[str] = []
    is_below_text = False
    for line in lines:
        bare = line.rstrip()
        is_mark_alone = _QUOTE_MARK_ALONE.fullmatch(bare) is not None
        if is_below_text or not kept or not is_mark_alone:
            kept.append(bare)
            is_below_text = bare.startswith(">") and not is_mark_alone
    return "\n".join(kept)


class _PlainText(HTML2Text):
    """html2text without Markdown: every tag is laid out here, no character is escaped, nothing is wrapped.

    Exchange and Word put a paragraph into each table cell; the first block of a cell therefore breaks no line.
    """

    def __init__(self) -> None:
        super().__init__(bodywidth=0)
        self.unicode_snob = True
        self.ignore_emphasis = self.ignore_images = self.ignore_links = True
        self.tag_callback = self._lay_out  # type: ignore[assignment]
        self._cells: list[bool] = []
        self._row_has_text = False
        self._lists: list[int] = []
        self._mark = ""
        self._is_after_cell = False
        self._is_preformatted = False
        self._depth = 0

    def handle_data(self, data: str, entity_char: bool = False) -> None:  # noqa: FBT001, FBT002 - html2text's signature
        """Text as it is; as an `entity_char` html2text escapes none of it."""
        if data.strip():
            if self._is_after_cell:
                self._is_after_cell = False
                if self._row_has_text and not self.p_p:
                    self.o(_CELL)
            self._row_has_text = True
            if self._cells:
                self._cells[-1] = True
            if self._mark:
                self.o(self._mark)
                self._mark, self.space = "", False
                data = data.lstrip()
        if self._is_preformatted and not entity_char:
            self._as_typed(data)
        else:
            super().handle_data(data, entity_char=True)

    def _as_typed(self, data: str) -> None:
        for number, line in enumerate(data.split("\n")):
            if number:
                self.p_p = min(self.p_p + 1, 2)
            if line.strip():
                self.o(line.rstrip("\r"))

    def _lay_out(self, _: HTML2Text, tag: str, __: dict[str, str | None], start: bool) -> bool:  # noqa: FBT001 - as above
        match tag:
            case "td" | "th":
                self._cell(start=start)
            case "tr":
                self._row()
            case "li":
                self._item(start=start)
            case "blockquote":
                self._quote(start=start)
            case "pre":
                self.p()
                self._is_preformatted = start
            case "br" | "hr":
                self._empty(tag, start=start)
            case _ if tag in _BLOCKS:
                self._block(tag, start=start)
        return True

    def _empty(self, tag: str, *, start: bool) -> None:
        if not start:
            return
        if tag == "hr":
            self.p()
            self.o("_" * 32)
            self.p()
        elif not self._cells or self._cells[-1]:
            self.p_p = min(self.p_p + 1, 2)

    def _block(self, tag: str, *, start: bool) -> None:
        if self._mark and start and tag not in ("ul", "ol"):
            return  # the mark of a list begins the line
        if tag in ("ul", "ol"):
            self._mark = ""
            if start:
                self._lists.append(0 if tag == "ol" else -1)
            elif self._lists:
                self._lists.pop()
            if len(self._lists) > int(start):
                self.pbr()
                return
        if self._cells and not self._cells[-1]:
            return
        if tag in _TIGHT or (tag == "p" and (self._cells or (self._lists and not start))):
            self.pbr()
        else:
            self.p()

    def _item(self, *, start: bool) -> None:
        self.pbr()
        self._mark = ""
        if start:
            mark = "-"
            if self._lists and self._lists[-1] >= 0:
                self._lists[-1] += 1
                mark = f"{self._lists[-1]}."
            self._mark = "  " * min(max(len(self._lists) - 1, 0), 4) + mark + " "

    def _quote(self, *, start: bool) -> None:
        self.p()
        self._depth = self._depth + 1 if start else max(self._depth - 1, 0)
        self.blockquote = min(self._depth, _MAX_QUOTE_DEPTH)

    def _cell(self, *, start: bool) -> None:
        if start:
            self._cells.append(False)
            self._is_after_cell = True
        elif self._cells:
            if self._cells.pop() and self._cells:
                self._cells[-1] = True
            if self.p_p == 1 and not self._cells:
                self.p_p = 0
        self.space = False

    def _row(self) -> None:
        self._row_has_text = False
        self._is_after_cell = False
        self.pbr()
