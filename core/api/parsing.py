"""The one parser: JSON objects of a sane size, read strictly."""

import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from core.api.errors import TooLarge

MAX_BODY_BYTES = 1024 * 1024


class StrictJSONParser(JSONParser):
    """JSON up to a megabyte; raises ParseError for anything that is not an object, TooLarge for a longer body."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        body = stream.read(MAX_BODY_BYTES + 1)
        if len(body) > MAX_BODY_BYTES:
            raise TooLarge(f"The body is longer than {MAX_BODY_BYTES} bytes.")
        try:
            parsed = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
        except UnicodeDecodeError as error:
            raise ParseError("The body is not UTF-8.") from error
        except (ValueError, RecursionError) as error:
            raise ParseError(f"The body is not valid JSON: {_reason(error)}.") from error
        if not _is_text(parsed):
            raise ParseError("The body is not text: half of a surrogate pair stands alone in it.")
        if not isinstance(parsed, dict):
            raise ParseError("The body must be a JSON object.")
        return parsed


def _is_text(parsed: Any) -> bool:
    """Whether every string and key is one that a database and an answer can hold; JSON's escapes can name others."""
    try:
        json.dumps(parsed, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at line {error.lineno} column {error.colno}"
    return "a number is too long" if "digit" in str(error) else str(error)
