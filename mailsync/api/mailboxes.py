"""The resource mailboxes/: health and runs; one's own for a rep, the organization's for managers and admins."""

from http import HTTPStatus
from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.viewing import OfViewer
from core.api.errors import Conflict
from mailsync.api.serializers import MailboxSerializer, RunSerializer
from mailsync.domain.vocabulary import MailboxState
from mailsync.models import Mailbox
from mailsync.selectors.mailboxes import mailboxes_for, runs_of, with_last_run
from mailsync.services.switch import request_sync


class MailboxFilters(django_filters.FilterSet):
    """By state and person."""

    state = django_filters.ChoiceFilter(choices=[(state.value, state.value) for state in MailboxState])
    user = django_filters.UUIDFilter(help_text="The id of the person whose mailbox it is.")

    class Meta:
        model = Mailbox
        fields: list[str] = []


@extend_schema(tags=["mailboxes"])
class Mailboxes(OfViewer, GenericViewSet[Mailbox]):
    """Mailboxes with their switch, state and progress."""

    queryset = Mailbox.objects.none()
    serializer_class = MailboxSerializer
    filterset_class = MailboxFilters
    ordering = ("-id",)

    def get_queryset(self) -> QuerySet[Mailbox]:
        return mailboxes_for(self.viewer)

    def list(self, request: Request) -> Response:
        """Your own mailbox; for managers and admins, the organization's."""
        page = with_last_run(self.paginate_queryset(self.filter_queryset(self.get_queryset())) or [])
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        """A mailbox's state, with the next step that mends it."""
        return Response(self._body(self.get_object()))

    @extend_schema(
        request=None, responses={202: OpenApiResponse(MailboxSerializer, "Asked for; it begins in the background.")}
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    def sync(self, request: Request, pk: str) -> Response:
        """Ask for a round at once. 409 where the switch is off."""

        mailbox = self.get_object()
        if not mailbox.import_enabled:
            raise Conflict("“Import Email Conversations” is off for this mailbox: switch it on first.")
        request_sync(mailbox=mailbox, actor=self.viewer)
        return Response(self._body(self.get_object()), status=HTTPStatus.ACCEPTED)

    @extend_schema(responses=RunSerializer(many=True))
    @action(detail=True, filterset_class=None, serializer_class=RunSerializer, ordering=("-started_at", "-id"))
    def runs(self, request: Request, pk: str) -> Response:
        """What every run did, in counts by reason: seen = kept + all dropped + failed."""
        page: Any = self.paginate_queryset(runs_of(self.get_object()))  # type: ignore[arg-type]
        return self.get_paginated_response(RunSerializer(page, many=True).data)

    def _body(self, mailbox: Mailbox) -> Any:
        return MailboxSerializer(with_last_run([mailbox])[0]).data
