"""A process's lines to Microsoft: pooled TLS, verified, with timeouts, without the environment and without cookies.

MSAL ──▶ IdentityTransport ──▶ requests.Session ──▶ Entra    connect is retried; a token request never is
GraphClient ─────────────────▶ urllib3's pool ────▶ Graph    connect and a dropped idle connection are retried:
                                                             only GETs and $batch of GETs

A first sync asks Graph hundreds of times, and requests takes twice as long for an answer as the pool that it stands on.
"""

import os
import time
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any

import requests
import urllib3
from django.conf import settings
from requests.adapters import HTTPAdapter

from core.http.answers import read_whole
from core.http.errors import Misconfigured
from core.http.wire import POOL_SIZE, POOLS, pool_to, retries

IDENTITY_TIMEOUT = (5.0, 30.0)
"""Seconds to connect, and between two bytes of an answer."""

_DISCOVERY_LIFE_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class _Lines:
    identity: requests.Session
    graph: urllib3.HTTPConnectionPool


_lines: dict[tuple[int, str, str], _Lines] = {}
_lock = Lock()


def identity_session() -> requests.Session:
    """What MSAL sends through; raises Misconfigured where MICROSOFT_CA_BUNDLE names no file."""
    return _of_this_process().identity


def graph_pool() -> urllib3.HTTPConnectionPool:
    """Connections to Graph, and to nowhere else: a bearer token cannot leave for another host. Raises as above."""
    return _of_this_process().graph


def _of_this_process() -> _Lines:
    ca_bundle, graph_url = settings.MICROSOFT_CA_BUNDLE, settings.MICROSOFT_GRAPH_URL
    key = (os.getpid(), ca_bundle, graph_url)  # a forked worker must not share its parent's sockets
    with _lock:
        if key not in _lines:
            _check(ca_bundle)
            _lines.clear()
            _lines[key] = _Lines(_new_session(ca_bundle), pool_to(graph_url, ca_bundle=ca_bundle))
        return _lines[key]


def _check(ca_bundle: str) -> None:
    if ca_bundle and not Path(ca_bundle).is_file():
        raise Misconfigured(
            "CaBundleMissing",
            sentence="The file that MICROSOFT_CA_BUNDLE names does not exist.",
            next_step="The operator has to correct MICROSOFT_CA_BUNDLE and restart.",
        )


def _new_session(ca_bundle: str) -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # REQUESTS_CA_BUNDLE would silently override `verify`, a proxy would see the tokens
    session.verify = ca_bundle or True
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # one person's cookies never reach another's
    # a token request is never repeated: it may have used up its code
    session.mount(
        "https://", _BoundedAdapter(POOL_SIZE, POOL_SIZE, max_retries=retries(dropped=0))
    )  # a token request may have used up its code
    return session


class _BoundedAdapter(HTTPAdapter):
    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        super().init_poolmanager(*arguments, **named)
        self.poolmanager.pool_classes_by_scheme = POOLS


@dataclass(slots=True)
class IdentityTransport:
    """What MSAL sends its requests through; remembers how the last answer ended, which MSAL keeps to itself.

    An answer is read whole as it comes, within its bounds: raises what core.http.answers does.

    Discovery documents are kept for a day for the whole process, so that a new MSAL application costs no request.
    """

    session: requests.Session
    last_status: int = 0
    last_headers: dict[str, str] = field(default_factory=dict)

    def get(self, url: str, **arguments: Any) -> requests.Response:
        kept = _discovered.get((self.session.verify, url))
        if kept and kept[0] > time.monotonic() and not arguments.get("params"):
            return kept[1]
        response = self._send("GET", url, arguments)
        if response.status_code == requests.codes.ok and url.endswith("/.well-known/openid-configuration"):
            _discovered[(self.session.verify, url)] = (time.monotonic() + _DISCOVERY_LIFE_SECONDS, response)
        return response

    def post(self, url: str, **arguments: Any) -> requests.Response:
        return self._send("POST", url, arguments)

    def close(self) -> None:
        """The session outlives the application that borrowed it."""

    def _send(self, method: str, url: str, arguments: dict[str, Any]) -> requests.Response:
        response = self.session.request(
            method, url, timeout=IDENTITY_TIMEOUT, allow_redirects=False, stream=True, **_without_timeout(arguments)
        )
        response.raw = BytesIO(read_whole(response.raw))
        response.content  # noqa: B018 - read into the response, which threads may share
        self.last_status = response.status_code
        self.last_headers = {name.lower(): value for name, value in response.headers.items()}
        return response


_discovered: dict[tuple[Any, str], tuple[float, requests.Response]] = {}


def _without_timeout(arguments: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if name not in {"timeout", "allow_redirects"}}
