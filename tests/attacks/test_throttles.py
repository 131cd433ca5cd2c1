"""Calls without end: from a token, a login, a stranger, at once, and while the cache is away."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.db import connection
from django.test import Client

from accounts.models import CountedCall, User
from core.api import throttling
from tests.support.api_client import PREFIX, CheckedClient, client_of, description, token_for
from tests.support.browser import browser_of

pytestmark = pytest.mark.django_db

ME = f"{PREFIX}me/"
DATABASE = "jiminny_sync.cache.CountingDatabaseCache"
PROCESS = "django.core.cache.backends.locmem.LocMemCache"
REDIS = "django.core.cache.backends.redis.RedisCache"


class Clock:
    """A minute that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_800_000_010.0

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(throttling, "time", clock)
    throttling._failed_at.clear()
    return clock


@pytest.fixture
def use(settings: Any) -> Callable[..., None]:
    """Count in a cache, up to these limits."""

    def use(backend: str = DATABASE, *, own: int = 5, strangers: int = 5, **options: Any) -> None:
        settings.API_REQUESTS_PER_MINUTE, settings.API_ANONYMOUS_REQUESTS_PER_MINUTE = own, strangers
        local = {"BACKEND": PROCESS, "LOCATION": os.urandom(8).hex()}
        settings.CACHES = {
            "default": {"BACKEND": backend, **options} if backend != PROCESS else local,
            "process": local,
        }

    return use


def statuses(client: Any, times: int, address: str = ME, **extra: Any) -> list[int]:
    return [client.get(address, **extra).status_code for _ in range(times)]


@pytest.mark.parametrize("backend", [DATABASE, PROCESS])
def test_a_token_calls_as_often_as_it_may_and_then_is_told_when_again(
    carol: User, use: Any, clock: Clock, backend: str
):
    use(backend)
    client = client_of(carol)
    assert statuses(client, 5) == [200] * 5
    answer = client.get(ME)
    assert (answer.status_code, answer["Content-Type"]) == (429, "application/problem+json")
    assert answer["Retry-After"] == "50"
    assert answer.json()["status"] == 429
    assert "50 seconds" in answer.json()["detail"]
    clock.now += 49
    assert statuses(client, 1) == [429]
    clock.now += 1
    assert statuses(client, 6) == [200] * 5 + [429]


def test_each_token_and_each_person_has_a_count_of_their_own(carol: User, dave: User, eve: User, use: Any):
    use()
    busy = client_of(carol)
    assert statuses(busy, 6)[-1] == 429
    for other in (client_of(carol), client_of(dave), client_of(eve), browser_of(carol)):
        assert statuses(other, 1) == [200]
    session = browser_of(dave)
    assert statuses(session, 6) == [200] * 5 + [429]
    assert statuses(browser_of(dave), 1) == [429], "another session of the same person"


def test_no_endpoint_is_left_out(acme, carol: User, use: Any):
    use(own=0, strangers=0)
    paths = {re.sub(r"\{\w+\}", "x", path) for path in description()["paths"]}
    paths |= {PREFIX, f"{PREFIX}nothing/", "/api/schema/", "/api/docs/"}
    assert len(paths) > 15
    clients = {"a token": client_of(carol), "a login": browser_of(carol), "nobody": Client()}
    clients["a wrong token"] = Client(headers={"Authorization": "Token wrong"})
    for name, client in clients.items():
        for path in sorted(paths):
            assert client.get(path).status_code == 429, (name, path)


def test_a_stranger_who_tries_tokens_is_slowed_down_by_place(carol: User, use: Any):
    use()
    secret = token_for(carol)

    def guess(number: int, **extra: Any) -> int:
        return int(Client().get(ME, headers={"Authorization": f"Token wrong{number}"}, **extra).status_code)

    place = {"REMOTE_ADDR": "203.0.113.5"}
    assert [guess(number, **place) for number in range(7)] == [401] * 5 + [429] * 2
    assert guess(8, **place, HTTP_X_FORWARDED_FOR="198.51.100.9") == 429, "what a client writes is not believed"
    assert guess(9, REMOTE_ADDR="203.0.113.6") == 401
    right = Client(headers={"Authorization": f"Token {secret}"}, REMOTE_ADDR="203.0.113.5")
    assert right.get(ME).status_code == 200, "a token works beside a stranger at the same address"


def test_a_whole_network_of_the_new_kind_is_one_place(use: Any, db):
    use()
    answers = [Client().get(ME, REMOTE_ADDR=f"2001:db8:1:2::{number:x}").status_code for number in range(1, 8)]
    assert answers == [401] * 5 + [429] * 2
    assert Client().get(ME, REMOTE_ADDR="2001:db8:1:3::1").status_code == 401


def test_behind_our_own_proxy_each_client_is_a_place(use: Any, db):
    use()
    for client in ("198.51.100.1", "198.51.100.2"):
        answers = statuses(Client(), 6, REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR=f"10.9.9.9, {client}")
        assert answers == [401] * 5 + [429]


