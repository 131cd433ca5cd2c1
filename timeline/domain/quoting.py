"""What of a mail stands beside its author's words, and what of that is the words of the mail that it answers.

    text ──▶ beside new_text: quotes, signature, banners ──▶ known to the parent │ nobody else's

A parent's words are known by their rows of four: where a client wrapped its lines anew makes no difference, and each
word of a mail is looked at four times, however long the parent is.
"""

import re
from collections import Counter
from collections.abc import Sequence

_IN_A_ROW = 4
_WORD = re.compile(r"\w+")
_MARKS = "> ＞"


class ParentWords:
    """The words of a mail that is answered."""

    def __init__(self, text: str) -> None:
        words = _WORD.findall(text.casefold())
        self._rows = {tuple(words[at : at + _IN_A_ROW]) for at in range(len(words) - _IN_A_ROW + 1)}
        self._lines = Counter(tuple(_WORD.findall(line.casefold())) for line in text.split("\n"))

    def known(self, lines: Sequence[str]) -> list[bool]:
        """Which of `lines`, as they stand one below the other, are its words; a line without a word is.

        A short line that stands for itself is known as often as it stands in the parent: a second "Yes" is an answer.
        """
        words = [_WORD.findall(line.casefold()) for line in lines]
        left = Counter(self._lines)
        found = []
        for own, covered in zip(words, self._covered(words), strict=True):
            is_line = left[tuple(own)] > 0
            left[tuple(own)] -= 1
            found.append(is_line or covered)
        return found

    def _covered(self, words: Sequence[list[str]]) -> list[bool]:
        """Of each line, whether every word of it stands in a row of the parent's."""
        run = [word for line in words for word in line]
        is_covered = bytearray(len(run))
        for at in range(len(run) - _IN_A_ROW + 1):
            if tuple(run[at : at + _IN_A_ROW]) in self._rows:
                is_covered[at : at + _IN_A_ROW] = b"\1" * _IN_A_ROW
        found, at = [], 0
        for line in words:
            found.append(all(is_covered[at : at + len(line)]))
            at += len(line)
        return found


def beside(text: str, new_text: str) -> list[str]:
    """The lines of `text` that are not among the author's."""
    if text == new_text:
        return []
    own = Counter(line.strip() for line in new_text.split("\n"))
    folded = []
    for line in text.split("\n"):
        bare = line.strip()
        said = bare if own[bare] > 0 else bare.lstrip(_MARKS)
        if own[said] > 0:
            own[said] -= 1
        elif bare:
            folded.append(line)
    return folded


def split_quoted(text: str, new_text: str) -> str:
    """What of `text` stands beside `new_text`: the quoted mail, signature and banner, or all where they interleave.

    Empty where the mail quotes nothing.
    """
    whole, new = text.strip(), new_text.strip()
    if whole.startswith(new):
        return whole.removeprefix(new).strip()
    above, said, below = whole.partition(f"\n{new}")
    return f"{above.strip()}\n\n{below.strip()}".strip() if said and below[:1] in {"", "\n"} else whole
