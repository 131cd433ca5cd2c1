"""Nobody who answers us, or writes to us, decides how much is read, kept or shown at once."""

import gzip
import itertools
import json
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from django.conf import settings

from accounts.microsoft import session
from accounts.microsoft.identity import Identity
from core.http import answers
from core.http.answers import MOST_ANSWER_BYTES
from core.http.errors import ItemUnreadable, OutsideError, Unavailable
from mailsync.graph.client import GraphClient
from mailsync.models import SyncRun
from mailsync.sync import fetching
from tests.attacks.hostile_server import hostile_server

MEGABYTE = 1024 * 1024
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"


def packed(encoding: str, body: bytes) -> Callable[[bytes], Iterable[bytes]]:
    return lambda _: [HEAD, f"Content-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n".encode(), body]


def endlessly(head: bytes, piece: bytes) -> Callable[[bytes], Iterable[bytes]]:
    return lambda _: itertools.chain([head], itertools.repeat(piece))


def dripping(head: bytes, drop: bytes) -> Callable[[bytes], Iterable[bytes]]:
    """Far more often than any timeout between two bytes, and far longer than a request may take."""

    def answer(_: bytes) -> Iterator[bytes]:
        yield head
        for _drop in range(100):
            time.sleep(0.05)
            yield drop

    return answer


def deflated(body: bytes) -> bytes:
    raw = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return raw.compress(body) + raw.flush()


