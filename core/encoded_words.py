"""Encoded words (RFC 2047) where they should not stand: in Message-IDs, whole or split over several.

    =?utf-8?q?=3Cone=40acme?= =?utf-8?q?=2Eexample=3E?=  ──▶  <one@acme.example>

The standard library's reading takes the square of a field's length; this takes its length.
"""

import binascii
import re

_WORD = re.compile(r"=\?([\w.*-]{1,40})\?([qQbB])\?([^?\s]{0,4000})\?=(?:\s++(?==\?))?")


def without_encoded_words(text: str) -> str:
    """`text` with its encoded words read and joined; what cannot be read stays as it is."""
    return _WORD.sub(_read, text) if "=?" in text else text


def _read(word: re.Match[str]) -> str:
    charset, way, content = word.groups()
    try:
        if way in "bB":
            raw = binascii.a2b_base64(content + "=" * (-len(content) % 4))
        else:
            raw = binascii.a2b_qp(content.encode("ascii", "replace"), header=True)
        return raw.decode(charset.partition("*")[0], "replace")
    except (LookupError, ValueError):
        return word.group()
