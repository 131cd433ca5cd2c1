"""Who got a mail knows its Message-ID, date and subject, and can send them again with anything: the record stands.

Every way in which another mail is made to look like a copy ends in two mails, whichever comes first; every way in which
mail systems change a copy ends in one.
"""

import itertools
from datetime import timedelta

import pytest

from accounts.domain.audit import AuditVerb
from accounts.domain.vocabulary import Visibility
from accounts.models import AuditEvent
from tests.support.api_client import client_of
from tests.support.factories import (
    LegalHoldFactory,
    UserAddressFactory,
)
from tests.support.forging import (
    DAVE,
    ID,
    MOMENT,
    OTHER_ENVELOPES,
    OTHER_WORDS,
    SAME_ENVELOPES,
    SAME_WORDS,
    SUBJECT,
    WORDS,
    mail,
    readable,
    stored,
)
from tests.support.recording import BANNER, JANE, compose, record
from timeline.models import Conversation, EmailMessage, Engagement, MailboxCopy

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("forged_first", [False, True])
@pytest.mark.parametrize("name", [*OTHER_WORDS, *OTHER_ENVELOPES])
def test_another_mail_under_the_same_message_id_stands_beside(acme, carol, dave, jane, name, forged_first):
    text, fields = OTHER_WORDS.get(name, WORDS), SUBJECT | OTHER_ENVELOPES.get(name, {})
    copies = [(dave, mail(acme, **SUBJECT), Visibility.OWNER_ONLY), (carol, mail(acme, text, **fields), "everyone")]
    for owner, copy, visibility in reversed(copies) if forged_first else copies:
        record(acme, owner, copy, visibility=visibility)
        record(acme, owner, copy, visibility=visibility)  # and again, as a page that is read twice
    alone = [(WORDS, "owner_only"), (text, "everyone")]
    assert sorted((row[0], row[4]) for row in stored()) == sorted(alone)
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("name", [*SAME_WORDS, *SAME_ENVELOPES])
def test_what_mail_systems_do_to_a_copy_makes_no_second_mail(acme, carol, dave, jane, name, turned):
    UserAddressFactory(user=carol, address="carol.c@acme.example")
    pair = [
        (dave, mail(acme, **SUBJECT)),
        (carol, mail(acme, SAME_WORDS.get(name, WORDS), **(SUBJECT | SAME_ENVELOPES.get(name, {})))),
    ]
    for owner, copy in reversed(pair) if turned else pair:
        record(acme, owner, copy)
    [row] = stored()
    first = pair[turned][1]
    assert row[:4] == (first.text, first.new_text, first.subject, first.occurred_at)
    assert {address for _, address in row[5]} >= {JANE, DAVE}


def test_a_copy_widens_who_reads_only_the_mail_that_it_is_of(acme, carol, dave, jane):
    record(acme, dave, mail(acme), visibility=Visibility.OWNER_ONLY)
    record(acme, carol, mail(acme, "We decline."), visibility=Visibility.EVERYONE)
    assert [row[4] for row in stored()] == ["owner_only", "everyone"]
    record(acme, carol, mail(acme, f"{BANNER}\n{WORDS}"), visibility=Visibility.PARTICIPANTS_AND_MANAGERS)
    assert [row[4] for row in stored()] == ["participants_and_managers", "everyone"]


def test_a_forged_from_rewrites_nothing_that_a_rep_sent(acme, carol, dave, jane):
    sent = mail(acme, "Ten percent, not more.", sender=DAVE, to=(JANE,), cc=())
    forged = mail(acme, "Fifty percent.", sender=DAVE, to=(JANE,), cc=())
    for order in itertools.permutations([(dave, sent), (carol, forged)]):
        Conversation.objects.all().delete()
        for owner, copy in order:
            record(acme, owner, copy)
        assert sorted(row[0] for row in stored()) == ["Fifty percent.", "Ten percent, not more."]


