import csv
from collections import Counter
from pathlib import Path

import pytest

from sandbox.addresses import normalize
from sandbox.clock import epoch_of
from sandbox.corpus.correspondence import STORIES
from sandbox.corpus.crm_records import Crm, make_crm
from sandbox.corpus.generate import author_of
from sandbox.crm import write_crm
from sandbox.mailbox import Placement
from sandbox.truth import Oracle
from sandbox.vocabulary import Canary, Reason

BASE = epoch_of("2026-11-20T12:00:00Z")


@pytest.fixture(scope="module")
def crm() -> Crm:
    return make_crm(7, BASE)


@pytest.fixture(scope="module")
def past(crm: Crm) -> list[Placement]:
    return author_of(7, crm, BASE).write_past(4000, 120)


@pytest.fixture(scope="module")
def oracle(crm: Crm) -> Oracle:
    return Oracle(set(crm.addresses), set(crm.domains))


def as_text(placements: list[Placement]) -> list[tuple[object, ...]]:
    return [(p.mailbox, p.folder, p.received_at, p.mail.message_id, p.mail.subject, p.mail.text) for p in placements]


def test_the_same_seed_writes_the_same_mails(crm: Crm, past: list[Placement]):
    again = author_of(7, make_crm(7, BASE), BASE).write_past(4000, 120)

    assert as_text(again) == as_text(past)


def test_another_seed_writes_other_mails(crm: Crm, past: list[Placement]):
    other = author_of(8, make_crm(8, BASE), BASE).write_past(4000, 120)

    assert as_text(other) != as_text(past)


@pytest.mark.parametrize("at", ["2026-11-30T23:30:00Z", "2026-12-01T02:00:00Z", "2026-12-05T03:00:00Z"])
def test_what_people_write_hangs_on_no_hour_and_no_day(at: str):
    subjects = [
        Counter(p.mail.subject for p in author_of(7, make_crm(7, base), base).write_past(300, 30))
        for base in (BASE, epoch_of(at))
    ]

    assert (subjects[0] & subjects[1]).total() > 0.95 * (subjects[0] | subjects[1]).total()


def test_every_reason_and_every_person_occurs(past: list[Placement], oracle: Oracle):
    reasons = Counter(oracle.of_mail(placement.mail, headers_kept=placement.headers_kept) for placement in past)

    expected = set(Reason) - {Reason.DRAFT, Reason.FOLDER, Reason.NEVER_IMPORT, Reason.EXCLUDED, Reason.TOO_OLD}
    assert expected <= set(reasons)
    assert 1000 < reasons[None] < 2400
    assert len({placement.mailbox for placement in past}) == 6


def test_even_a_small_tenant_holds_something_of_most_sorts(crm: Crm, oracle: Oracle):
    small = author_of(7, crm, BASE).write_past(60, 120)
    reasons = {oracle.of_mail(placement.mail) for placement in small}

    assert {None, Reason.NO_CRM_MATCH, Reason.INTERNAL, Reason.MALFORMED, Reason.BULK} <= reasons
    assert 60 <= len(small) < 80


def test_nothing_was_sent_after_the_base_date_or_before_the_days(past: list[Placement]):
    assert max(placement.received_at for placement in past) <= BASE
    assert min(placement.received_at for placement in past) > BASE - 125 * 86_400


def test_a_canary_of_an_unwanted_mail_is_in_no_wanted_one(past: list[Placement], oracle: Oracle):
    wanted = {id(p.mail): p.mail for p in past if oracle.of_mail(p.mail, headers_kept=p.headers_kept) is None}
    kept_text = "\n".join(
        f"{mail.subject} {mail.full_text()} {[person.header for person in mail.participants]}"
        for mail in wanted.values()
    )
    in_folders_left_out = {"junkemail", "deleteditems", "old-deals", "drafts", "outbox", "conversationhistory"}
    unwanted = [p.mail for p in past if id(p.mail) not in wanted]

    assert unwanted
    assert in_folders_left_out & {placement.folder for placement in past}
    for mail in unwanted:
        for kind, text in mail.canaries:
            assert kind in (Canary.HTML, Canary.ATTACHMENT, Canary.BCC) or text not in kept_text


def test_received_replies_name_their_parents_and_parents_exist(past: list[Placement]):
    known = {placement.mail.message_id for placement in past}
    replies = [placement.mail for placement in past if placement.mail.in_reply_to]

    assert len(replies) > 500
    assert all(mail.in_reply_to in known and mail.references[-1] == mail.in_reply_to for mail in replies)


def test_there_are_many_ways_to_say_things():
    sayings = {
        saying for stories in STORIES.values() for story in stories for turn in story.turns for saying in turn.sayings
    }

    assert len(sayings) > 100


def test_strange_mails_occur(past: list[Placement]):
    mails = {id(placement.mail): placement.mail for placement in past}.values()
    copies = Counter((placement.mail.message_id, placement.mailbox) for placement in past if placement.mail.message_id)

    assert any(mail.author is None for mail in mails)
    assert any(mail.message_id is None for mail in mails)
    assert any(mail.subject == "" for mail in mails)
    assert any(mail.author and mail.author.address.isupper() for mail in mails)
    assert any(mail.author and "ü" in mail.author.address for mail in mails)
    assert any("العرض" in mail.text for mail in mails)
    assert any("お見積り" in mail.text for mail in mails)
    assert max(copies.values()) == 3


def test_the_crm_files_carry_salesforce_columns_and_agree(crm: Crm, tmp_path: Path):
    write_crm(crm, tmp_path)
    rows = {path.stem: list(csv.DictReader(path.read_text("utf-8").splitlines())) for path in tmp_path.glob("*.csv")}

    assert len(rows["accounts"]) == 40
    assert 110 <= len(rows["contacts"]) <= 125
    assert len(rows["leads"]) == 25
    assert len(rows["opportunities"]) == 45
    accounts = {row["Id"] for row in rows["accounts"]}
    contacts = {row["Id"] for row in rows["contacts"]}
    assert {row["AccountId"] for row in rows["contacts"]} <= accounts
    assert {row["ContactId"] for row in rows["opportunity_contact_roles"]} <= contacts
    assert any(";" in row["Email"] for row in rows["contacts"])
    assert {"true", "false"} == {row["IsClosed"] for row in rows["opportunities"]}


def test_the_free_mail_account_matches_by_its_contact_alone(crm: Crm):
    salon = crm.accounts[-1]

    assert "gmail.com" not in crm.domains
    assert normalize(salon.contacts[0].addresses[0]) in crm.addresses


def test_no_two_people_of_an_account_share_an_address(crm: Crm):
    for account in crm.accounts:
        addresses = [address for contact in account.contacts for address in contact.addresses]
        assert len(addresses) == len(set(addresses))
