"""The resource me/: who is calling, and the switch "Import Email Conversations"."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.viewing import OfViewer
from mailsync.api.serializers import MeSerializer, SwitchSerializer
from mailsync.selectors.mailboxes import own_mailbox, with_last_run
from mailsync.services.switch import MayNotSync, set_import

_ON = OpenApiExample("Switch importing on", value={"import_email_conversations": True}, request_only=True)


@extend_schema(tags=["me"])
class Me(OfViewer):
    """The caller."""

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """You, your organization and your mailbox."""
        return Response(self._body())

    @extend_schema(request=SwitchSerializer, responses=MeSerializer, examples=[_ON])
    def patch(self, request: Request) -> Response:
        """Switch the import of your email conversations on (a sync begins at once) or off (nothing more is fetched)."""

        body = SwitchSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        enabled = body.validated_data["import_email_conversations"]
        try:
            set_import(user=self.viewer, enabled=enabled)
        except MayNotSync as error:
            raise PermissionDenied(str(error)) from error
        return Response(self._body())

    def _body(self) -> Any:
        mailbox = own_mailbox(self.viewer)
        if mailbox:
            with_last_run([mailbox])
        return MeSerializer(self.viewer, context={"mailbox": mailbox}).data
