"""How often one may call: by the minute, counted in the cache that all web processes share.

    a token ─ a signed-in person ─ a network address          one count each, in a window of a minute
    over the limit ──▶ 429, Retry-After: the rest of the minute

A cache that fails opens no door and closes none: each process goes on counting by itself, the log has an error, and
after a while the cache is asked again (docs/decisions/0081).
"""

import time
from typing import TYPE_CHECKING, Any

import structlog
from django.conf import settings
from django.core.cache import BaseCache, caches
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from core.web.client_address import client_place

if TYPE_CHECKING:
    from rest_framework.views import APIView  # imports this module, as the settings name it

log = structlog.get_logger()

WINDOW = 60
"""Seconds."""

_LEFT_ALONE = 10.0
"""Seconds for which a cache that failed is not asked: each request would wait for it."""

_ATTEMPTS = 3
_failed_at: list[float] = []


class PerCaller(BaseThrottle):
    """The throttle of every endpoint."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        user, token = request.user, request.auth
        if token is not None:
            return _is_within(f"token {token.pk}", settings.API_REQUESTS_PER_MINUTE)
        if user and user.is_authenticated:
            return _is_within(f"user {user.pk}", settings.API_REQUESTS_PER_MINUTE)
        return _is_within(_place(request), settings.API_ANONYMOUS_REQUESTS_PER_MINUTE)

    def wait(self) -> float:
        return seconds_left()


def throttled_refusal(request: Any) -> Throttled | None:
    """What answers instead of a refusal where a stranger's refusals from one place have become too many.

    The framework refuses strangers before it asks a throttle.
    """
    user = vars(request).get("_user") if isinstance(request, Request) else None
    if request is None or (user and user.is_authenticated):
        return None
    is_within = _is_within(_place(request), settings.API_ANONYMOUS_REQUESTS_PER_MINUTE)
    return None if is_within else Throttled(wait=seconds_left())


def seconds_left() -> int:
    """Until the window ends: 1 to 60."""
    return WINDOW - int(time.time()) % WINDOW


def _is_within(caller: str, limit: int) -> bool:
    """Count a call of `caller`. Who it is stands in the cache as a keyed hash."""
    who = salted_hmac("api calls", caller, algorithm="sha256").hexdigest()
    key = f"{who}:{int(time.time()) // WINDOW}"
    return _counted(key) <= limit


def _counted(key: str) -> int:
    if not _failed_at or time.monotonic() - _failed_at[0] > _LEFT_ALONE:
        try:
            number = _incremented(caches["default"], key)
        except Exception as error:  # noqa: BLE001 - whatever a cache raises, calls go on being counted
            _failed_at[:] = [time.monotonic()]
            log.error("cache_failed", error=type(error).__name__, message=str(error))  # noqa: TRY400 - no defect
        else:
            _failed_at.clear()
            return number
    return _incremented(caches["process"], key)


def _incremented(cache: BaseCache, key: str) -> int:
    for _ in range(_ATTEMPTS):
        try:
            return cache.incr(key)
        except ValueError:
            if cache.add(key, 1, timeout=2 * WINDOW):
                return 1
    raise RuntimeError("The cache keeps nothing that it is given.")


def _place(request: HttpRequest | Request) -> str:
    plain = request._request if isinstance(request, Request) else request  # noqa: SLF001 - the documented way down
    return f"place {client_place(plain)}"
