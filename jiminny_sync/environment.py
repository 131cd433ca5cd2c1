"""The environment that settings are read from: NAME, or NAME_FILE with the name of a file that holds the value."""

from ipaddress import ip_network

import environ
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping


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

    def networks(self, name: str, *, default: list[str]) -> list[str]:
        """Addresses and networks, comma-separated. Raises ImproperlyConfigured for what is neither."""
        listed = [each.strip() for each in self.str(name, default="").split(",") if each.strip()]
        for each in listed:
            try:
                ip_network(each, strict=False)
            except ValueError as error:
                raise ImproperlyConfigured(f"{name}: {each!r} is no address and no network.") from error
        return listed or default
