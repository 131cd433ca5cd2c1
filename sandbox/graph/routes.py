"""Which path leads where. Literal segments ignore case, ids keep it; `('id')` and `/id` are one."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.graph import errors
from sandbox.graph.calendar import calendar_view
from sandbox.graph.delta import Generations, delta
from sandbox.graph.exchange import GraphRequest, GraphResponse
from sandbox.graph.folder_views import find_folder, folder_delta, list_folders, show_folder
from sandbox.graph.listing import list_folder_messages, list_messages
from sandbox.graph.messages import list_attachments, show_message, show_mime
from sandbox.graph.profile import show_me
from sandbox.graph.translate import translate_ids
from sandbox.tenant import Tenant
from sandbox.vocabulary import WellKnown

_FOLDER = r"/mailfolders(?:/(?P<folder>[^/()]+)|\('(?P<folder_q>[^']+)'\))"
_MESSAGE = r"/messages(?:/(?P<message>[^/()]+)|\('(?P<message_q>[^']+)'\))"
_MAIL = "Mail.Read"


@dataclass(frozen=True, slots=True)
class Route:
    """`scopes`: any one of them opens the way."""

    pattern: re.Pattern[str]
    scopes: frozenset[str]
    answer: Callable[[Tenant, Generations, GraphRequest, re.Match[str]], GraphResponse]
    method: str = "GET"


def _folder(match: re.Match[str]) -> str:

    return str(match["folder"] or match["folder_q"])


def _message(match: re.Match[str]) -> str:
    return str(match["message"] or match["message_q"])


def _route(
    pattern: str,
    answer: Callable[[Tenant, Generations, GraphRequest, re.Match[str]], GraphResponse],
    *scopes: str,
    method: str = "GET",
) -> Route:
    return Route(re.compile(f"^/me{pattern}$", re.IGNORECASE), frozenset(scopes or (_MAIL,)), answer, method)


def _delta_refused(
    tenant: Tenant, generations: Generations, request: GraphRequest, match: re.Match[str]
) -> GraphResponse:
    del tenant, generations, request, match
    text = "Unsupported request: Change tracking is not supported against 'microsoft.graph.message'."
    raise errors.bad_request(text)


ROUTES = (
    _route("", lambda tenant, _, request, __: show_me(tenant, request), "User.Read"),
    _route(
        "/mailfolders",
        lambda tenant, _, request, __: list_folders(tenant, request, find_folder(request, WellKnown.ROOT)),
    ),
    _route("/mailfolders/delta(?:\\(\\))?", lambda tenant, _, request, __: folder_delta(tenant, request)),
    _route(_FOLDER, lambda _, __, request, match: show_folder(request, find_folder(request, _folder(match)))),
    _route(
        _FOLDER + "/childfolders",
        lambda tenant, _, request, match: list_folders(tenant, request, find_folder(request, _folder(match))),
    ),
    _route(
        _FOLDER + "/messages/delta(?:\\(\\))?",
        lambda tenant, gens, request, match: delta(tenant, gens, request, find_folder(request, _folder(match))),
    ),
    _route(
        _FOLDER + "/messages",
        lambda tenant, _, request, match: list_folder_messages(tenant, request, find_folder(request, _folder(match))),
    ),
    _route(_FOLDER + _MESSAGE, lambda tenant, _, request, match: show_message(tenant, request, _message(match))),
    _route("/messages", lambda tenant, _, request, __: list_messages(tenant, request)),
    _route("/messages/delta(?:\\(\\))?", _delta_refused),
    _route(_MESSAGE, lambda tenant, _, request, match: show_message(tenant, request, _message(match))),
    _route(_MESSAGE + r"/\$value", lambda _, __, request, match: show_mime(request, _message(match))),
    _route(_MESSAGE + "/attachments", lambda _, __, request, match: list_attachments(request, _message(match))),
    _route(
        "/calendarview",
        lambda tenant, _, request, __: calendar_view(tenant, request),
        "Calendars.Read",
        "Calendars.ReadBasic",
    ),
    _route(
        "/translateexchangeids", lambda _, __, request, ___: translate_ids(request), "User.Read", _MAIL, method="POST"
    ),
)


def answer(tenant: Tenant, generations: Generations, request: GraphRequest) -> GraphResponse:
    """The answer of the first route that fits; writes are refused, unknown ground is a 404."""
    try:
        return _dispatch(tenant, generations, request)
    except errors.GraphFailure as failure:
        return failure.response
    except ValueError as wrong:
        return errors.bad_request(str(wrong)).response


def _dispatch(tenant: Tenant, generations: Generations, request: GraphRequest) -> GraphResponse:
    is_known = False
    for route in ROUTES:
        match = route.pattern.match(request.path)
        if match is None:
            continue
        is_known = True
        if route.method != request.method:
            continue
        if not route.scopes & request.scopes:
            raise errors.access_denied()
        return route.answer(tenant, generations, request, match)
    if is_known or request.method != "GET":
        raise errors.access_denied()
    raise errors.failure(400, "BadRequest", f"Resource not found for the segment '{request.path.rpartition('/')[2]}'.")
