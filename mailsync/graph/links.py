"""Whether a continuation link may be followed with the bearer token: only within the configured Graph address.

https://graph.microsoft.com/v1.0 / me/mailFolders('…')/messages/delta?$skiptoken=…
└──── scheme, host, port, prefix: as configured ────┘ no dot segments, no user, no fragment
"""

from functools import lru_cache
from urllib.parse import SplitResult, unquote, urlsplit

from core.http.errors import ForeignLink

_DEFAULT_PORT = {"https": 443, "http": 80}


@lru_cache(maxsize=8)
def _parts(url: str) -> tuple[str, str, int | None, str]:
    address = urlsplit(url)
    return (*_origin(address), address.path.rstrip("/") + "/")


def _origin(address: SplitResult) -> tuple[str, str, int | None]:
    return address.scheme, (address.hostname or "").rstrip("."), address.port or _DEFAULT_PORT.get(address.scheme)


def path_within(link: str, base_url: str) -> str:
    """The part of `link` below `base_url`, with its leading slash and query; raises ForeignLink for any other link."""
    scheme, host, port, prefix = _parts(base_url)
    try:
        address = urlsplit(link)
        origin = _origin(address)
    except ValueError as error:
        raise ForeignLink from error
    is_ours = (
        origin == (scheme, host, port)
        and address.username is None
        and address.password is None
        and not address.fragment
        and address.path.startswith(prefix)
        and link.isascii()
        and link.isprintable()
        and " " not in link
        and "\\" not in link
        and not _climbs(address.path)
    )
    if not is_ours:
        raise ForeignLink
    return "/" + address.path[len(prefix) :] + ("?" + address.query if address.query else "")


def _climbs(path: str) -> bool:
    segments = unquote(path).replace("\\", "/").split("/")
    return any(segment in {".", ".."} for segment in segments)
