"""Which mails there are, and who may read them, does not depend on the order in which their copies arrive."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.domain.vocabulary import Visibility
from tests.support.factories import (
    AccountFactory,
    ContactFactory,
    OrganizationFactory,
    UserFactory,
)
from tests.support.forging import (
    CAROL,
    DAVE,
    MOMENT,
    WORDS,
    in_every_order,
    mail,
    readable,
)
from tests.support.recording import BANNER, JANE, record
from timeline.domain.additions import known_additions
from timeline.domain.authored import authored
from timeline.models import Conversation, EmailMessage, Participant

pytestmark = pytest.mark.django_db

DECLINE, BOTH, NOBODY = "We decline.", dict[str, object](), dict[str, object](to=(), cc=())
CHAINS: dict[str, list[tuple[str, int, dict[str, object]]]] = {
    "words between what says nothing": [("", 0, BOTH), ("", 18, BOTH), (WORDS, 9, BOTH)],
    "nothing between the same words": [(WORDS, 0, BOTH), ("", 9, BOTH), (WORDS, 18, BOTH)],
    "nothing beside two": [(WORDS, 0, BOTH), (DECLINE, 0, BOTH), ("", 9, BOTH), (WORDS, 18, BOTH)],
    "a chain of nothing": [("", 9, BOTH), ("", 18, BOTH), ("", 27, BOTH), (WORDS, 0, BOTH)],
    "a chain of nothing between two": [(WORDS, 0, BOTH), ("", 9, BOTH), ("", 18, BOTH), (DECLINE, 27, BOTH)],
    "nobody named between others": [(WORDS, 0, BOTH), (WORDS, 0, {"cc": ()}), (WORDS, 9, NOBODY), (WORDS, 18, BOTH)],
    "nobody named, nothing said": [(WORDS, 0, BOTH), ("", 18, BOTH), ("", 9, NOBODY), (WORDS, 27, NOBODY)],
    "nothing said to others": [(WORDS, 0, NOBODY), ("", 0, BOTH), ("", 0, {"cc": ()}), (WORDS, 0, BOTH)],
    "Exchange names": [
        (WORDS, 0, {"cc": (), "exchange_names": 1}),
        ("", 0, {"cc": (), "exchange_names": 1}),
        ("", 0, {"cc": ()}),
        (WORDS, 0, BOTH),
    ],
}


@pytest.mark.parametrize("chain", CHAINS)
def test_copies_that_say_little_tie_no_mails_together_in_any_order(acme, carol, dave, jane, chain):
    team = [UserFactory(organization=acme, email=f"{name}@acme.example") for name in ("erin", "finn", "gus", "hal")]
    copies = [
        mail(acme, text, occurred_at=MOMENT + timedelta(minutes=minutes), **people)
        for text, minutes, people in CHAINS[chain]
    ]
    outcomes = [
        # which of two mails a copy belongs to that names nobody is for the order to say (0073)
        (
            sorted(zip(texts, people, strict=True)),
            readers if NOBODY not in (each[2] for each in CHAINS[chain]) else None,
        )
        for texts, people, readers in in_every_order(acme, *zip(team, copies, strict=False))
    ]
    assert all(outcome == outcomes[0] for outcome in outcomes)


TEXTS = ("", "", WORDS, f"{BANNER}\n{WORDS}", "We decline.", "Unknown banner\n\n" + WORDS)
TEAM = ("carol", "dave", "bob", "erin")
ALL = [((CAROL,), (DAVE,)), ((CAROL, DAVE), ())]


def some_copies(minutes, people):
    return st.lists(
        st.tuples(
            st.sampled_from(TEXTS),
            st.sampled_from(minutes),
            st.sampled_from(people),
            st.sampled_from(["Renewal", "Renewal", "[EXTERNAL] Renewal", "Invoice"]),
            st.integers(0, len(TEAM) - 1),
        ),
        min_size=2,
        max_size=6,
    )


COPIES = some_copies([0, 0, 9, 18, 27, 86_400], [*ALL, ((CAROL,), ())]) | some_copies([0, 9], [*ALL, ((), ())])


class AnyOrder(TestCase):
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(COPIES, st.randoms(use_true_random=False), st.integers(1, 3), st.integers(0, len(TEAM)))
    def test_the_same_mails_stand_in_any_order_and_in_any_pages(self, copies, dice, size, open_mailbox):
        acme = OrganizationFactory()
        people = [UserFactory(organization=acme, email=f"{name}@acme.example") for name in TEAM]
        ContactFactory(organization=acme, account=AccountFactory(organization=acme), address=JANE)
        made = [
            (owner, mail(acme, text, occurred_at=MOMENT + timedelta(minutes=minutes), to=to, cc=cc, subject=subject))
            for text, minutes, (to, cc), subject, owner in copies
        ]
        outcomes = []
        for _ in range(3):
            Conversation.objects.filter(organization=acme).delete()
            order = dice.sample(made, len(made))
            for start in range(0, len(order), size):
                page = order[start : start + size]
                for number, person in enumerate(people):
                    visibility = Visibility.EVERYONE if number == open_mailbox else Visibility.OWNER_ONLY
                    if own := [copy for owner, copy in page if owner == number]:
                        record(acme, person, *own, visibility=visibility)
            outcomes.append(self.outcome(acme, people))
        assert outcomes[0] == outcomes[1] == outcomes[2]

    @staticmethod
    def outcome(organization, people):
        rows = EmailMessage.objects.filter(organization=organization).select_related("engagement")
        readers = {person.email: readable(person) for person in people}
        return sorted(
            (
                authored(row.text, known_additions()).words,
                sorted({*Participant.objects.filter(engagement=row.pk).values_list("address", flat=True)}),
                row.engagement.subject.removeprefix("[EXTERNAL] "),
                sorted(person for person, some in readers.items() if row.pk in some),
            )
            for row in rows
        )
