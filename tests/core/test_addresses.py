"""Addresses as mail, directories and people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.addresses import address_candidates, domain_of, is_within, normalize_address, normalize_domain
from tests.support.growth import assert_linear, repeated


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Jane.Doe@Globex.Example", "jane.doe@globex.example"),
        ("  jane@globex.example \r\n", "jane@globex.example"),
        ("\ufeffjane@globex.example\u200b", "jane@globex.example"),
        ("<jane@globex.example>", "jane@globex.example"),
        ("Jane Doe <jane@globex.example>", "jane@globex.example"),
        ('"Doe, Jane" <jane@globex.example>', "jane@globex.example"),
        ('"trusted@globex.example" <other@evil.test>', "other@evil.test"),
        ('"Jane <x@evil.test>" <jane@globex.example>', "jane@globex.example"),
        ("trusted@globex.example <other@evil.test>", "other@evil.test"),
        ("'jane@globex.example'", "jane@globex.example"),
        ("jane@globex.example (Jane Doe)", "jane@globex.example"),
        ("mailto:jane@globex.example", "jane@globex.example"),
        ("mailto:jane@globex.example?subject=Hello", "jane@globex.example"),
        ("SMTP:Jane@Globex.example", "jane@globex.example"),
        ("jane@globex.example.", "jane@globex.example"),
        ("jane@globex.example;", "jane@globex.example"),
        ("jane+crm@globex.example", "jane+crm@globex.example"),
        ("jörg@bücher.example", "jörg@xn--bcher-kva.example"),
        ("Jane@XN--BCHER-KVA.example", "jane@xn--bcher-kva.example"),
        ("用户@例え.テスト", "用户@xn--r8jz45g.xn--zckzah"),
        ('"jane"@globex.example', "jane@globex.example"),
        ('"Jane Doe"@globex.example', '"jane doe"@globex.example'),
        ('"a@b"@globex.example', '"a@b"@globex.example'),
        ("jane@[192.0.2.1]", "jane@[192.0.2.1]"),
        ("root@localhost", "root@localhost"),
        ("bounce=jane=globex.example@mail.test", "bounce=jane=globex.example@mail.test"),
        ("o'neil@globex.example", "o'neil@globex.example"),
    ],
)
def test_an_address_has_one_normal_form(raw, expected):
    assert normalize_address(raw) == expected


@pytest.mark.parametrize(
    "raw",
    [
        None,
        "",
        "   ",
        "undisclosed-recipients:;",
        "Jane Doe",
        "@globex.example",
        "jane@",
        "<>",
        "jane@globex@evil.test",
        "jane doe@globex.example",
        "jane@globex .example",
        "jane@globex.example\r\nBcc: x@evil.test",
        "jane\u202e@globex.example",
        "jane\x00@globex.example",
        "jane@-globex.example",
        "jane@globex..example",
        "jane@[not an ip]",
        "/o=ExchangeLabs/ou=Exchange Administrative Group/cn=Recipients/cn=abc-jane",
        "/O=ACME/OU=FIRST/CN=RECIPIENTS/CN=JANE@acme.example",
        "Jane <not an address> jane@x",
        "a" * 330 + "@globex.example",
        "a@" + "b" * 64 + ".example",
    ],
)
def test_what_is_no_address_is_none(raw):
    assert normalize_address(raw) is None


@given(st.text(max_size=200))
def test_normalizing_never_fails_and_is_idempotent(raw):
    address = normalize_address(raw)
    if address is not None:
        assert normalize_address(address) == address
        assert "\n" not in address
        assert len(address) <= 320


@given(st.text(alphabet='ab@<>"\\.+ ()[],;:', max_size=60))
def test_normalizing_is_idempotent_on_punctuation(raw):
    address = normalize_address(raw)
    if address is not None:
        assert normalize_address(address) == address


@pytest.mark.parametrize(
    ("lead", "piece", "ending"), [("", "<", "@"), ("", '"\\', "@"), ("", "(", "a@b)"), ("a@", "b.", "")]
)
def test_hostile_input_is_answered_in_time_in_proportion_to_its_length(lead, piece, ending):
    assert_linear(normalize_address, repeated(piece, lead=lead, ending=ending), 25_000)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Acme.Example", "acme.example"),
        (" @acme.example ", "acme.example"),
        ("*.acme.example", "acme.example"),
        ("acme.example.", "acme.example"),
        ("https://acme.example/pricing?x=1", "acme.example"),
        ("http://user:pw@acme.example:8080", "acme.example"),
        ("acme.example/", "acme.example"),
        ("Bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_a_domain_is_read_from_what_people_type(raw, expected):
    assert normalize_domain(raw) == expected


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ("", "empty"),
        ("localhost", "no dot"),
        ("jane@acme.example", "is an address"),
        ("192.0.2.7", "IP address"),
        ("acme example", "not a domain"),
        ("acme..example", "not a domain"),
        ("-acme.example", "not a domain"),
        ("a" * 64 + ".example", "not a domain"),
        ("acme.123", "digits"),
        ("<script>.example", "not a domain"),
    ],
)
def test_what_is_no_domain_is_refused_with_a_sentence(raw, sentence):
    with pytest.raises(ValueError, match=sentence):
        normalize_domain(raw)


def test_a_tagged_address_is_looked_up_without_its_tag_too():
    assert address_candidates("jane+crm@globex.example") == ("jane+crm@globex.example", "jane@globex.example")
    assert address_candidates("jane@globex.example") == ("jane@globex.example",)
    assert address_candidates("+x@globex.example") == ("+x@globex.example",)
    assert address_candidates('"a+b c"@globex.example') == ('"a+b c"@globex.example',)


def test_a_domain_covers_its_subdomains_and_nothing_that_merely_ends_alike():
    assert is_within("acme.example", {"acme.example"})
    assert is_within("eu.mail.acme.example", {"acme.example"})
    assert not is_within("notacme.example", {"acme.example"})
    assert not is_within("example", {"acme.example"})
    assert domain_of('"a@b"@acme.example') == "acme.example"


@pytest.mark.parametrize(
    ("raw", "address"),
    [
        ("ALİ@GLOBEX.EXAMPLE", "ali@globex.example"),
        ("İPEK.YILDIZ@GLOBEX.EXAMPLE", "ipek.yildiz@globex.example"),
        ("ali\u0307@globex.example", "ali@globex.example"),
        ('"ALİ VELİ"@globex.example', '"ali veli"@globex.example'),
        ("satis@FİRMA.EXAMPLE", "satis@firma.example"),
        ("alı@globex.example", "alı@globex.example"),
    ],
)
def test_turkish_capitals_are_the_same_address(raw, address):
    assert normalize_address(raw) == address


@pytest.mark.parametrize(
    "raw",
    ["/O=ACME/OU=X/CN=RECIPIENTS/CN=RITA", "IMCEAEX-_O=ACME_OU=X_CN=RECIPIENTS_CN=RITA@eurprd01.prod.outlook.example"],
)
def test_an_exchange_name_is_no_address_however_it_is_wrapped(raw):
    assert normalize_address(raw) is None


@pytest.mark.parametrize(
    ("domain", "domains", "is_one"),
    [
        ("globex.mail.onmicrosoft.com", {"globex.mail.onmicrosoft.com"}, True),
        ("globex.mail.onmicrosoft.com", {"globex.onmicrosoft.com"}, True),
        ("globex.onmicrosoft.com", {"globex.mail.onmicrosoft.com"}, True),
        ("initech.mail.onmicrosoft.com", {"globex.mail.onmicrosoft.com", "globex.onmicrosoft.com"}, False),
        ("initech.onmicrosoft.com", {"globex.mail.onmicrosoft.com"}, False),
        ("mail.onmicrosoft.com", {"globex.mail.onmicrosoft.com"}, False),
        ("globex.mail.onmicrosoft.com.evil.example", {"globex.onmicrosoft.com"}, False),
        ("globex.mail.notonmicrosoft.com", {"globex.onmicrosoft.com"}, False),
    ],
)
def test_a_tenants_two_names_are_one_tenants(domain, domains, is_one):
    assert is_within(domain, domains) is is_one
