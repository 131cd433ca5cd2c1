"""Who may call the API at all."""

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:
    from rest_framework.views import APIView  # imports this module, as the settings name it


class BelongsToOrganization(BasePermission):
    """A login of an organization; the operator of the installation reads through the admin console."""

    message = "This login belongs to no organization, so there is nothing it could read here."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return bool(request.user and request.user.is_authenticated and getattr(request.user, "organization_id", None))
