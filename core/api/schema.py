"""What the OpenAPI description says of every endpoint alike: the shape of errors."""

from typing import Any

from core.api.problems import CONTENT_TYPE

_PROBLEM = {
    "type": "object",
    "description": "An error (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "example": "about:blank"},
        "title": {"type": "string", "example": "Bad Request"},
        "status": {"type": "integer", "example": 400},
        "detail": {"type": "string", "description": "What happened and what to do, in a sentence."},
        "errors": {
            "type": "object",
            "description": "What is wrong with each field or parameter, where it is one; nested ones by dotted path.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}
_ALWAYS = {
    "401": "Not signed in: the token is missing or wrong.",
    "403": "Signed in, but not allowed.",
    "429": "Too many requests within a minute; `Retry-After` says how many seconds to wait.",
}
_WITH_INPUT = {"400": "The request is not understood, or a value is refused.", "413": "The body is too large.",
               "415": "The body is not JSON."}  # fmt: skip


def describe_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """drf-spectacular's post-processing hook."""
    result["components"]["schemas"]["Problem"] = _PROBLEM
    for path, operations in result["paths"].items():
        for verb, operation in operations.items():
            for status, description in _possible(path, verb, operation).items():
                operation["responses"].setdefault(status, _response(description))
    return result


def _possible(path: str, verb: str, operation: dict[str, Any]) -> dict[str, str]:
    found = dict(_ALWAYS)
    if "{id}" in path:
        found["404"] = "There is none with this id that you may see."
    if "requestBody" in operation:
        found |= _WITH_INPUT
    elif any(parameter["in"] == "query" for parameter in operation.get("parameters", [])):
        found["400"] = "A parameter's value is refused."
    if verb == "delete":
        found["409"] = "A legal hold covers it."
    elif path.endswith("/sync/"):
        found["409"] = "The switch is off."
    elif verb == "post":
        found["409"] = "It may not be recorded: somebody in it was erased, or it stands here where you may not see it."
        found["410"] = "It was deleted before."
    return found


def _response(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {CONTENT_TYPE: {"schema": schema}}}
