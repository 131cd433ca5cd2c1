"""Elasticsearch for tests: one node out of the jars on Maven Central (see tools/elasticsearch-testnode/README.md)."""

import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from tools.servers.life import NotReadyError, Server

STARTER = Path(__file__).resolve().parents[1] / "elasticsearch-testnode" / "run-elasticsearch"

# A test machine's disk is often nearly full; a node would then refuse to write long before anything is wrong.
# In bytes and looked at often, so that a test can fill the disk by raising them and empty it by lowering them.
DISK_WATERMARKS = (
    "cluster.routing.allocation.disk.watermark.low=300mb",
    "cluster.routing.allocation.disk.watermark.high=200mb",
    "cluster.routing.allocation.disk.watermark.flood_stage=100mb",
    "cluster.info.update.interval=10s",
)


class Elasticsearch(Server):
    """The search index. The first start ever downloads its jars and takes a minute or two."""

    name = "elasticsearch"
    label = "Elasticsearch"
    usual_port = 9201
    variable = "ELASTICSEARCH_URL"
    seconds_to_start = 300

    def prepare(self, port: int) -> None:
        del port

    def command(self, port: int) -> Sequence[str]:
        return [str(STARTER), "--port", str(port), "--data", str(self.storage), *DISK_WATERMARKS]

    def environment(self) -> Mapping[str, str]:
        # A node that lives for minutes is not worth compiling thoroughly.
        return {"ES_JAVA_OPTS": "-Xms256m -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1"}

    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def version(self) -> str:
        health = self._get("/_cluster/health?wait_for_status=yellow&timeout=1s")
        if health.get("timed_out"):
            raise NotReadyError(f"the cluster is {health.get('status')}")
        return str(cast("dict[str, object]", self._get("/")["version"])["number"])

    def contents(self) -> bytes:
        """Return every term and stored field of the indexes on its disk, deleted documents' included, a line each.

        The files themselves have them compressed. What was not flushed is not among them.
        """
        command = [str(STARTER), "--contents", str(self.storage)]
        return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout

    def _get(self, path: str) -> dict[str, object]:
        try:
            with urllib.request.urlopen(self.url() + path, timeout=5) as answer:  # noqa: S310 - loopback http
                return cast("dict[str, object]", json.load(answer))
        except (OSError, ValueError) as error:
            raise NotReadyError(str(error)) from None
