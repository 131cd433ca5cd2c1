"""Puts an answer on the wire with the headers Graph sends, gzipped where the client takes it."""

import time
import zlib
from email.utils import formatdate

from starlette.requests import Request
from starlette.types import Send

from sandbox.graph.exchange import GraphResponse
from sandbox.identifiers import guid

_GZIP_FROM = 1024
_GZIP_WINDOW = 31
_NO_CONTENT = 204
_DIAGNOSTICS = (
    '{"ServerInfo":{"DataCenter":"Loopback","Slice":"E","Ring":"0","ScaleUnit":"000","RoleInstance":"SANDBOX"}}'
)


async def send_response(send: Send, request: Request, response: GraphResponse, *, now: float, may_gzip: bool) -> None:
    """Sends status, headers and body; `now` is the tenant's clock, for the Date header."""
    body = response.body
    headers = {
        "content-type": response.content_type,
        "request-id": guid("request", time.time_ns()),
        "client-request-id": request.headers.get("client-request-id") or guid("client", time.time_ns()),
        "x-ms-ags-diagnostic": _DIAGNOSTICS,
        "date": formatdate(now, usegmt=True),
        "strict-transport-security": "max-age=31536000",
        "cache-control": "private",
        "odata-version": "4.0",
        **{name.lower(): value for name, value in response.headers.items()},
    }
    if may_gzip and len(body) >= _GZIP_FROM and "gzip" in request.headers.get("accept-encoding", ""):
        packer = zlib.compressobj(1, zlib.DEFLATED, _GZIP_WINDOW)
        body = packer.compress(body) + packer.flush()
        headers |= {"content-encoding": "gzip", "vary": "Accept-Encoding"}
    headers["content-length"] = str(len(body))
    if response.status == _NO_CONTENT:
        del headers["content-type"], headers["content-length"]
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