LARGE = b'{"value": "' + b"0" * (4 * MOST_ANSWER_BYTES) + b'"}'
BOMB = gzip.compress(LARGE)
LONG_FIELD = b"a: " + b"0" * 60_000 + b"\r\n"
CHUNK = b"10000\r\n" + b"0" * 0x10000 + b"\r\n"
TOO_LARGE = {
    "gzip": packed("gzip", BOMB),
    "x-gzip": packed("x-gzip", BOMB),
    "zlib": packed("deflate", zlib.compress(LARGE)),
    "raw deflate": packed("deflate", deflated(LARGE)),
    "gzip of many members": packed("gzip", gzip.compress(b"0" * MEGABYTE) * 64),
    "not packed at all": packed("identity", LARGE),
    "endless chunks": endlessly(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", CHUNK),
    "an endless body": endlessly(HEAD + b"\r\n", b"0" * 0x10000),
    "endless trailers": endlessly(HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", LONG_FIELD),
    "endless interim answers": endlessly(
        b"", b"HTTP/1.1 100 Continue\r\n" + (b"a: " + b"0" * 60_000 + b"\r\n") * 90 + b"\r\n"
    ),
}
PACKED_OTHERWISE = {
    "gzip in gzip": packed("gzip, gzip", gzip.compress(BOMB)),
    "brotli": packed("br", b"\x8b" * 100),
    "zstd": packed("zstd", b"\x28\xb5\x2f\xfd"),
}
UNREADABLE_HEAD = {
    "a header line without an end": endlessly(HEAD + b"a: ", b"0" * 0x10000),
    "more headers than are read": lambda _: [HEAD + b"a: b\r\n" * 10_000 + b"\r\n{}"],
}
TOO_SLOW = {
    "a body a byte at a time": dripping(HEAD + b"\r\n", b" "),
    "a head a byte at a time": dripping(b"HTTP/1.1 200 OK\r\na: ", b"0"),
    "a status line a byte at a time": dripping(b"HTTP/1.1 200 ", b"O"),
    "chunks of a byte": dripping(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n0\r\n"),
    "interim answers": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}


@pytest.fixture
def ask(request, settings, tmp_path, monkeypatch) -> Iterator[Callable[[Any], OutsideError]]:
    """Ask a hostile server as `request.param` says, and give the error that comes of it."""
    monkeypatch.setattr(session, "_lines", {})
    monkeypatch.setattr(session, "_discovered", {})
    settings.MICROSOFT_CLIENT_ID = "client"

    def asked(answer: Any) -> OutsideError:
        with hostile_server(answer, tmp_path) as (server, bundle):
            settings.MICROSOFT_CA_BUNDLE = bundle
            settings.MICROSOFT_GRAPH_URL = f"{server.address}/v1.0"
            settings.MICROSOFT_AUTHORITY = server.address
            with pytest.raises(OutsideError) as raised:
                _ASKING[request.param]()
        return raised.value

    yield asked
    session._lines.clear()


def _ask_graph() -> object:
    return GraphClient(settings.MICROSOFT_GRAPH_URL, lambda _: "token", session.graph_pool()).me()


_ASKING: dict[str, Callable[[], object]] = {"graph": _ask_graph, "sign-in": Identity}
everybody = pytest.mark.parametrize("ask", _ASKING, indirect=True)


@everybody
@pytest.mark.parametrize("kind", TOO_LARGE)
def test_an_answer_is_read_up_to_its_bound_however_it_is_packed_and_cut(ask, kind):
    tracemalloc.start()
    try:
        error = ask(TOO_LARGE[kind])
        _, most_memory = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert isinstance(error, Unavailable)
    assert error.code == "AnswerTooLarge"
    assert most_memory < 2 * MOST_ANSWER_BYTES


@everybody
@pytest.mark.parametrize("kind", PACKED_OTHERWISE)
def test_an_answer_in_a_packing_that_was_not_asked_for_is_not_unpacked(ask, kind):
    assert ask(PACKED_OTHERWISE[kind]).code == "UnaskedEncoding"


@everybody
@pytest.mark.parametrize("kind", UNREADABLE_HEAD)
def test_a_head_without_end_ends_the_request(ask, kind):
    assert isinstance(ask(UNREADABLE_HEAD[kind]), Unavailable)


@everybody
@pytest.mark.parametrize("kind", TOO_SLOW)
def test_an_answer_ends_in_time_however_steadily_it_drips(ask, kind, monkeypatch):
    monkeypatch.setattr(answers._BoundedResponse, "seconds", 0.5)

    error = ask(TOO_SLOW[kind])

    assert isinstance(error, Unavailable)
    assert error.code in {"AnswerTooSlow", "ReadTimeoutError", "ConnectionError"}


A_LARGE_MAIL = "large"


def a_batch(asked: bytes, size: int) -> Iterable[bytes]:
    """Graph's answer to a `$batch` of bodies, in which the mail A_LARGE_MAIL has so many bytes."""
    requests = json.loads(asked.partition(b"\r\n\r\n")[2])["requests"]
    texts = {each["id"]: "0" * (size if f"/{A_LARGE_MAIL}?" in each["url"] else 10) for each in requests}
    body = {"responses": [{"id": key, "status": 200, "body": _mail(key, text)} for key, text in texts.items()]}
    return [HEAD, b"\r\n", json.dumps(body).encode()]


def _mail(key: str, text: str) -> dict[str, object]:
    return {"id": key, "body": {"contentType": "text", "content": text}}


@pytest.mark.parametrize("position", [0, 7, 19])
def test_one_mail_that_is_larger_than_is_read_keeps_no_other_of_its_batch_away(position, tmp_path, settings):
    ids = [f"mail-{number}" for number in range(19)]
    ids.insert(position, A_LARGE_MAIL)
    with hostile_server(lambda asked: a_batch(asked, MOST_ANSWER_BYTES), tmp_path) as (server, bundle):
        settings.MICROSOFT_CA_BUNDLE, settings.MICROSOFT_GRAPH_URL = bundle, f"{server.address}/v1.0"
        client = GraphClient(settings.MICROSOFT_GRAPH_URL, lambda _: "token", session.graph_pool())
        found = client.fetch_bodies(ids)

    assert isinstance(found.pop(A_LARGE_MAIL), ItemUnreadable)
    assert {key: answer.body for key, answer in found.items()} == dict.fromkeys(set(ids) - {A_LARGE_MAIL}, "0" * 10)


@pytest.mark.parametrize("most", [400_000, 40_000])
def test_a_mail_that_is_larger_than_is_read_is_counted_as_failed_and_its_mailbox_goes_on(world, monkeypatch, most):
    monkeypatch.setattr(fetching, "_PAUSE_SECONDS", 0.0)
    assert world.sync().is_in_sync
    world.deliver(subject="Renewal", text="0" * 500_000)
    for number in range(3):
        world.deliver(subject=f"After it {number}", text="Hello")
    monkeypatch.setattr(answers, "MOST_ANSWER_BYTES", most)

    assert world.sync().is_in_sync

    run = SyncRun.objects.filter(mailbox=world.mailbox).latest("started_at")
    assert (run.kept, run.failed) == (3, 1)


def test_a_page_of_envelopes_that_is_larger_than_is_read_is_asked_for_in_smaller_pages(world, monkeypatch):
    monkeypatch.setattr(answers, "MOST_ANSWER_BYTES", 30_000)

    assert world.sync().is_in_sync
    assert world.is_exact()
