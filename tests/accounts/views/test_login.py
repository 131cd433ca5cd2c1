from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import GuessCount
from accounts.services.login import ALLOWED_GUESSES, WINDOW
from tests.support.factories import PASSWORD


def attempt(address: str, password: str, path: str = "/login/", **more: str):
    return Client().post(path, {"username": address, "password": password, **more}, REMOTE_ADDR="")


def test_a_person_signs_in_and_out(carol):
    browser = Client()

    entered = browser.post("/login/", {"username": " Carol@ACME.example ", "password": PASSWORD})
    left = browser.post("/logout/")

    assert entered["Location"] == "/deals/"
    assert left["Location"] == "/login/"
    assert "_auth_user_id" not in browser.session


def test_signing_out_takes_a_post(carol):
    browser = Client()
    browser.force_login(carol)

    assert browser.get("/logout/").status_code == 405


def test_after_signing_in_one_goes_on_only_within_this_site(carol):
    assert attempt("carol@acme.example", PASSWORD, next="/search/?q=x")["Location"] == "/search/?q=x"
    assert attempt("carol@acme.example", PASSWORD, next="https://evil.example/")["Location"] == "/deals/"


@pytest.mark.parametrize("address", ["carol@acme.example", "nobody@acme.example"])
def test_a_wrong_password_and_an_unknown_address_are_answered_alike(carol, address):
    page = attempt(address, "wrong")

    assert page.status_code == 200
    assert b"do not belong together" in page.content


@pytest.mark.parametrize("address", ["carol@acme.example", "nobody@acme.example"])
def test_ten_wrong_passwords_close_the_address_even_for_the_right_one(carol, address):
    for _ in range(ALLOWED_GUESSES):
        attempt(address, "wrong")

    page = attempt(address.upper(), PASSWORD)

    assert b"Too many wrong passwords" in page.content
    assert GuessCount.objects.get().count == ALLOWED_GUESSES


def test_the_address_opens_again_after_a_quarter_of_an_hour(carol):
    for _ in range(ALLOWED_GUESSES):
        attempt("carol@acme.example", "wrong")

    with time_machine.travel(timezone.now() + WINDOW + timedelta(seconds=1)):
        assert attempt("carol@acme.example", PASSWORD).status_code == 302


def test_one_persons_wrong_passwords_close_nobody_elses_door(carol, dave):
    for _ in range(ALLOWED_GUESSES):
        attempt("carol@acme.example", "wrong")

    assert attempt("dave@acme.example", PASSWORD).status_code == 302


def test_the_right_password_wipes_earlier_slips(carol):
    for _ in range(ALLOWED_GUESSES - 1):
        attempt("carol@acme.example", "wrong")
    attempt("carol@acme.example", PASSWORD)

    attempt("carol@acme.example", "wrong")

    assert GuessCount.objects.get().count == 1


def test_a_login_that_was_switched_off_does_not_open(carol):
    carol.is_active = False
    carol.save()

    assert attempt("carol@acme.example", PASSWORD).status_code == 200


def test_no_address_is_kept_of_a_failed_login(db):
    attempt("secret.person@acme.example", "wrong")

    assert "secret" not in str(list(GuessCount.objects.values()))
