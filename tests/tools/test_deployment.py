"""What is written for deployment agrees with the application, and one file of it with the next."""

import configparser
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from cryptography.fernet import Fernet
from django.core.management import get_commands
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from tests.support.commands import ROOT
from tools import run_dockerfile_steps
from tools.servers import mariadb

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
OURS = ("web", "worker", "beat")
SETTINGS = (ROOT / "jiminny_sync" / "settings.py").read_text() + (ROOT / "deploy" / "gunicorn_settings.py").read_text()


def unit(name):
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.read(ROOT / "deploy" / "systemd" / f"jiminny-sync-{name}.service")
    return parser


@pytest.fixture
def secrets(tmp_path):
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    subprocess.run([tmp_path / "deploy" / "make-secrets"], check=True, capture_output=True)
    return tmp_path / "secrets"


def test_make_secrets_writes_every_secret_that_compose_mounts(secrets):
    files = {Path(secret["file"]).name for secret in COMPOSE["secrets"].values()}

    assert {path.name for path in secrets.iterdir()} == files
    assert secrets.stat().st_mode & 0o077 == 0
    mounted = {name for service in SERVICES.values() for name in service.get("secrets", [])}
    assert mounted == set(COMPOSE["secrets"])


def test_made_secrets_fit_each_other_and_the_application(secrets):
    database = urlsplit((secrets / "database_url").read_text())
    broker = urlsplit((secrets / "celery_broker_url").read_text())

    assert database.password == (secrets / "mariadb_password").read_text()
    assert database.username == SERVICES["mariadb"]["environment"]["MARIADB_USER"]
    assert database.path == "/" + SERVICES["mariadb"]["environment"]["MARIADB_DATABASE"]
    assert broker.password == (secrets / "redis_password").read_text()
    search = urlsplit((secrets / "elasticsearch_url").read_text())
    assert (search.username, search.password) == ("elastic", (secrets / "elasticsearch_password").read_text())
    assert len((secrets / "metrics_token").read_text()) > 40
    assert {database.hostname, broker.hostname} <= set(SERVICES)
    Fernet((secrets / "field_encryption_keys").read_text())
    assert len((secrets / "secret_key").read_text()) >= 50


def test_making_secrets_again_changes_none(secrets):
    before = {path.name: path.read_text() for path in secrets.iterdir()}
    subprocess.run([secrets.parent / "deploy" / "make-secrets"], check=True, capture_output=True)

    assert {path.name: path.read_text() for path in secrets.iterdir()} == before


def test_our_processes_start_once_the_tables_are_migrated():
    for name in OURS:
        waits = SERVICES[name]["depends_on"]
        assert waits["migrate"] == {"condition": "service_completed_successfully"}
        assert waits["mariadb"] == waits["redis"] == {"condition": "service_healthy"}
    assert SERVICES["migrate"]["restart"] == "no"


def test_everything_that_stays_is_watched_limited_and_restarted():
    for name, service in SERVICES.items():
        assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}, name
        if name != "migrate":
            assert service["restart"] == "unless-stopped", name
            assert "healthcheck" in service or name == "web", name
    assert "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()


