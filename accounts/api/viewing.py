"""Who calls, as the API's views ask."""

from rest_framework.views import APIView

from accounts.models import User


class OfViewer(APIView):
    """A view that only a signed-in person of an organization is let into (BelongsToOrganization)."""

    @property
    def viewer(self) -> User:
        """Who calls."""
        assert isinstance(self.request.user, User)  # noqa: S101 - by permission; tells the type checker
        return self.request.user
