"""Links as their author wrote them: what a security gateway wrapped around them is undone.

https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fglobex.example%2F&data=…  ──▶  https://globex.example/

Only what a wrapper spells out is undone, and nothing is asked of the network. A wrapper that hides the address behind a
token stays as it is: two links are not taken for one on a guess. So it is with Mimecast's `/s/TOKEN?domain=…`: the
token alone says where it leads; the domain stands there to be read, where an admin wants it, names no page, and may be
written by anybody. And with those links of Hornetsecurity's that hold no `u`.

Sources: learn.microsoft.com/defender-office-365/safe-links-about; Proofpoint's URL decoder (help.proofpoint.com, v1 to
v3); campus.barracuda.com (Link Protection); support.hornetsecurity.com (ATP, Secure Links: their host, something
generic, the original URL); mimecastsupport.zendesk.com (Configuring URL Protect Definitions); docs.fortinet, Cisco,
Trend Micro, Sophos and Check Point by what their links look like.
"""

import base64
import binascii
import re
from urllib.parse import parse_qsl, unquote, urlsplit

LONGEST_LINK = 4_000
"""Characters; what is longer is compared as it stands."""

_MOST_WRAPPERS = 4
"""A link that went through several gateways is wrapped several times."""

_BY_PARAMETER: dict[str, tuple[str, ...]] = {
    "safelinks.protection.outlook.com": ("url",),
    "safelinks.protection.office365.us": ("url",),
    "linkprotect.cudasvc.com": ("a",),
    "clicktime.symantec.com": ("u",),
    "clicktime.cloud.postoffice.net": ("u",),
    "trendmicro.com": ("url",),
    "atpscan.global.hornetsecurity.com": ("u",),
    "protect.fireeye.com": ("u",),
    "protect2.fireeye.com": ("u",),
    "www.google.com": ("q", "url"),
    "google.com": ("q", "url"),
}
"""Hosts (and those under them) that carry the link as a parameter."""

_GOOGLE_PATH = "/url"
_V1_V2_HOST = "urldefense.proofpoint.com"
_V3_HOSTS = frozenset({"urldefense.com", "urldefense.us", "urldefense.proofpoint.com"})
_V3_TOKEN = re.compile(r"\*(\*.)?")
_V3_RUNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_ONE_SLASH = re.compile(r"\A([a-z][a-z0-9+.-]*:)/(?!/)", re.IGNORECASE)
_V2_LETTERS = str.maketrans("-_", "%/")
_SECURE_LINKS_HOST = "seclinks.cloud-security.net"
_SECURE_LINKS_TARGET = re.compile(r"https?(?:(://)|%3a%2f%2f)", re.IGNORECASE)
_CISCO_TARGET = re.compile(r"/(https?%3a[^/]+)\Z", re.IGNORECASE)


def unwrapped(link: str) -> str:
    """`link` without the wrappers that are known; itself where there is none."""
    for _ in range(_MOST_WRAPPERS):
        inner = _inner(link) if len(link) <= LONGEST_LINK else ""
        if not inner:
            break
        link = inner
    return link


def _inner(link: str) -> str:
    """What a wrapper holds, or empty; only an address of the web or of mail counts as held."""
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "").casefold()
    except ValueError:
        return ""
    if "\\" in parts.netloc or "@" in parts.netloc:  # a browser ends the host at a backslash, urlsplit does not
        return ""
    for opens in (_from_parameter, _from_proofpoint, _from_path):
        found = opens(host, parts.path, parts.query, link)
        if found.casefold().startswith(("http://", "https://", "mailto:")):
            return found
    return ""


def _from_parameter(host: str, path: str, query: str, _link: str) -> str:
    names = next((names for known, names in _BY_PARAMETER.items() if host == known or host.endswith(f".{known}")), ())
    if not names or ("google" in host and path != _GOOGLE_PATH):
        return ""
    return _parameter(query, names)


def _parameter(query: str, names: tuple[str, ...]) -> str:
    given = dict(parse_qsl(query, max_num_fields=100))
    return next((given[name] for name in names if name in given), "")


def _from_proofpoint(host: str, path: str, query: str, link: str) -> str:
    if host in _V3_HOSTS and path.startswith("/v3/"):
        return _version_3(link)
    if host != _V1_V2_HOST:
        return ""
    wrapped = _parameter(query, ("u",))
    return unquote(wrapped.translate(_V2_LETTERS)) if path.startswith("/v2/") else wrapped


def _version_3(link: str) -> str:
    """Characters that a link may not hold are `*`, and a run of them `**` with its length as a letter."""
    wrapped, end, rest = link.partition("/v3/__")[2].partition("__;")
    held = rest.partition("!")[0]
    if not end:
        return ""
    try:
        replaced = base64.urlsafe_b64decode(held + "=" * (-len(held) % 4)).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""
    position = 0

    def put_back(token: re.Match[str]) -> str:
        nonlocal position
        length = 1 if not token[1] else _V3_RUNS.find(token[1][1]) + 2
        position += length
        return replaced[position - length : position]

    return _ONE_SLASH.sub(r"\1//", _V3_TOKEN.sub(put_back, wrapped))


def _from_path(host: str, path: str, query: str, link: str) -> str:
    if host == "secure-web.cisco.com":
        found = _CISCO_TARGET.search(path)
        return unquote(found[1]) if found else ""
    if host == _SECURE_LINKS_HOST:
        behind = link.partition("://")[2]
        at = _SECURE_LINKS_TARGET.search(behind)
        return "" if at is None else behind[at.start() :] if at[1] else unquote(behind[at.start() :])
    if host in {"url.avanan.click", "protect.checkpoint.com"}:
        return link.partition("___")[2].partition("___")[0]
    if host.endswith("protection.sophos.com"):
        return _from_base64(_parameter(query, ("u",)))
    return ""


def _from_base64(held: str) -> str:
    try:
        return base64.urlsafe_b64decode(held + "=" * (-len(held) % 4)).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""
