"""What an element's own attributes say of whether a reader sees its text, and its line ends (CSS 2.2: 6.4, 11.1, 11.2).

attributes ─▶ declarations, the last of each property, an `!important` one before others ─▶ Look, from the parent's

What hides a subtree cannot be undone inside it; visibility and font size are inherited until an element sets its own.
Style sheets are not read: mail systems take them out, and mail that counts on them says the same on the element.
"""

import re
from dataclasses import dataclass, replace
from html import unescape

from core.remembering import remembered

LONGEST_STYLE = 4_000

_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+)))?""")
_TAG_NAME = re.compile(r"<[^\s/>]+")
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_LENGTH = re.compile(r"[+-]?(\d{0,9}(?:\.\d{0,9})?)([a-z%]{0,6})\Z")
_FONT_SIZE = re.compile(r"(?:\A|\s)([\d.]+(?:[a-z%]{1,6})?)(?=[\s/]|\Z)")
_IMPORTANT = "important"
_TELLING = ("style", "hidden", "size")
_RELATIVE = frozenset({"em", "ex", "ch", "%", "larger", "smaller", "inherit", "unset"})
_KEEPING = frozenset({"pre", "pre-wrap", "pre-line", "break-spaces", "preserve", "preserve-breaks"})
_CUTTING = frozenset({"hidden", "clip"})


@dataclass(frozen=True, slots=True)
class Look:
    """How text is shown at a place; `is_gone` with everything inside, whatever that says of itself."""

    is_gone: bool = False
    is_tiny: bool = False
    is_invisible: bool = False
    keeps_lines: bool = False

    @property
    def is_seen(self) -> bool:
        return not (self.is_gone or self.is_tiny or self.is_invisible)

    def seen_like(self, other: "Look") -> "Look":
        """This one, shown where the other is."""
        return replace(
            self,
            is_tiny=self.is_tiny and other.is_tiny,
            is_invisible=self.is_invisible and other.is_invisible,
            keeps_lines=other.keeps_lines,
        )


def look_of(name: str, tag: str, around: Look) -> Look:
    """How the text in an element is shown; `name` and `tag` are its name and its opening tag, `around` the parent's."""
    if len(tag) <= len(name) + len("<>"):
        return around
    said, telling = _read(tag)
    if not telling:
        return around
    look = around
    if name == "font" and "size" in telling:
        look = replace(look, is_tiny=False)
    if not said:
        return replace(look, is_gone="hidden" in telling)
    return replace(
        look,
        is_gone=_is_gone(said, is_hidden="hidden" in telling),
        is_tiny=_is_tiny(said, is_tiny=look.is_tiny),
        is_invisible=_inherited(said.get("visibility"), {"hidden", "collapse"}, around=around.is_invisible),
        keeps_lines=_inherited(
            said.get("white-space", said.get("white-space-collapse")), _KEEPING, around=around.keeps_lines
        ),
    )


@remembered(512)
def _read(tag: str) -> tuple[dict[str, str], frozenset[str]]:
    """What a tag's style sets, and which of the attributes that tell it has; a mail repeats the same tags."""
    lowered = tag.lower()
    if not any(telling in lowered for telling in _TELLING):
        return {}, frozenset()
    attributes = _attributes(tag)
    return _declarations(attributes.get("style", "")), frozenset(attributes).intersection(_TELLING)


def _attributes(tag: str) -> dict[str, str]:
    """The attributes of an opening tag by name in small letters; of two with one name the first (HTML 13.2.5.33)."""
    named = _TAG_NAME.match(tag)
    found: dict[str, str] = {}
    for each in _ATTRIBUTE.finditer(tag, named.end() if named else 0):
        value = each[2] or each[3] or each[4] or ""
        found.setdefault(each[1].lower(), unescape(value[:LONGEST_STYLE]) if "&" in value else value[:LONGEST_STYLE])
    return found


def _declarations(style: str) -> dict[str, str]:
    """What a style sets each property to, in small letters."""
    said: dict[str, str] = {}
    important: set[str] = set()
    for declaration in _COMMENT.sub(" ", style).lower().split(";"):
        name, colon, value = declaration.partition(":")
        name, value = name.strip(), value.strip()
        if not colon or not value:
            continue
        bare = value.removesuffix(_IMPORTANT).rstrip()
        is_important = bare.endswith("!") and bare != value
        if name in important and not is_important:
            continue
        if is_important:
            important.add(name)
            value = bare[:-1].rstrip()
        if name == "font":
            size = _FONT_SIZE.search(value)
            name, value = "font-size", size[1] if size else "medium"
        said[name] = value
    return said


def _is_gone(said: dict[str, str], *, is_hidden: bool) -> bool:
    if said.get("display", "none" if is_hidden else "") == "none" or said.get("mso-hide") == "all":
        return True
    if _is_zero(said.get("opacity", "")):
        return True
    is_cut = any(said.get(name, "").split(" ", 1)[0] in _CUTTING for name in ("overflow", "overflow-y", "overflow-x"))
    return is_cut and any(_is_zero(said.get(name, "")) for name in ("max-height", "height"))


def _is_tiny(said: dict[str, str], *, is_tiny: bool) -> bool:
    size = said.get("font-size", "inherit")
    length = _LENGTH.match(size)
    if length and length[1].strip("."):
        return True if not float(length[1]) else is_tiny and length[2] in _RELATIVE
    return is_tiny and size in _RELATIVE


def _is_zero(value: str) -> bool:
    length = _LENGTH.match(value)
    return bool(length and length[1].strip(".") and not float(length[1]) and length[2] != "%")


def _inherited(value: str | None, wanted: frozenset[str] | set[str], *, around: bool) -> bool:
    return around if value is None or value in {"inherit", "unset"} else value in wanted
