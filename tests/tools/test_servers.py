"""A test server is started once, found again, and nothing but it is ever ended."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools import services
from tools.ports import free_port
from tools.servers import processes, requirements
from tools.servers.life import NotReadyError, Server, ServerError

ANSWERS = """
import http.server, sys
http.server.test(http.server.SimpleHTTPRequestHandler, port=int(sys.argv[1]), bind="127.0.0.1")
"""
ENDS_AT_ONCE = "import sys; sys.exit('no room on the disk')"
NEVER_LISTENS = "import time; print('still thinking', flush=True); time.sleep(60)"


class Pages(Server):
    """A web server standing for a database: it counts its starts in a file of its storage."""

    name = "pages"
    label = "Pages"
    usual_port = 0
    variable = "PAGES_URL"
    program = ANSWERS

    def prepare(self, port):
        del port
        self.storage.mkdir(exist_ok=True)
        with (self.storage / "starts").open("a") as starts:
            starts.write("x")

    def command(self, port):
        return [sys.executable, "-c", self.program, str(port)]

    def version(self):
        try:
            urllib.request.urlopen(self.url(), timeout=2).close()  # noqa: S310 - loopback http
        except OSError as error:
            raise NotReadyError(str(error)) from None
        return "1"

    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def starts(self):
        return len((self.storage / "starts").read_text())


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Pages]:
    server = Pages(tmp_path)
    yield server
    server.kill()


def test_a_started_server_answers_and_a_second_start_leaves_it_alone(pages, tmp_path):
    assert pages.start() is True
    first = pages.running
    found_again = Pages(tmp_path)

    assert found_again.start() is False
    assert found_again.running == first
    assert found_again.url() == pages.url()
    assert found_again.starts == 1


def test_stopping_ends_it_and_keeps_what_it_stored(pages):
    pages.start()
    port = pages.port

    assert pages.stop() is True
    assert pages.running is None
    with pytest.raises(NotReadyError):
        pages.version()
    assert pages.stop() is False

    pages.start()
    assert pages.port == port
    assert pages.starts == 2


def test_a_killed_server_comes_back_on_its_port_with_its_files(pages, tmp_path):
    pages.start()
    port = pages.port
    pages.kill()
    assert pages.running is None

    again = Pages(tmp_path)
    assert again.start() is True
    assert (again.port, again.starts) == (port, 2)


def test_wiping_a_running_server_brings_it_back_empty(pages):
    pages.start()
    port = pages.port
    pages.stop()
    pages.start()
    pages.wipe()

    assert (pages.port, pages.starts) == (port, 1)
    assert pages.version() == "1"


def test_wiping_a_stopped_server_does_not_start_it(pages):
    pages.start()
    pages.stop()
    pages.wipe()

    assert pages.running is None
    assert not pages.storage.exists()


def test_a_process_that_got_the_recorded_number_later_is_left_alone(pages):
    pages.start()
    record = pages.folder / "running.json"
    stranger = subprocess.Popen([sys.executable, "-c", NEVER_LISTENS], stdout=subprocess.DEVNULL)
    try:
        mine = json.loads(record.read_text())
        record.write_text(json.dumps({**mine, "pid": stranger.pid}))

        assert pages.running is None
        assert pages.stop() is False
        assert pages.kill() is False
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()
        processes.end(mine["pid"], mine["birth"], signal.SIGKILL, patience=10)


def test_a_torn_record_counts_as_nothing_running(pages):
    pages.folder.mkdir()
    (pages.folder / "running.json").write_text('{"pid": 1')

    assert pages.running is None
    assert pages.start() is True


def test_a_server_that_ends_while_starting_shows_the_end_of_its_log(pages):
    pages.program = ENDS_AT_ONCE
    with pytest.raises(ServerError, match="no room on the disk"):
        pages.start()
    assert pages.running is None


def test_a_server_that_never_answers_is_ended(pages):
    pages.program = NEVER_LISTENS
    pages.seconds_to_start = 0.5
    with pytest.raises(ServerError, match="does not answer after"):
        pages.start()

    assert pages.running is None
    assert not (pages.folder / "running.json").exists()


def test_when_one_server_fails_those_started_before_it_are_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(services, "provide", lambda _names: None)
    first, second = Pages(tmp_path / "first"), Pages(tmp_path / "second")
    second.program = ENDS_AT_ONCE

    with pytest.raises(ServerError):
        services.start([first, second])
    assert first.running is None


def test_a_command_runs_with_the_addresses_and_servers_that_ran_before_go_on(pages, tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(services, "provide", lambda _names: None)
    print_address = [sys.executable, "-c", "import os, sys; print(os.environ['PAGES_URL']); sys.exit(3)"]

    assert services.run([pages], print_address) == 3
    assert not pages.stop()
    assert capfd.readouterr().out.startswith("http://127.0.0.1:")

    pages.start()
    services.run([pages], print_address)
    assert pages.running
    assert capfd.readouterr().out.strip() == pages.url()


def test_ports_and_folder_come_from_the_environment(tmp_path):
    environment = {"SERVICES_FOLDER": str(tmp_path), "REDIS_PORT": "7001", "MARIADB_PORT": ""}

    mariadb, redis, elasticsearch = services.servers(environment=environment)
    assert (mariadb.port, redis.port, elasticsearch.port) == (3307, 7001, 9201)
    assert redis.folder == tmp_path / "redis"


@pytest.mark.parametrize("text", ["x", "-1", "65536", "٣٣٠٧"])
def test_a_port_that_is_none_is_refused_in_a_sentence(text):
    with pytest.raises(ServerError, match=r"REDIS_PORT=.* is no port"):
        services.servers(["redis"], environment={"REDIS_PORT": text})


def test_an_unknown_process_has_no_birth_and_a_zombie_is_dead():
    child = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.DEVNULL)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert processes.birth_of(child.pid) is None
    child.wait()
    assert processes.birth_of(child.pid) is None
    assert processes.birth_of(os.getpid()) == processes.birth_of(os.getpid()) is not None


def test_what_is_missing_is_named_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(requirements, "SEARCH_PATH", "/nonexistent")
    monkeypatch.setattr("platform.system", lambda: "Linux")

    with pytest.raises(ServerError) as caught:
        requirements.provide(["mariadb", "redis"])
    assert "MariaDB" in str(caught.value)
    assert "sudo apt-get install mariadb-server redis-server" in str(caught.value)


def test_a_system_without_a_new_jdk_is_told_how_to_go_on(monkeypatch, tmp_path):
    no_jdk = tmp_path / "run-elasticsearch"
    no_jdk.write_text("#!/bin/sh\nexit 1\n")
    no_jdk.chmod(0o755)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(requirements, "STARTER", no_jdk)
    monkeypatch.setattr(requirements, "_newest_jdk_package", lambda: "")
    monkeypatch.setattr("platform.system", lambda: "Linux")

    with pytest.raises(ServerError, match=r"no JDK of 21 or later[\s\S]*ES_JAVA_HOME"):
        requirements.provide(["elasticsearch"])


def test_a_taken_port_is_named_with_the_way_out_and_is_taken_once_free(tmp_path):
    with socket.socket() as listener:
        port = free_port()
        listener.bind(("127.0.0.1", port))
        listener.listen()
        with pytest.raises(ServerError, match=f"port {port}: another program listens.*PAGES_PORT={port + 100}"):
            Pages(tmp_path, port).start()
    server = Pages(tmp_path, port)
    try:
        assert server.start() is True
    finally:
        server.kill()
