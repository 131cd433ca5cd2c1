"""The environment that settings are read from: NAME, or NAME_FILE with the name of a file that holds the value."""

from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping

LOOPBACK_SOURCES = ("http://localhost:*", "http://127.0.0.1:*")
"""In a content security policy: the sandbox tenant's sign-in page."""


def is_loopback(host: str) -> bool:
    """Whether a name or address means the machine that it is used on."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def is_this_machine(address: str) -> bool:
    """Whether a URL leads to the machine that it is opened on, so that nobody else can open it."""
    return is_loopback(urlsplit(address).hostname or "")


def origin(address: str) -> str:
    """Scheme, host and port of a URL."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


class _SecretFiles(FileAwareMapping):  # type: ignore[misc]
    """A file's text counts without the line end that editors and `echo` put there."""

    def __getitem__(self, key: str) -> str:
        try:
            value: str = super().__getitem__(key)
        except OSError as error:
            raise ImproperlyConfigured(f"{key}_FILE names a file that cannot be read: {error}.") from error
        return value.rstrip("\r\n")


class Environment(environ.FileAwareEnv):  # type: ignore[misc]
    """What the settings ask; a file wins over the plain variable."""

    ENVIRON = _SecretFiles()

    def address(self, name: str, *, default: str) -> str:
        """A URL without the slash at its end; an empty variable, as compose files pass on, means the default."""
        value: str = self.str(name, default="") or default
        return value.rstrip("/")

    def switch(self, name: str, *, default: bool) -> bool:
        """On or off; an empty variable means the default."""
        said = self.str(name, default="").strip().lower()
        return said in self.BOOLEAN_TRUE_STRINGS if said else default

    def networks(self, name: str, *, default: list[str]) -> list[str]:
        """Addresses and networks, comma-separated. Raises ImproperlyConfigured for what is neither."""
        listed = [each.strip() for each in self.str(name, default="").split(",") if each.strip()]
        for each in listed:
            try:
                ip_network(each, strict=False)
            except ValueError as error:
                raise ImproperlyConfigured(f"{name}: {each!r} is no address and no network.") from error
        return listed or default
