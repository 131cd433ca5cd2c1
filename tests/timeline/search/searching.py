"""What both search backends must do alike: one class of tests, run by each backend's own module."""

from dataclasses import replace
from datetime import timedelta

import pytest

from accounts.domain.vocabulary import Detail, Visibility
from accounts.models import User
from mailsync.services.author_words import tell_answers_apart
from tests.support.changes import pass_the_door
from tests.support.factories import A_MONDAY, CallFactory, ContactFactory
from tests.support.recording import JANE, compose, record
from timeline.domain.email import ParticipantValue
from timeline.domain.vocabulary import ParticipantRole
from timeline.models import Engagement
from timeline.search import search_engagements

MAILS = {
    "Renewal": "Shall we talk about the renewal on Thursday? The price list is 12,500 EUR.",
    "Re: Verträge für München": "Die Verlängerung der Verträge ist unterschrieben. Viele Grüße aus der Straße",
    "Équipe de vente": "Ça va, l'équipe est prête pour l'été à Besançon.",
    "東京オフィス": "来週の東京都での会議について。よろしくお願いします。",
    "Договор": "Ёлка и мир: подпишем договор завтра.",
    "عقد": "السلام عليكم",
    "100% _off_": "C++ and a.b-c/d: path/to/file_name_v2.txt, 3.14159",
    "": "An empty subject 🎉 ｆｕｌｌｗｉｄｔｈ",
}

QUERIES = {
    "renewal": {"Renewal"},
    "RENEWAL": {"Renewal"},
    "renew": {"Renewal"},
    "newal": set(),
    "renewal thursday": {"Renewal"},
    "thursday renewal": {"Renewal"},
    "renewal friday": set(),
    '"talk about the renewal"': {"Renewal"},
    '"about talk"': set(),
    "12,500": {"Renewal"},
    "12500": set(),
    "eur": {"Renewal"},
    "verträge": {"Re: Verträge für München"},
    "vertrage": {"Re: Verträge für München"},
    "VERTRÄGE": {"Re: Verträge für München"},
    "Vertrag": {"Re: Verträge für München"},
    "munchen": {"Re: Verträge für München"},
    "strasse": {"Re: Verträge für München"},
    "straße": {"Re: Verträge für München"},
    "re: verträge": {"Re: Verträge für München"},
    "grusse": {"Re: Verträge für München"},
    "equipe": {"Équipe de vente"},
    "équipe ete": {"Équipe de vente"},
    "besancon": {"Équipe de vente"},
    "ca va": {"Équipe de vente"},
    "l'équipe": {"Équipe de vente"},
    "東京": {"東京オフィス"},
    "東京都": {"東京オフィス"},
    "京都": {"東京オフィス"},
    "会議": {"東京オフィス"},
    "東会": set(),
    "オフィス": {"東京オフィス"},
    "ｵﾌｨｽ": {"東京オフィス"},
    "よろしく": {"東京オフィス"},
    "договор": {"Договор"},
    "ДОГОВОР": {"Договор"},
    "елка": {"Договор"},
    "عقد": {"عقد"},
    "السلام": {"عقد"},
    "100%": {"100% _off_"},
    "%": set(),
    "_": set(),
    "%%renewal%%": {"Renewal"},
    "off": {"100% _off_"},
    "c++": set(MAILS),
    "a.b-c/d": {"100% _off_"},
    "file_name": {"100% _off_"},
    "name_v2.txt": {"100% _off_"},
    "3.14": {"100% _off_"},
    "fullwidth": {""},
    "🎉": set(),
    "": set(),
    "   ": set(),
    '"': set(),
    "jane": set(MAILS),
    "doe": set(MAILS),
    "jane@globex.example": set(MAILS),
    "JANE@Globex.example": set(MAILS),
    "globex.example": set(MAILS),
    "jane@": set(MAILS),
    "carol@acme.example renewal": {"Renewal"},
    "nobody@globex.example": set(),
    "jane doe vertr": {"Re: Verträge für München"},
    "' OR 1=1 --": set(),
    "x" * 5000: set(),
    "\x00renewal": {"Renewal"},
    "re*ewal": set(),
    "subject:renewal": set(),
}


