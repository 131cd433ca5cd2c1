"""How much of another server's answer is read, and for how long: one bound for Microsoft and every CRM.

    socket ──▶ _Raw ──────────────▶ http.client ──▶ urllib3 ──▶ read_whole ──▶ bytes
               bytes on the line,   status line,    decoder     bytes after
               seconds in all       headers, chunks             decompression

Urllib3's own timeout is of the pause between two bytes, so a byte a second never ends; and a kilobyte of gzip unpacks
into a megabyte. What goes over a bound is an error of urllib3's tree and closes the connection.
"""

import http.client
import io
import socket
import time
from typing import Any, ClassVar

import urllib3
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import HTTPError

MOST_ANSWER_BYTES = 16 * 1024 * 1024
"""Of one answer, headers included, as it comes over the line; and of its body after decompression."""

MOST_ANSWER_SECONDS = 120.0
"""From the request to the last byte of its answer."""

_ASKED_ENCODINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
_PIECE = 64 * 1024


class AnswerTooLarge(HTTPError):
    """The answer is longer than is read."""


class AnswerTooSlow(HTTPError):
    """The answer was not there in time, however steadily it came."""


class UnaskedEncoding(HTTPError):
    """The answer is packed in a way that was not asked for, or in several layers."""


def read_whole(response: urllib3.BaseHTTPResponse) -> bytes:
    """The body of an answer that was asked for with `preload_content=False`, unpacked.

    Raises AnswerTooLarge, AnswerTooSlow, UnaskedEncoding, and what urllib3 raises on a line that breaks off.
    """
    if response.headers.get("content-encoding", "").strip().lower() not in _ASKED_ENCODINGS:
        response.close()
        raise UnaskedEncoding(response.headers["content-encoding"][:40])
    pieces, size = [], 0
    while piece := response.read(_PIECE, decode_content=True):
        size += len(piece)
        if size > MOST_ANSWER_BYTES:
            response.close()
            raise AnswerTooLarge(f"more than {MOST_ANSWER_BYTES} bytes")
        pieces.append(piece)
    response.release_conn()
    return b"".join(pieces)


class _Raw(io.RawIOBase):
    """A connection's bytes, counted and timed: under everything that http.client reads, endless headers and all."""

    def __init__(self, raw: io.RawIOBase, line: socket.socket, most_bytes: int, seconds: float) -> None:
        super().__init__()
        self._raw, self._line, self._left = raw, line, most_bytes
        self._pause, self._ends_at = line.gettimeout(), time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        seconds = self._ends_at - time.monotonic()
        if self._left <= 0:
            raise AnswerTooLarge
        if seconds <= 0:
            raise AnswerTooSlow
        self._line.settimeout(seconds if self._pause is None else min(seconds, self._pause))
        count = self._raw.readinto(buffer)
        self._left -= count or 0
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _BoundedResponse(http.client.HTTPResponse):
    most_bytes: ClassVar[int] = MOST_ANSWER_BYTES
    seconds: ClassVar[float] = MOST_ANSWER_SECONDS

    def __init__(self, sock: socket.socket, *arguments: Any, **named: Any) -> None:
        super().__init__(sock, *arguments, **named)
        raw = _Raw(self.fp.detach(), sock, self.most_bytes, self.seconds)
        self.fp = io.BufferedReader(raw)


class _BoundedConnection(HTTPSConnection):
    response_class = _BoundedResponse


class BoundedPool(urllib3.HTTPSConnectionPool):
    """Connections whose answers end at MOST_ANSWER_BYTES and after MOST_ANSWER_SECONDS, headers included."""

    ConnectionCls = _BoundedConnection
