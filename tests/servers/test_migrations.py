"""An upgrade of a running installation: no migration after the first bars a table that has rows to those who write.

Each statement that changes such a table is given MariaDB with LOCK=NONE. What cannot be done without a lock is refused,
in the server's own words, whatever the tables hold.
"""

import re

import pytest
from django.db import IntegrityError, OperationalError, connection, connections
from django.db.migrations.executor import MigrationExecutor

from tests.support.factories import AccountFactory

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

OURS = ("accounts", "crm", "mailsync", "timeline")
CHANGES = re.compile(r"(?P<what>CREATE TABLE|ALTER TABLE|(?:CREATE (?:UNIQUE )?|DROP )INDEX .* ON) `(?P<table>\w+)`")
DROPPED = re.compile(r"\ADROP INDEX (`\w+`) ON (`\w+`)")


@pytest.fixture
def empty_database():
    """A database beside the test's own, which is at its newest."""
    name = f"{connection.settings_dict['NAME']}_upgraded"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS `{name}`")
        cursor.execute(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
    connections["upgraded"] = connection.copy("upgraded")
    connections["upgraded"].settings_dict["NAME"] = name
    yield connections["upgraded"]
    connections["upgraded"].close()
    del connections["upgraded"]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE `{name}`")


class WithoutLocks:
    """Lets nothing lock a table that was there before; `changed` are the statements that changed one."""

    def __init__(self):
        self.new, self.changed = set(), []

    def __call__(self, execute, statement, parameters, many, context):
        statement = str(statement).strip().rstrip(";")
        change = CHANGES.match(statement)
        if change is None or change["table"] in self.new:
            return execute(statement, parameters, many, context)
        if change["what"] == "CREATE TABLE":
            self.new.add(change["table"])
            return execute(statement, parameters, many, context)
        self.changed.append(statement)
        # MariaDB takes the clause with ALTER TABLE and with CREATE INDEX, and not with DROP INDEX
        statement = DROPPED.sub(r"ALTER TABLE \2 DROP INDEX \1", statement)
        comma = "," if statement.startswith("ALTER TABLE") else ""
        return execute(f"{statement}{comma} LOCK=NONE", parameters, many, context)


def test_no_migration_after_the_first_bars_a_table_to_writers(empty_database, settings):
    settings.MIGRATION_MODULES = {}  # a run may make its own tables without them
    executor = MigrationExecutor(empty_database)
    executor.migrate([(app, "0001_initial") for app in OURS])
    executor.loader.build_graph()
    without_locks = WithoutLocks()

    with empty_database.execute_wrapper(without_locks):
        executor.migrate([leaf for leaf in executor.loader.graph.leaf_nodes() if leaf[0] in OURS])

    assert len(without_locks.changed) > 15
    assert any("FOREIGN KEY" in statement for statement in without_locks.changed)


def test_what_needs_a_lock_is_refused_here(empty_database):
    with empty_database.cursor() as cursor:
        cursor.execute("CREATE TABLE old (words varchar(10))")
        with empty_database.execute_wrapper(WithoutLocks()), pytest.raises(OperationalError, match="LOCK=NONE"):
            cursor.execute("ALTER TABLE `old` MODIFY words integer")


def test_a_foreign_key_added_to_rows_that_lead_nowhere_is_told(acme):
    account = AccountFactory(organization=acme)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE leads_somewhere (id integer PRIMARY KEY, account uuid)")
        cursor.execute("INSERT INTO leads_somewhere VALUES (1, %s), (2, NULL)", [account.pk.hex])
    constraint = "CONSTRAINT `to_account` FOREIGN KEY (`account`) REFERENCES `crm_account` (`id`)"
    add = f"ALTER TABLE `leads_somewhere` ADD {constraint}"
    try:
        with connection.schema_editor() as editor:
            editor.execute(add)
            editor.execute("ALTER TABLE `leads_somewhere` DROP FOREIGN KEY `to_account`")
            editor.execute("INSERT INTO leads_somewhere VALUES (3, UUID())")
            with pytest.raises(IntegrityError, match="leads_somewhere"):
                editor.execute(add)
        with connection.cursor() as cursor:
            cursor.execute("SELECT @@foreign_key_checks")
            assert cursor.fetchone() == (1,)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE leads_somewhere")
