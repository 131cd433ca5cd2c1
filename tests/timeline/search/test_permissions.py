"""What each person finds, by sixty queries over mail in many languages and under every rule of visibility.

corpus × (visibility, detail, who took part) ┬▶ database ───────▶ ids ┐
                                             ├▶ Elasticsearch ──▶ ids ┼─▶ equal, for each viewer and query
                                             └▶ the rules, once more, plainly: `may_find` ┘
"""

import itertools
import random
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache
from uuid import UUID

import pytest
from django.conf import settings as django_settings

from accounts.domain.vocabulary import Detail, Role, Visibility
from accounts.models import User
from tests.support.factories import AccountFactory, ContactFactory, OpportunityFactory, UserFactory
from tests.support.recording import compose, record
from timeline.domain.email import ParticipantValue
from timeline.domain.vocabulary import ParticipantRole
from timeline.domain.words import terms_of, words_of
from timeline.models import Engagement
from timeline.search import search_engagements
from timeline.search.upkeep import bring_index_up_to_date

pytestmark = pytest.mark.django_db

PEOPLE = {
    "jane@globex.example": "Jane Doe",
    "jürgen.müller@globex-süd.example": "Jürgen Müller-Lüdenscheidt",
    "francois.lefevre@initech.example": "François Lefèvre",
    "tanaka.y@tokyo.example": "田中 裕子",
    "o.hara+deals@mail.emea.globex.example": "Siobhán O'Hara",
    "l.ore@smorgas.example": "Łukasz Øre",
}
MAILS = (
    ("Renewal", "Shall we talk about the renewal on Thursday? The price list is 12,500 EUR."),
    ("Re: Renewal", "Thursday suits me. The procurement team asks for a discount of 12.5 %."),
    ("AW: Verlängerung der Verträge", "Sehr geehrte Frau Weiß, die Vertragsverlängerung liegt in der Anlage."),
    ("WG: Angebot für München", "Das Angebot über Bürostühle gilt bis Ende März. Viele Grüße aus der Straße"),
    ("RE: Équipe de vente", "L'équipe est prête pour l'été à Besançon, ça va de soi. Cœur du projet."),
    ("Réf. : devis n° 2026-114", "Le devis signé arrive aujourd'hui."),
    ("東京オフィスの契約更新", "来週の東京都での会議について。よろしくお願いします。"),
    ("会议安排", "我们下周讨论合同的续签。北京办公室"),
    ("회의 일정", "계약 갱신에 대해 논의합시다."),
    ("Договор", "Ёлка и мир: подпишем договор завтра."),
    ("100% _off_ C++", "a.b-c/d: path/to/file_name_v2.txt, 3.14159 and node.js"),
    ("", "An empty subject 🎉 ｆｕｌｌｗｉｄｔｈ"),
)
QUERIES = (
    "renewal", "RENEW", "newal", "re: renewal", "renewal thursday", '"about the renewal"', '"renewal the"', "12,500",
    "12.5", "verträge", "vertrage", "Vertrag", "vertragsverl", "verlängerung", "verlangerung", "aw:", "aw: verl",
    "wg: angebot", "munchen", "MÜNCHEN", "strasse", "straße", "weiss", "grüße", "bürost", "equipe", "l'équipe", "été",
    "besancon", "cœur", "coeur", "devis 2026", "2026-114", "n° 2026", "東京", "東京都", "京都", "契約更新", "会議",
    "会议", "续签", "北京", "계약", "회의 일정", "договор", "елка", "100%", "c++", "node.js", "file_name", "3.14",
    "fullwidth", "🎉", "jane", "jane doe", "jane@globex.example", "globex.example", "globex", "emea.globex", "o'hara",
    "o.hara+deals@mail.emea.globex.example", "siobhan", "müller", "muller-ludenscheidt", "globex-süd", "lefevre",
    "francois.lefevre@initech.example", "田中", "lukasz ore", "carol@acme.example", "rita@", "nobody@globex.example",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cast:
    """Who looks, by name; and who is whose colleague."""

    people: dict[str, User]


@pytest.fixture
def cast(acme, rival, alice, bob, carol, dave, eve, mallory) -> Cast:
    rita = UserFactory(organization=acme, email="rita@acme.example", name="Rita", role=Role.REP)
    return Cast(
        {"alice": alice, "bob": bob, "carol": carol, "dave": dave, "rita": rita, "eve": eve, "mallory": mallory}
    )


@pytest.fixture
def corpus(acme, rival, cast):
    """Every mail under five rules of visibility and detail, between changing people; some of them hidden."""
    dice = random.Random(60)
    for organization, owners, rounds in ((acme, ("carol", "dave", "rita"), 5), (rival, ("mallory",), 1)):
        account = AccountFactory(organization=organization)
        OpportunityFactory(organization=organization, account=account, owner=cast.people[owners[-1]])
        for address in PEOPLE:
            ContactFactory(organization=organization, account=account, address=address)
        turns, senders = list(itertools.product(owners, Visibility, Detail)), itertools.cycle(PEOPLE.items())
        pages = defaultdict(list)
        for number, (subject, text) in enumerate(MAILS * rounds):
            turn = owner, _, _ = dice.choice(turns)
            mail = _mail(organization, number, cast.people[owner], *next(senders), subject=subject, text=text)
            pages[turn].append(mail)
        for (owner, visibility, detail), mails in pages.items():
            record(organization, cast.people[owner], *mails, visibility=visibility, detail=detail)
    in_order = Engagement.objects.order_by("organization__slug", "occurred_at")  # ids of one millisecond are random
    hidden = list(in_order.values_list("pk", flat=True)[::11])
    Engagement.objects.filter(pk__in=hidden).update(hidden_at="2026-11-20T00:00:00Z")


def _mail(organization, number, owner, address, name, *, subject, text):
    cc = (f"rita@{organization.slug}.example",) if number % 5 == 0 and organization.slug == "acme" else ()
    mail = compose(
        organization, number, sender=address, to=(owner.email,), cc=cc, subject=subject, text=text, new_text=text
    )
    people = [
        ParticipantValue(person.role, name if person.role == ParticipantRole.FROM else "", person.address)
        for person in mail.participants
    ]
    return replace(mail, participants=tuple(people))


def may_find(viewer: User, engagement: Engagement, search: str) -> bool:
    """The rules once more, plainly: what may be seen, and the words of it that may be read."""
    if engagement.organization_id != viewer.organization_id or engagement.hidden_at:
        return False
    people = list(engagement.participants.all())
    is_own = viewer.pk in {*(each.user_id for each in people), *(each.user_id for each in engagement.copies.all())}
    sees_all = viewer.role in {Role.ADMIN, Role.MANAGER}
    is_open = engagement.visibility == Visibility.EVERYONE or (
        engagement.visibility == Visibility.PARTICIPANTS_AND_MANAGERS and sees_all
    )
    if not is_own and not is_open:
        return False
    readable = [" ".join(f"{each.name} {each.address}" for each in people)]
    if is_own or engagement.detail != Detail.METADATA:
        readable.append(engagement.subject)
    if is_own or engagement.detail == Detail.FULL_TEXT:
        readable.append(engagement.email.new_text)
    return all(any(_holds(_words(text), term) for text in readable) for term in terms_of(search))


_words = cache(words_of)


def _holds(words: list[str], term: tuple[str, ...]) -> bool:
    *whole, beginning = term
    return any(
        words[start : start + len(whole)] == whole and words[start + len(whole)].startswith(beginning)
        for start in range(len(words) - len(whole))
    )


def _found(cast: Cast, backend: str) -> dict[tuple[str, str], frozenset[UUID]]:
    found = {}
    for (name, viewer), query in itertools.product(cast.people.items(), QUERIES):
        answer = search_engagements(viewer, query)
        assert answer.backend == backend or answer.engagements.query.is_empty(), query
        found[name, query] = frozenset(answer.engagements.values_list("pk", flat=True))
    return found


def _expected(cast: Cast) -> dict[tuple[str, str], frozenset[UUID]]:
    rows = list(Engagement.objects.select_related("email").prefetch_related("participants", "copies"))
    return {
        (name, query): frozenset(row.pk for row in rows if terms_of(query) and may_find(viewer, row, query))
        for (name, viewer), query in itertools.product(cast.people.items(), QUERIES)
    }


def _differing(found, expected):
    return {key: (len(found[key]), len(expected[key])) for key in expected if found[key] != expected[key]}


@pytest.mark.usefixtures("corpus")
def test_the_database_finds_for_each_viewer_what_the_rules_say(cast, settings):
    settings.ELASTICSEARCH_URL = ""
    expected = _expected(cast)

    assert _differing(_found(cast, "database"), expected) == {}
    assert len(QUERIES) >= 60
    for name in cast.people:
        assert sum(bool(ids) for (viewer, _), ids in expected.items() if viewer == name) > len(QUERIES) / 3, name
    differing = {query for query in QUERIES if len({expected[name, query] for name in ("bob", "carol", "dave")}) == 3}
    assert len(differing) > len(QUERIES) / 2, "the rules decide"


@pytest.mark.services
@pytest.mark.skipif(not django_settings.ELASTICSEARCH_URL, reason="ELASTICSEARCH_URL is not set")
def test_elasticsearch_finds_for_each_viewer_what_the_rules_say(cast, server, corpus):
    from timeline.documents import ALIAS

    bring_index_up_to_date()
    server.indices.refresh(index=ALIAS)
    assert _differing(_found(cast, "elasticsearch"), _expected(cast)) == {}
