"""What our own tenant's check said of a mail's From: the topmost Authentication-Results, and no other.

    Authentication-Results: spf=fail …; dkim=none …; dmarc=fail action=none header.from=globex.example; compauth=fail …
        │ Exchange Online writes no name before the first result (RFC 8601's authserv-id), other servers do
        ▼
    compauth   Microsoft's own verdict over all of it: it decides where it is there
    dmarc      decides alone where compauth is not

Every hop writes its field above what was there, so the topmost is the receiving side's; what stands below may be the
sender's own words and is not looked at. A field that begins with another server's name is not our tenant's. Where our
tenant writes none, what a sender wrote may be the topmost: "passed" is shown to nobody, "failed" harms its writer.

compauth=pass and softpass, and none with a reason of 4xx or 9xx (bypassed: a connector, an allowed sender, trusted ARC)
are no failure whatever dmarc says. A gateway in front of Exchange without enhanced filtering for connectors makes true
mail fail as well, for Microsoft sees the gateway's address. The headers do not tell that from a forgery, so the mark
says it: where nearly every customer's mail bears it, the connector is what is to be mended (docs/DEPLOYMENT.md).

Source: learn.microsoft.com/defender-office-365/message-headers-eop-mdo (authentication-results, reason codes).
"""

import re
from collections.abc import Collection

from core.addresses import is_within
from mailsync.domain.headers import Headers
from timeline.domain.copies import FAILED, PASSED

_COMMENT = re.compile(r"\([^()]*\)")
_MOST_RESULTS = 40
_LONGEST = 4_000
_OUR_SERVERS = frozenset({"protection.outlook.com", "onmicrosoft.com"})
_METHODS = frozenset({"spf", "dkim", "dmarc", "compauth", "arc"})


def judged_from(headers: Headers, our_domains: Collection[str]) -> str:
    """FAILED or PASSED as our tenant found From to be; empty where it did not say."""
    topmost = headers.get("authentication-results")[:_LONGEST]
    verdicts = _verdicts(topmost, our_domains)
    compauth, dmarc = verdicts.get("compauth"), verdicts.get("dmarc")
    if compauth is not None:
        if compauth == "fail":
            return "" if dmarc == "pass" else FAILED
        return PASSED if compauth == "pass" else ""
    return {"fail": FAILED, "pass": PASSED}.get(dmarc or "", "")


def _verdicts(field: str, our_domains: Collection[str]) -> dict[str, str]:
    """The first result of each method; none where the field is another server's."""
    plain = " ".join(_COMMENT.sub(" ", field).split()).replace(" =", "=").replace("= ", "=")
    parts = [part.strip() for part in plain.split(";")[:_MOST_RESULTS]]
    first = parts[0].split(" ", 1)[0].casefold() if parts and parts[0] else ""
    if first and "=" not in first and not is_within(first, {*our_domains, *_OUR_SERVERS}):
        return {}
    verdicts: dict[str, str] = {}
    for part in parts:
        method, equals, rest = part.partition("=")
        method = method.strip().casefold()
        if equals and method in _METHODS:
            verdicts.setdefault(method, rest.split(" ", 1)[0].strip().casefold())
    return verdicts
