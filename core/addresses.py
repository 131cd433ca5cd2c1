"""The one place for mail addresses: what counts as one, its normal form, and which domains it stands under.

"Jane <x@evil.test>" <Jane.Doe+crm@GLOBEX.Example.>
  └ a quoted display name says nothing      │
                                            ▼
jane.doe+crm@globex.example  ──candidates──▶  itself, then jane.doe@globex.example
"""

import ipaddress
import re
import unicodedata
from collections.abc import Collection, Iterator

import idna

from core.normalization import normalized

MAX_ADDRESS_LENGTH = 320
"""64 octets before the @, 255 after it (RFC 5321 4.5.3.1)."""

_MAX_RAW_LENGTH = 4_000
_MAX_DOMAIN_LENGTH = 253
_QUOTED_STRING = re.compile(r'"(?:[^"\\]|\\.)*+(?:(?P<end>")|\\?\Z)', re.DOTALL)
"""One that never ends takes the rest, so that no mark in it is tried as another beginning."""

_ANGLE_ADDRESS = re.compile(r"<([^<>]*)>")
_TRAILING_COMMENT = re.compile(r"\([^()]*\)\s*\Z")
_SCHEME = re.compile(r"\A(?:mailto|smtp):", re.IGNORECASE)
_DOT_ATOM = re.compile(r"[^\s\x00-\x20\x7f\"(),:;<>@\[\\\]]+")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_WEB_ADDRESS = re.compile(r"\A[a-z][a-z0-9+.-]*://(?:[^/@]*@)?", re.IGNORECASE)
_TENANTS = ".onmicrosoft.com"
_ROUTING = f".mail{_TENANTS}"
"""Every mailbox of a hybrid tenant has an alias at TENANT.mail.onmicrosoft.com, beside TENANT.onmicrosoft.com."""
_QUOTES = "\"'‘’“”«»"
_SEPARATORS = ",;"
_ASCII_BLANKS = "".join(map(chr, (*range(0x21), 0x7F)))
"""Of ASCII what is whitespace or a control character; most addresses hold nothing else, and are asked no further."""


EXCHANGE_NAMES = ("/o=", "imceaex-")
"""How Exchange names people without a mail address, in lower case: bare, and wrapped for other servers."""

_DOTTED_I = "i\u0307"
"""What lower case makes of a Turkish capital İ: the i of the same address."""


def normalize_address(raw: str | None) -> str | None:
    """The address in `raw`: trimmed, casefolded, its domain as A-labels (RFC 5890); None where there is none.

    Takes what mail and people write: `Jane <jane@x.example>`, `mailto:`, `SMTP:` (proxyAddresses), quotes around an
    address, an old-style trailing comment. Exchange's own `/o=…/cn=…` names are no mail addresses. A local part is
    kept as it is but for case: dots and +tags mean different things to different providers.
    """
    if not raw or len(raw) > _MAX_RAW_LENGTH or "@" not in raw:
        return None
    text = _bare(raw)
    raw_local, _, domain = text.rpartition("@")
    local = _normal_local_part(raw_local)
    host = _normal_host(domain)
    if not local or not host:
        return None
    address = f"{local}@{host}"
    return address if len(address) <= MAX_ADDRESS_LENGTH else None


def normalize_domain(raw: str) -> str:
    """`raw` as a domain in A-labels, from what people type or paste: `@acme.example`, `*.acme.example`, a web address.

    Raises ValueError with a sentence for the person where it is none.
    """
    text = _trimmed(raw)
    if not text:
        raise ValueError("The domain is empty: write one such as acme.example.")
    bare = _WEB_ADDRESS.sub("", text, count=1)
    if bare != text or "/" in bare:
        bare = re.split(r"[/?#]", bare, maxsplit=1)[0].partition(":")[0]
    bare = bare.removeprefix("*.").removeprefix("@").removesuffix(".")
    if "@" in bare:
        raise ValueError(f"“{_shortened(text)}” is an address: write the part after the @ alone.")
    if _is_ip_address(bare):
        raise ValueError(f"“{_shortened(text)}” is an IP address: write a domain such as acme.example.")
    domain = _a_labels(bare)
    if domain is None:
        raise ValueError(
            f"“{_shortened(text)}” is not a domain: letters, digits, hyphens and dots make one, such as acme.example."
        )
    if "." not in domain:
        raise ValueError(f"“{_shortened(text)}” has no dot: write the whole domain, such as acme.example.")
    if domain.rpartition(".")[2].isdigit():
        raise ValueError(f"“{_shortened(text)}” ends in digits: no domain does.")
    return domain


def domain_of(address: str) -> str:
    """The domain of a normalized address."""
    return address.rpartition("@")[2]


