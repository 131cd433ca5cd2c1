"""What our own tenant found of a mail's From, and what nobody else can make it say."""

import pytest

from mailsync.domain.authentication import judged_from
from mailsync.domain.headers import Headers
from tests.mailsync.domain.composing import composed

OURS = frozenset({"acme.example"})
FAILS = (
    "spf=fail (sender IP is 192.0.2.1) smtp.mailfrom=globex.example; dkim=none (message not signed) header.d=none;"
    "dmarc=fail action=oreject header.from=globex.example;compauth=fail reason=000"
)
PASSES = (
    "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=globex.example; dkim=pass (signature was verified) "
    "header.d=globex.example;dmarc=pass action=none header.from=globex.example;compauth=pass reason=100"
)


@pytest.mark.parametrize(
    ("field", "said"),
    [
        (FAILS, "failed"),
        (PASSES, "passed"),
        ("spf=none smtp.mailfrom=x.example; dkim=none; dmarc=none action=none; compauth=fail reason=001", "failed"),
        ("acme.example; dmarc=fail action=none header.from=globex.example", "failed"),
        ("acme.onmicrosoft.com; dkim=fail; dmarc=fail action=none header.from=globex.example", "failed"),
        ("spf=softfail smtp.mailfrom=x; dkim=fail; dmarc=fail action=none; compauth=pass reason=130", "passed"),
        ("spf=fail; dmarc=fail action=oreject; compauth=softpass reason=201", ""),
        ("spf=softfail; dkim=fail; dmarc=fail action=quarantine; compauth=none reason=451", ""),
        ("mx.google.com; dmarc=fail header.from=globex.example", ""),
        ("mx.acme.example.evil.example; dmarc=fail", ""),
        ("dkim=none (message not signed) header.d=none;dmarc=none action=none header.from=acme.example;", ""),
        ("spf=pass (compauth=fail; dmarc=fail) smtp.mailfrom=x; dmarc=pass; compauth=pass reason=100", "passed"),
        ("DMARC = FAIL action=none", "failed"),
        ("", ""),
        (";;;=;dmarc", ""),
    ],
)
def test_the_verdict_of_our_own_tenant(field, said):
    assert judged_from(Headers([("Authentication-Results", field)]), OURS) == said


def test_only_the_topmost_field_counts():
    upper = [("Authentication-Results", FAILS), ("Authentication-Results", PASSES)]
    assert judged_from(Headers(upper), OURS) == "failed"
    lower = [("Authentication-Results", PASSES), ("Authentication-Results", FAILS)]
    assert judged_from(Headers(lower), OURS) == "passed"
    others = [("Authentication-Results-Original", FAILS), ("ARC-Authentication-Results", FAILS)]
    assert judged_from(Headers(others), OURS) == ""


def test_a_mail_is_kept_and_says_so():
    assert composed([("Authentication-Results", FAILS)]).authentication == "failed"
    assert composed().authentication == ""
