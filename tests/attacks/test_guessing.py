"""Guessing passwords: one after another, many at once, at many addresses, at every door, from a stolen session."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.hashers import check_password
from django.core import signing
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import known_browsers
from accounts.models import GuessCount, User
from accounts.services.login import ALLOWED_GUESSES, ALLOWED_GUESSES_A_PLACE, WINDOW
from tests.support.factories import PASSWORD

PLACE = "203.0.113.7"
WRONG = "wrong"


@pytest.fixture
def judged(monkeypatch):
    """The addresses whose password was looked at, in order."""
    looked_at = []
    real = User.check_password

    def look(user, raw):
        looked_at.append(user.email)
        return real(user, raw)

    monkeypatch.setattr(User, "check_password", look)
    return looked_at


def attempt(address, password=WRONG, *, browser=None, place=PLACE, **more):
    return (browser or Client()).post("/login/", {"username": address, "password": password, **more}, REMOTE_ADDR=place)


def is_signed_in(answer):
    return answer.status_code == 302


@pytest.mark.django_db
def test_guesses_that_arrive_while_one_is_judged_are_judged_no_more_often(carol, monkeypatch):
    judged = []

    def look(user, raw):
        judged.append(user.email)
        attempt("carol@acme.example", place="")  # before this one is answered
        return False

    monkeypatch.setattr(User, "check_password", look)
    attempt("carol@acme.example", place="")

    assert judged == ["carol@acme.example"] * ALLOWED_GUESSES


@pytest.mark.services
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_thirty_guesses_at_once_are_judged_no_more_often_than_one_after_another(carol, judged):
    start = threading.Barrier(30)

    def guess():
        start.wait()
        try:
            attempt("carol@acme.example", place="")
        finally:
            connection.close()

    threads = [threading.Thread(target=guess) for _ in range(30)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert judged == ["carol@acme.example"] * ALLOWED_GUESSES


@pytest.mark.django_db
def test_a_closed_door_costs_no_hash_and_opens_for_nobody(carol, judged):
    for _ in range(ALLOWED_GUESSES):
        attempt("carol@acme.example")

    answer = attempt(" CAROL@acme.example", PASSWORD)

    assert b"Too many wrong passwords" in answer.content
    assert len(judged) == ALLOWED_GUESSES


@pytest.mark.django_db
def test_one_place_that_tries_many_addresses_is_slowed_down_too(carol, dave, judged):
    for number in range(ALLOWED_GUESSES_A_PLACE):
        attempt(f"person{number}@acme.example")

    sprayed = attempt("carol@acme.example", PASSWORD)
    elsewhere = attempt("dave@acme.example", PASSWORD, place="198.51.100.2")

    assert b"Too many wrong passwords" in sprayed.content
    assert is_signed_in(elsewhere)


@pytest.mark.django_db
def test_a_sprayer_with_a_login_of_their_own_does_not_wipe_the_count(mallory, carol):
    for number in range(ALLOWED_GUESSES_A_PLACE):
        attempt(f"person{number}@acme.example")
        if number % 5 == 0:
            attempt("mallory@rival.example", PASSWORD)

    assert not is_signed_in(attempt("carol@acme.example", PASSWORD))


@pytest.mark.django_db
def test_a_place_is_not_what_the_client_says_it_is(carol):
    for number in range(ALLOWED_GUESSES_A_PLACE):
        Client().post(
            "/login/", {"username": f"person{number}@acme.example", "password": "wrong"}, REMOTE_ADDR=PLACE,
            headers={"X-Forwarded-For": f"198.51.100.{number}"},
        )  # fmt: skip

    assert not is_signed_in(attempt("carol@acme.example", PASSWORD))


@pytest.mark.django_db
def test_a_browser_that_knows_the_login_is_not_locked_out_by_others(carol, dave):
    own = Client()
    attempt("carol@acme.example", PASSWORD, browser=own)
    own.post("/logout/")
    for number in range(ALLOWED_GUESSES_A_PLACE):
        attempt("carol@acme.example")
        attempt(f"person{number}@acme.example")

    assert is_signed_in(attempt("carol@acme.example", PASSWORD, browser=own))


@pytest.mark.django_db
def test_a_known_browser_has_a_count_of_its_own_and_no_more(carol, judged):
    own = Client()
    attempt("carol@acme.example", PASSWORD, browser=own)
    own.post("/logout/")
    del judged[:]

    for _ in range(3 * ALLOWED_GUESSES):
        attempt("carol@acme.example", browser=own)

    assert len(judged) == ALLOWED_GUESSES


@pytest.mark.django_db
def test_a_browser_known_for_one_login_is_a_stranger_to_every_other(carol, dave, judged):
    own = Client()
    attempt("dave@acme.example", PASSWORD, browser=own)
    own.post("/logout/")
    for _ in range(ALLOWED_GUESSES):
        attempt("carol@acme.example", browser=own)

    assert not is_signed_in(attempt("carol@acme.example", PASSWORD))
    assert not is_signed_in(attempt("carol@acme.example", PASSWORD, browser=own))


@pytest.mark.django_db
def test_a_made_up_cookie_makes_no_browser_known(carol, judged):
    browser = Client()
    made_up = signing.dumps({"id": "x", "logins": [[str(carol.pk), 0]]}, key="guessed", salt=known_browsers._SALT)
    for _ in range(2 * ALLOWED_GUESSES):
        browser.cookies[known_browsers.cookie_name()] = made_up
        attempt("carol@acme.example", browser=browser)

    assert len(judged) == ALLOWED_GUESSES
    assert not is_signed_in(attempt("carol@acme.example", PASSWORD))


@pytest.mark.django_db
def test_ending_all_sessions_forgets_known_browsers(carol, judged):
    own = Client()
    attempt("carol@acme.example", PASSWORD, browser=own)
    own.post("/profile/sessions/end/")
    for _ in range(ALLOWED_GUESSES):
        attempt("carol@acme.example")

    assert not is_signed_in(attempt("carol@acme.example", PASSWORD, browser=own))


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/admin/login/", "/admin/login/?next=/admin/", "/admin/password_change/"])
def test_no_other_address_judges_a_password(alice, judged, path):
    answer = Client().post(path, {"username": "alice@acme.example", "password": PASSWORD, "old_password": PASSWORD})

    assert answer.status_code in {302, 405}
    assert judged == []
    assert "_auth_user_id" not in Client().session


@pytest.mark.django_db
def test_a_stolen_session_cannot_guess_the_password_in_use_for_ever(carol, judged):
    browser = Client()
    browser.force_login(carol)
    new = {"new_password1": "a much longer passphrase", "new_password2": "a much longer passphrase"}
    for _ in range(2 * ALLOWED_GUESSES):
        browser.post("/profile/password/", {"old_password": "wrong", **new})

    answer = browser.post("/profile/password/", {"old_password": PASSWORD, **new})

    assert len(judged) == ALLOWED_GUESSES
    assert b"Too many wrong passwords" in answer.content
    assert check_password(PASSWORD, User.objects.get(pk=carol.pk).password)


@pytest.mark.django_db
def test_doors_open_again_and_their_rows_go(carol):
    for _ in range(ALLOWED_GUESSES):
        attempt("carol@acme.example")

    with time_machine.travel(timezone.now() + WINDOW + timedelta(seconds=1)):
        assert is_signed_in(attempt("carol@acme.example", PASSWORD))
        attempt("somebody@acme.example")

    assert not GuessCount.objects.filter(began_at__lte=timezone.now()).exists()


@pytest.mark.django_db
def test_a_whole_network_of_the_new_kind_is_one_place(carol, dave):
    for number in range(ALLOWED_GUESSES_A_PLACE):
        attempt(f"person{number}@acme.example", place=f"2001:db8:1:2::{number:x}")

    sprayed = attempt("carol@acme.example", PASSWORD, place="2001:db8:1:2:ffff::1")
    elsewhere = attempt("dave@acme.example", PASSWORD, place="2001:db8:1:3::1")

    assert b"Too many wrong passwords" in sprayed.content
    assert is_signed_in(elsewhere)
