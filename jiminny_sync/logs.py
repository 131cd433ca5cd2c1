"""Structured logs: ids, counts and codes; never an address, a subject or a text."""

import logging
import re
import traceback
from types import TracebackType
from typing import Any, TextIO

import structlog

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]

_QUERY = re.compile(r"\?\S*")
_NAMING_ADDRESSES = ("django.server", "urllib3.")
"""Who writes whole addresses: "GET /search/?q=… HTTP/1.1", "Retrying … broken by …: /me/messages?$filter=…"."""
_OURS = ("core.", "accounts.", "crm.", "timeline.", "mailsync.", "jiminny_sync.")

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


class WithoutWords(logging.Filter):
    """Takes out of a line what its caller put there: an address's query, the message of a failed task's error."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, dict) and "exc" in record.args:  # Celery's: ValueError('…')
            record.args = {**record.args, "exc": str(record.args["exc"]).partition("(")[0]}
        elif record.name.startswith(_NAMING_ADDRESSES) and record.args:
            record.args = tuple(_QUERY.sub("", part) if isinstance(part, str) else part for part in record.args)
        return True


def logging_settings(*, is_debug: bool) -> dict[str, Any]:
    """Django's LOGGING: lines for a person in debug, JSON otherwise."""
    renderers: list[Any] = (
        [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=_write_traceback)]
        if is_debug
        else [structlog.processors.ExceptionRenderer(_traceback), structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _SHARED,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
            },
        },
        "filters": {"without_words": {"()": WithoutWords}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "structured", "filters": ["without_words"]}
        },
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            "django": {"level": "INFO", "propagate": True, "handlers": []},
            "urllib3": {"level": "WARNING"},
            "msal": {"level": "WARNING"},
            "elastic_transport": {"level": "WARNING"},
        },
    }


def _write_traceback(stream: TextIO, exc_info: ExcInfo) -> None:
    stream.write("\n" + _traceback(exc_info))


def _traceback(exc_info: ExcInfo) -> str:
    """Where it happened and what kind of error it is; neither message nor variables, which hold what people write.

    MariaDB's "Duplicate entry 'jane@globex.example' for key …" is a message, too. Our own errors carry codes.
    """
    chain: list[str] = []
    error: BaseException | None = exc_info[1]
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        code = getattr(error, "code", "")
        kind = f"{type(error).__module__}.{type(error).__qualname__}"
        told = f"{kind}: {code}" if code and kind.startswith(_OURS) else kind
        frames = "".join(traceback.format_list(traceback.extract_tb(error.__traceback__)))
        chain.append(f"Traceback (most recent call last):\n{frames}{told}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\nwhich led to\n\n".join(reversed(chain))
