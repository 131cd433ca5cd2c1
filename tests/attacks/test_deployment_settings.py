"""What an operator leaves at its default, or sets too wide, opens nothing to others."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jiminny_sync.embedded import private_folder
from tests.support.commands import KEYS, ROOT, run
from tools.stack import Stack

PUBLIC = ["https://sync.example.com", "http://10.0.0.5:8000", "http://localhost.example.com", "https://127.0.0.1.nip.io",
          "http://localhost@example.com", "https://[2001:db8::1]"]  # fmt: skip
OWN = ["http://localhost:9000", "http://127.0.0.1:8000", "http://[::1]:8000", "http://demo.localhost", ""]
PRODUCTION = {
    "DEBUG": "0",
    "BASE_URL": "https://sync.example.com",
    "ALLOWED_HOSTS": "sync.example.com",
    "SECRET_KEY": "k" * 60,
    "FIELD_ENCRYPTION_KEYS": KEYS[0],
}
HSTS = ("SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD")


def shown(var: Path, *names: str, **variables: str) -> list[object]:
    """Settings by name, as the product reads them from these variables."""
    show = f"import json, jiminny_sync.settings as s; print(json.dumps([getattr(s, name) for name in {names}]))"
    done = run(var, "-c", show, **variables)
    assert done.returncode == 0, done.stderr
    found: list[object] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("address", PUBLIC)
def test_debug_is_refused_where_others_reach_the_address(tmp_path, address):
    done = run(tmp_path, "-c", "import jiminny_sync.settings", BASE_URL=address)
    assert done.returncode == 1
    assert "DEBUG is on, and BASE_URL" in done.stderr
    assert shown(tmp_path, "DEBUG", **PRODUCTION | {"BASE_URL": address}) == [False]


def test_debug_is_refused_with_one_sentence_and_no_traceback(tmp_path):
    done = run(tmp_path, "manage.py", "check", BASE_URL=PUBLIC[0])
    assert done.stderr.startswith("DEBUG is on, and BASE_URL")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("address", OWN)
def test_debug_stands_on_ones_own_machine(tmp_path, address):
    assert shown(tmp_path, "DEBUG", BASE_URL=address) == [True]


@pytest.mark.parametrize("hosts", ["*", "sync.example.com,*"])
def test_an_address_of_any_name_is_warned_of(tmp_path, hosts):
    done = run(tmp_path, "manage.py", "check", **PRODUCTION | {"ALLOWED_HOSTS": hosts})
    assert "settings.W001" in done.stderr


def test_named_hosts_are_not_warned_of(tmp_path):
    assert "settings.W001" not in run(tmp_path, "manage.py", "check", **PRODUCTION).stderr


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [31_536_000, False, False]),
        ({"HSTS_INCLUDE_SUBDOMAINS": "1"}, [31_536_000, True, False]),
        ({"HSTS_INCLUDE_SUBDOMAINS": "1", "HSTS_PRELOAD": "1"}, [31_536_000, True, True]),
    ],
)
def test_a_year_of_https_binds_other_names_only_where_the_operator_asks(tmp_path, asked, found):
    assert shown(tmp_path, *HSTS, **PRODUCTION, **asked) == found


TOKEN = "a-token-of-forty-characters-and-a-few-more"
PROXY = {"HTTP_X_FORWARDED_FOR": "203.0.113.9", "HTTP_X_FORWARDED_PROTO": "https"}
LIE = {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}
OF_THE_TOKEN = {"HTTP_AUTHORIZATION": f"Bearer {TOKEN}"}
FORWARDED = ("X_FORWARDED_FOR", "X_FORWARDED_HOST", "X_FORWARDED_PROTO", "X_REAL_IP", "FORWARDED", "VIA")


@pytest.mark.parametrize("path", ["/readyz", "/metrics"])
@pytest.mark.parametrize(
    ("is_local", "token", "sent", "is_answered"),
    [
        pytest.param(False, "", {"REMOTE_ADDR": "203.0.113.9"}, False, id="a stranger"),
        pytest.param(False, "", {"REMOTE_ADDR": "127.0.0.1"}, False, id="a proxy beside us that says nothing"),
        pytest.param(False, "", {"REMOTE_ADDR": "127.0.0.1"} | PROXY, False, id="a proxy beside us"),
        pytest.param(
            False,
            "",
            {"REMOTE_ADDR": "203.0.113.9", "HTTP_X_FORWARDED_FOR": "127.0.0.1"},
            False,
            id="a word of its own",
        ),
        pytest.param(False, TOKEN, {"REMOTE_ADDR": "127.0.0.1"}, False, id="without the token"),
        pytest.param(False, TOKEN, {"HTTP_AUTHORIZATION": "Bearer "}, False, id="with none"),
        pytest.param(False, TOKEN, {"HTTP_AUTHORIZATION": f"Bearer {TOKEN}x"}, False, id="with another"),
        pytest.param(False, TOKEN, {"HTTP_AUTHORIZATION": "Bearer \u00e9"}, False, id="with no ASCII"),
        pytest.param(False, "", {"HTTP_AUTHORIZATION": "Bearer "}, False, id="an empty token where none is set"),
        pytest.param(False, TOKEN, OF_THE_TOKEN | PROXY, True, id="with the token"),
        pytest.param(True, TOKEN, {"REMOTE_ADDR": "127.0.0.1"}, False, id="with a token set, also from here"),
        pytest.param(True, "", {"REMOTE_ADDR": "127.0.0.1"}, True, id="one's own machine"),
        pytest.param(True, "", {"REMOTE_ADDR": "::1"}, True, id="one's own machine by IPv6"),
        pytest.param(True, "", {"REMOTE_ADDR": "192.168.1.4"}, False, id="the network around it"),
        pytest.param(True, "", {"REMOTE_ADDR": ""}, False, id="a socket file"),
        *(
            pytest.param(True, "", {"REMOTE_ADDR": "127.0.0.1", f"HTTP_{name}": "x"}, False, id=f"forwarded: {name}")
            for name in FORWARDED
        ),
    ],
)
@pytest.mark.django_db
def test_monitoring_answers_its_token_or_ones_own_machine(client, settings, path, is_local, token, sent, is_answered):
    settings.IS_LOCAL, settings.METRICS_TOKEN, settings.ELASTICSEARCH_URL = is_local, token, ""

    answer = client.get(path, **sent)

    assert (answer.status_code == 200) is is_answered
    if not is_answered:
        assert answer.status_code == 401
        assert b"METRICS_TOKEN" in answer.content


def test_what_only_asks_whether_the_process_lives_needs_no_token(client, settings):
    settings.IS_LOCAL = False
    assert client.get("/healthz", REMOTE_ADDR="203.0.113.9").status_code == 200


def test_nothing_under_var_is_open_to_others_on_the_machine(tmp_path):
    var = tmp_path / "var"
    var.mkdir(mode=0o777)
    var.chmod(0o777)
    (var / "broker").mkdir(mode=0o777)
    work = (
        "import django; django.setup()\n"
        "from django.db import connection\n"
        "connection.cursor().execute('CREATE TABLE mail (text)')\n"
    )
    subprocess.run(
        [sys.executable, "-c", work],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(var), "DJANGO_SETTINGS_MODULE": "jiminny_sync.settings"},
        umask=0,
        check=True,
    )
    found = [var, *var.rglob("*")]
    assert {"db.sqlite3", "secret_key", "field_encryption_keys", "queue", "control"} <= {each.name for each in found}
    assert [(each.name, oct(each.stat().st_mode)) for each in found if each.stat().st_mode & 0o077] == []


def test_the_demo_keeps_its_folder_to_itself(tmp_path):
    Stack(tmp_path / "var")
    assert (tmp_path / "var").stat().st_mode & 0o077 == 0


def test_a_folder_that_everybody_shares_stays_shared(tmp_path):
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    assert private_folder(shared).stat().st_mode & 0o7777 == 0o1777
