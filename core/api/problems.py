"""Errors in one shape throughout: application/problem+json (RFC 9457), with `errors` by field where there are any.

{"type": "about:blank", "title": "Bad Request", "status": 400, "detail": "…", "errors": {"kind": ["…"]}}
"""

from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework import exceptions
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

from core.api.errors import SecretUnreadable, TooLarge
from core.api.parsing import MAX_BODY_BYTES
from core.api.throttling import throttled_refusal
from core.encryption import UnreadableSecret

log = structlog.get_logger()

CONTENT_TYPE = "application/problem+json"
_OUR_FAULT = "Something went wrong on our side. It was logged; trying again later may help."


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER: the same exceptions answered, in the one shape."""
    error = _as_api_error(error, context.get("request"))
    response = exception_handler(error, context)
    if response is None:
        return None
    detail, errors = _sentences(response.data)
    response.data = problem(response.status_code, detail, errors)
    response.content_type = CONTENT_TYPE
    return response


def problem(status: int, detail: str, errors: dict[str, list[str]] | None = None) -> dict[str, Any]:
    """The body of an error."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
    }
    if errors:
        body["errors"] = errors
    return body


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: an endpoint answers with a problem, a page with a page; neither gives the error away."""
    if not request.path.startswith("/api/"):
        return defaults.server_error(request)
    return JsonResponse(problem(HTTPStatus.INTERNAL_SERVER_ERROR, _OUR_FAULT), status=500, content_type=CONTENT_TYPE)


class NothingHere(APIView):
    """/api/v1/ itself, and every address below it that is no resource."""

    permission_classes = (AllowAny,)
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        hint = "" if request.path.endswith("/") else " Addresses end with a slash."
        raise exceptions.NotFound(f"There is nothing at {request.path}.{hint}")


def _as_api_error(error: Exception, request: Request | None) -> Exception:
    """The error as the framework has it, with a sentence; a stranger's is 429 where they have become too many."""
    if isinstance(error, UnreadableSecret):
        log.error("unreadable_secret", what=str(error))
        error = SecretUnreadable()
    if isinstance(error, RequestDataTooBig):
        error = TooLarge(f"The body is longer than {MAX_BODY_BYTES} bytes.")
    if isinstance(error, DjangoValidationError):
        error = exceptions.ValidationError(detail=_django_detail(error))
    if not isinstance(error, exceptions.Throttled):
        error = throttled_refusal(request) or error
    if isinstance(error, exceptions.Throttled):
        wait = getattr(error, "wait", "a few")
        error.detail = exceptions.ErrorDetail(f"Too many requests came within a minute. Try again in {wait} seconds.")
    return error


def _django_detail(error: DjangoValidationError) -> Any:
    return error.message_dict if hasattr(error, "error_dict") else error.messages


def _sentences(data: Any) -> tuple[str, dict[str, list[str]]]:
    if isinstance(data, dict) and set(data) <= {"detail", "code", "messages"} and "detail" in data:
        return str(data["detail"]), {}
    errors = _flat(data)
    if list(errors) == [""]:
        return " ".join(errors[""]), {}
    return " ".join(f"{name}: {' '.join(said)}" if name else " ".join(said) for name, said in errors.items()), errors


def _flat(data: Any, name: str = "") -> dict[str, list[str]]:
    """Nested serializer errors by dotted path: participants.0.address."""
    if isinstance(data, dict):
        items = [("" if key == "non_field_errors" else str(key), value) for key, value in data.items()]
    elif isinstance(data, list) and any(isinstance(item, dict | list) for item in data):
        items = [(str(index), value) for index, value in enumerate(data) if value]
    else:
        return {name: [str(item) for item in data] if isinstance(data, list) else [str(data)]}
    flat: dict[str, list[str]] = {}
    for key, value in items:
        for path, said in _flat(value, ".".join(part for part in (name, key) if part)).items():
            flat.setdefault(path, []).extend(said)
    return flat
