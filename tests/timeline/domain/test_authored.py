"""Which words are the author's, and which links lead to the same place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeline.domain.additions import addition_hash, known_additions
from timeline.domain.authored import authored, say_the_same, words_of_addition
from timeline.domain.links import unwrapped

GATEWAYS = known_additions()
SIGNATURE = "Rita Lindqvist | Acme Fieldwork\nSales | +46 8 123 456 | www.acme.example"
DISCLAIMER = "This message is confidential and intended for its addressee alone."


def own(*texts):
    words = [words_of_addition(text) for text in texts]
    return known_additions([(len(some), addition_hash(some)) for some in words])


def words(text, additions=GATEWAYS):
    return " ".join(authored(text, additions).words)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fine.\n\n-- \nJane", "fine. jane"),
        ("> quoted\n> > twice", "quoted twice"),
        ("- 5 units\n* -5 units\n\u2022 5 - 10", "5 units -5 units 5 - 10"),
        ("*Yes*, _no_ and 2*3 or a_b", "yes, no and 2*3 or a_b"),
        ("\u201cRe\u2011use\u201d it\u2019s 10\u00b2", '"re-use" it\'s 10^2'),
        ("Stra\u00dfe \ufb01ne \uff21\uff22", "strasse fine ab"),
        ("________________\nFrom: Jane", "from: jane"),
        ("see https://Globex.example/A.", "see https://globex.example/a."),
        ("mail jane@globex.example <mailto:jane@globex.example>.", "mail jane@globex.example."),
        ("", ""),
    ],
)
def test_words_are_what_every_copy_has(text, expected):
    assert words(text) == expected


@pytest.mark.parametrize(
    "link",
    [
        "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fglobex.example%2Fa%3Fb%3D1&data=x&reserved=0",
        "https://urldefense.proofpoint.com/v1/url?u=https://globex.example/a?b=1&k=abc",
        "https://urldefense.proofpoint.com/v2/url?u=https-3A__globex.example_a-3Fb-3D1&d=DwMF&c=x&r=y&m=z&s=t&e=",
        "https://urldefense.com/v3/__https://globex.example/a?b=1__;!!abc!def$",
        "https://urldefense.com/v3/__https:/globex.example/a*b=1__;Pw!!abc!def$",
        "https://linkprotect.cudasvc.com/url?a=https%3a%2f%2fglobex.example%2fa%3fb%3d1&c=E,1,x&typo=1",
        "https://www.google.com/url?q=https%3A%2F%2Fglobex.example%2Fa%3Fb%3D1&sa=D",
        "https://secure-web.cisco.com/1aBc/https%3A%2F%2Fglobex.example%2Fa%3Fb%3D1",
        "https://eu-central-1.protection.sophos.com/?d=globex.example&u=aHR0cHM6Ly9nbG9iZXguZXhhbXBsZS9hP2I9MQ==&i=x",
        "https://url.avanan.click/v2/___https://globex.example/a?b=1___.YXAxO",
        "https://atpscan.global.hornetsecurity.com/?d=HzV-Jp&f=rhm&i=&k=Eb5a&s=a1b0&u=https%3A%2F%2Fglobex.example%2Fa%3Fb%3D1",
        "https://seclinks.cloud-security.net/v1/AbC-d_12/https://globex.example/a?b=1",
        "https://seclinks.cloud-security.net/v1/r?k=AbC&url=https%3A%2F%2Fglobex.example%2Fa%3Fb%3D1",
        "https://imsva91-ctp.trendmicro.com/wis/clicktime/v1/query?url=https%3A%2F%2Fglobex.example%2Fa%3Fb%3D1&umid=x",
    ],
)
def test_a_known_wrapper_is_undone(link):
    assert unwrapped(link) == "https://globex.example/a?b=1"


@pytest.mark.parametrize(
    "link",
    [
        "https://globex.example/?url=https%3A%2F%2Fevil.example",
        "https://safelinks.protection.outlook.com.evil.example/?url=https%3A%2F%2Fglobex.example",
        "https://evilsafelinks.protection.outlook.com/?url=https%3A%2F%2Fglobex.example",
        "https://eur01.safelinks.protection.outlook.com/?url=javascript%3Aalert(1)",
        "https://protect-eu.mimecast.com/s/AbCd?domain=globex.example",
        "https://url.uk.m.mimecastprotect.com/s/AbCd?domain=globex.example",
        "https://url.uk.m.mimecastprotect.com/s/AbCd?url=https%3A%2F%2Fglobex.example%2F",
        "https://atpscan.global.hornetsecurity.com/?d=HzV-Jp&f=rhm&i=&k=Eb5a",
        "https://atpscan.global.hornetsecurity.com.evil.example/?u=https%3A%2F%2Fglobex.example",
        "https://seclinks.cloud-security.net/v1/AbC-d_12",
        "https://seclinks.cloud-security.net/v1/AbC/javascript:alert(1)",
        "https://seclinks.cloud-security.net.evil.example/v1/AbC/https://globex.example/",
        "https://www.google.com/search?q=https%3A%2F%2Fglobex.example",
        "https://urldefense.com/v3/__https://globex.example/*__;!!!",
        "https://[::1/?url=https://globex.example",
        "https://user@evil.example:99999/",
    ],
)
def test_what_is_no_known_wrapper_stays_as_it_is(link):
    assert unwrapped(link) in {link, "https://globex.example/"}
    assert "evil" not in link or unwrapped(link) == link or "evilsafelinks" in link


def test_a_known_addition_comes_off_at_head_and_foot_and_above_the_quote():
    known = own(SIGNATURE, DISCLAIMER)
    quote = "On Mon, 2 Nov 2026 at 10:00, Jane <jane@globex.example> wrote:\n> Does it hold?"
    bare = words(f"It does.\n\n{quote}", known)
    assert words(f"{DISCLAIMER}\nIt does.\n{SIGNATURE}\n{DISCLAIMER}\n\n{quote}\n\n{DISCLAIMER}", known) == bare
    wrapped = SIGNATURE.replace(" | ", "\n")
    assert words(f"It does.\n{wrapped}\n\n{quote}", known) == bare


def test_an_addition_that_is_not_whole_or_stands_elsewhere_is_the_authors():
    known = own(DISCLAIMER)
    for text in (f"{DISCLAIMER[:-10]}\nYes", f"Yes\n{DISCLAIMER}\nNo", f"Yes\n{DISCLAIMER} Not.", DISCLAIMER * 9):
        assert words(text, known) == words(text)
    assert words(f"Yes\n{DISCLAIMER}", known) == "yes"


def test_a_mail_of_nothing_but_a_banner_says_nothing():
    assert authored("[EXTERNAL]", GATEWAYS).is_empty
    assert authored(DISCLAIMER, own(DISCLAIMER)).is_empty


@given(st.text(max_size=400), st.text(max_size=400))
def test_words_never_fail_and_a_text_says_what_it_says(one, other):
    left, right = authored(one, GATEWAYS), authored(other, GATEWAYS)
    assert say_the_same(left, authored(one, GATEWAYS))
    assert say_the_same(left, right) == say_the_same(right, left)
    assert unwrapped(f"https://urldefense.com/v3/__{one}__;{other}!")