def address_candidates(address: str) -> tuple[str, ...]:
    """The normalized address, then without its +tag (RFC 5233), in the order in which they are looked up."""
    local, _, domain = address.rpartition("@")
    user, plus, _ = local.partition("+")
    if not plus or not user or local.startswith('"'):
        return (address,)
    return (address, f"{user}@{domain}")


def is_within(domain: str, domains: Collection[str]) -> bool:
    """Whether `domain` or a domain above it stands in `domains` (all normalized)."""
    if domain.endswith(_TENANTS):
        return any(each in domains for each in domains_over(domain))
    while domain and domain not in domains:
        domain = domain.partition(".")[2]
    return bool(domain)


def domains_over(domain: str) -> Iterator[str]:
    """`domain`, its tenant's other name where it is one of a hybrid tenant's, and those above it."""
    if domain.endswith(_TENANTS):
        tenant = domain.removesuffix(_ROUTING).removesuffix(_TENANTS).rpartition(".")[2]
        yield domain
        if tenant and domain != _ROUTING[1:]:
            yield f"{tenant}{_TENANTS}"
            yield f"{tenant}{_ROUTING}"
        domain = domain.partition(".")[2]
    while domain:
        yield domain
        domain = domain.partition(".")[2]


def _bare(raw: str) -> str:
    """Without display name, brackets, scheme, comment and quotes."""
    text = _trimmed(raw)
    if "<" in text:
        outside_quotes = _QUOTED_STRING.sub(lambda quoted: " " if _is_a_name(quoted) else quoted.group(), text)
        bracketed = [found for found in _ANGLE_ADDRESS.findall(outside_quotes) if "@" in found]
        if not bracketed:
            return ""
        text = _trimmed(bracketed[-1])
    if text.endswith(")"):
        text = _TRAILING_COMMENT.sub("", text).rstrip()
    if _SCHEME.match(text):
        text = _SCHEME.sub("", text, count=1).partition("?")[0]
    return text if text.startswith('"') and '"@' in text else text.strip(_QUOTES + _SEPARATORS + " ")


def _is_a_name(quoted: re.Match[str]) -> bool:
    """Whether it is a whole quoted string, and no local part."""
    return quoted["end"] is not None and quoted.string[quoted.end() : quoted.end() + 1] != "@"


def _trimmed(text: str) -> str:
    """Without surrounding whitespace and invisible format characters such as a byte order mark."""
    if text.isascii():
        return text.strip(_ASCII_BLANKS)
    start, end = 0, len(text)
    while start < end and _is_blank(text[start]):
        start += 1
    while end > start and _is_blank(text[end - 1]):
        end -= 1
    return text[start:end]


def _is_blank(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Cf", "Cc")


def _normal_local_part(local: str) -> str | None:
    local = normalized("NFC", local)
    if len(local) >= 2 and local[0] == local[-1] == '"':  # noqa: PLR2004 - an opening and a closing quote
        inner = re.sub(r"\\(.)", r"\1", local[1:-1])
        if _DOT_ATOM.fullmatch(inner):
            local = inner
        elif not inner or any(unicodedata.category(character)[0] == "C" for character in inner):
            return None
        else:
            escaped = re.sub(r'([\\"])', r"\\\1", inner)
            return f'"{escaped.casefold().replace(_DOTTED_I, "i")}"'
    if not _DOT_ATOM.fullmatch(local):
        return None
    if not local.isascii() and any(unicodedata.category(character)[0] in "CZ" for character in local):
        return None
    folded = local.casefold().replace(_DOTTED_I, "i")
    return None if folded.startswith(EXCHANGE_NAMES) else folded


def _normal_host(domain: str) -> str | None:
    if domain.startswith("[") and domain.endswith("]"):
        literal = domain[1:-1]
        bare = literal[5:] if literal[:5].casefold() == "ipv6:" else literal
        return f"[{literal.casefold()}]" if _is_ip_address(bare) else None
    return _a_labels(domain.removesuffix("."))


def _a_labels(domain: str) -> str | None:
    """Lower case, internationalized labels as xn--; None where a label is none. Underscores occur in real hosts."""
    if len(domain) > _MAX_DOMAIN_LENGTH:
        return None
    if not domain.isascii():
        try:
            domain = idna.encode(domain.replace("\u0130", "i"), uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return None
    domain = domain.lower()
    if not 0 < len(domain) <= _MAX_DOMAIN_LENGTH:
        return None
    return domain if all(_LABEL.fullmatch(label) for label in domain.split(".")) else None


def _is_ip_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return False
    return True


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"  # noqa: PLR2004 - what fits into a sentence