def test_a_token_that_may_only_read_is_slowed_down_when_it_tries_to_write(carol: User, use: Any):
    use()
    client = client_of(carol, scope="read")  # type: ignore[arg-type] # as it stands in the table
    answers = [client.post(f"{PREFIX}engagements/", {}).status_code for _ in range(7)]
    assert answers == [403] * 5 + [429] * 2


def test_nobodys_address_stands_in_the_cache(use: Any, db):
    use()
    Client().get(ME, REMOTE_ADDR="203.0.113.5")
    (row,) = CountedCall.objects.all()
    assert re.fullmatch(r":1:[0-9a-f]{64}:\d+", row.key)


def test_what_has_ended_does_not_stay(carol: User, use: Any, clock: Clock):
    use()
    client_of(carol).get(ME)
    CountedCall.objects.update(expires_at="2020-01-01T00:00:00Z")
    clock.now += 60
    client_of(carol).get(ME)
    assert CountedCall.objects.count() == 1


class Away(LocMemCache):
    """A cache that is not there."""

    asked = 0

    def incr(self, *_: Any, **__: Any) -> int:
        Away.asked += 1
        raise ConnectionError("away")


class Forgetful(LocMemCache):
    """A cache that keeps nothing."""

    def add(self, *_: Any, **__: Any) -> bool:
        return False


@pytest.mark.parametrize("broken", ["Away", "Forgetful"])
def test_a_cache_that_fails_opens_no_door_and_closes_none(carol: User, use: Any, clock: Clock, broken: str, caplog):
    Away.asked = 0
    use(f"tests.attacks.test_throttles.{broken}")
    client = client_of(carol)
    assert statuses(client, 7) == [200] * 5 + [429] * 2
    assert caplog.text.count("cache_failed") == 1
    assert Away.asked <= 1, "nobody waits for it at each request"
    clock.now += 11
    client.get(ME)
    assert caplog.text.count("cache_failed") == 2


def test_a_cache_that_is_back_is_counted_in_again(carol: User, use: Any, clock: Clock):
    use("tests.attacks.test_throttles.Away")
    client = client_of(carol)
    assert statuses(client, 2) == [200, 200]
    use()
    clock.now += 11
    assert statuses(client, 1) == [200]
    assert CountedCall.objects.count() == 1


def at_once(user: User, times: int) -> list[int]:
    """The answers to that many calls, all begun before the first is answered."""
    start, answers = threading.Barrier(times), list[int]()
    description()  # is not made by several threads at once
    secret = token_for(user)

    def call() -> None:
        client = CheckedClient()
        client.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
        start.wait()
        try:
            answers.append(client.get(ME).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=call) for _ in range(times)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return sorted(answers)


@pytest.mark.services
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_thirty_calls_at_once_are_counted_right_in_the_database(carol: User, use: Any):
    use(own=10)
    assert at_once(carol, 30) == [200] * 10 + [429] * 20


@pytest.mark.services
@pytest.mark.skipif("redis" not in os.environ.get("CELERY_BROKER_URL", ""), reason="there is no Redis here")
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_thirty_calls_at_once_are_counted_right_in_redis(carol: User, use: Any):
    use(REDIS, own=10, LOCATION=os.environ["CELERY_BROKER_URL"], KEY_PREFIX=os.urandom(8).hex())
    assert at_once(carol, 30) == [200] * 10 + [429] * 20
    caches["default"].close()


def test_a_call_that_comes_while_one_is_counted_is_counted_too(carol: User, use: Any, monkeypatch):
    use()
    secret, taken, incr = token_for(carol), [0], throttling._incremented

    def slip_in(cache: Any, key: str) -> int:
        if taken[0] < 9:
            taken[0] += 1
            assert Client(headers={"Authorization": f"Token {secret}"}).get(ME).status_code in {200, 429}
        return incr(cache, key)

    monkeypatch.setattr(throttling, "_incremented", slip_in)
    Client(headers={"Authorization": f"Token {secret}"}).get(ME)
    assert [row.number for row in CountedCall.objects.all()] == [10]


@pytest.mark.parametrize(
    ("broker", "backend"),
    [
        ("", DATABASE),
        ("amqp://guest@localhost//", DATABASE),
        ("redis://localhost:6379/0", REDIS),
        ("rediss://r/1", REDIS),
    ],
)
def test_the_cache_is_redis_where_there_is_one(broker: str, backend: str, tmp_path):
    environment = {**os.environ, "CELERY_BROKER_URL": broker, "VAR_DIR": str(tmp_path), "DEBUG": "1"}
    asked = "import django.conf as c; print(c.settings.CACHES['default']['BACKEND'])"
    environment["DJANGO_SETTINGS_MODULE"] = "jiminny_sync.settings"
    done = subprocess.run([sys.executable, "-c", asked], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == backend
