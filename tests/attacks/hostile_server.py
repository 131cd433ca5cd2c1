"""A server behind TLS that answers as it likes: bytes, in whatever pieces and for as long as the client listens."""

import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import trustme

Answer = Callable[[bytes], Iterable[bytes]]
"""The request as it came → the pieces that are sent back."""

HOST = "localhost"


class HostileServer:
    """Each connection gets one answer; `heard` counts the requests."""

    def __init__(self, answer: Answer, certificate: trustme.LeafCert) -> None:
        self.answer, self.heard = answer, 0
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(self._tls)
        self._door = socket.create_server(("127.0.0.1", 0))
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._listen, daemon=True)]

    @property
    def address(self) -> str:
        return f"https://{HOST}:{self._door.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._door.close()

    def _listen(self) -> None:
        while not self._ended.is_set():
            try:
                line, _ = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        try:
            with self._tls.wrap_socket(line, server_side=True) as safe:
                asked = b""
                while _is_unfinished(asked) and (more := safe.recv(65_536)):
                    asked += more
                self.heard += 1
                for piece in self.answer(asked):
                    if self._ended.is_set():
                        return
                    safe.sendall(piece)
        except OSError:
            pass  # the client had enough


def _is_unfinished(asked: bytes) -> bool:
    head, end, body = asked.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)^content-length: *(\d+)", head, re.MULTILINE)
    return not end or len(body) < int(length.group(1) if length else 0)


@contextmanager
def hostile_server(answer: Answer, folder: Path) -> Iterator[tuple[HostileServer, str]]:
    """The server, and the file of the authority that vouches for it."""
    authority = trustme.CA()
    bundle = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    with HostileServer(answer, authority.issue_cert(HOST)) as server:
        yield server, str(bundle)
