"""API tokens: what a stolen table, an old token or one that may only read opens. Nothing."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.domain.api_tokens import LONGEST_DAYS, MOST_TOKENS, TokenScope, digest_of
from accounts.models import ApiToken, AuditEvent, User
from accounts.services.api_tokens import TokenRefused, make_token, token_of
from tests.support.api_client import PREFIX, CheckedClient, client_of, description, token_for
from tests.support.factories import PASSWORD, EmailMessageFactory, MailboxFactory, UserFactory
from tests.support.routes import OPEN_TO_ALL, endpoints, filled, pages, rows_with_pages

pytestmark = pytest.mark.django_db

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
ME = f"{PREFIX}me/"


def calls(secret: str) -> int:
    """The status of a call with `secret`."""
    client = CheckedClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
    return int(client.get(ME).status_code)


def everything() -> dict[str, Any]:
    """All rows of all tables but the tokens' own, to see that nothing changed."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            if table not in {ApiToken._meta.db_table, "django_session"}:
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - the catalogue's
                found[table] = sorted(map(repr, cursor.fetchall()))
    return found


def test_no_table_holds_a_token(carol: User):
    made = make_token(user=carol, name="Export", scope=TokenScope.READ)
    stored = repr(everything()) + repr(list(ApiToken.objects.values()))
    assert made.secret not in stored
    assert made.secret.removeprefix("jiminny_") not in stored
    assert ApiToken.objects.get().digest == digest_of(made.secret)


def test_a_token_is_long_random_and_known_to_scanners(carol: User):
    secrets = {make_token(user=carol, name="Export", scope=TokenScope.READ).secret for _ in range(5)}
    assert len(secrets) == 5
    assert all(re.fullmatch(r"jiminny_[0-9a-f]{64}", secret) for secret in secrets)


def test_what_a_dump_holds_of_a_token_opens_nothing(carol: User):
    secret = token_for(carol)
    assert calls(secret) == 200
    row = ApiToken.objects.get()
    for found in (row.digest, f"jiminny_{row.digest}", str(row.pk), secret[:-1], secret.upper(), f" {secret}x", "é"):
        assert calls(found) == 401, found


@pytest.mark.parametrize("body", [{}, {"import_email_conversations": True}, {"opportunity": None}])
def test_a_token_that_may_only_read_writes_at_no_endpoint(acme, carol: User, alice: User, body: dict[str, Any]):
    mail = EmailMessageFactory(engagement__organization=acme, engagement__owner=carol).engagement
    mailbox = MailboxFactory(user=carol)
    ids = {"engagements": mail.pk, "conversations": mail.conversation_id, "mailboxes": mailbox.pk}
    described = {re.sub(r"\{\w+\}", "<id>", path) for path in description()["paths"]}
    paths = described | {path.replace("<str:pk>", "<id>") for _, path in endpoints() if "(" not in path}
    assert len(paths) > 15
    before = everything()
    for reader in (carol, alice):
        client = client_of(reader, scope=TokenScope.READ)
        for path in sorted(paths):
            resource = path.removeprefix(PREFIX).partition("/")[0]
            address = path.replace("<id>", str(ids.get(resource, mail.pk)))
            for verb in UNSAFE:
                answer = client.generic(
                    verb, address, data="{}" if not body else repr(body), content_type="application/json"
                )
                assert answer.status_code == 403, (verb, address, answer.status_code)
                assert b"may only read" in answer.content or not path.startswith(PREFIX)
    assert everything() == before


def test_a_token_that_may_only_read_reads(carol: User):
    assert client_of(carol, scope=TokenScope.READ).get(ME).status_code == 200


