"""A client of the API that holds every answer against the published description (OpenAPI).

answer ──path, verb, status, media type──▶ its schema ──jsonschema──▶ AssertionError where the two disagree
"""

import re
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator
from rest_framework.test import APIClient

from accounts.domain.api_tokens import TokenScope, digest_of, new_secret
from accounts.models import ApiToken, User

PREFIX = "/api/v1/"


@lru_cache(maxsize=1)
def description() -> dict[str, Any]:
    """The OpenAPI document, with its schemas as JSON Schema: nullable spelled out, unknown properties refused."""
    found: dict[str, Any] = _strict(SchemaGenerator().get_schema(request=None, public=True))
    return found


def _strict(node: Any) -> Any:
    if isinstance(node, list):
        return [_strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    strict = {key: _strict(value) for key, value in node.items() if key != "nullable"}
    if isinstance(node.get("properties"), dict) and node.get("type") == "object":
        strict.setdefault("additionalProperties", False)
    if node.get("nullable"):
        return {"anyOf": [strict, {"type": "null"}]}
    return strict


@lru_cache(maxsize=1)
def routes() -> list[tuple[re.Pattern[str], str]]:
    """Every documented path as a pattern, the literal ones first."""
    paths = sorted(description()["paths"], key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), path) for path in paths]


class CheckedClient(APIClient):
    """An APIClient whose every answer below /api/v1/ must be as described."""

    def send(self, verb: str, path: str, body: bytes, content_type: str = "application/json") -> Any:
        """Send a body as it is."""
        return self.generic(verb, path, body, content_type=content_type)  # type: ignore[arg-type] # bytes are taken

    def request(self, **kwargs: Any) -> Any:
        response = super().request(**kwargs)
        if kwargs["PATH_INFO"].startswith(PREFIX):
            check(kwargs["REQUEST_METHOD"], kwargs["PATH_INFO"], response)
        return response


def check(method: str, path: str, response: Any) -> None:
    """Assert that `response` is one that the description announces."""
    content_type = response.headers.get("Content-Type", "").partition(";")[0]
    if response.status_code >= 400:
        assert content_type == "application/problem+json", (path, response.status_code, content_type)
        schema: Any = description()["components"]["schemas"]["Problem"]
    else:
        template = next((template for pattern, template in routes() if pattern.fullmatch(path)), None)
        operation = description()["paths"].get(template, {}).get(method.lower())
        if operation is None:
            assert method in {"OPTIONS", "HEAD"}, f"{method} {path} is not described"
            return
        announced = operation["responses"].get(str(response.status_code))
        assert announced is not None, f"{method} {path} answers {response.status_code} without saying so"
        if "content" not in announced:
            assert not response.content
            return
        assert content_type in announced["content"], (path, content_type)
        schema = announced["content"][content_type]["schema"]
    if content_type.endswith("json"):
        whole = {**schema, "components": description()["components"]}
        Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(response.json())


def client_of(user: User, *, scope: TokenScope = TokenScope.WRITE) -> CheckedClient:
    """A client that calls with a token of `user`'s; with the session, where an operator can have none."""
    client = CheckedClient()
    if user.organization is None:
        client.force_login(user)
        return client
    client.credentials(HTTP_AUTHORIZATION=f"Token {token_for(user, scope=scope)}")
    return client


def token_for(user: User, **columns: Any) -> str:
    """A token of `user`'s, made without a row on the trail."""
    secret = new_secret()
    fields: dict[str, Any] = {
        "name": "A program",
        "scope": TokenScope.WRITE,
        "expires_at": timezone.now() + timedelta(days=1),
    }
    fields |= {"user": user, "organization": user.organization}
    ApiToken.objects.create(digest=digest_of(secret), **fields | columns)
    return secret


def resource(path):
    return path.removeprefix(PREFIX).partition("/")[0]
