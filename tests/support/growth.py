"""How work grows with the length of what it is done on: compared with itself, never with a number of seconds.

Work is CPU time of this thread, the least of several runs, and only ever compared with work of the same kind: four
times the text takes four times the work where it is linear, and sixteen times where it grows with the square.
"""

import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

ENDING = "\x01!"
MOST_GROWTH = 8.0
"""Of work, for four times the text. It lies as far above linear as below the square."""
MEASURED_AT_MOST = 60
"""Times: what takes microseconds takes longer for a while where other processes fill the caches."""

Given = TypeVar("Given")
Maker = Callable[[int], str]
"""Makes a text of so many characters."""


def repeated(pump: str, *, lead: str = "", ending: str = ENDING) -> Maker:
    """`lead`, then `pump` again and again, then `ending`."""
    return lambda length: (lead + pump * (length // len(pump) + 1))[:length] + ending


def assert_linear(run: Callable[[Given], object], make: Callable[[int], Given], length: int) -> None:
    """Fail where four times the length takes more than `MOST_GROWTH` times the work."""
    works = growth(run, make, length)
    assert works[2] <= MOST_GROWTH * works[0], " → ".join(f"{each * 1000:.1f} ms" for each in works)


def growth(
    run: Callable[[Given], object], make: Callable[[int], Given], length: int, *, most: float = MOST_GROWTH
) -> list[float]:
    """The work at a length, at twice and at four times it. Measured again while it looks like more than it may be."""
    given = [make(length * times) for times in (1, 2, 4)]
    least = [float("inf")] * len(given)
    for attempt in range(MEASURED_AT_MOST):
        for number, each in enumerate(given):
            least[number] = min(least[number], work(partial(run, each)))
        is_too_long_for_chance = attempt > 0 and least[2] > 1
        if least[2] <= most * least[0] or is_too_long_for_chance:
            break
    return least


def work(run: Callable[[], object]) -> float:
    """CPU time that this thread takes for it."""
    begun = time.thread_time()
    run()
    return time.thread_time() - begun


def heaviest(run: Callable[[str], object], makers: Iterable[Maker], length: int, most: int) -> list[Maker]:
    """The makers whose texts of a length take the most work."""
    measured = []
    for number, make in enumerate(makers):
        text = make(length)
        measured.append((work(partial(run, text)), number, make))
    return [make for _, _, make in sorted(measured, reverse=True)[:most]]