@pytest.mark.parametrize("scope", TokenScope)
def test_a_token_opens_no_page_makes_no_token_and_enters_no_console(alice: User, scope: TokenScope):
    ids = rows_with_pages(alice, "Xyzzycanary")
    browser = Client(headers={"Authorization": f"Token {token_for(alice, scope=scope)}"})
    for name, path in pages():
        if name in OPEN_TO_ALL:
            continue
        for answer in (browser.get(filled(path, ids, name)), browser.post(filled(path, ids, name), {"name": "x"})):
            is_sent = answer.status_code == 302 and answer.headers["Location"].startswith("/login/")
            assert is_sent or answer.status_code == 405, path
    for model in admin.site._registry:
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        assert browser.get(address).status_code == 302, address
    assert ApiToken.objects.count() == 1


def by_the_person(user: User) -> None:
    browser = Client()
    browser.force_login(user)
    new = "another-Rather-long-pa55word"
    body = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert browser.post(reverse("password"), body).status_code == 302


def by_an_admin(user: User) -> None:
    console = Client()
    console.force_login(UserFactory(organization=user.organization, role="admin"))
    new = "another-Rather-long-pa55word"
    address = reverse("admin:auth_user_password_change", args=[user.pk])
    assert console.post(address, {"password1": new, "password2": new, "usable_password": "true"}).status_code == 302


def by_code(user: User) -> None:
    user.set_password("another-Rather-long-pa55word")
    user.save(update_fields=["password"])


def by_taking_the_password(user: User) -> None:
    user.set_unusable_password()
    user.save()


def by_the_framework(user: User) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("getpass.getpass", lambda *_, **__: "another-Rather-long-pa55word")
        call_command("changepassword", user.email)


def by_deactivation(user: User) -> None:
    user.is_active = False
    user.save(update_fields=["is_active"])


@pytest.mark.parametrize(
    "end", [by_the_person, by_an_admin, by_code, by_taking_the_password, by_the_framework, by_deactivation]
)
def test_a_new_password_and_a_deactivation_end_every_token_whoever_does_it(carol: User, dave: User, end: Any, capsys):
    mine, other = [token_for(carol), token_for(carol)], token_for(dave)
    end(User.objects.get(pk=carol.pk))
    assert [calls(secret) for secret in mine] == [401, 401]
    assert calls(other) == 200
    User.objects.filter(pk=carol.pk).update(is_active=True)
    assert [calls(secret) for secret in mine] == [401, 401], "being switched on again brings none back"
    assert AuditEvent.objects.filter(verb="removed", subject_type="apitoken").count() == 2


def test_somebody_switched_off_in_the_table_itself_calls_nothing(carol: User):
    secret = token_for(carol)
    User.objects.filter(pk=carol.pk).update(is_active=False)
    assert calls(secret) == 401


def test_signing_in_with_more_rounds_of_hashing_is_no_new_password(carol: User, settings):
    secret = token_for(carol)
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher", "django.contrib.auth.hashers.MD5PasswordHasher",
    ]  # fmt: skip
    before = carol.password
    assert Client().login(username=carol.email, password=PASSWORD)
    carol.refresh_from_db()
    assert carol.password != before
    assert calls(secret) == 200


def test_a_person_of_another_organization_or_none_has_no_use_of_the_token(carol: User, rival):
    secret = token_for(carol)
    User.objects.filter(pk=carol.pk).update(organization=rival)
    assert calls(secret) == 401
    User.objects.filter(pk=carol.pk).update(organization=None)
    assert calls(secret) == 401


def test_an_expired_token_opens_nothing_from_that_moment_on(carol: User):
    now = timezone.now()
    secret = token_for(carol, expires_at=now)
    assert calls(secret) == 401
    assert token_of(secret, now=now - timedelta(microseconds=1)) is not None
    assert token_of(secret, now=now) is None


def test_the_end_of_an_organization_ends_its_tokens(carol: User, dave: User):
    secret = token_for(carol)
    carol.organization.delete()
    assert calls(secret) == 401


def test_an_idle_poll_writes_its_use_once_a_minute(carol: User, django_assert_num_queries):
    secret, now = token_for(carol), timezone.now()
    with django_assert_num_queries(2):
        token_of(secret, now=now)
    for seconds in (1, 30, 59):
        with django_assert_num_queries(1):
            token_of(secret, now=now + timedelta(seconds=seconds))
    assert ApiToken.objects.get().last_used_at == now
    token_of(secret, now=now + timedelta(seconds=60))
    assert ApiToken.objects.get().last_used_at == now + timedelta(seconds=60)


