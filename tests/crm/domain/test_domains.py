"""Corporate domains: one company's and nobody else's."""

import pytest

from crm.domain.domains import corporate_domain


@pytest.mark.parametrize(
    ("raw", "domain"),
    [
        ("https://www.globex.com/contact?x=1", "globex.com"),
        ("globex.com", "globex.com"),
        ("WWW.Globex.COM/", "globex.com"),
        ("http://eu.sales.globex.co.uk:8080", "globex.co.uk"),
        ("jane@mail.globex.com", "globex.com"),
        ("https://user:secret@globex.com/", "globex.com"),
        ("https://bücher.example", "xn--bcher-kva.example"),
        ("acme.uk.com", "acme.uk.com"),
        ("jane@contoso.onmicrosoft.com", "contoso.onmicrosoft.com"),
        ("globex.example", "globex.example"),
        ("a.b.globex.example", "globex.example"),
    ],
)
def test_a_company_domain_is_found_in_websites_and_addresses(raw, domain):
    assert corporate_domain(raw) == domain


@pytest.mark.parametrize(
    "raw",
    [
        "jane@gmail.com",
        "https://www.gmail.com",
        "hotmail.co.uk",
        "someone@t-online.de",
        "web.de",
        "someone@tuta.com",
        "https://globex.wordpress.com",
        "https://globex.wixsite.com/home",
        "https://globex.github.io",
        "https://shop.myshopify.com",
        "https://www.facebook.com/globex",
        "https://linkedin.com/company/globex",
        "https://sites.google.com/view/globex",
        "onmicrosoft.com",
        "uk.com",
        "co.uk",
        "com",
        "localhost",
        "http://192.168.1.10/",
        "http://[2001:db8::1]/",
        "",
        "   ",
        "n/a",
        "http://",
        "http://[broken",
        "not a website",
        "\x00",
        "x" * 5000 + ".com",
    ],
)
def test_shared_free_mail_and_broken_domains_stand_for_nobody(raw):
    assert corporate_domain(raw) is None


def test_a_companys_own_domain_beside_a_shared_host_of_it_counts():
    assert corporate_domain("jane@google.com") == "google.com"
    assert corporate_domain("https://maps.google.com/globex") is None


@pytest.mark.parametrize("raw", ["globex.mail.onmicrosoft.com", "jane@globex.mail.onmicrosoft.com"])
def test_a_hybrid_tenants_routing_domain_is_one_companys(raw):
    assert corporate_domain(raw) == "globex.mail.onmicrosoft.com"


def test_microsofts_own_domains_are_no_companys():
    assert corporate_domain("onmicrosoft.com") is None
    assert corporate_domain("jane@mail.onmicrosoft.com") is None