@pytest.mark.parametrize("scope", ["organization", "contact"])
def test_a_hold_freezes_words_people_and_readers(acme, alice, carol, dave, bob, jane, scope):
    record(acme, dave, mail(acme), visibility=Visibility.OWNER_ONLY)
    record(acme, dave, mail(acme, "", message_id="<empty@globex.example>"), visibility=Visibility.OWNER_ONLY)
    record(acme, dave, mail(acme, message_id="<nobody@globex.example>", to=(), cc=()), visibility=Visibility.OWNER_ONLY)
    LegalHoldFactory(organization=acme, scope=scope, contact=jane if scope == "contact" else None)
    before = stored()
    readers = [readable(alice), readable(carol)]
    record(acme, bob, mail(acme, f"{BANNER}\n{WORDS}"))
    record(acme, bob, mail(acme, "We decline."))
    record(acme, bob, mail(acme, "We decline.", message_id="<empty@globex.example>"))
    record(acme, bob, mail(acme, message_id="<nobody@globex.example>"))
    held = set(Engagement.objects.order_by("recorded_at").values_list("pk", flat=True)[:3])
    assert stored()[:3] == before
    assert [some & held for some in (readable(alice), readable(carol))] == readers
    assert len(readable(bob) & held) == 2, "what the own mailbox holds, and no more"
    assert sorted(row[0] for row in stored()[3:]) == ["We decline.", "We decline."]
    assert not AuditEvent.objects.filter(verb=AuditVerb.FILLED).exists()


@pytest.mark.parametrize("empty", ["", " \u200b\n", BANNER])
def test_an_empty_body_is_filled_once_and_on_the_trail(acme, carol, dave, jane, empty):
    record(acme, dave, mail(acme, empty))
    record(acme, carol, mail(acme))
    assert [row[0] for row in stored()] == [WORDS]
    assert AuditEvent.objects.get(verb=AuditVerb.FILLED).subject_id == str(Engagement.objects.get().pk)
    record(acme, carol, mail(acme, "We decline."))
    record(acme, dave, mail(acme, empty))
    assert [row[0] for row in stored()] == [WORDS, "We decline."]
    assert AuditEvent.objects.count() == 1


def test_a_forged_copy_fills_no_empty_body_where_our_tenant_denies_its_from(acme, carol, dave, jane):
    empty, forged, true = mail(acme, ""), mail(acme, "We decline.", authentication="failed"), mail(acme)
    for order in itertools.permutations([(dave, empty), (carol, forged), (carol, true)]):
        Conversation.objects.all().delete()
        for owner, copy in order:
            record(acme, owner, copy)
        rows = {row.text: row.authentication for row in EmailMessage.objects.all()}
        assert rows == {"We decline.": "failed", WORDS: ""}
        assert MailboxCopy.objects.get(user=dave).engagement.email.text == WORDS, "the empty copy is of the true mail"


def test_pages_and_api_tell_of_a_from_that_failed(client, acme, carol, dave, jane):
    record(acme, carol, mail(acme, authentication="failed"))
    row = client_of(carol).get("/api/v1/engagements/").json()["results"][0]
    assert row["email"]["authentication"] == "failed"
    client.force_login(carol)
    account = Engagement.objects.get().account_id
    for page in (f"/conversations/{row['conversation']}/", f"/customers/accounts/{account}/"):
        assert "Sender not confirmed" in client.get(page).content.decode(), page
    record(acme, dave, mail(acme, authentication="passed"))
    assert client_of(carol).get("/api/v1/engagements/").json()["results"][0]["email"]["authentication"] is None


def test_a_text_is_compared_up_to_the_cut_and_a_cut_hides_no_condition(acme, carol, dave, jane):
    long = " ".join(f"paragraph {number} of the contract" for number in range(4_000))
    whole, cut = mail(acme, long[:99_000]), mail(acme, long[:90_010], is_text_cut=True)
    record(acme, dave, whole)
    record(acme, carol, cut)
    assert EmailMessage.objects.count() == 1
    other = mail(acme, long[:50_000] + " is void " + long[50_000:90_000], is_text_cut=True)
    ended = mail(acme, long[:80_000])
    short = mail(acme, "Hello Carol,\n\nWe accept your offer of", is_text_cut=True, message_id="<cut@globex.example>")
    record(acme, carol, other, ended, short, mail(acme, message_id="<cut@globex.example>"))
    assert EmailMessage.objects.count() == 5


