"""CPU seconds of this process and its memory while it works."""

import os
import time
from pathlib import Path
from types import TracebackType
from typing import Self


def resident_megabytes() -> float:
    """Memory held at this moment; 0.0 where the system does not tell (not Linux)."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


class Gauge:
    """Measures the block it stands around: `cpu` and `wall` seconds, `memory` in MB at each `note`."""

    def __init__(self) -> None:
        self.cpu = self.wall = 0.0
        self.memory: list[float] = []

    def __enter__(self) -> Self:
        self._wall, self._cpu = time.monotonic(), time.process_time()
        return self

    def note(self) -> None:
        """Take down how much memory is held."""
        self.memory.append(resident_megabytes())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cpu, self.wall = time.process_time() - self._cpu, time.monotonic() - self._wall

    def report(self) -> dict[str, object]:
        """As JSON-ready figures; memory is thinned to eleven readings, begin to end."""
        last = len(self.memory) - 1
        thinned = [self.memory[last * step // 10] for step in range(11)] if self.memory else []
        return {"cpu": self.cpu, "wall": self.wall, "memory": thinned}
