"""What the house checks say of servers that are not as they should be."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command

from jiminny_sync import checks


class Answer:
    """A MariaDB that answers the checks' one question."""

    vendor = "mysql"

    def __init__(self, collation="utf8mb4_bin", packet=64 * 1024 * 1024, skew=timedelta()):
        self.collation, self.packet, self.skew = collation, packet, skew

    def cursor(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def execute(self, statement):
        assert "max_allowed_packet" in statement

    def fetchone(self):
        return self.collation, self.packet, datetime.now(UTC).replace(tzinfo=None) + self.skew


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (Answer(), []),
        (Answer(collation="utf8mb4_general_ci"), ["services.E002"]),
        (Answer(packet=1024 * 1024), ["services.E003"]),
        (Answer(skew=timedelta(minutes=5)), ["services.W004"]),
    ],
)
def test_what_mariadb_has_wrong_is_named(monkeypatch, settings, db, answer, found):
    monkeypatch.setattr(checks, "connections", {"default": answer})
    settings.ELASTICSEARCH_URL = ""
    assert [each.id for each in checks.check_services(databases=["default"]) if each.id != "services.W006"] == found


def test_a_key_that_is_none_is_named(settings, db):
    settings.FIELD_ENCRYPTION_KEYS = ["not-a-key"]
    settings.ELASTICSEARCH_URL = ""
    assert "services.E005" in [each.id for each in checks.check_services(databases=["default"])]


def test_a_search_server_and_a_broker_that_are_away_are_named(settings, monkeypatch, db):
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"
    monkeypatch.setattr(checks, "answers", lambda _: False)
    found = checks.check_services(databases=["default"])
    assert [each.id for each in found if each.id in {"services.W006", "services.W007"}] == [
        "services.W006",
        "services.W007",
    ]
    assert all(each.hint for each in found)


def test_servers_are_not_asked_where_no_database_is_named(monkeypatch):
    monkeypatch.setattr(checks, "answers", lambda _: pytest.fail("a server was asked"))
    assert checks.check_services(databases=None) == []


def test_the_command_runs_them(db, settings, capsys):
    settings.ELASTICSEARCH_URL = ""
    call_command("check", databases=["default"], tags=["services"])
    assert "no issues" in capsys.readouterr().out