def test_copies_whose_dates_drift_are_one_mail_in_any_order(acme, carol, jane):
    page = [mail(acme, occurred_at=MOMENT + timedelta(minutes=minutes)) for minutes in (0, 9, 18, 27)]
    for order in itertools.permutations(page):
        Conversation.objects.all().delete()
        for copy in order:
            record(acme, carol, copy)
        assert EmailMessage.objects.count() == 1
        assert Conversation.objects.get().email_count == 1


def test_a_copy_ties_a_recorded_mail_to_no_other_conversation(acme, carol, dave, jane):
    record(acme, carol, compose(acme, 7, message_id="<other@globex.example>"))
    record(acme, carol, mail(acme, references=("<first@globex.example>",), thread_index="ab" * 16))
    tie = mail(
        acme, references=("<other@globex.example>",), in_reply_to="<other@globex.example>", thread_index="cd" * 16
    )
    record(acme, dave, tie)
    assert Conversation.objects.count() == 2
    assert EmailMessage.objects.get(internet_message_id=ID).references == ["<first@globex.example>"]


def test_parents_are_added_where_none_are_stored(acme, carol, dave, jane):
    record(acme, carol, mail(acme))
    record(acme, dave, mail(acme, references=("<first@globex.example>",), in_reply_to="<first@globex.example>"))
    row = EmailMessage.objects.get()
    assert (row.references, row.in_reply_to) == (["<first@globex.example>"], "<first@globex.example>")


def test_a_link_that_one_copy_spells_out_is_not_another_ones(acme, carol, dave, bob, jane):
    plain, good, evil = (
        mail(acme, f"Please pay here{address}, Jane")
        for address in ("", " <https://good.example/>", " <https://evil.example/>")
    )
    for order in itertools.permutations([plain, good, evil]):
        Conversation.objects.all().delete()
        for owner, copy in zip((carol, dave, bob), order, strict=True):
            record(acme, owner, copy)
        texts = sorted(EmailMessage.objects.values_list("text", flat=True))
        assert len(texts) == 2, texts


def test_a_flood_under_one_message_id_is_neither_merged_nor_doubled(acme, carol, dave, jane):
    flood = [mail(acme, f"Version {number}") for number in range(45)]
    record(acme, carol, *flood[:25])
    record(acme, carol, *flood[25:])
    record(acme, dave, *flood)
    assert sorted(EmailMessage.objects.values_list("place", flat=True)) == list(range(45))
    assert len(set(EmailMessage.objects.values_list("text", flat=True))) == 45


def test_api_and_page_mark_both_for_those_who_may_read_both(client, acme, alice, bob, carol, dave, jane):
    record(acme, dave, mail(acme), visibility=Visibility.OWNER_ONLY)
    record(acme, carol, mail(acme, "We decline.", cc=()), visibility=Visibility.EVERYONE)
    true, forged = (str(row.pk) for row in EmailMessage.objects.order_by("place"))
    for viewer, seen in ((dave, {true: [forged], forged: [true]}), (bob, {forged: []})):
        rows = client_of(viewer).get("/api/v1/engagements/").json()["results"]
        assert {row["id"]: row["email"]["same_message_id"] for row in rows} == seen
        for pk, others in seen.items():
            one = client_of(viewer).get(f"/api/v1/engagements/{pk}/").json()
            assert one["email"]["same_message_id"] == others
        client.force_login(viewer)
        page = client.get(f"/conversations/{Engagement.objects.get(email__place=1).conversation_id}/")
        assert ("Same Message-ID" in page.content.decode()) == bool(seen[forged])
        assert (true in page.content.decode()) == (true in seen)


def test_the_marks_cost_one_question_a_page(acme, carol, jane, django_assert_max_num_queries):
    viewer = client_of(carol)
    viewer.get("/api/v1/engagements/")  # the token's last use is noted once
    counts = []
    for size in (3, 30):
        record(acme, carol, *(compose(acme, size * 100 + number) for number in range(size)))
        with django_assert_max_num_queries(40) as captured:
            assert viewer.get("/api/v1/engagements/?page_size=100").status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
