"""Cutting a client's connection in the middle of a request, which ASGI itself has no word for."""

import asyncio
from weakref import WeakValueDictionary

from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

_open: WeakValueDictionary[tuple[str, int], asyncio.Transport] = WeakValueDictionary()


class TrackedProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, with a note of each client's transport."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Notes the transport under the client's address."""
        peer = transport.get_extra_info("peername")
        if peer:
            _open[(peer[0], peer[1])] = transport
        super().connection_made(transport)


async def abort_connection(scope: Scope) -> None:
    """Resets the connection this request came in on."""
    client = scope.get("client")
    transport = _open.get((client[0], client[1])) if client else None
    if transport is not None:
        transport.abort()
        await asyncio.sleep(0.05)


def abort_all() -> None:
    """Resets every connection still open."""
    for transport in list(_open.values()):
        transport.abort()
