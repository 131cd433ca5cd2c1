"""A person, a question and an hour make one event with the sum, whatever comes when, dies, or works beside."""

import random
import threading
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts.domain.audit import AuditVerb
from accounts.models import AuditEvent, AuditIntake
from accounts.selectors.audit import verify_trail
from accounts.services import intake
from accounts.services.audit import append_event
from accounts.services.intake import Asked, chain_intake, note
from tests.support.factories import A_MONDAY

QUESTIONS = ["deal", "search", "engagement-list by owner"]
READING = [AuditVerb.VIEWED, AuditVerb.EXPORTED, AuditVerb.READ_TRAIL]


class Killed(Exception):
    """A worker that dies."""


def reads(person, question, verb, count):
    note(organization_id=person.organization_id, actor=person, verb=verb, asked=Asked(question), count=count)


def chained():
    """Of each event about reading: who, how, what and in which hour, with times and count."""
    return sorted(
        (event.actor_email, event.verb, event.detail["question"], event.detail["hour"], event.detail["times"],
         event.detail["count"])
        for event in AuditEvent.objects.filter(verb__in=READING)
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_any_hours_of_reading_make_one_event_a_question_with_the_sum(seed, carol, dave, mallory, monkeypatch):
    draw = random.Random(seed)
    monkeypatch.setattr(intake, "_ROWS_AT_ONCE", draw.randint(1, 5))
    record, dies = append_event, iter(draw.choices([True, False], [1, 5], k=500))

    def append(**event):
        record(**event)
        if next(dies, False):
            raise Killed

    monkeypatch.setattr(intake, "append_event", append)
    times: Counter[tuple[str, ...]] = Counter()
    counts: Counter[tuple[str, ...]] = Counter()
    moment = A_MONDAY
    with time_machine.travel(moment, tick=False) as clock:
        for _ in range(60):
            moment += timedelta(seconds=draw.randint(0, 360))
            clock.move_to(moment)
            person, question = draw.choice([carol, dave, mallory]), draw.choice(QUESTIONS)
            verb, count = draw.choice(READING), draw.randint(1, 9)
            reads(person, question, verb, count)
            key = (person.email, str(verb), question, f"{moment:%Y-%m-%dT%H:00Z}")
            times[key] += 1
            counts[key] += count
            if draw.random() < 0.4:
                told(moment)
        while AuditIntake.objects.exists():
            told(moment + timedelta(hours=2))

    assert chained() == sorted((*key, times[key], counts[key]) for key in times)
    assert all(verify_trail(person.organization).holds for person in (carol, mallory))


def told(now):
    """The minute's task, which may be killed."""
    try:
        chain_intake(now=now)
    except Killed:
        return


@pytest.mark.django_db
def test_an_answer_of_the_hours_last_moment_is_in_its_sum_though_it_is_noted_later(carol):
    with time_machine.travel(A_MONDAY.replace(minute=59, second=59), tick=False) as clock:
        reads(carol, "deal", AuditVerb.VIEWED, 1)
        reads(carol, "deal", AuditVerb.VIEWED, 2)
        late = AuditIntake.objects.latest("pk")
        late.delete()
        clock.move_to(A_MONDAY.replace(minute=0) + timedelta(hours=1, seconds=30))
        chain_intake(now=timezone.now())
        late.pk = None
        late.save(force_insert=True)
        clock.move_to(A_MONDAY.replace(minute=0) + timedelta(hours=1, minutes=1))
        chain_intake(now=timezone.now())

    assert [event[-2:] for event in chained()] == [(2, 3)]


@pytest.mark.django_db
def test_sign_ins_are_on_the_trail_with_the_minute(carol):
    for verb in (AuditVerb.SIGNED_IN, AuditVerb.SIGN_IN_FAILED, AuditVerb.SIGN_IN_FAILED):
        note(organization_id=carol.organization_id, actor=None, verb=verb, asked=Asked())
    chain_intake(now=timezone.now())

    assert sorted(AuditEvent.objects.values_list("verb", "detail__times")) == [("sign_in_failed", 2), ("signed_in", 1)]
    assert not AuditIntake.objects.exists()


@pytest.mark.django_db
def test_a_minute_in_which_nobody_read_writes_nothing(carol):
    with time_machine.travel(A_MONDAY, tick=False):
        reads(carol, "deal", AuditVerb.VIEWED, 1)
        chain_intake(now=timezone.now())
        before = list(AuditIntake.objects.values())

        chain_intake(now=timezone.now())

    assert list(AuditIntake.objects.values()) == before
    assert not AuditEvent.objects.exists()


@pytest.mark.services
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_the_same_sum_as_one(carol, monkeypatch):
    monkeypatch.setattr(intake, "_ROWS_AT_ONCE", 7)
    for number in range(100):
        reads(carol, QUESTIONS[number % 3], AuditVerb.VIEWED, 1)
    now, start = timezone.now() + timedelta(hours=2), threading.Barrier(3)

    def work():
        start.wait()
        try:
            chain_intake(now=now)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    hours = {event[3] for event in chained()}
    assert len(chained()) <= len(QUESTIONS) * len(hours)
    assert sum(event[-2] for event in chained()) == 100
    assert not AuditIntake.objects.exists()
