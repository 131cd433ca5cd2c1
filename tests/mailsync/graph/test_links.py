import pytest

from core.http.errors import ForeignLink
from mailsync.graph.links import path_within

BASE = "https://graph.microsoft.com/v1.0"


@pytest.mark.parametrize(
    ("link", "path"),
    [
        (f"{BASE}/me/messages?$skip=10", "/me/messages?$skip=10"),
        (f"{BASE}/me/mailfolders('A%2BB==')/messages/delta?$skiptoken=a%2bb", None),
        ("https://GRAPH.microsoft.com:443/v1.0/me/messages", "/me/messages"),
    ],
)
def test_a_link_of_our_graph_is_followed_as_it_is(link, path):
    assert path_within(link, BASE) == (path or link.removeprefix(BASE))


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/v1.0/me/messages",
        "https://graph.microsoft.com.evil.example/v1.0/me/messages",
        "https://graph.microsoft.com@evil.example/v1.0/me/messages",
        "https://user:pw@graph.microsoft.com/v1.0/me/messages",
        "http://graph.microsoft.com/v1.0/me/messages",
        "https://graph.microsoft.com:8443/v1.0/me/messages",
        "https://graph.microsoft.com/beta/me/messages",
        "https://graph.microsoft.com/v1.0",
        "https://graph.microsoft.com/v1.0evil/me",
        "https://graph.microsoft.com/v1.0/../beta/me/messages",
        "https://graph.microsoft.com/v1.0/%2e%2e/beta/me",
        "https://graph.microsoft.com/v1.0/me/..%2f..%2fbeta",
        "https://graph.microsoft.com/v1.0/me\\@evil.example",
        "https://evil.example\\@graph.microsoft.com/v1.0/me",
        "https://graph.microsoft.com/v1.0/me/messages#x",
        "https://graph.microsoft.com/v1.0/me/messages\r\nX-Evil: 1",
        "https://graph.microsoft.com/v1.0/me/mess ages",
        "https://graph.microsoft.com:port/v1.0/me",
        "https://[graph/v1.0/me",
        "//graph.microsoft.com/v1.0/me",
        "/v1.0/me/messages",
        "",
        "javascript:alert(1)",
        "https://gráph.microsoft.com/v1.0/me",
    ],
)
def test_a_link_that_leads_anywhere_else_is_refused(link):
    with pytest.raises(ForeignLink):
        path_within(link, BASE)


def test_a_graph_on_another_port_is_as_good_when_it_is_the_configured_one():
    assert path_within("https://localhost:8443/v1.0/me", "https://localhost:8443/v1.0/") == "/me"
