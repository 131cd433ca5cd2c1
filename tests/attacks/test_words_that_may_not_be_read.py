"""No search finds a mail by words that the viewer may not read, in whichever of its fields they stand.

field of words × visibility × detail × role × own or not ┬▶ database ───────────────────▶ found ┬▶ as the rules say
                                                         └▶ Elasticsearch's query, read ▶ found ┘
"""

from functools import partial
from itertools import product

import pytest

from accounts.domain.vocabulary import Detail, Role, Visibility
from core.db.unit_of_work import unit_of_work
from tests.support.factories import ContactFactory, UserFactory
from tests.support.recording import JANE, compose, record
from timeline.documents import WORD_FIELDS, EngagementDocument
from timeline.models import Engagement, SearchText
from timeline.search.database import matching
from timeline.search.elastic import _query

pytestmark = pytest.mark.django_db
WORDS = {"people": "jane doe", "subject": "renewal", "body": "quagga", "folded": "okapi"}
READABLE = {
    "people": set(Detail),
    "subject": {Detail.FULL_TEXT, Detail.SUBJECT},
    "body": {Detail.FULL_TEXT},
    "folded": {Detail.FULL_TEXT},
}
"""With how much of a mail's detail colleagues find it by a word of this field."""


def holds(query, document):
    """Whether Elasticsearch finds a document by a query of the kinds that this product asks; an unknown one is told."""
    [(kind, asked)] = query.items()
    match kind:
        case "bool":
            needed = [holds(each, document) for each in asked.get("filter", ())]
            either = [holds(each, document) for each in asked.get("should", ())]
            return all(needed) and (not either or any(either))
        case "term" | "terms":
            [(field, wanted)] = asked.items()
            held = document[field] if isinstance(document[field], list) else [document[field]]
            return any(each in held for each in (wanted if kind == "terms" else [wanted]))
        case "prefix":
            [(field, wanted)] = asked.items()
            return f" {wanted['value']}" in document[field]
        case "intervals":
            [(field, wanted)] = asked.items()
            first, last = wanted["all_of"]["intervals"]
            return f" {first['match']['query']} {last['prefix']['prefix']}" in document[field]
    raise AssertionError(f"{kind}: say here what it finds")


@pytest.fixture
def mails(acme, rival, carol, mallory):
    """A mail of Carol's for each way of sharing, and another organization's."""
    found = {}
    for number, (visibility, detail) in enumerate(product(Visibility, Detail), 1):
        mail = compose(acme, number, subject="Renewal", text="Quagga.\n\n> Okapi.", new_text="Quagga.")
        [result] = unit_of_work(partial(record, acme, carol, mail, visibility=visibility, detail=detail))
        found[visibility, detail] = Engagement.objects.get(pk=result.email_id)
    theirs = compose(rival, 1, to=(mallory.email,), subject="Renewal", text="Quagga.\n\n> Okapi.", new_text="Quagga.")
    unit_of_work(partial(record, rival, mallory, theirs))
    return found


@pytest.fixture(autouse=True)
def jane(acme, rival):
    return [ContactFactory(organization=each, address=JANE) for each in (acme, rival)]


def test_every_field_of_words_is_tried_and_holds_its_own(mails):
    stored = {field.name for field in SearchText._meta.get_fields() if field.get_internal_type() == "TextField"}
    assert set(WORDS) == set(READABLE) == set(WORD_FIELDS) == stored
    for row, (field, word) in product(SearchText.objects.all(), WORDS.items()):
        assert [name for name in WORDS if f" {word}" in getattr(row, name)] == [field]


@pytest.mark.parametrize("is_whole", [True, False])
@pytest.mark.parametrize("field", WORDS)
@pytest.mark.parametrize("who", ["carol", *Role])
def test_words_are_found_where_they_may_be_read_and_nowhere_else(acme, carol, mails, who, field, is_whole):
    viewer = carol if who == "carol" else UserFactory(organization=acme, role=who)
    term = (WORDS[field] if is_whole else WORDS[field][:3]).split()
    is_open = {Visibility.EVERYONE} | ({Visibility.PARTICIPANTS_AND_MANAGERS} if viewer.reads_every_deal else set())
    allowed = {
        mail.pk
        for (visibility, detail), mail in mails.items()
        if who == "carol" or (visibility in is_open and detail in READABLE[field])
    }
    terms = (tuple(term),)
    assert set(matching(viewer, terms).values_list("pk", flat=True)) == allowed
    document = EngagementDocument()
    query = _query(viewer, terms)
    assert {row.pk for row in Engagement.objects.all() if holds(query, document.prepare(row))} == allowed


@pytest.mark.parametrize("one", WORDS)
def test_one_word_that_may_be_read_opens_no_other(acme, mails, one):
    viewer = UserFactory(organization=acme, role=Role.REP)
    for other, word in WORDS.items():
        terms = (tuple(WORDS[one].split()), tuple(word.split()))
        allowed = {
            mail.pk
            for (visibility, detail), mail in mails.items()
            if visibility == Visibility.EVERYONE and detail in READABLE[one] & READABLE[other]
        }
        assert set(matching(viewer, terms).values_list("pk", flat=True)) == allowed
        query = _query(viewer, terms)
        document = EngagementDocument()
        assert {row.pk for row in Engagement.objects.all() if holds(query, document.prepare(row))} == allowed
