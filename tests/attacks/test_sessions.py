"""Sessions: idle ones, stolen ones, and those that began with a password somebody else knows."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from tests.support.factories import PASSWORD, BlockedDomainFactory

pytestmark = pytest.mark.django_db

OWN = "a passphrase of my own"


def entered(user, password=PASSWORD):
    browser = Client()
    browser.post("/login/", {"username": user.email, "password": password})
    return browser


def is_in(browser):
    return browser.get("/profile/").status_code == 200


def test_a_session_that_nobody_uses_ends(carol, settings):
    began = timezone.now()
    browser = entered(carol)
    assert is_in(browser)

    with time_machine.travel(began + timedelta(minutes=settings.SESSION_IDLE_MINUTES + 2)):
        assert not is_in(browser)
    assert not is_in(browser)


def test_a_page_that_asks_for_news_by_itself_is_no_use_of_the_session(carol, settings):
    began = timezone.now()
    browser = entered(carol)
    assert is_in(browser)

    for minutes in range(0, settings.SESSION_IDLE_MINUTES, 10):
        with time_machine.travel(began + timedelta(minutes=minutes)):
            assert browser.get("/deals/", headers={"HX-Request": "true"}).status_code == 200

    with time_machine.travel(began + timedelta(minutes=settings.SESSION_IDLE_MINUTES + 2)):
        assert not is_in(browser)


def test_a_session_in_use_goes_on(carol, settings):
    began = timezone.now()
    browser = entered(carol)

    for hours in range(24):
        with time_machine.travel(began + timedelta(hours=hours)):
            assert is_in(browser)


def test_one_ends_all_of_ones_own_sessions_and_nobody_elses(carol, dave):
    office, phone, colleague = entered(carol), entered(carol), entered(dave)

    left = office.post("/profile/sessions/end/")

    assert left["Location"] == "/login/"
    assert (is_in(office), is_in(phone), is_in(colleague)) == (False, False, True)


def test_ending_sessions_takes_a_post(carol):
    browser = entered(carol)

    assert browser.get("/profile/sessions/end/").status_code == 405
    assert is_in(browser)


def test_a_new_password_ends_every_other_session(carol):
    office, phone = entered(carol), entered(carol)
    changed = {"old_password": PASSWORD, "new_password1": OWN, "new_password2": OWN}

    assert office.post("/profile/password/", changed)["Location"] == "/profile/"
    assert (is_in(office), is_in(phone)) == (True, False)


def test_a_session_is_a_new_one_after_sign_in(carol):
    browser = Client()
    browser.get("/login/")
    browser.session.save()
    before = browser.session.session_key
    browser.post("/login/", {"username": carol.email, "password": PASSWORD})

    assert browser.session.session_key != before


@pytest.fixture
def given(alice, carol):
    """Carol, whose password Alice set in the console."""
    console = entered(alice)
    address = reverse("admin:auth_user_password_change", args=[carol.pk])
    form = {"password1": PASSWORD * 2, "password2": PASSWORD * 2, "usable_password": "true"}
    assert console.post(address, form).status_code == 302
    return carol


PLACES = ["/deals/", "/profile/", "/profile/integrations/", "/api/v1/engagements/", "/api/v1/me/", "/admin/"]


@pytest.mark.parametrize("path", PLACES)
def test_a_password_that_an_admin_gave_opens_nothing_but_its_own_change(given, path):
    User.objects.filter(pk=given.pk).update(is_staff=True, role="admin")
    browser = entered(given, PASSWORD * 2)

    answer = browser.get(path)

    if path.startswith("/api/"):
        assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
    else:
        assert (answer.status_code, answer["Location"]) == (302, "/profile/password/")


def test_whoever_chose_a_password_goes_on(given):
    browser = entered(given, PASSWORD * 2)
    assert b"Choose one that you alone know" in browser.get("/profile/password/").content
    browser.post("/profile/password/", {"old_password": PASSWORD * 2, "new_password1": OWN, "new_password2": OWN})

    assert is_in(browser)
    assert is_in(entered(given, OWN))


def test_a_new_login_of_the_console_must_choose_a_password_too(alice):
    BlockedDomainFactory(organization=alice.organization, domain="acme.example", is_given=True)
    form = {"email": "new@acme.example", "name": "New", "password": PASSWORD, "role": "rep", "may_sync": "on"}
    entered(alice).post(reverse("admin:accounts_user_add"), form)

    assert User.objects.get(email="new@acme.example").must_change_password


@pytest.mark.parametrize("spelled", [str, lambda pk: str(pk).upper(), lambda pk: pk.hex, lambda pk: pk.urn])
def test_an_own_password_is_changed_only_where_the_one_in_use_is_asked_for(alice, spelled):
    address = reverse("admin:auth_user_password_change", args=[spelled(alice.pk)])
    console = entered(alice)
    form = {"password1": OWN, "password2": OWN, "usable_password": "true"}

    assert console.post(address, form)["Location"] == "/profile/password/"
    assert is_in(entered(alice))


def test_whoever_is_in_without_the_right_is_told_and_not_sent_in_circles(carol):
    assert entered(carol).get("/admin/", follow=True).status_code == 403


def test_an_admin_ends_the_sessions_of_the_own_people_alone(alice, carol, mallory):
    colleague, stranger = entered(carol), entered(mallory)
    action = {"action": "end_sessions", "_selected_action": [str(carol.pk), str(mallory.pk)]}
    entered(alice).post(reverse("admin:accounts_user_changelist"), action)

    assert (is_in(colleague), is_in(stranger)) == (False, True)


@pytest.mark.parametrize("path", ["/logout/", "/profile/sessions/end/"])
def test_a_browser_is_told_to_keep_nothing_of_a_session_that_ended(carol, path):
    assert entered(carol).post(path)["Clear-Site-Data"] == '"cache", "storage"'


def test_cookies_of_an_https_site_are_its_own_alone():
    code = (
        "import jiminny_sync.settings as s; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE)"
    )
    keys = {"SECRET_KEY": "x" * 60, "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode()}
    environment = {**os.environ, **keys, "BASE_URL": "https://sync.acme.example", "DEBUG": "0"}
    shown = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)

    assert shown.stdout.split() == ["__Host-jiminny_session", "__Host-jiminny_csrf", "True"]
