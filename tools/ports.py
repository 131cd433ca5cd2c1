"""Ports for servers that are started here, where nobody is given one by chance."""

import random
import socket

_FROM, _BELOW = 10_000, 32_768
"""Below those that the system gives to whoever asks for any: a port found free here is not given away meanwhile."""


def is_taken(port: int) -> bool:
    """Whether something listens on it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def free_ports(number: int) -> list[int]:
    """So many ports on which nothing listens."""
    dice = random.SystemRandom()
    found: set[int] = set()
    while len(found) < number:
        port = dice.randrange(_FROM, _BELOW)
        found |= set() if is_taken(port) else {port}
    return list(found)


def free_port() -> int:
    """A port on which nothing listens."""
    return free_ports(1)[0]
