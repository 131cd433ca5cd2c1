"""MariaDB for tests, with the character set, collation and isolation that production has (docs/DEPLOYMENT.md)."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tools.servers.life import NotReadyError, Server, ServerError
from tools.servers.requirements import program

DATABASE = "jiminny_sync"
USER = "jiminny"

# As in production but for the last group: a power cut may lose a second of tests, a killed server loses nothing.
# The socket is named relative to the data folder, because its whole path may not exceed 107 bytes.
SETTINGS = """\
[mariadbd]
datadir = {data}
tmpdir = {temporary}
socket = mariadb.sock
port = {port}
bind-address = 127.0.0.1
skip-name-resolve
character-set-server = utf8mb4
collation-server = utf8mb4_bin
sql_mode = STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION
transaction-isolation = READ-COMMITTED
max_allowed_packet = 64M
innodb_print_all_deadlocks = ON

innodb_buffer_pool_size = 256M
max_connections = 100
performance_schema = OFF
innodb_flush_log_at_trx_commit = 2
"""

# Test runs make and drop databases of their own (test_jiminny_sync_gw0); PROCESS shows locks and deadlocks.
GRANTS = """\
CREATE DATABASE IF NOT EXISTS {database} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE USER IF NOT EXISTS '{user}'@'127.0.0.1';
ALTER USER '{user}'@'127.0.0.1' IDENTIFIED BY '{password}';
GRANT ALL PRIVILEGES ON `jiminny\\_sync%`.* TO '{user}'@'127.0.0.1';
GRANT ALL PRIVILEGES ON `test\\_jiminny\\_sync%`.* TO '{user}'@'127.0.0.1';
GRANT PROCESS ON *.* TO '{user}'@'127.0.0.1';
"""

CLIENT = """\
[client]
protocol = TCP
host = 127.0.0.1
port = {port}
user = {user}
password = {password}
"""


class MariaDb(Server):
    """The database, and a user who owns it and its test databases."""

    name = "mariadb"
    label = "MariaDB"
    usual_port = 3307
    variable = "DATABASE_URL"

    @property
    def client_file(self) -> Path:
        """Options for `mariadb --defaults-file=…` and `mariadb-dump`."""
        return self.folder / "client.cnf"

    def prepare(self, port: int) -> None:
        password = self._password()
        # A starting server removes every temporary table in its folder, another server's too.
        temporary = self.folder.resolve() / "tmp"
        temporary.mkdir(exist_ok=True)
        (self.folder / "server.cnf").write_text(SETTINGS.format(data=self.storage, temporary=temporary, port=port))
        self._write_secret(self.client_file, CLIENT.format(port=port, user=USER, password=password))
        self._write_secret(self._init_file, GRANTS.format(database=DATABASE, user=USER, password=password))
        if not self.storage.exists():
            self._install()

    def command(self, port: int) -> Sequence[str]:
        del port
        return [
            program("mariadbd"),
            f"--defaults-file={self.folder.resolve() / 'server.cnf'}",
            f"--init-file={self._init_file.resolve()}",
            *_as_present_user(),
        ]

    def url(self) -> str:
        return f"mysql://{USER}:{self._password()}@127.0.0.1:{self.port}/{DATABASE}"

    def version(self) -> str:
        return self.query("SELECT VERSION()")

    def query(self, statement: str, *, database: str = DATABASE) -> str:
        """Run one statement as the application's user and return what the client prints. Raises NotReadyError."""
        answer = subprocess.run(
            [program("mariadb"), f"--defaults-file={self.client_file}", "--batch", "--skip-column-names", database],
            input=statement,
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode:
            raise NotReadyError(answer.stderr.strip())
        return answer.stdout.strip()

    @property
    def _init_file(self) -> Path:
        return self.folder / "init.sql"

    def _password(self) -> str:
        kept = self.folder / "password"
        if not kept.exists():
            self._write_secret(kept, secrets.token_hex(16))
        return kept.read_text()

    @staticmethod
    def _write_secret(path: Path, text: str) -> None:
        path.touch(mode=0o600)
        path.write_text(text)

    def _install(self) -> None:
        """Make the system tables beside the final folder, so that an interrupted run leaves nothing half made."""
        unfinished = self.storage.with_name("data.unfinished")
        if unfinished.exists():
            shutil.rmtree(unfinished)
        made = subprocess.run(
            [
                program("mariadb-install-db"),
                "--no-defaults",
                f"--datadir={unfinished}",
                "--auth-root-authentication-method=socket",
                "--skip-test-db",
                *_as_present_user(),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise ServerError(f"mariadb-install-db failed:\n{made.stdout[-2000:]}{made.stderr[-2000:]}")
        unfinished.rename(self.storage)


def _as_present_user() -> list[str]:
    """As root both programs would otherwise change to the system's mysql user, who may not read this folder."""
    return ["--user=root"] if os.geteuid() == 0 else []