def test_nobody_sees_or_revokes_anothers_token(carol: User, dave: User, eve: User):
    secret = token_for(carol, name="Xyzzy")
    row = ApiToken.objects.get()
    for stranger in (dave, eve):
        browser = Client()
        browser.force_login(stranger)
        assert b"Xyzzy" not in browser.get(reverse("api-tokens")).content
        assert browser.post(reverse("revoke-token", args=[row.pk])).status_code == 404
    assert calls(secret) == 200


def test_a_token_is_made_shown_once_used_and_revoked_on_its_page(carol: User):
    browser = Client()
    browser.force_login(carol)
    page = browser.post(reverse("api-tokens"), {"name": "<b>Export</b>", "scope": "read", "days": "30"})
    (secret,) = re.findall(r"jiminny_[0-9a-f]{64}", page.content.decode())
    assert "<b>Export" not in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    assert calls(secret) == 200
    again = browser.get(reverse("api-tokens")).content.decode()
    assert "Export" in again
    assert secret not in again
    row = ApiToken.objects.get()
    assert (row.user, row.scope, round((row.expires_at - row.created_at) / timedelta(days=1))) == (carol, "read", 30)
    browser.post(reverse("revoke-token", args=[row.pk]))
    assert calls(secret) == 401
    events = AuditEvent.objects.filter(subject_type="apitoken").order_by("sequence")
    assert [(event.verb, event.actor, event.detail["name"]) for event in events] == [
        ("added", carol, "<b>Export</b>"), ("removed", carol, "<b>Export</b>"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "flaw", [{"name": ""}, {"name": "x" * 101}, {"scope": "admin"}, {"days": "99999"}, {"days": "-1"}, {"name": "a\0b"}]
)
def test_a_token_that_is_not_offered_is_not_made(carol: User, flaw: dict[str, str]):
    browser = Client()
    browser.force_login(carol)
    answer = browser.post(reverse("api-tokens"), {"name": "Export", "scope": "read", "days": "30", **flaw})
    assert answer.status_code == 400
    assert not ApiToken.objects.exists()


def test_there_is_an_end_to_how_many_tokens_a_person_has(carol: User):
    for _ in range(MOST_TOKENS):
        token_for(carol)
    with pytest.raises(TokenRefused, match="revoke one"):
        make_token(user=carol, name="One more", scope=TokenScope.READ)
    ApiToken.objects.filter(pk=ApiToken.objects.order_by("pk").values("pk")[0]["pk"]).update(expires_at=timezone.now())
    make_token(user=carol, name="One more", scope=TokenScope.READ)


def test_an_operator_and_somebody_switched_off_get_no_token(db, carol: User):
    User.objects.filter(pk=carol.pk).update(is_active=False)
    for user in (UserFactory(organization=None, is_superuser=True), carol):
        with pytest.raises(TokenRefused):
            make_token(user=user, name="x", scope=TokenScope.WRITE)


def test_a_session_that_a_new_password_ends_makes_no_token_in_its_last_moment(carol: User):
    in_its_request = User.objects.get(pk=carol.pk)
    by_code(carol)
    with pytest.raises(TokenRefused, match="sign in again"):
        make_token(user=in_its_request, name="x", scope=TokenScope.WRITE)


def test_the_frameworks_own_tokens_are_gone(db):
    with connection.cursor() as cursor:
        assert "authtoken_token" not in connection.introspection.table_names(cursor)


@pytest.mark.parametrize("days", [0, LONGEST_DAYS + 1])
def test_a_token_lives_a_day_at_least_and_so_many_at_most(carol: User, days: int):
    assert make_token(user=carol, name="Export", scope=TokenScope.READ, days=LONGEST_DAYS).secret
    with pytest.raises(TokenRefused):
        make_token(user=carol, name="Export", scope=TokenScope.READ, days=days)