@pytest.mark.django_db
class SearchTests:
    """A subclass gives `settled`, a fixture that returns when what was written can be found, and `backend`."""

    backend = "database"

    @pytest.fixture
    def settled(self):
        return lambda: None

    @pytest.fixture(autouse=True)
    def jane(self, acme):
        return ContactFactory(organization=acme, address=JANE)

    def found(self, viewer, text):
        answer = search_engagements(viewer, text)
        assert answer.backend == self.backend or answer.engagements.query.is_empty()
        return list(answer.engagements)

    def subjects(self, viewer, text):
        return {engagement.subject for engagement in self.found(viewer, text)}

    def test_sixty_queries_find_what_a_person_expects(self, acme, carol, settled):
        emails = [
            compose(acme, number, subject=subject, text=text, new_text=text)
            for number, (subject, text) in enumerate(MAILS.items())
        ]
        record(acme, carol, *emails)
        settled()
        assert len(QUERIES) >= 60
        wrong = {query: found for query, wanted in QUERIES.items() if (found := self.subjects(carol, query)) != wanted}
        assert wrong == {}

    def test_the_newest_come_first(self, acme, carol, settled):
        record(acme, carol, *[compose(acme, number, subject=f"Renewal {number}") for number in (2, 3, 1)])
        settled()
        assert [row.subject for row in self.found(carol, "renewal")] == ["Renewal 3", "Renewal 2", "Renewal 1"]

    def test_quoted_mail_is_not_searched_again_with_every_reply(self, acme, carol, settled):
        asked = compose(acme, 1, subject="Asked", text="the zebra clause of all", new_text="the zebra clause of all")
        answer = compose(
            acme, 2, subject="Answered", text="Yes.\n--\nMary Quagga\n> the zebra clause of all", new_text="Yes.",
            in_reply_to=asked.internet_message_id,
        )  # fmt: skip
        record(acme, carol, asked, answer)
        tell_answers_apart(organization=acme, new=Engagement.objects.values_list("pk", flat=True))
        settled()
        assert self.subjects(carol, "zebra clause") == {"Asked"}
        assert self.subjects(carol, "quagga") == {"Answered"}

    def test_a_signature_and_a_quote_whose_mail_is_not_stored_are_found(self, acme, carol, settled):
        record(acme, carol, compose(acme, text="Yes.\n--\nMary Quagga\n> the zebra clause", new_text="Yes."))
        settled()
        for words in ("zebra clause", "quagga", "yes"):
            assert len(self.found(carol, words)) == 1

    def test_calls_and_meetings_are_found_by_subject_notes_and_people(self, acme, carol, settled):
        call = CallFactory(organization=acme, subject="Kick-off", notes="They want a pilot")
        call.participants.create(organization=acme, role="attendee", name="Jo Roe", address="jo@initech.example")
        pass_the_door(acme.pk, [call.pk])
        settled()
        for text in ("kick-off", "pilot", "jo roe", "initech"):
            assert self.found(carol, text) == [call]

    def test_another_organization_finds_nothing(self, acme, carol, eve, mallory, settled):
        record(acme, carol, compose(acme))
        settled()
        assert len(self.found(carol, "renewal")) == 1
        assert self.found(eve, "renewal") == self.found(mallory, "renewal") == []

    @pytest.mark.parametrize(
        ("visibility", "finders"),
        [
            (Visibility.EVERYONE, {"alice", "bob", "carol", "dave"}),
            (Visibility.PARTICIPANTS_AND_MANAGERS, {"alice", "bob", "carol"}),
            (Visibility.OWNER_ONLY, {"carol"}),
        ],
    )
    def test_only_those_who_may_see_it_find_it(self, acme, alice, bob, carol, dave, settled, visibility, finders):
        record(acme, carol, compose(acme), visibility=visibility)
        settled()
        people = {"alice": alice, "bob": bob, "carol": carol, "dave": dave}
        assert {name for name, person in people.items() if self.found(person, "renewal")} == finders

    @pytest.mark.parametrize(
        ("detail", "findable"),
        [
            (Detail.FULL_TEXT, {"renewal", "zebra", "jane"}),
            (Detail.SUBJECT, {"renewal", "jane"}),
            (Detail.METADATA, {"jane"}),
        ],
    )
    def test_nobody_finds_by_words_that_they_may_not_read(self, acme, carol, dave, settled, detail, findable):
        record(acme, carol, compose(acme, text="zebra", new_text="zebra"), detail=detail)
        settled()
        words = ("renewal", "zebra", "jane")
        assert {word for word in words if self.found(dave, word)} == findable
        assert {word for word in words if self.found(carol, word)} == set(words)

    def test_who_received_it_in_a_group_finds_it(self, acme, carol, dave, settled):
        record(acme, dave, compose(acme, to=("sales@acme.example",)), visibility=Visibility.OWNER_ONLY)
        settled()
        assert len(self.found(dave, "renewal")) == 1
        assert self.found(carol, "renewal") == []

    def test_what_is_hidden_or_deleted_is_not_found(self, acme, carol, settled):
        record(acme, carol, *[compose(acme, number) for number in range(3)])
        settled()
        hidden, gone, _ = engagements = self.found(carol, "renewal")
        hidden.hidden_at = A_MONDAY
        hidden.save()
        Engagement.objects.filter(pk=gone.pk).delete()
        pass_the_door(acme.pk, [engagement.pk for engagement in engagements])
        settled()
        assert self.found(carol, "renewal") == engagements[2:]

    def test_what_a_second_mailbox_adds_is_found(self, acme, carol, dave, settled):
        record(acme, carol, compose(acme, subject="[EXTERNAL] Renewal"), visibility=Visibility.OWNER_ONLY)
        settled()
        record(acme, dave, compose(acme, subject="Renewal"), visibility=Visibility.EVERYONE)
        settled()
        assert self.subjects(dave, "renewal") == {"[EXTERNAL] Renewal"}

    def test_the_answer_can_be_narrowed(self, acme, carol, settled):
        record(acme, carol, *[compose(acme, number, subject=f"Renewal {number}") for number in range(3)])
        settled()
        answer = search_engagements(carol, "renewal").engagements
        assert answer.filter(occurred_at__gt=A_MONDAY + timedelta(minutes=1)).count() == 1
        assert answer.count() == 3

    def test_an_operator_without_organization_finds_nothing(self, acme, carol, settled):
        record(acme, carol, compose(acme))
        settled()
        operator = User.objects.create_superuser("root@elsewhere.example", "x")
        assert not search_engagements(operator, "renewal").engagements.exists()

    def test_people_named_in_copy_are_found_by_name(self, acme, carol, settled):
        email = compose(acme)
        people = (*email.participants, ParticipantValue(ParticipantRole.CC, "Łukasz Øre", "l@globex.example"))
        record(acme, carol, replace(email, participants=people))
        settled()
        assert len(self.found(carol, "lukasz ore")) == 1
