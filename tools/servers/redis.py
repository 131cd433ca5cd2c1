"""Redis for tests: an append-only file, so that a killed one comes back with its queues."""

import socket
from collections.abc import Sequence

from tools.servers.life import NotReadyError, Server
from tools.servers.requirements import program

# Uncompressed, so that a test finds in the files whatever was stored.
SETTINGS = """\
bind 127.0.0.1
port {port}
dir "{folder}"
daemonize no
databases 64
appendonly yes
appendfsync everysec
rdbcompression no
maxmemory 256mb
maxmemory-policy noeviction
"""


class Redis(Server):
    """Celery's broker."""

    name = "redis"
    label = "Redis"
    usual_port = 6380
    variable = "CELERY_BROKER_URL"

    def prepare(self, port: int) -> None:
        self.storage.mkdir(exist_ok=True)
        (self.folder / "redis.conf").write_text(SETTINGS.format(port=port, folder=self.storage))

    def command(self, port: int) -> Sequence[str]:
        del port
        return [program("redis-server"), str(self.folder.resolve() / "redis.conf")]

    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def version(self) -> str:
        if self._ask("PING") != "+PONG":
            raise NotReadyError("it is loading")
        for line in self._ask("INFO server").splitlines():
            if line.startswith("redis_version:"):
                return line.partition(":")[2]
        raise NotReadyError("no version")

    def _ask(self, command: str) -> str:
        """Send one inline command; the answers asked for here fit one reply of a few kilobytes."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(f"{command}\r\nQUIT\r\n".encode())
                with connection.makefile("rb") as replies:
                    return replies.read().decode().removesuffix("+OK\r\n").strip()
        except OSError as error:
            raise NotReadyError(str(error)) from None
