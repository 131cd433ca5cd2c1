"""The line to one outside system: pooled TLS, verified, one request at a time, its answer read whole and within bounds.

    request ──▶ pool ──▶ the system ──▶ status, headers, bytes up to a size and within a time ──▶ JSON ──▶ Reply
                            └── dropped, too slow, too large, cut short ──▶ Unavailable; untrusted ──▶ Misconfigured

A Reply is no success by itself: which status and code mean which error is each system's own. Redirects are never
followed: a bearer token must not travel to an address that nobody configured.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import certifi
import orjson
import urllib3
from urllib3.util.retry import Retry

from core.http.answers import BoundedPool, read_whole
from core.http.errors import Misconfigured, Unavailable

TIMEOUT = urllib3.Timeout(connect=5.0, read=60.0)
"""Seconds to connect, and between two bytes of an answer."""

POOL_SIZE = 10
POOLS: dict[str, type] = {"https": BoundedPool}
"""What connects, by scheme: nothing is sent in the clear."""

_UNTRUSTED = "CERTIFICATE_VERIFY_FAILED"
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class Reply:
    """A status, headers with lower-case names and the parsed body (None where there is none or it is not JSON)."""

    status: int
    headers: Mapping[str, str]
    body: Any = None

    @property
    def is_success(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


def pool_to(url: str, *, ca_bundle: str = "") -> urllib3.HTTPConnectionPool:
    """Connections to the host of `url`, and to nowhere else; `ca_bundle` is the file of a private authority.

    A request is sent again, once, where the connection ended without an answer, a POST too: what goes through here
    either changes nothing over there or does no harm twice (a `$batch` of GETs; a subscription that expires unheard).
    """
    manager = urllib3.PoolManager(maxsize=POOL_SIZE, retries=retries(dropped=1), ca_certs=ca_bundle or certifi.where())
    manager.pool_classes_by_scheme = POOLS
    return manager.connection_from_url(url)


def retries(*, dropped: int) -> Retry:
    """Repeat a connection that could not be made, and `dropped` times one that ended without an answer.

    An answer is never repeated, whatever its status: how long to wait is for the caller to decide.
    """
    return Retry(
        total=2,
        connect=2,
        read=dropped,
        redirect=0,
        status=0,
        other=0,
        allowed_methods={"GET", "POST"} if dropped else None,
        backoff_factor=0.2,
        respect_retry_after_header=False,
    )


def send(
    pool: urllib3.HTTPConnectionPool,
    method: str,
    path: str,
    *,
    headers: Mapping[str, str],
    body: bytes | None = None,
    timeout: urllib3.Timeout = TIMEOUT,
) -> Reply:
    """What the system answers, whatever its status; raises Unavailable where nothing whole came, else Misconfigured."""
    try:
        response = pool.urlopen(
            method,
            path,
            body=body,
            headers={"Accept": "application/json", "Accept-Encoding": "gzip, deflate", **headers},
            timeout=timeout,
            redirect=False,
            preload_content=False,  # an answer that breaks off is not asked for again behind the caller's back
        )
        content = read_whole(response)
    except urllib3.exceptions.HTTPError as error:
        raise _trouble(error) from error
    return Reply(response.status, response.headers, parse_json(content))


def parse_json(content: bytes) -> Any:
    """The parsed body, None where it is empty, cut short or not JSON."""
    try:
        return orjson.loads(content)
    except ValueError:  # more than the standard library refuses
        return _parse_leniently(content)


def _trouble(error: urllib3.exceptions.HTTPError) -> Misconfigured | Unavailable:
    """What went wrong on the line, as an error of the tree."""
    reason = error.reason if isinstance(error, urllib3.exceptions.MaxRetryError) else error
    if not isinstance(reason, urllib3.exceptions.SSLError):
        return Unavailable(type(reason).__name__)
    return Misconfigured("CertificateNotTrusted") if _UNTRUSTED in str(reason) else Unavailable("TlsError")


def _parse_leniently(content: bytes) -> Any:
    """The same for what orjson is too strict for.

    Half a surrogate pair, which JSON can spell and no database can store, becomes U+FFFD: whoever sends one in a
    subject would stop the mailbox.
    """
    try:
        parsed = json.loads(content)
        if _SURROGATE.search(content):
            parsed = json.loads(_without_halves(json.dumps(parsed, ensure_ascii=False)))
    except (ValueError, RecursionError):
        return None
    return parsed


def _without_halves(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
