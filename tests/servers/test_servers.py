"""The test servers themselves: what was acknowledged survives SIGKILL, and what was wiped is gone."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request

import pytest
import redis

from tests.support.commands import ROOT
from tests.support.waiting import PATIENCE
from tools.servers.life import NotReadyError
from tools.services import servers

pytestmark = pytest.mark.services


def ask(server, method, path, body=None):
    request = urllib.request.Request(  # noqa: S310 - loopback http
        server.url() + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 - loopback http
        return json.load(answer)


def test_a_killed_mariadb_comes_back_with_what_was_committed(own_mariadb):
    own_mariadb.start()
    url = own_mariadb.url()
    own_mariadb.query("CREATE TABLE kept (number INT PRIMARY KEY); INSERT INTO kept VALUES (1), (2)")
    own_mariadb.kill()
    with pytest.raises(NotReadyError):
        own_mariadb.version()

    own_mariadb.start()
    assert own_mariadb.url() == url
    assert own_mariadb.query("SELECT COUNT(*) FROM kept") == "2"

    own_mariadb.wipe()
    assert own_mariadb.url() == url
    assert own_mariadb.query("SHOW TABLES") == ""


def test_the_applications_user_reaches_its_databases_and_no_other(own_mariadb):
    own_mariadb.start()

    assert own_mariadb.query("CREATE DATABASE test_jiminny_sync_gw0; DROP DATABASE test_jiminny_sync_gw0") == ""
    with pytest.raises(NotReadyError, match="denied"):
        own_mariadb.query("SELECT * FROM mysql.global_priv")
    with pytest.raises(NotReadyError, match="denied"):
        own_mariadb.query("CREATE DATABASE elsewhere")


def test_a_killed_redis_comes_back_with_its_queue(own_redis):
    own_redis.start()
    with redis.Redis.from_url(own_redis.url()) as client:
        client.rpush("celery", "task")
    own_redis.stop()
    own_redis.start()
    own_redis.kill()
    own_redis.start()

    with redis.Redis.from_url(own_redis.url()) as client:
        assert client.lrange("celery", 0, -1) == [b"task"]


def test_a_killed_elasticsearch_comes_back_with_its_index_and_a_wiped_one_without(own_elasticsearch):
    own_elasticsearch.start()
    ask(own_elasticsearch, "PUT", "/mails/_doc/1", {"subject": "Renewal"})
    own_elasticsearch.kill()

    own_elasticsearch.start()
    assert ask(own_elasticsearch, "GET", "/mails/_doc/1")["_source"] == {"subject": "Renewal"}

    own_elasticsearch.wipe()
    with pytest.raises(urllib.error.HTTPError, match="404"):
        ask(own_elasticsearch, "GET", "/mails/_doc/1")


def test_a_run_that_is_ended_early_leaves_no_server_behind(tmp_path):
    ports = {f"{name}_PORT": "0" for name in ("MARIADB", "REDIS", "ELASTICSEARCH")}
    environment = {**os.environ, **ports, "SERVICES_FOLDER": str(tmp_path)}
    long = "import sys, time; print('begun', file=sys.stderr, flush=True); time.sleep(300)"
    command = [sys.executable, "-m", "tools.services", "run", "--", sys.executable, "-c", long]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as run:
        assert run.stderr is not None
        for line in run.stderr:
            if line == "begun\n":
                break
        started = servers(environment=environment)
        assert all(server.running for server in started)
        run.terminate()
        run.stderr.read()

    assert run.returncode == 128 + signal.SIGTERM
    assert not any(server.running for server in started)