def test_only_the_web_server_is_published_and_only_to_this_machine():
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"web"}
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["web"]["ports"])
    assert all(SERVICES[name]["networks"] == ["inside"] for name in ("mariadb", "redis", "elasticsearch"))
    assert COMPOSE["networks"]["inside"] == {"internal": True}


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_writes_to_its_volume_and_memory_alone_and_gains_nothing(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert all("size=" in mount for mount in service["tmpfs"])
    assert not {"privileged", "cap_add", "devices", "pid", "ipc", "network_mode", "userns_mode"} & set(service)
    assert service.get("user", "10001") in {"10001", "mysql", "redis", "1000:0"}, "nobody is root"
    writable = [volume for volume in service.get("volumes", []) if not volume.endswith(":ro")]
    assert all(volume.partition(":")[0] in COMPOSE["volumes"] for volume in writable), "no folder of the machine"


def test_every_server_with_mail_in_it_asks_for_a_password():
    for name in ("mariadb", "redis", "elasticsearch"):
        assert any("password" in secret for secret in SERVICES[name]["secrets"])
    assert SERVICES["elasticsearch"]["environment"]["xpack.security.enabled"] == "true"
    assert "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD" not in SERVICES["mariadb"]["environment"]
    assert "--requirepass" in SERVICES["redis"]["command"][-1]


def test_our_image_runs_as_nobody():
    assert re.search(r"^USER 10001$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)


def test_no_secret_stands_in_the_open():
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|KEY|TOKEN|DATABASE_URL|BROKER|ELASTICSEARCH_URL", name):
                assert name.endswith("_FILE"), name
                assert value.startswith("/run/secrets/")


@pytest.mark.parametrize("source", ["compose", "environment.example"])
def test_every_variable_is_one_the_settings_read(source):
    if source == "compose":
        names = set(COMPOSE["x-app"]["environment"])
    else:
        lines = (ROOT / "deploy" / "environment.example").read_text().splitlines()
        names = {line.partition("=")[0] for line in lines if line and not line.startswith("#")}

    unknown = {name for name in names if f'"{name.removesuffix("_FILE")}"' not in SETTINGS}
    assert unknown == set()


@pytest.mark.parametrize("name", OURS)
def test_systemd_runs_what_the_containers_run(name):
    command = shlex.split(unit(name)["Service"]["ExecStart"])
    dockerfile = dict(run_dockerfile_steps.instructions((ROOT / "Dockerfile").read_text()))

    in_container = SERVICES[name].get("command") or yaml.safe_load(dockerfile["CMD"])
    assert command == [f"/opt/jiminny-sync/.venv/bin/{in_container[0]}", *in_container[1:]]


@pytest.mark.parametrize("name", [*OURS, "backup"])
def test_units_run_as_their_own_user_and_write_their_own_folder_only(name):
    service = unit(name)["Service"]

    assert service["User"] == "jiminny"
    assert service["ProtectSystem"] == "strict"
    assert service["NoNewPrivileges"] == "yes"
    assert service["EnvironmentFile"] == "/etc/jiminny-sync/environment"


def test_the_test_server_decides_as_the_production_one_does():
    def options(text):
        parser = configparser.ConfigParser(allow_no_value=True, interpolation=None)
        parser.read_string(text)
        return parser["mariadbd"]

    production, tested = options((ROOT / "deploy" / "mariadb.cnf").read_text()), options(mariadb.SETTINGS)
    for name in ("character-set-server", "collation-server", "sql_mode", "transaction-isolation", "max_allowed_packet"):
        assert production[name] == tested[name], name


def test_the_image_holds_the_application_and_nothing_for_development():
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    files = {str(path) for path in run_dockerfile_steps.context_files(ignored)}

    assert {"manage.py", "jiminny_sync/settings.py", "deploy/healthcheck.py", "requirements-services.txt"} <= files
    rooms = {path.partition("/")[0] for path in files}
    assert not rooms & {"tests", "sandbox", "tools", "benchmarks", "docs", "var", "secrets", ".env", ".git", ".venv"}


def test_the_page_names_only_what_exists():
    page = (ROOT / "docs" / "DEPLOYMENT.md").read_text()
    known = get_commands()

    for path in re.findall(r"\b((?:deploy|tools|docs)/[\w./-]*\w)", page):
        assert (ROOT / path).exists() or list(ROOT.glob(f"{path}*")), path
    for command in re.findall(r"deploy/manage ([a-z_]+)", page):
        assert command in known, command
    for name in re.findall(r"jiminny-sync-(\w+)", page):
        if name != "proxy":
            assert list((ROOT / "deploy" / "systemd").glob(f"jiminny-sync-{name}.*")), name


def test_a_web_server_that_is_not_there_is_unhealthy():
    command = [sys.executable, str(ROOT / "deploy" / "healthcheck.py"), "web"]

    assert subprocess.run(command, env={"WEB_BIND": "127.0.0.1:1"}, check=False).returncode == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "on_time"), [(1, True), (9, True), (11, False)])
def test_a_beat_that_fell_silent_is_unhealthy(minutes, on_time):
    healthcheck = runpy.run_path(str(ROOT / "deploy" / "healthcheck.py"))
    every_minute = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.MINUTES)
    last = timezone.now() - timedelta(minutes=minutes)
    PeriodicTask.objects.create(name="dispatch", task="dispatch", interval=every_minute, last_run_at=last)
    PeriodicTask.objects.create(name="off", task="off", interval=every_minute, enabled=False)

    assert healthcheck["beat_is_on_time"]() is on_time
