"""`Authorization: Token …`: whose token it is, and that a token that may only read does nothing else.

The scope is asked where the token is recognized, so that no endpoint can forget to.
"""

from rest_framework import authentication, exceptions
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts.domain.api_tokens import TokenScope
from accounts.models import ApiToken, User
from accounts.services.api_tokens import token_of


class TokenAuthentication(authentication.TokenAuthentication):
    """The framework's reading of the header, over our tokens; `request.auth` is the ApiToken."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        found: tuple[User, ApiToken] | None = super().authenticate(request)
        if found and found[1].scope != TokenScope.WRITE and request.method not in SAFE_METHODS:
            raise exceptions.PermissionDenied(
                "This token may only read. Make one that may write under Profile › API tokens."
            )
        return found

    def authenticate_credentials(self, key: str) -> tuple[User, ApiToken]:
        token = token_of(key)
        if token is None:
            raise exceptions.AuthenticationFailed(
                "This token opens nothing: it is wrong, was revoked, or has expired. A new password ends tokens, too. "
                "Make one under Profile › API tokens."
            )
        return token.user, token
