"""Every setting can stand in a file, as secrets do."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from jiminny_sync.environment import Environment, _SecretFiles


@pytest.fixture
def environment(monkeypatch):
    found = Environment()
    monkeypatch.setattr(found, "ENVIRON", _SecretFiles(cache=False))
    return found


def test_a_line_end_in_a_secrets_file_is_no_part_of_the_secret(environment, monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("s3cret \r\n")
    monkeypatch.setenv("MICROSOFT_CLIENT_SECRET_FILE", str(tmp_path / "secret"))

    assert environment.str("MICROSOFT_CLIENT_SECRET", default="") == "s3cret "


def test_an_address_in_a_file_is_read_like_one_in_the_variable(environment, monkeypatch, tmp_path):
    (tmp_path / "url").write_text("mysql://jiminny:p%40ss@db:3306/mail\n")
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "url"))
    monkeypatch.setenv("DATABASE_URL", "sqlite:///elsewhere")

    found = environment.db_url("DATABASE_URL")
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["NAME"]) == ("jiminny", "p@ss", "db", "mail")


def test_a_file_that_is_not_there_is_named(environment, monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "absent"))

    with pytest.raises(ImproperlyConfigured, match=r"SECRET_KEY_FILE names a file that cannot be read.*absent"):
        environment.str("SECRET_KEY", default="")


def test_a_plain_variable_still_counts(environment, monkeypatch):
    monkeypatch.setenv("MICROSOFT_CLIENT_ID", "an-id")

    assert environment.str("MICROSOFT_CLIENT_ID", default="") == "an-id"
