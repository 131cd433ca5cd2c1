"""The process: two listening sockets, one event loop, one tenant; SIGTERM ends it cleanly."""

import asyncio
import contextlib
import os
import secrets
import signal
import socket
import ssl
import sys
from collections.abc import Iterator

import uvicorn
from starlette.applications import Starlette

from sandbox.application import make_application
from sandbox.clock import Clock, epoch_of
from sandbox.connections import TrackedProtocol, abort_all
from sandbox.control.reports import people
from sandbox.crm import write_crm
from sandbox.live import keep_delivering
from sandbox.operations import OPERATIONS
from sandbox.options import Options
from sandbox.people import CLIENT_ID, CLIENT_SECRET, COMPANY, DOMAIN, TENANT_ID
from sandbox.signing import Signer
from sandbox.state_dir import StateDir
from sandbox.tenant import Tenant

_BACKLOG = 256
_GRACE_SECONDS = 0.2


class _Server(uvicorn.Server):
    """One of two servers in the loop; signals are caught once, outside."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listens, and says so."""
        await super().startup(sockets)
        self.is_listening.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Catches nothing."""
        yield


def run(options: Options) -> None:
    """Serves until SIGTERM or SIGINT."""
    state = StateDir(options.state_dir)
    with _listen(options.https_port) as secure, _listen(options.http_port) as plain:
        base = state.base_date(options)
        start = epoch_of(options.now) if options.now else None
        https = f"https://localhost:{secure.getsockname()[1]}"
        http = f"http://localhost:{plain.getsockname()[1]}"
        tenant = Tenant(
            options=options,
            state=state,
            base=base,
            clock=Clock(start),
            signer=Signer(state.signing_key()),
            operations=OPERATIONS,
            urls={"https": https, "http": http, "graph_url": f"{https}/v1.0"},
            redirect_uris={f"http://localhost:{options.app_port}/oauth/microsoft/callback/"},
        )
        if options.crm_dir is not None:
            write_crm(tenant.corpus.crm, options.crm_dir)
        control_token = secrets.token_urlsafe(24)
        _announce(tenant, control_token)
        asyncio.run(_serve(tenant, make_application(tenant, control_token), secure, plain))


def _listen(port: int) -> socket.socket:
    # asyncio switches Nagle's delay off only where the protocol is named.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as taken:
        listener.close()
        raise SystemExit(f"port {port} on 127.0.0.1 is taken: {taken.strerror}") from taken
    return listener


def _announce(tenant: Tenant, control_token: str) -> None:
    urls, options = tenant.urls, tenant.options
    tenant.state.announce(
        {
            "pid": os.getpid(),
            "https": urls["https"],
            "http": urls["http"],
            "authority": urls["https"],
            "graph_url": urls["graph_url"],
            "control_url": f"{urls['https']}/control",
            "control_token": control_token,
            "ca_path": str(tenant.state.ca_path),
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "tenant_id": TENANT_ID,
            "domain": DOMAIN,
            "organization": COMPANY,
            "people": people(tenant.people),
            "base": tenant.base,
            "crm_dir": str(options.crm_dir.resolve()) if options.crm_dir else "",
        }
    )


def _tls(tenant: Tenant) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf = tenant.state.authority().issue_cert("localhost", "127.0.0.1")
    leaf.configure_cert(context)
    return context


def _server(application: Starlette, tls: ssl.SSLContext | None) -> _Server:
    config = uvicorn.Config(
        application,
        http=TrackedProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        log_level="critical",
        server_header=False,
        date_header=False,
        backlog=_BACKLOG,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
    )
    config.load()
    config.ssl = tls
    return _Server(config)


async def _serve(tenant: Tenant, application: Starlette, secure: socket.socket, plain: socket.socket) -> None:
    servers = [_server(application, _tls(tenant)), _server(application, None)]
    _stop_when_told(servers, has_lifeline=tenant.options.lifeline)
    serving = [asyncio.create_task(server.serve([own])) for server, own in zip(servers, (secure, plain), strict=True)]
    live = asyncio.create_task(keep_delivering(tenant))
    for server in servers:
        await server.is_listening.wait()
    sys.stdout.write(f"READY {tenant.urls['https']}\n")
    sys.stdout.flush()
    await asyncio.gather(*serving)
    live.cancel()


def _stop_when_told(servers: list[_Server], *, has_lifeline: bool) -> None:
    """By a signal, or by standard input closing, which is how a test that dies takes its sandbox along."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for server in servers:
            server.should_exit = True
        loop.call_later(_GRACE_SECONDS, abort_all)

    def heed_lifeline() -> None:
        if not os.read(sys.stdin.fileno(), 1024):
            loop.remove_reader(sys.stdin.fileno())
            stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    if has_lifeline:
        loop.add_reader(sys.stdin.fileno(), heed_lifeline)
