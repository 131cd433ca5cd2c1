"""A dump of one server, loaded into an empty one, holds the same rows."""

import gzip
import os
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests.factories import EmailMessageFactory, ParticipantFactory
from timeline.models import EmailMessage

ROOT = Path(__file__).resolve().parents[2]
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
