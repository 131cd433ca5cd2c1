"""An automatic mail tells who is away until when, and whose address fails."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsync.domain.headers import Headers
from mailsync.domain.signals import Failing, away, failing
from tests.support.growth import assert_linear, repeated

SENT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("I am out of the office until 5 December.", date(2026, 12, 5)),
        ("I will be back on Monday, December 7th, 2026.", date(2026, 12, 7)),
        ("Out from November 24 through January 3", date(2027, 1, 3)),
        ("Return on 12/15/2026", date(2026, 12, 15)),
        ("Away 2026-11-25 - 2026-12-01", date(2026, 12, 1)),
        ("Ich bin bis zum 30.11.2026 nicht im Büro.", date(2026, 11, 30)),
        ("Ich bin vom 24.11. bis einschließlich 4.12. im Urlaub.", date(2026, 12, 4)),
        ("Je suis absent jusqu'au 3 décembre 2026.", date(2026, 12, 3)),
        ("Estaré fuera hasta el 2 de diciembre de 2026.", date(2026, 12, 2)),
        ("Estarei ausente até 2 de dezembro.", date(2026, 12, 2)),
        ("Sarò assente fino al 2 dicembre.", date(2026, 12, 2)),
        ("Ik ben afwezig tot en met 4 december.", date(2026, 12, 4)),
        ("Jestem nieobecny do 4 grudnia 2026.", date(2026, 12, 4)),
        ("Jag är åter den 4 december.", date(2026, 12, 4)),
        ("Jeg er på ferie til og med 4. desember.", date(2026, 12, 4)),
        ("Olen lomalla, palaan 5. tammikuuta.", date(2027, 1, 5)),
        ("Буду отсутствовать до 4 декабря 2026 г.", date(2026, 12, 4)),
        ("12月1日（火）まで不在です。", date(2026, 12, 1)),
        ("I will be away from November 25 to December 4, 2026.", date(2026, 12, 4)),
        ("I'm out of the office through 12/4.", date(2026, 12, 4)),
        ("Absente du 25 novembre au 4 décembre.", date(2026, 12, 4)),
        ("Ausente del 25 de noviembre al 4 de diciembre.", date(2026, 12, 4)),
        ("Olen lomalla 4.12. asti.", date(2026, 12, 4)),
        ("我将于12月4日返回", date(2026, 12, 4)),
        ("I am away today.", None),
        ("Back on 32 December", None),
        ("In the office until 3 May 2019", None),
    ],
)
def test_the_day_that_an_automatic_reply_names(text, until):
    assert away("jane@globex.example", text, SENT).until == until


EXCHANGE = """Delivery has failed to these recipients or groups:

jane@globex.example (jane@globex.example)
The email address you entered couldn't be found.

Diagnostic information for administrators:
Remote Server returned '550 5.1.1 RESOLVER.ADR.RecipNotFound; not found'
"""
POSTFIX = """This is the mail system at host mx.acme.example.

I'm sorry to have to inform you that your message could not be delivered.

<jane@globex.example>: host mx.globex.example[192.0.2.1] said: 550 5.1.1 User unknown

--- Below this line is a copy of the message.

To: other@globex.example
"""
GMAIL = (
    "Address not found\n\nYour message wasn't delivered to jane@globex.example because the address couldn't be found."
)
DELAYED = "This is a warning only. Delivery to jane@globex.example has been delayed. It will be retried."


OLDER_EXCHANGE = """Your message
  To:      jane@globex.example
did not reach the following recipient(s):

jane@globex.example on Tue, 24 Nov 2026 04:25:29 -0500
    The recipient name is not recognized
"""
NOTES = "Your message\n\n  Subject: Offer\n\nwas not delivered to:\n\n  jane@globex.example\n\nbecause:\n\n  not listed"
SMTP32 = "Unknown user: jane@globex.example\n\nRCPT TO generated following response:\n553 5.3.0 no such person"
QMAIL = "I'm not going to try again; this message has been in the queue too long.\n\n<jane@globex.example>:\n(#4.4.1)"
POLISH = "Nie można dostarczyć wiadomości do następujących adresatów lub grup:\n\njane@globex.example\n"


@pytest.mark.parametrize("text", [OLDER_EXCHANGE, NOTES, SMTP32, QMAIL, POLISH])
def test_older_and_other_systems_reports_name_the_failing_address_too(text):
    assert failing(Headers(), text) == Failing(("jane@globex.example",))


def test_the_address_that_was_refused_is_not_the_one_that_fails():
    assert failing(Headers(), "Mail could not be delivered: they accept no mail from rep@acme.example") is None


@pytest.mark.parametrize("text", [EXCHANGE, POSTFIX, GMAIL], ids=["exchange", "postfix", "gmail"])
def test_the_failing_address_is_read_from_a_reports_text(text):
    assert failing(Headers(), text) == Failing(("jane@globex.example",))


def test_fields_and_headers_name_failing_addresses():
    assert failing(Headers([("X-Failed-Recipients", "Jane@Globex.example, bob@x.example")]), "") == Failing(
        ("jane@globex.example", "bob@x.example")
    )
    report = "Final-Recipient: rfc822; jane@globex.example\nAction: failed\nStatus: 5.1.1"
    assert failing(Headers(), report) == Failing(("jane@globex.example",))


def test_a_delay_is_no_failure():
    assert failing(Headers(), DELAYED) is None
    assert failing(Headers(), "Final-Recipient: rfc822; jane@globex.example\nAction: delayed\nStatus: 4.4.1") is None
    assert failing(Headers(), "") is None


@given(st.text(alphabet="until 0123456789./-dec月日まで@x:<>\n", max_size=300))
def test_signals_never_fail(text):
    assert away("jane@globex.example", text, SENT).address == "jane@globex.example"
    failed = failing(Headers([("X-Failed-Recipients", text)]), text)
    assert failed is None or all("@" in address for address in failed.addresses)


@pytest.mark.parametrize("rule", [" ", "-", "_"])
def test_a_rule_without_end_costs_what_its_length_costs(rule):
    assert failing(Headers(), "failed\n" + rule * 19_000) is None
    assert_linear(lambda text: failing(Headers(), text), repeated(rule, lead="failed\n"), 4_500)
