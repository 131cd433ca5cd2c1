"""What may lie nowhere outside the mailboxes, and the search for it in the files of the product and its servers.

canaries     by the twelve hex digits that make each unique: found glued to other text, folded, or with the words
             around them compressed away
Message-IDs  of mail that nobody's mailbox brought in, and that no kept mail names as its parent
Graph's ids  of copies that were not brought in
"""

import re
from base64 import b64decode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_DIGITS = 12
_HEX = re.compile(rb"[0-9a-f]{%d,}" % _DIGITS)
_MESSAGE_ID = re.compile(rb"<[^<>\s]{3,900}>")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{24,}")
_GRAPH_ID = re.compile(rb"AAk[\w=-]{20,}")


@dataclass(frozen=True, slots=True)
class Forbidden:
    """The strings to look for: canaries by their digits, Message-IDs with brackets, Graph's ids (all of one length)."""

    canaries: dict[bytes, str]
    message_ids: frozenset[bytes]
    copy_ids: frozenset[bytes]

    def among(self, content: bytes) -> Iterator[str]:
        """What of it stands in `content`."""
        for digits in _windows(_HEX, content, _DIGITS):
            if digits in self.canaries:
                yield self.canaries[digits]
        yield from (found.decode() for found in _MESSAGE_ID.findall(content) if found in self.message_ids)
        length = len(next(iter(self.copy_ids), b""))
        yield from (found.decode() for found in _windows(_GRAPH_ID, content, length) if found in self.copy_ids)


def forbidden(
    canaries: Iterable[str], truth: dict[str, list[dict[str, Any]]], named_by_kept: Iterable[str]
) -> Forbidden:
    """What the tenant knows to be none of ours; `named_by_kept` are the parents that kept mails name."""
    copies = [item for items in truth.values() for item in items]
    brought_in = {item["internetMessageId"] for item in copies if item["import"]} | set(named_by_kept)
    ids = {item["internetMessageId"] for item in copies if item["internetMessageId"]} - brought_in
    return Forbidden(
        {canary.rpartition("-")[2].encode(): canary for canary in canaries},
        frozenset(each.encode() for each in ids),
        frozenset(item["id"].encode() for item in copies if not item["import"]),
    )


def found_in(files: Iterable[Path], what: Forbidden) -> set[tuple[str, str]]:
    """(file's name, string) for everything that should not be there."""
    return {(path.name, text) for path in files for text in what.among(_content(path))}


def files_below(folder: Path, without: frozenset[str] = frozenset()) -> list[Path]:
    """Every file of a tree, but for the files and folders of these names."""
    entries = [entry for entry in folder.iterdir() if entry.name not in without]
    below = [path for entry in entries if entry.is_dir() for path in files_below(entry, without)]
    return [*below, *(entry for entry in entries if entry.is_file())]


def _windows(pattern: re.Pattern[bytes], content: bytes, length: int) -> Iterator[bytes]:
    """Every stretch of `length` bytes within the matches: what stands beside one may be of the same alphabet."""
    for run in pattern.findall(content):
        yield from (run[start : start + length] for start in range(len(run) - length + 1))


def _content(path: Path) -> bytes:
    """The file's bytes, and once more in clear what is base64, as tasks are in a broker."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:  # a server merges and removes its files as it likes
        return b""
    encoded = (run[: len(run) // 4 * 4] for run in _BASE64.findall(content))
    return b"\n".join([content, *map(b64decode, encoded)])
