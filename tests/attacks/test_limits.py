"""The limits of docs/SECURITY.md are the code's, and what goes beyond them is refused without a breakdown."""

import importlib
import json
import re
import runpy
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import MULTIPART_CONTENT

from accounts.models import User
from mailsync.domain.compose import participants
from mailsync.domain.envelope import Envelope, MailAddress
from mailsync.views.notifications import MOST_BYTES
from tests.support.api_client import client_of
from tests.support.commands import ROOT
from tests.support.scenery import scene
from timeline.domain.email import MOST_PEOPLE
from timeline.models import Participant

PAGE = (ROOT / "docs" / "SECURITY.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([^|]+) \| ([\d,]+) \| `([\w.]+)` \| ([^|]+) \|$", PAGE, re.MULTILINE)
NOTIFICATIONS = "/notifications/microsoft/"


def value_of(name: str) -> object:
    module, _, constant = name.rpartition(".")
    if module == "deploy.gunicorn_settings":
        return runpy.run_path(str(ROOT / "deploy" / "gunicorn_settings.py"))[constant]
    return getattr(importlib.import_module(module), constant)


@pytest.mark.parametrize(("limit", "value", "name", "follows"), ROWS, ids=[row[2] for row in ROWS])
def test_a_limit_is_what_the_page_says(limit, value, name, follows):
    assert value_of(name) == int(value.replace(",", ""))
    assert follows.strip()


def test_the_page_lists_limits_of_everything_that_comes_and_goes():
    listed = {row[2].partition(".")[0] for row in ROWS}
    assert {"core", "mailsync", "timeline", "jiminny_sync", "deploy"} <= listed
    assert len(ROWS) > 15


def a_mail_to(count: int) -> Envelope:
    people = tuple(MailAddress(f"P{number}", f"p{number}@globex.example") for number in range(count))
    half = count // 2
    author = MailAddress("Jane", "jane@globex.example")
    sender = MailAddress("Assistant", "assistant@globex.example")
    return Envelope("g", "inbox", "<a@x.example>", "Hello", None, None, author, sender, people[:half], people[half:])


@pytest.mark.parametrize(("count", "kept"), [(10, 12), (2_000, 2_002), (4_998, 5_000), (4_999, 5_000), (50_000, 5_000)])
def test_a_mail_to_very_many_keeps_its_first_people(count, kept):
    found = participants(a_mail_to(count))
    assert len(found) == kept <= MOST_PEOPLE
    assert [each.role for each in found[:2]] == ["from", "sender"]
    assert [each.address for each in found[2:]] == [f"p{number}@globex.example" for number in range(kept - 2)]


def test_every_address_of_a_mail_to_very_many_is_screened_and_matched():
    assert len(a_mail_to(50_000).addresses) == 50_002


@pytest.mark.django_db
def test_the_page_says_that_more_people_took_part_than_are_kept(client, carol):
    globex = scene(carol)
    few, many = globex.mail("few"), globex.mail("many")
    rows = (
        Participant(organization=many.organization, engagement=many, role="cc", address=f"p{number}@x.example")
        for number in range(MOST_PEOPLE - 2)
    )
    Participant.objects.bulk_create(rows)
    client.force_login(carol)
    told = "there may be more in the mailbox"
    assert told not in client.get(f"/conversations/{few.conversation_id}/").content.decode()
    assert told in client.get(f"/conversations/{many.conversation_id}/").content.decode()


LARGE = "x" * (6 * 1024 * 1024)
DEEP = "[" * 200_000
FIELDS = {f"field{number}": "x" for number in range(1_001)}


@pytest.mark.django_db
@pytest.mark.parametrize("body", [LARGE, DEEP, json.dumps({"value": LARGE})], ids=["large", "deep", "large and good"])
def test_a_notification_that_is_too_large_or_too_deep_is_refused(client, body):
    answer = client.post(NOTIFICATIONS, body, content_type="application/json")
    assert answer.status_code == (413 if len(body) > MOST_BYTES else 400)


@pytest.mark.django_db
def test_a_notification_of_the_usual_kind_is_taken(client):
    body = json.dumps({"value": [{"subscriptionId": "x", "clientState": "y"}] * 1_000})
    assert client.post(NOTIFICATIONS, body, content_type="application/json").status_code == 202


BODIES = {
    "large": (json.dumps({"notes": LARGE}), 413),
    "deep list": (DEEP, 400),
    "deep object": ('{"a":' * 100_000, 400),
    "a long number": ('{"notes": ' + "9" * 10_000 + "}", 400),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("body", "status"), BODIES.values(), ids=BODIES)
def test_a_body_of_the_api_that_is_too_large_or_too_deep_is_refused_in_words(carol, body, status):
    answer = client_of(carol).generic("POST", "/api/v1/engagements/", body, content_type="application/json")
    assert answer.status_code == status
    assert len(answer.json()["detail"]) > 20


FORMS = ["/login/", "/admin/login/", "/profile/", "/profile/integrations/explain/", "/oauth/microsoft/callback/"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("body", [{"username": LARGE}, FIELDS], ids=["large", "many fields"])
def test_a_form_that_is_too_large_is_refused(client, carol: User, path, body):
    client.force_login(carol)
    for content_type in (MULTIPART_CONTENT, "application/x-www-form-urlencoded"):
        sent = body if content_type == MULTIPART_CONTENT else urlencode(body)
        assert client.post(path, sent, content_type=content_type).status_code in {400, 403, 405, 413}


@pytest.mark.django_db
def test_a_form_of_many_files_is_refused(client):
    files = {f"file{number}": SimpleUploadedFile("a.csv", b"x") for number in range(11)}
    assert client.post("/login/", files).status_code == 400
