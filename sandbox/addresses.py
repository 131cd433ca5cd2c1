"""Addresses as Graph writes them, and the one form in which they are compared."""

import json
import re
from dataclasses import dataclass, field

_BRACKETED = re.compile(r"^\s*(?P<name>.*?)\s*<(?P<address>[^<>]*)>\s*$")


@dataclass(frozen=True, slots=True)
class Address:
    """A display name and an address, as its sender spelled them; `fragment` is Graph's recipient object as JSON."""

    name: str
    address: str
    fragment: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        inner = json.dumps({"name": self.name, "address": self.address}, ensure_ascii=False)
        object.__setattr__(self, "fragment", '{"emailAddress":' + inner + "}")

    @property
    def header(self) -> str:
        """The address as it stands in a mail's header."""
        return f"{self.name} <{self.address}>" if self.name else self.address

    @property
    def key(self) -> str:
        """The form in which two spellings of one address are equal."""
        return normalize(self.address)

    @property
    def domain(self) -> str:
        """The normalized domain."""
        return self.key.rpartition("@")[2]


def read_address(text: str) -> Address:
    """Reads `Name <address>` or a bare address."""
    match = _BRACKETED.match(text)
    if match is None:
        return Address(text.strip(), text.strip())
    return Address(match["name"].strip('"'), match["address"].strip())


def normalize(address: str) -> str:
    """Lower case, with an internationalized domain in its ASCII form."""
    local, _, domain = address.strip().lower().rpartition("@")
    return f"{local}@{to_ascii(domain)}" if local else address.strip().lower()


def to_ascii(domain: str) -> str:
    """The A-label form of a domain (RFC 5891); one that has none is returned as it is."""
    domain = domain.strip().lower().rstrip(".")
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain


def covers(domain: str, candidate: str) -> bool:
    """True where `candidate` is `domain` or one of its subdomains."""
    return candidate == domain or candidate.endswith(f".{domain}")
