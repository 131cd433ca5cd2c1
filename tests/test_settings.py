"""What the environment may say, and the sentence for what it may not."""

import json

import pytest

from tests.support.commands import KEYS, run

SHOWN = (
    "SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "MICROSOFT_CLIENT_SECRET", "MICROSOFT_AUTHORITY", "MICROSOFT_GRAPH_URL",
    "CELERY_BROKER_URL", "ELASTICSEARCH_URL", "BASE_URL",
)  # fmt: skip
SHOW = f"import json, jiminny_sync.settings as s; print(json.dumps({{name: getattr(s, name) for name in {SHOWN}}}))"


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"DEBUG": "0"}, "SECRET_KEY is not set"),
        ({"DEBUG": "0", "SECRET_KEY": "x"}, "FIELD_ENCRYPTION_KEYS is not set"),
        ({"FIELD_ENCRYPTION_KEYS": f"{KEYS[0]},s3cret"}, "FIELD_ENCRYPTION_KEYS: key 2 of 2 is not 32 bytes"),
        ({"SECRET_KEY_FILE": "/nowhere"}, "SECRET_KEY_FILE names a file that cannot be read"),
        ({"MICROSOFT_AUTHORITY": "http://login.example"}, "MICROSOFT_AUTHORITY must begin with https://"),
        ({"MICROSOFT_GRAPH_URL": "http://graph.example/v1.0"}, "MICROSOFT_GRAPH_URL must begin with https://"),
        ({"PASSWORD_SIGN_IN": "off"}, "PASSWORD_SIGN_IN is off, and without MICROSOFT_CLIENT_ID nobody could"),
        ({"DATABASE_URL": "postgres://db/mail"}, "DATABASE_URL must begin with mysql://"),
    ],
)
def test_a_wrong_environment_is_refused_with_one_sentence_and_no_traceback(tmp_path, variables, sentence):
    done = run(tmp_path, "manage.py", "check", **variables)
    assert done.returncode == 1
    assert done.stderr.startswith(sentence)
    assert done.stderr.count("\n") == 1
    assert "s3cret" not in done.stderr


def test_every_secret_and_address_may_stand_in_a_file(tmp_path):
    given = {
        "SECRET_KEY": "a key",
        "FIELD_ENCRYPTION_KEYS": ",".join(KEYS),
        "MICROSOFT_CLIENT_SECRET": "s3cret",
        "MICROSOFT_AUTHORITY": "https://login.example",
        "MICROSOFT_GRAPH_URL": "https://graph.example/v1.0",
        "CELERY_BROKER_URL": "redis://broker:6379/0",
        "ELASTICSEARCH_URL": "http://search:9200",
        "BASE_URL": "https://sync.example",
    }
    for name, value in given.items():
        (tmp_path / name).write_text(f"{value}\n")
    files = {f"{name}_FILE": str(tmp_path / name) for name in given}
    done = run(tmp_path, "-c", SHOW, DEBUG="0", **files)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == given | {"FIELD_ENCRYPTION_KEYS": KEYS}


def test_an_empty_variable_means_its_default(tmp_path):
    names = (
        "MICROSOFT_AUTHORITY", "MICROSOFT_GRAPH_URL", "CELERY_BROKER_URL", "BASE_URL", "DATABASE_URL",
        "PASSWORD_SIGN_IN",
    )  # fmt: skip
    done = run(tmp_path, "-c", SHOW.replace("in (", "in ('PASSWORD_SIGN_IN', "), **dict.fromkeys(names, ""))
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["PASSWORD_SIGN_IN"] is True
    assert found["MICROSOFT_AUTHORITY"] == "https://login.microsoftonline.com"
    assert found["MICROSOFT_GRAPH_URL"] == "https://graph.microsoft.com/v1.0"
    assert (found["CELERY_BROKER_URL"], found["BASE_URL"]) == ("filesystem://", "http://localhost:8000")
