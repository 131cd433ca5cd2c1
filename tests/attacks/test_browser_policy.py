"""What a page tells a browser to refuse, and that no page of ours needs what is refused."""

import re
from pathlib import Path

import pytest
from django.conf import settings as product
from django.template.loader import get_template
from django.test import Client

from accounts.models import User
from jiminny_sync.middleware import as_header
from tests.support.commands import ROOT
from tests.support.scenery import scene

INLINE = re.compile(r"<style\b|\sstyle=|\son[a-z]+=[\"']|<script(?![^>]*\bsrc=)|javascript:", re.IGNORECASE)
DRAWN = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static").glob("*.svg")]
APPS = ("core", "accounts", "crm", "timeline", "mailsync", "jiminny_sync")
WRITTEN = [path for app in APPS for path in (ROOT / app).rglob("*.py")]


def policy_of(answer) -> dict[str, set[str]]:
    directives = (each.split() for each in answer.headers["Content-Security-Policy"].split(";"))
    return {name: set(sources) for name, *sources in directives}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/login/", "/deals/", "/admin/", "/api/docs/", "/api/v1/me/", "/nothing/", "/healthz", "/metrics"]
)
def test_every_answer_refuses_scripts_styles_and_forms_of_others(client: Client, alice: User, path: str):
    scene(alice)
    client.force_login(alice)

    policy = policy_of(client.get(path))

    assert policy["script-src"] == policy["style-src"] == policy["default-src"] == {"'self'"}
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["object-src"] == {"'none'"}
    allowed = {"'self'", product.MICROSOFT_AUTHORITY}
    assert policy["form-action"] - {"http://localhost:*", "http://127.0.0.1:*"} <= allowed
    sources = set().union(*policy.values())
    assert not {source for source in sources if "unsafe" in source or source in {"*", "https:", "http:"}}


def test_a_policy_is_written_as_browsers_read_it():
    assert as_header({"a-src": ["'self'", "data:"], "b": ["'none'"]}) == "a-src 'self' data:; b 'none'"


def test_nothing_of_ours_is_written_into_a_page_that_its_policy_refuses():
    found = {path.relative_to(ROOT): INLINE.findall(path.read_text(encoding="utf-8")) for path in (*DRAWN, *WRITTEN)}
    assert {path: inline for path, inline in found.items() if inline} == {}


def test_the_readers_page_of_the_api_is_ours_and_holds_no_style():
    found = get_template("drf_spectacular/swagger_ui.html").origin.name  # type: ignore[attr-defined]
    assert Path(found).is_relative_to(ROOT)
