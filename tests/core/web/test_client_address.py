import pytest
from django.test import RequestFactory

from core.web.client_address import client_address


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # a client's own words
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("", "198.51.100.1", "198.51.100.1"),  # nginx over a Unix socket
        ("127.0.0.1", "10.9.9.9, 198.51.100.1", "198.51.100.1"),  # the client's words stand left
        ("127.0.0.1", "198.51.100.1, 10.1.2.3", "198.51.100.1"),  # two proxies of ours
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "10.1.2.3", "10.1.2.3"),
        ("127.0.0.1", "x' OR 1", "127.0.0.1"),
        ("::1", "2001:db8::5", "2001:db8::5"),
        ("", "", ""),
    ],
)
def test_the_nearest_address_that_is_no_proxy_of_ours(settings, peer, forwarded, client):
    settings.TRUSTED_PROXIES = ["127.0.0.1", "::1", "10.1.0.0/16"]
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}

    assert client_address(RequestFactory().get("/", REMOTE_ADDR=peer, **headers)) == client
