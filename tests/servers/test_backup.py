"""A dump of one server, loaded into an empty one, holds the same rows; docs/DEPLOYMENT.md's commands do it."""

import getpass
import gzip
import os
import re
import shlex
import subprocess

import pytest
from django.conf import settings
from django.db import connection

from tests.support.commands import ROOT
from tests.support.factories import EmailMessageFactory, ParticipantFactory
from timeline.models import EmailMessage, Engagement
from timeline.search.texts import refresh_search_texts

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def run(script, file, *, database):
    server = settings.DATABASES["default"]
    url = f"mysql://{server['USER']}:{server['PASSWORD']}@{server['HOST']}:{server['PORT']}/{database}"
    return subprocess.run(
        [ROOT / "tools" / script, file],
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def present():
    return connection.settings_dict["NAME"]


@pytest.fixture
def empty(present):
    name = f"{present}_restored"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")  # of a run that was killed
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
        yield name
        cursor.execute(f"DROP DATABASE {name}")


def contents():
    """Count and checksum of every table."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        counted = {}
        for name in names:
            cursor.execute(f"SELECT COUNT(*) FROM `{name}`")  # noqa: S608 - a name of the schema
            counted[name] = cursor.fetchone()[0]
        cursor.execute(f"CHECKSUM TABLE {', '.join(f'`{name}`' for name in names)}")
        return counted, {name.partition(".")[2]: checksum for name, checksum in cursor.fetchall()}


def test_what_was_dumped_comes_back_row_by_row(acme, present, empty, tmp_path):
    texts = ["Grüße 👋 'quoted' \\ and\ttabbed", "日本語\r\nlines", ""]
    for text in texts:
        email = EmailMessageFactory(engagement__organization=acme, organization=acme, text=text)
        ParticipantFactory(engagement=email.engagement, organization=acme)
    before, checksums = contents()
    assert before[EmailMessage._meta.db_table] == len(texts)

    dumped = run("backup.sh", tmp_path / "dump.sql.gz", database=present)
    assert dumped.returncode == 0, dumped.stderr
    assert "FIELD_ENCRYPTION_KEYS" in dumped.stdout
    restored = run("restore.sh", tmp_path / "dump.sql.gz", database=empty)
    assert restored.returncode == 0, restored.stderr

    assert dict(line.split("\t") for line in restored.stdout.splitlines()) == {k: str(v) for k, v in before.items()}
    with connection.cursor() as cursor:
        cursor.execute(f"CHECKSUM TABLE {', '.join(f'`{empty}`.`{name}`' for name in before)}")
        assert {name.partition(".")[2]: checksum for name, checksum in cursor.fetchall()} == checksums


def test_a_dump_is_readable_to_its_owner_alone_and_overwrites_nothing(present, tmp_path):
    file = tmp_path / "dump.sql.gz"
    assert run("backup.sh", file, database=present).returncode == 0
    assert file.stat().st_mode & 0o077 == 0
    first = file.read_bytes()

    again = run("backup.sh", file, database=present)
    assert again.returncode == 1
    assert "overwrites nothing" in again.stderr
    assert file.read_bytes() == first


def test_a_failed_dump_leaves_no_file(tmp_path):
    assert run("backup.sh", tmp_path / "dump.sql.gz", database="jiminny_sync_absent").returncode != 0
    assert list(tmp_path.iterdir()) == []


def test_a_dump_goes_into_an_empty_database_only(present, tmp_path):
    run("backup.sh", tmp_path / "dump.sql.gz", database=present)

    refused = run("restore.sh", tmp_path / "dump.sql.gz", database=present)
    assert refused.returncode == 1
    assert "Restore into an empty one" in refused.stderr


def test_a_dump_cut_short_is_refused_before_anything_is_written(present, empty, tmp_path):
    run("backup.sh", tmp_path / "dump.sql.gz", database=present)
    whole = gzip.decompress((tmp_path / "dump.sql.gz").read_bytes())
    (tmp_path / "short.sql.gz").write_bytes(gzip.compress(whole[: len(whole) // 2]))

    refused = run("restore.sh", tmp_path / "short.sql.gz", database=empty)
    assert refused.returncode == 1
    assert "not a whole dump" in refused.stderr
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = %s", [empty])
        assert cursor.fetchone() == (0,)


def documented(section):
    """The commands of a section of docs/DEPLOYMENT.md that are ours to run: the rest is git, pip and systemctl."""
    page = (ROOT / "docs" / "DEPLOYMENT.md").read_text()
    text = page.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    # collectstatic writes into the repository; the image's steps run it in a folder of their own (test_image.py).
    return [line for line in text.splitlines() if line.startswith("deploy/manage ") and "collectstatic" not in line]


@pytest.fixture
def as_documented(tmp_path, present):
    """Run a section's commands with the environment of an installation on `database`, its dumps in `tmp_path`."""

    def run_all(section, *, database):
        server = settings.DATABASES["default"]
        variables = {
            "DATABASE_URL": f"mysql://{server['USER']}:{server['PASSWORD']}@{server['HOST']}:{server['PORT']}/{database}",
            "ELASTICSEARCH_URL": settings.ELASTICSEARCH_URL,
            "ELASTICSEARCH_INDEX_PREFIX": settings.ELASTICSEARCH_INDEX_PREFIX,
            "SECRET_KEY": settings.SECRET_KEY,
            "FIELD_ENCRYPTION_KEYS": ",".join(settings.FIELD_ENCRYPTION_KEYS),
            "VAR_DIR": str(tmp_path),
        }
        environment = tmp_path / "environment"
        environment.write_text("".join(f"{name}={shlex.quote(value)}\n" for name, value in variables.items()))
        ours = {"JIMINNY_SYNC_ENVIRONMENT": str(environment), "JIMINNY_SYNC_USER": getpass.getuser()}
        for command in documented(section):
            moved = re.sub(r"/var/lib/jiminny-sync/backups/\S+", str(tmp_path / "dump.sql.gz"), command)
            done = subprocess.run(
                shlex.split(moved), cwd=ROOT, env={**os.environ, **ours}, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, (command, done.stdout, done.stderr)
            yield command

    return run_all


def test_the_documented_commands_upgrade_back_up_and_restore_with_the_index_built_anew(
    acme, present, empty, as_documented, server
):
    for number in range(3):
        email = EmailMessageFactory(engagement__organization=acme, organization=acme, text=f"mail {number}")
        ParticipantFactory(engagement=email.engagement, organization=acme)
    refresh_search_texts(Engagement.objects.values_list("pk", flat=True))
    ids = {str(key) for key in Engagement.objects.values_list("pk", flat=True)}

    upgraded = list(as_documented("Upgrade", database=present))
    assert [command.split()[1:3] for command in upgraded] == [["--run", "tools/backup.sh"], ["migrate"]]
    before, checksums = contents()
    place = "timeline_changecursor"  # how far the index has read: `reindex` writes there
    del before[place], checksums[place]
    restored = list(as_documented("Restore", database=empty))
    assert [command.split()[1] for command in restored] == ["--run", "migrate", "purge_expired", "reindex"]

    with connection.cursor() as cursor:
        cursor.execute(f"CHECKSUM TABLE {', '.join(f'`{empty}`.`{name}`' for name in before)}")
        assert {name.partition(".")[2]: checksum for name, checksum in cursor.fetchall()} == checksums
    alias = f"{settings.ELASTICSEARCH_INDEX_PREFIX}-engagements"
    server.indices.refresh(index=alias)
    assert {hit["_id"] for hit in server.search(index=alias, size=100)["hits"]["hits"]} == ids
