"""A person at a browser without scripts: follows redirects, fills in forms, carries the cross-site answer back."""

import re
from html import unescape
from urllib.parse import urljoin

import requests

from tests.support.waiting import PATIENCE
from tools.stack import PASSWORD


class Person:
    """One login on a running stack. Pages are returned as text; a refused request raises."""

    def __init__(self, base_url: str, email: str) -> None:
        self.base_url = base_url
        self.email = email
        self.session = requests.Session()
        self.session.trust_env = False

    def open(self, path: str) -> str:
        """The page at `path`, redirects followed."""
        answer = self.session.get(urljoin(self.base_url, path), timeout=PATIENCE)
        answer.raise_for_status()
        return answer.text

    def submit(self, path: str, on: str, **fields: str) -> requests.Response:
        """Post a form that stands on the page `on` to `path`; redirects are not followed."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.open(on))
        assert token is not None, f"no form on {on}"
        answer = self.session.post(
            urljoin(self.base_url, path),
            data={**fields, "csrfmiddlewaretoken": token[1]},
            headers={"Referer": urljoin(self.base_url, on)},
            allow_redirects=False,
            timeout=PATIENCE,
        )
        answer.raise_for_status()
        return answer

    def sign_in(self) -> "Person":
        """Sign in to the product."""
        answer = self.submit("/login/", "/login/", username=self.email, password=PASSWORD)
        assert answer.is_redirect, "the password was refused"
        return self

    def connect(self) -> "Person":
        """Connect Microsoft 365: to the authority, which knows who it is by the hint, and back by a cross-site post."""
        answer = self.submit("/profile/integrations/microsoft/connect/", "/profile/integrations/")
        page = self.session.get(answer.headers["Location"], timeout=PATIENCE, verify=False)
        action = re.search(r'<form[^>]*action="([^"]+)"', page.text)
        assert action is not None, page.text
        fields = {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', page.text)}
        stranger = requests.Session()  # the browser sends no cookie of ours with a cross-site post
        stranger.trust_env = False
        landing = stranger.post(unescape(action[1]), data=fields, timeout=PATIENCE)
        landing.raise_for_status()
        onward = re.search(r'href="([^"]*\?flow=[^"]+)"', landing.text)
        assert onward is not None, landing.text
        self.session.get(urljoin(self.base_url, unescape(onward[1])), timeout=PATIENCE).raise_for_status()
        return self

    def switch(self, *, on: bool) -> "Person":
        """Flip "Import Email Conversations"."""
        value = "on" if on else ""
        self.submit("/profile/integrations/email-import/", "/profile/integrations/", enabled=value)
        return self
