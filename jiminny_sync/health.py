"""`/healthz`: the process answers. `/readyz`: what it stands on answers. `/metrics`: counts and lags, nobody's name.

The latter two are for monitoring alone. A check that fails is named and no more; why stands in the log.
"""

from collections.abc import Callable
from functools import wraps

import structlog
from celery import current_app
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from elasticsearch import Elasticsearch

from jiminny_sync.environment import is_loopback
from jiminny_sync.metrics import exposition, gather
from timeline.search.lag import index_lag

ANSWER_WITHIN_SECONDS = 2
NOT_MONITORING = "This page is for monitoring: send METRICS_TOKEN as 'Authorization: Bearer …'.\n"
_FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Forwarded", "Via")

log = structlog.get_logger(__name__)


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    return HttpResponse("ok\n", content_type="text/plain")


def for_monitoring(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Only who sends METRICS_TOKEN; without one set, only this machine, where nobody else can reach the product anyway.

    Where BASE_URL is public, a request from this machine may be the proxy's, whatever headers it brings or lacks: it
    proves nothing there.
    """

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if _may_monitor(request):
            return view(request)
        return HttpResponse(
            NOT_MONITORING, status=401, content_type="text/plain", headers={"WWW-Authenticate": "Bearer"}
        )

    return guarded


def _may_monitor(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return constant_time_compare(given, settings.METRICS_TOKEN)
    is_forwarded = any(name in request.headers for name in _FORWARDED)
    return settings.IS_LOCAL and not is_forwarded and is_loopback(request.META["REMOTE_ADDR"])


@require_safe
@never_cache
@for_monitoring
def readyz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - as above
    """200 where every service answers, else 503; which ones do not is said, and how far search is behind."""
    results = {name: answers(name) for name in _checks()}
    words = {name: "ok" if answers else "does not answer" for name, answers in results.items()}
    if "search" in results and results["database"]:
        words["search"] = "; ".join(filter(None, (words["search"], str(index_lag()))))
    return JsonResponse(words, status=200 if all(results.values()) else 503)


@require_safe
@never_cache
@for_monitoring
def metrics(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - as above
    """In Prometheus' text format 0.0.4."""
    return HttpResponse(exposition(gather(timezone.now())), content_type="text/plain; version=0.0.4; charset=utf-8")


def _checks() -> dict[str, Callable[[], None]]:
    checks = {"database": _ask_database, "broker": _ask_broker}
    return checks | ({"search": _ask_search} if settings.ELASTICSEARCH_URL else {})


def answers(name: str) -> bool:
    """Whether "database", "broker" or "search" answers within ANSWER_WITHIN_SECONDS."""
    try:
        _checks()[name]()
    except Exception as error:  # noqa: BLE001 - whatever keeps it from answering, it does not answer
        log.warning("readiness.failed", service=name, error=type(error).__name__)
        return False
    return True


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_broker() -> None:
    with current_app.connection_for_write(connect_timeout=ANSWER_WITHIN_SECONDS) as broker:
        broker.ensure_connection(max_retries=1, timeout=ANSWER_WITHIN_SECONDS)


def _ask_search() -> None:
    with Elasticsearch(settings.ELASTICSEARCH_URL, request_timeout=ANSWER_WITHIN_SECONDS, max_retries=0) as client:
        client.cluster.health(timeout=f"{ANSWER_WITHIN_SECONDS}s")
