"""Histories of a few deals: whatever writes to the timeline, in any order, on days between which time passes."""

import contextlib
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.domain.vocabulary import Detail, Visibility
from accounts.models import Organization, User
from tests.support.factories import (
    AccountFactory,
    ContactFactory,
    LegalHoldFactory,
    OpportunityFactory,
    RetentionPolicyFactory,
)
from tests.support.recording import compose, record
from timeline.assignment.correct import correct_opportunity
from timeline.assignment.reassess import reassess_engagements
from timeline.changes import following, log
from timeline.copies import take_back
from timeline.domain.refusals import OnHold
from timeline.domain.vocabulary import Kind
from timeline.models import Conversation, EmailMessage, Engagement
from timeline.services.calls_and_meetings import ErasedParticipant, WasDeleted, record_activity
from timeline.services.deletion import delete_conversation, delete_engagement, delete_rows
from timeline.services.erasure import erase_person
from timeline.services.hiding import hide, unhide
from timeline.services.legal_holds import place_hold, release_hold
from timeline.services.retention import purge_expired

Move = Callable[[], object]


class History:
    """Does one thing after the other to an organization, as a seed has it."""

    def __init__(self, organization: Organization, people: dict[str, User], seed: int) -> None:
        self.organization, self.people, self.dice = organization, people, Random(seed)
        self.made = 0
        accounts = AccountFactory.create_batch(2, organization=organization)
        self.customers = [f"jane{n}@globex{n % 2}.example" for n in range(4)]
        for n, address in enumerate(self.customers):
            ContactFactory(organization=organization, account=accounts[n % 2], address=address)
        self.deals: list[Any] = [
            OpportunityFactory(organization=organization, account=accounts[n % 2], owner=people["carol"])
            for n in range(3)
        ]
        RetentionPolicyFactory(organization=organization, months=1, keep_open_opportunities=False)
        self.moves: list[tuple[int, Move]] = [
            (8, self.a_page_of_mail), (3, self.an_activity), (3, self.a_correction), (2, self.a_taking_back),
            (2, self.a_rule_hides), (2, self.a_rule_is_taken_back), (1, self.an_engagement_goes),
            (1, self.a_conversation_goes), (1, self.a_purge), (1, self.a_hold), (1, self.the_rule_decides_again),
            (2, self.the_sums_follow), (2, self.the_sums_follow_a_little),
            (1, self.a_deal_goes), (1, self.a_login_goes), (1, self.a_person_is_erased),
        ]  # fmt: skip

    def goes_on(self) -> str:
        """Do the next thing; its name."""
        weights = [weight for weight, _ in self.moves]
        move: Any = self.dice.choices([move for _, move in self.moves], weights)[0]
        move()
        return str(move.__name__)

    def passes_time(self) -> timedelta:
        return self.dice.choice([timedelta(minutes=1), timedelta(minutes=7), timedelta(hours=5), timedelta(days=3)])

    def a_page_of_mail(self) -> None:
        owner = self._user("carol", "dave", "erin")
        emails = []
        for _ in range(self.dice.randint(1, 4)):
            self.made += 1
            number = self.dice.choice([self.made, self.dice.randint(1, self.made)])
            back = timedelta(minutes=number * 97 % 60_000)
            emails.append(
                compose(
                    self.organization, number, sender=self.customers[number % 4],
                    to=tuple(f"{name}@acme.example" for name in ("carol", "dave", "erin")[: 1 + number % 3]),
                    occurred_at=timezone.now().replace(microsecond=0) - back,
                    references=(f"<{number - 1}@globex.example>",) if number % 3 == 0 else (),
                    direction=("inbound", "outbound")[number % 2],
                )
            )  # fmt: skip
        record(self.organization, owner, *emails, visibility=self.dice.choice(list(Visibility)), detail=Detail.SUBJECT)

    def an_activity(self) -> None:
        self.made += 1
        ahead = timedelta(minutes=self.dice.choice([-9_000, -600, -3, 0, 4, 30, 900, 20_000]))
        self.organization.visibility = self.dice.choice(list(Visibility))
        self.organization.save()
        actor = User.objects.get(pk=self._user("carol", "dave").pk)
        with contextlib.suppress(WasDeleted, ErasedParticipant):
            record_activity(
                actor=actor, kind=self.dice.choice([Kind.CALL, Kind.MEETING]), source=f"of {actor.email}"[:40],
                external_id=str(self.made), occurred_at=timezone.now() + ahead, direction=None, subject="", notes="",
                duration_seconds=60, account=None, opportunity=self.dice.choice([None, *self.deals]),
                participants=[{"role": "attendee", "name": "", "address": self.dice.choice(self.customers)}],
            )  # fmt: skip

    def a_correction(self) -> None:
        if found := self._engagement():
            with contextlib.suppress(OnHold):
                deal = self.dice.choice([None, *self.deals])
                correct_opportunity(engagement=found, opportunity=deal, actor=self._user("alice", "bob"))

    def a_taking_back(self) -> None:
        ids = list(EmailMessage.objects.order_by("pk").values_list("pk", flat=True))
        some = self.dice.sample(ids, min(len(ids), 4))
        with transaction.atomic():
            unheld = take_back(self.organization, self._user("carol", "dave").pk, some, now=timezone.now())
            if self.dice.random() < 0.5:
                delete_rows(self.organization, unheld, suppressed=False)

    def a_rule_hides(self) -> None:
        hide(organization=self.organization, ids=self._ids(5), rule=self.dice.choice("ab"), now=timezone.now())

    def a_rule_is_taken_back(self) -> None:
        unhide(organization=self.organization, rule=self.dice.choice("ab"), now=timezone.now())

    def an_engagement_goes(self) -> None:
        if found := self._engagement():
            with contextlib.suppress(OnHold):
                delete_engagement(engagement=found, actor=self._user("alice"))

    def a_conversation_goes(self) -> None:
        if found := Conversation.objects.order_by("?").first():
            with contextlib.suppress(OnHold):
                delete_conversation(conversation=found, actor=self._user("alice"))

    def a_purge(self) -> None:
        purge_expired(organization=self.organization, now=timezone.now())

    def a_hold(self) -> None:
        held = self.organization.legal_holds.filter(released_at=None).first()
        if held is not None:
            release_hold(hold=held, actor=self._user("alice"), now=timezone.now())
            return
        hold = LegalHoldFactory.build(organization=self.organization)
        place_hold(hold=hold, actor=self._user("alice"))

    def the_rule_decides_again(self) -> None:
        reassess_engagements(self.organization, sorted(self._ids(6)), now=timezone.now())

    def the_sums_follow(self) -> None:
        following.follow(now=timezone.now())

    def the_sums_follow_a_little(self) -> None:
        log.number()
        with transaction.atomic():
            following.count_some(timezone.now())

    def a_deal_goes(self) -> None:
        if len(self.deals) > 1 and not self.organization.legal_holds.filter(released_at=None).exists():
            self.deals.pop().delete()

    def a_login_goes(self) -> None:
        if "erin" in self.people:
            self.people.pop("erin").delete()

    def a_person_is_erased(self) -> None:
        if self.dice.random() < 0.3:
            with contextlib.suppress(OnHold):
                erase_person(organization=self.organization, raw_address=self.customers[3], actor=self._user("alice"))

    def _user(self, *names: str) -> User:
        return self.people[self.dice.choice([name for name in names if name in self.people])]

    def _ids(self, most: int) -> list[Any]:
        ids = list(Engagement.objects.order_by("pk").values_list("pk", flat=True))
        return self.dice.sample(ids, min(len(ids), most))

    def _engagement(self) -> Engagement | None:
        ids = self._ids(1)
        return Engagement.objects.get(pk=ids[0]) if ids else None
