"""The resource conversations/: read, exported as a file, deleted for good."""

import tempfile
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.viewing import OfViewer
from accounts.reading import exporting
from core.api.errors import Conflict
from core.api.pagination import MOST_PAGE_ROWS, NewestFirst
from core.db.portions import in_portions
from timeline.api.filters import ConversationFilters
from timeline.api.serializers import ConversationDetailSerializer, ConversationSerializer, EngagementSerializer
from timeline.domain.refusals import NotAllowed, OnHold
from timeline.models import Conversation, Engagement
from timeline.selectors import conversations_for, engagements_for, presented, with_parts
from timeline.selectors.engagements import sizes_of
from timeline.selectors.export import conversation_csv, conversation_eml
from timeline.selectors.summaries import summaries
from timeline.services.deletion import delete_conversation

_FORMS = {"eml": ("message/rfc822", conversation_eml), "csv": ("text/csv; charset=utf-8", conversation_csv)}
_MAILS_AT_ONCE = 20
_KEPT_IN_MEMORY = 1024 * 1024
"""Bytes of an export; what is longer waits on the disk until it is sent."""


class _OldestFirst(NewestFirst):
    """A conversation's mails: all of them, where they fit."""

    page_size = MOST_PAGE_ROWS
    ordering = ("occurred_at", "id")
    sizes = staticmethod(sizes_of)


class _AnyAccept(BaseContentNegotiation):
    """`?as=` says what is wanted; whatever Accept says, an error is a problem in JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return JSONRenderer(), "application/json"


_MAIL_PAGES = [
    OpenApiParameter("cursor", description="Where the page of its mails begins: taken from `next` or `previous`."),
    OpenApiParameter("page_size", int, description=f"Mails a page, up to {MOST_PAGE_ROWS}, which is the default."),
]


@extend_schema(tags=["conversations"])
class Conversations(OfViewer, GenericViewSet[Conversation]):
    """Mails that answer one another, across mailboxes; what was recorded last comes first."""

    queryset = Conversation.objects.none()
    serializer_class: Any = ConversationSerializer
    filterset_class = ConversationFilters
    ordering = ("-id",)  # the time of the latest mail may be a hidden one's

    def get_queryset(self) -> QuerySet[Conversation]:
        return conversations_for(self.viewer)

    def list(self, request: Request) -> Response:
        """Conversations with at least one mail that you may read, the latest first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response(self.get_serializer(summaries(self.viewer, page), many=True).data)

    @extend_schema(parameters=_MAIL_PAGES, responses=ConversationDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """A conversation with its mails, the oldest first; where they are more than a page, `next` leads on.

        That you read it is written down.
        """
        conversation = self.get_object()
        pages = _OldestFirst()
        mails = pages.paginate_queryset(self._mails(conversation), request)
        many: Any = mails  # which the stubs know one by one
        shown = EngagementSerializer(many, many=True, context=self.get_serializer_context()).data
        page = pages.get_paginated_response(shown).data
        return Response({**self._summary(conversation), "engagements": page.pop("results"), **page})

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Delete every mail of the conversation for good: the next sync does not bring them back.

        A rep may where each of them was written by the rep, or concerns no colleague.
        """
        try:
            delete_conversation(conversation=self.get_object(), actor=self.viewer)
        except NotAllowed as error:
            raise PermissionDenied(str(error)) from error
        except OnHold as error:
            raise Conflict(str(error)) from error
        return Response(status=HTTPStatus.NO_CONTENT)

    @extend_schema(
        parameters=[OpenApiParameter("as", enum=["json", "eml", "csv"], default="json", description="The form.")],
        responses={
            (200, "application/json"): ConversationDetailSerializer,
            (200, "message/rfc822"): OpenApiResponse(OpenApiTypes.BINARY, "One mail, or several attached to a cover."),
            (200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, "One row a mail."),
        },
    )
    @action(detail=True, content_negotiation_class=_AnyAccept, filterset_class=None, pagination_class=None)
    def export(self, request: Request, pk: str) -> FileResponse | HttpResponse:
        """The conversation as a file: what you may read of it, and nothing else. The export is written down."""
        form = request.query_params.get("as", "json")
        if form not in {"json", *_FORMS}:
            raise ValidationError({"as": ["json, eml or csv."]})
        conversation = self.get_object()
        exporting(conversation.organization_id, form)
        mails = self._one_by_one(conversation)
        if form == "json":
            content_type, pieces = "application/json", self._as_json(conversation, mails)
        else:
            content_type, write = _FORMS[form]
            pieces = write(presented(mail, self.viewer) for mail in mails)
        return _sent(pieces, content_type, f"conversation-{conversation.pk}.{form}")

    def _one_by_one(self, conversation: Conversation) -> Iterator[Engagement]:
        """Each mail, its text let go after it: the two refer to each other, so they would wait for the collector."""
        for portion in in_portions(self._mails(conversation), _MAILS_AT_ONCE, by=["occurred_at", "pk"]):
            for mail in portion:
                yield mail
                mail._state.fields_cache.clear()  # noqa: SLF001 - what `select_related` fills

    def _as_json(self, conversation: Conversation, mails: Iterable[Engagement]) -> Iterator[bytes]:
        """What `retrieve` answers, with every mail, piece by piece."""
        render, context = JSONRenderer().render, self.get_serializer_context()
        yield render({**self._summary(conversation), "next": None, "previous": None})[:-1] + b',"engagements":['
        for number, mail in enumerate(mails):
            yield (b"," if number else b"") + render(EngagementSerializer(mail, context=context).data)
        yield b"]}"

    def _mails(self, conversation: Conversation) -> QuerySet[Engagement]:
        mails = engagements_for(self.viewer).filter(conversation=conversation)
        return with_parts(mails).order_by("occurred_at", "id")

    def _summary(self, conversation: Conversation) -> dict[str, Any]:
        found = summaries(self.viewer, [conversation])
        if not found:
            raise NotFound
        return ConversationSerializer(found[0]).data


def _sent(pieces: Iterable[bytes], content_type: str, name: str) -> FileResponse | HttpResponse:
    """A file that is whole before its first byte is sent, so that who read it is on the trail by then."""
    file = tempfile.SpooledTemporaryFile(_KEPT_IN_MEMORY)  # noqa: SIM115 - the response closes it
    for piece in pieces:
        file.write(piece)  # `writelines` would have them all in memory first
    is_long = file.tell() > _KEPT_IN_MEMORY
    file.seek(0)
    if is_long:
        return FileResponse(file, as_attachment=True, filename=name, content_type=content_type)
    with file:
        named = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(file.read(), content_type=content_type, headers=named)
