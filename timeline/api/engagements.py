"""The resource engagements/: emails are read, calls and meetings written too, the opportunity corrected."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.viewing import OfViewer
from accounts.models import User
from core.api.errors import Conflict, Gone
from crm.models import Account, Opportunity
from timeline.api.examples import CALL, CORRECTION
from timeline.api.filters import EngagementFilters
from timeline.api.serializers import EngagementSerializer
from timeline.api.writing import ActivityWriteSerializer, CorrectionSerializer
from timeline.assignment.correct import correct_opportunity
from timeline.domain.refusals import NotAllowed, OnHold
from timeline.models import Engagement
from timeline.selectors import engagements_for, with_parts
from timeline.selectors.engagements import sizes_of
from timeline.services.calls_and_meetings import (
    ErasedParticipant,
    RecordedActivity,
    WasDeleted,
    record_activity,
)
from timeline.services.deletion import delete_engagement
from timeline.services.sources import NotYourSource


@extend_schema(tags=["engagements"])
class Engagements(OfViewer, ListModelMixin, RetrieveModelMixin, GenericViewSet[Engagement]):
    """Emails, calls and meetings, the newest first."""

    queryset = Engagement.objects.none()
    serializer_class = EngagementSerializer
    filterset_class = EngagementFilters
    ordering = ("-occurred_at", "-id")
    sizes = staticmethod(sizes_of)

    def get_queryset(self) -> QuerySet[Engagement]:
        return with_parts(engagements_for(self.viewer))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One email, call or meeting. That you read its text is written down."""
        return super().retrieve(request, *args, **kwargs)

    @extend_schema(
        request=ActivityWriteSerializer,
        responses={
            201: EngagementSerializer,
            200: OpenApiResponse(EngagementSerializer, "It was recorded before; nothing changed."),
        },
        examples=[CALL],
    )
    def create(self, request: Request) -> Response:
        """Record a call or a meeting. The same `source` and `external_id` again change nothing and answer 200."""
        body = ActivityWriteSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        given["opportunity"] = _of_organization(self.viewer, Opportunity, given["opportunity"], "opportunity")
        given["account"] = _of_organization(self.viewer, Account, given["account"], "account")
        try:
            recorded = record_activity(actor=self.viewer, **given)
        except NotYourSource as error:
            raise PermissionDenied(str(error)) from error
        except WasDeleted as error:
            raise Gone(str(error)) from error
        except ErasedParticipant as error:
            raise Conflict(str(error)) from error
        status = HTTPStatus.CREATED if recorded.is_new else HTTPStatus.OK
        return Response(self.get_serializer(self._shown(recorded)).data, status=status)

    def _shown(self, recorded: RecordedActivity) -> Engagement:
        """The call or meeting as the caller may see it."""
        engagement = self.get_queryset().filter(pk=recorded.engagement.pk).first()
        if engagement is None:
            raise Conflict("A call or meeting with this source and external_id was recorded that you may not see.")
        return engagement

    @extend_schema(request=CorrectionSerializer, responses=EngagementSerializer, examples=[CORRECTION])
    def partial_update(self, request: Request, pk: str) -> Response:
        """Correct the opportunity: it is pinned for the whole conversation, whatever the rule says later."""
        engagement = self.get_object()
        body = CorrectionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        opportunity = _of_organization(self.viewer, Opportunity, body.validated_data["opportunity"], "opportunity")
        try:
            correct_opportunity(engagement=engagement, opportunity=opportunity, actor=self.viewer)
        except OnHold as error:
            raise Conflict(str(error)) from error
        return self.retrieve(request, pk=pk)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Delete for good: the same email, call or meeting is not recorded again.

        A rep may where the rep wrote, hosted or reported it, or no colleague took part in it or holds it.
        """
        try:
            delete_engagement(engagement=self.get_object(), actor=self.viewer)
        except NotAllowed as error:
            raise PermissionDenied(str(error)) from error
        except OnHold as error:
            raise Conflict(str(error)) from error
        return Response(status=HTTPStatus.NO_CONTENT)


def _of_organization(viewer: User, model: type[Any], pk: UUID | None, name: str) -> Any:
    if pk is None:
        return None
    found = model.objects.filter(pk=pk, organization=viewer.organization_id).first()
    if found is None:
        raise ValidationError({name: [f"There is no {name} with this id."]})
    return found
