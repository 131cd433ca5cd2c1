"""What is logged names kinds of errors and places, never what people write."""

import json
import logging

import pytest
import structlog

from core.http.errors import Throttled
from jiminny_sync.logs import WithoutWords, logging_settings

SECRET = "jane@globex.example"


def written(is_debug, raise_it):
    settings = logging_settings(is_debug=is_debug)["formatters"]["structured"]
    formatter = structlog.stdlib.ProcessorFormatter(
        processors=settings["processors"], foreign_pre_chain=settings["foreign_pre_chain"]
    )
    try:
        raise_it()
    except Exception as error:  # noqa: BLE001 - whatever it is
        exc_info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, "Failed: %s", ("/deals/",), exc_info)
    return formatter.format(record)


def refused_by_the_database():
    try:
        dict[str, str]()[SECRET]
    except KeyError as error:
        raise ValueError(f"Duplicate entry '{SECRET}'") from error


def throttled():
    raise Throttled("HTTP 429")


@pytest.mark.parametrize("is_debug", [True, False])
def test_a_traceback_tells_the_places_and_kinds_of_a_chain_and_no_message(is_debug):
    line = written(is_debug, refused_by_the_database)
    assert SECRET not in line
    assert "builtins.KeyError" in line
    assert "builtins.ValueError" in line
    assert "in refused_by_the_database" in line
    assert "/deals/" in line


def test_an_error_of_ours_tells_its_code():
    line = json.loads(written(False, throttled))
    assert line["exception"].endswith("Throttled: HTTP 429")


def record_of(name, message, *args):
    record = logging.LogRecord(name, logging.ERROR, __file__, 1, message, args, None)
    assert WithoutWords().filter(record)
    return record.getMessage()


def test_a_failed_task_is_named_with_the_kind_of_its_error():
    context = {"name": "mailsync.sync_mailbox", "exc": repr(ValueError(SECRET))}
    line = record_of("celery.app.trace", "Task %(name)s raised: %(exc)s", context)
    assert line == "Task mailsync.sync_mailbox raised: ValueError"


def test_what_was_searched_for_stands_in_no_line_of_the_web_server():
    line = record_of("django.server", '"%s" %s %s', f"GET /search/?q={SECRET} HTTP/1.1", "200", "9")
    assert line == '"GET /search/ HTTP/1.1" 200 9'


def test_what_was_asked_of_graph_stands_in_no_line_about_a_dropped_connection():
    place = f"/v1.0/me/messages?$filter=internetMessageId%20eq%20'{SECRET}'"
    line = record_of("urllib3.connectionpool", "Retrying after connection broken by '%r': %s", OSError("reset"), place)
    assert line == "Retrying after connection broken by 'OSError('reset')': /v1.0/me/messages"
