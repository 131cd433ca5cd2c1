"""The resource conversations/: read, exported as a file, deleted for good."""

from http import HTTPStatus
from itertools import chain
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.errors import Conflict
from accounts.models import User
from accounts.portions import in_portions
from accounts.reading import exporting
from timeline.api.filters import ConversationFilters
from timeline.api.serializers import ConversationDetailSerializer, ConversationSerializer
from timeline.models import Conversation, Engagement
from timeline.selectors import conversations_for, engagements_for, presented, with_parts
from timeline.selectors.summaries import summaries
from timeline.services.deletion import NotAllowed, OnHold, delete_conversation
from timeline.services.export import conversation_csv, conversation_eml

_FORMS = {"eml": ("message/rfc822", conversation_eml), "csv": ("text/csv; charset=utf-8", conversation_csv)}
_MAILS_AT_ONCE = 200


class _AnyAccept(BaseContentNegotiation):
    """`?as=` says what is wanted; whatever Accept says, an error is a problem in JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return JSONRenderer(), "application/json"


@extend_schema(tags=["conversations"])
class Conversations(GenericViewSet[Conversation]):
    """Mails that answer one another, across mailboxes."""

    queryset = Conversation.objects.none()
    serializer_class: Any = ConversationSerializer
    filterset_class = ConversationFilters
    ordering = ("-last_at", "-id")

    def get_queryset(self) -> QuerySet[Conversation]:
        return conversations_for(self.viewer)

    @property
    def viewer(self) -> User:
        assert isinstance(self.request.user, User)  # noqa: S101 - by permission; tells the type checker
        return self.request.user

    def list(self, request: Request) -> Response:
        """Conversations with at least one mail that you may read, the latest first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response(self.get_serializer(summaries(self.viewer, page), many=True).data)

    @extend_schema(responses=ConversationDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """A conversation with its mails, the oldest first. That you read it is written down."""
        return Response(self._detail(self.get_object()))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Delete every mail of the conversation for good: the next sync does not bring them back."""
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
    def export(self, request: Request, pk: str) -> HttpResponse:
        """The conversation as a file: what you may read of it, and nothing else. The export is written down."""
        form = request.query_params.get("as", "json")
        if form not in {"json", *_FORMS}:
            raise ValidationError({"as": ["json, eml or csv."]})
        conversation = self.get_object()
        exporting(conversation.organization_id, form)
        name = {"Content-Disposition": f'attachment; filename="conversation-{conversation.pk}.{form}"'}
        if form == "json":
            return Response(self._detail(conversation), headers=name)
        content_type, write = _FORMS[form]
        mails = chain.from_iterable(in_portions(self._mails(conversation), _MAILS_AT_ONCE, by=["occurred_at", "pk"]))
        shown = (presented(mail, self.viewer) for mail in mails)
        return HttpResponse(write(shown), content_type=content_type, headers=name)

    def _mails(self, conversation: Conversation) -> QuerySet[Engagement]:
        mails = engagements_for(self.viewer).filter(conversation=conversation)
        return with_parts(mails).order_by("occurred_at", "id")

    def _detail(self, conversation: Conversation) -> dict[str, Any]:
        found = summaries(self.viewer, [conversation])
        if not found:
            raise NotFound
        context = {**self.get_serializer_context(), "engagements": self._mails(conversation)}
        return ConversationDetailSerializer(found[0], context=context).data
