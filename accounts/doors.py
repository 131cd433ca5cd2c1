"""Which doors stand before a sign-in, read off its request."""

from django.http import HttpRequest

from accounts.known_browsers import known_browser
from accounts.services.login import Door, sign_in_doors
from core.web.client_address import client_place


def doors_of(request: HttpRequest | None, address: str) -> list[Door]:
    """The doors of a sign-in with `address`; without a request there is neither a browser nor a place."""
    if request is None:
        return sign_in_doors(address, browser="", place="")
    return sign_in_doors(address, browser=known_browser(request, address), place=client_place(request))
