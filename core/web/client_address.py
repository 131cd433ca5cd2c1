"""The network address that a request came from, as far as it can be believed."""

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The nearest address that is none of `TRUSTED_PROXIES`; empty where the web server's socket has none.

    What a client writes into X-Forwarded-For stands left of what our own proxies add: it is read from the right, and
    only where the peer itself is a proxy of ours.
    """
    peer, forwarded = request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", "")
    nearest = ""
    for step in (peer, *reversed(forwarded.split(","))):
        if address := step.strip():
            if not _is_address(address):
                break
            nearest = address
            if not _is_ours(address):
                break
    return nearest


def client_place(request: HttpRequest) -> str:
    """Where a request came from as it is counted: an IPv6 customer has a whole /64 to come from; empty as above."""
    address = client_address(request)
    if address and (found := ip_address(address)).version == 6:  # noqa: PLR2004 - the version's name
        return f"network {int(found) >> 64:x}"
    return address


def _is_ours(address: str) -> bool:
    return any(ip_address(address) in ip_network(proxy, strict=False) for proxy in settings.TRUSTED_PROXIES)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
