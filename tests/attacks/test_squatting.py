"""A login is of one organization: nobody learns which there are elsewhere, and nobody takes another's beforehand."""

import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import Organization, User
from mailsync.models import BlockedDomain
from mailsync.services.organizations import open_organization
from tests.support.console import page
from tests.support.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

STRONG = "a-Rather-long-pa55word"
THEIRS, NOBODYS = "carol@acme.example", "cabot@acme.example"
"""One is a login of Acme's, the other is none; they are of one length."""


@pytest.fixture(autouse=True)
def domains(acme: Organization, rival: Organization, carol: User) -> None:
    BlockedDomain.objects.create(organization=acme, domain="acme.example", is_given=True)
    BlockedDomain.objects.create(organization=rival, domain="rival.example", is_given=True)


def added(admin: User, email: str, **fields: Any) -> Any:
    client = Client()
    client.force_login(admin)
    body = {"email": email, "name": "", "password": STRONG, "role": "rep", "may_sync": "on", **fields}
    return client.post(page(User, "add"), body)


def said(answer: Any, email: str) -> tuple[int, str]:
    body = re.sub(r'(csrfmiddlewaretoken" value="|csrfToken": ")\w+', "", answer.content.decode())
    return answer.status_code, body.replace(email, "ADDRESS")


@pytest.mark.parametrize("spelling", [str, str.upper, lambda email: f" {email} ", lambda email: f"mailto:{email}"])
def test_an_address_that_is_a_login_elsewhere_is_refused_as_one_that_is_none(eve: User, carol: User, spelling: Any):
    theirs, nobodys = (said(added(eve, spelling(email)), email) for email in (THEIRS, NOBODYS))
    assert re.sub("(?i)carol|cabot", "", theirs[1]) == re.sub("(?i)carol|cabot", "", nobodys[1])
    assert theirs[0] == nobodys[0] == 200
    assert not User.objects.filter(email=NOBODYS).exists()


def test_an_admin_who_calls_a_foreign_domain_internal_adds_nobody_there(eve: User, alice: User):
    client = Client()
    client.force_login(eve)
    body = {"kind": "internal", "lines": "acme.example"}
    shown = client.post(page(BlockedDomain, "add"), body).context["preview"].fingerprint
    client.post(page(BlockedDomain, "add"), {**body, "_confirmed": "1", "_shown": shown, "is_given": "on"})
    assert BlockedDomain.objects.filter(organization=eve.organization, domain="acme.example").exists()
    assert added(eve, NOBODYS).status_code == 200
    assert added(alice, NOBODYS).status_code == 302
    assert User.objects.get(email=NOBODYS).organization == alice.organization


@pytest.mark.parametrize("email", ["x@sub.rival.example", "x@rival.example.evil.example", "x@xrival.example"])
def test_a_domain_is_given_as_it_is_written(eve: User, email: str):
    assert added(eve, email).status_code == 200
    assert added(eve, "new@rival.example").status_code == 302


def test_what_is_said_of_another_domain_is_said_where_the_operator_put_the_login_elsewhere(eve: User, acme: Any):
    UserFactory(organization=acme, email="guest@rival.example")
    elsewhere = said(added(eve, "guest@rival.example"), "guest@rival.example")
    foreign = said(added(eve, NOBODYS), NOBODYS)
    assert elsewhere == foreign
    assert "ask whoever runs this installation" in foreign[1]


def test_an_own_colleague_is_told_as_such(alice: User, carol: User):
    assert "There is already a login with the address" in added(alice, carol.email).content.decode()


def test_the_operator_adds_anybody_and_is_told_why_not(rival: Organization, carol: User, monkeypatch: Any):
    operator = UserFactory(organization=None, is_superuser=True, is_staff=True)
    assert added(operator, "x@elsewhere.example", organization=str(rival.pk)).status_code == 302
    told = added(operator, carol.email, organization=str(rival.pk)).content.decode()
    assert "There is already a login with the address" in told
    monkeypatch.setattr("sys.stdin", StringIO(f"{PASSWORD}\n"))
    call_command("create_user", "y@elsewhere.example", "--organization", "rival", "--role", "rep", stdout=StringIO())
    assert User.objects.get(email="y@elsewhere.example").organization == rival


def test_the_domains_of_the_command_are_given():
    globex = open_organization(name="Globex", domains=["globex.example"])
    assert list(BlockedDomain.objects.filter(organization=globex).values_list("is_given", flat=True)) == [True]
