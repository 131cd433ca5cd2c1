"""Blocked domains and exclusions say what they would hide, hide it, and give it back (F24)."""

import pytest

from accounts.models import AuditEvent
from mailsync.domain.vocabulary import BlockKind, ExclusionKind
from mailsync.models import BlockedDomain, Exclusion
from mailsync.selectors.policy import screening_policy
from mailsync.selectors.rule_preview import preview_rules
from mailsync.services.organization_rules import add_rules, remove_rule
from tests.support.factories import (
    AccountDomainFactory,
    AccountFactory,
    BlockedDomainFactory,
    CallFactory,
    ContactFactory,
    EngagementFactory,
    MailboxFactory,
    ParticipantFactory,
)
from timeline.models import Engagement

NEVER, INTERNAL = BlockKind.NEVER_IMPORT, BlockKind.INTERNAL


@pytest.fixture(autouse=True)
def customers(acme, carol):
    BlockedDomainFactory(organization=acme, domain="acme.example")
    for address in ("jane@globex.example", "jo@initech.example", "sub@eu.globex.example"):
        ContactFactory(organization=acme, address=address)


def mail(organization, *addresses, **fields):
    engagement = EngagementFactory(organization=organization, **fields)
    for position, address in enumerate(addresses):
        ParticipantFactory(
            engagement=engagement, address=address, role="from" if position == 0 else "to", position=position
        )
    return engagement


def would_hide(organization, kind, *lines):
    preview = preview_rules(organization, kind, lines)
    assert preview.is_sound, [line.flaw for line in preview.lines]
    return preview.would_hide


def add(organization, actor, kind, *lines):
    return add_rules(organization=organization, rules=preview_rules(organization, kind, lines).new_rules, actor=actor)


def hidden():
    return set(Engagement.objects.exclude(hidden_at=None))


def test_a_never_import_domain_hides_mail_with_it_and_below_it_and_nothing_else(acme, alice):
    concerned = [
        mail(acme, "carol@acme.example", "jane@globex.example"),
        mail(acme, "jo@initech.example", "someone@eu.globex.example"),
    ]
    mail(acme, "jo@initech.example", "x@notglobex.example", "globex.example@initech.example")
    call = CallFactory(organization=acme)
    ParticipantFactory(engagement=call, address="jane@globex.example", role="attendee")
    assert would_hide(acme, NEVER, "Globex.example") == 2
    assert hidden() == set()
    _, count = add(acme, alice, NEVER, "Globex.example")
    assert (count, hidden()) == (2, set(concerned))


def test_an_internal_domain_hides_mail_in_which_no_customer_is_left(acme, alice):
    alone = mail(acme, "carol@acme.example", "jane@globex.example")
    mail(acme, "jane@globex.example", "jo@initech.example")
    assert would_hide(acme, INTERNAL, "globex.example") == 1
    add(acme, alice, INTERNAL, "globex.example")
    assert hidden() == {alone}


def test_an_account_by_domain_counts_as_a_customer_too(acme, alice):
    AccountDomainFactory(account=AccountFactory(organization=acme), domain="umbrella.example")
    mail(acme, "jane@globex.example", "anyone@mail.umbrella.example")
    assert would_hide(acme, INTERNAL, "globex.example") == 0


def test_mail_of_a_customer_who_left_the_crm_is_hidden_by_name_only(acme, alice):
    mail(acme, "carol@acme.example", "gone@formerly.example")
    assert would_hide(acme, INTERNAL, "formerly.example") == 0
    assert would_hide(acme, NEVER, "formerly.example") == 1


def test_exclusions_of_addresses_and_subject_words_hide_too(acme, alice):
    by_address = mail(acme, "jane+private@globex.example", "carol@acme.example", subject="Hello")
    by_word = mail(acme, "jo@initech.example", "carol@acme.example", subject="Re: GEHALT Übersicht")
    mail(acme, "jo@initech.example", "carol@acme.example", subject="Gehaltsband")
    assert would_hide(acme, ExclusionKind.ADDRESS, "jane@globex.example") == 1
    assert would_hide(acme, ExclusionKind.SUBJECT_WORD, "Gehalt") == 1
    assert would_hide(acme, ExclusionKind.SUBJECT_WORD, "übersicht") == 1
    add(acme, alice, ExclusionKind.ADDRESS, "jane@globex.example")
    add(acme, alice, ExclusionKind.SUBJECT_WORD, "übersicht")
    assert hidden() == {by_address, by_word}
    assert Exclusion.objects.filter(user=None).count() == 2


def test_taking_a_rule_back_shows_what_it_hid(acme, alice):
    mail(acme, "carol@acme.example", "jane@globex.example")
    (row,), _ = add(acme, alice, NEVER, "globex.example")
    assert remove_rule(row=row, actor=alice) == 1
    assert hidden() == set()
    assert not BlockedDomain.objects.filter(domain="globex.example").exists()


def test_what_another_rule_hides_stays_hidden_until_that_goes_too(acme, alice):
    both = mail(acme, "jane@globex.example", "jo@initech.example")
    (first,), _ = add(acme, alice, NEVER, "globex.example")
    (second,), newly = add(acme, alice, NEVER, "initech.example")
    assert newly == 0
    assert remove_rule(row=first, actor=alice) == 0
    assert hidden() == {both}
    assert remove_rule(row=second, actor=alice) == 1
    assert hidden() == set()


def test_lines_are_checked_each_for_itself(acme, alice):
    mail(acme, "carol@acme.example", "jane@globex.example")
    preview = preview_rules(
        acme, NEVER, ["globex.example", "", " GLOBEX.example ", "co.uk", "not a domain", "gmail.com", "acme.example"]
    )
    assert [(line.raw, bool(line.flaw), bool(line.warning), line.is_known) for line in preview.lines] == [
        ("globex.example", False, False, False),
        ("co.uk", True, False, False),
        ("not a domain", True, False, False),
        ("gmail.com", False, True, False),
        ("acme.example", False, False, True),
    ]
    assert preview.lines[0].would_hide == 1
    assert not preview.is_sound
    assert "public suffix" in preview.lines[1].flaw


@pytest.mark.parametrize("kind", [NEVER, INTERNAL, ExclusionKind.DOMAIN])
@pytest.mark.parametrize(
    "pasted",
    ["https://www.globex.example/about?x=1", "www.globex.example", "HTTP://WWW.Globex.Example", "globex.example"],
)
def test_a_pasted_website_is_its_companys_domain(acme, kind, pasted):
    [line] = preview_rules(acme, kind, [pasted]).lines
    assert line.rule.value == "globex.example"


@pytest.mark.parametrize("named", ["www.example", "www.co.uk", "wwww.globex.example", "www2.globex.example"])
def test_what_only_looks_like_a_websites_prefix_stays(acme, named):
    [line] = preview_rules(acme, NEVER, [named]).lines
    assert line.flaw or line.rule.value == named


@pytest.mark.parametrize("kind", [NEVER, ExclusionKind.DOMAIN])
@pytest.mark.parametrize("ours", ["mail.acme.example", "lab.acme.co.uk"])
def test_no_rule_keeps_out_our_own_domain_or_what_it_stands_under(acme, kind, ours):
    BlockedDomainFactory(organization=acme, domain=ours)
    [line] = preview_rules(acme, kind, [ours.partition(".")[2]]).lines
    assert "your own domain" in line.flaw or line.is_known
    below = preview_rules(acme, kind, [f"news.{ours}"])
    assert below.is_sound, "a part of ours may be kept out"


def test_another_organizations_own_domain_is_none_of_ours(acme, rival):
    BlockedDomainFactory(organization=rival, domain="rival.example")
    assert preview_rules(acme, NEVER, ["rival.example"]).is_sound


def test_a_preview_of_another_organization_or_with_another_effect_is_another(acme, rival):
    first = preview_rules(acme, NEVER, ["globex.example"]).fingerprint
    assert preview_rules(rival, NEVER, ["globex.example"]).fingerprint != first
    mail(acme, "carol@acme.example", "jane@globex.example")
    assert preview_rules(acme, NEVER, ["globex.example"]).fingerprint != first


def test_an_empty_list_is_not_sound(acme):
    assert not preview_rules(acme, NEVER, ["", "  "]).is_sound


def test_another_organizations_mail_is_not_touched(acme, rival, alice):
    ContactFactory(organization=rival, address="jane@globex.example")
    foreign = mail(rival, "mallory@rival.example", "jane@globex.example")
    add(acme, alice, NEVER, "globex.example")
    assert foreign not in hidden()


def test_who_changed_the_rules_is_written_down_with_their_effect(acme, alice):
    mail(acme, "carol@acme.example", "jane@globex.example")
    (row,), _ = add(acme, alice, NEVER, "globex.example")
    remove_rule(row=row, actor=alice)
    events = AuditEvent.objects.filter(subject_type="blockeddomain").order_by("sequence")
    assert [(event.verb, event.actor, event.detail) for event in events] == [
        ("added", alice, {"kind": "never_import", "hidden": 1}),
        ("removed", alice, {"shown_again": 1}),
    ]


def test_a_preview_asks_the_database_little_whatever_the_number_of_mails(acme, alice, django_assert_max_num_queries):
    for _ in range(2):
        mail(acme, "carol@acme.example", "jane@globex.example")
    with django_assert_max_num_queries(30) as few:
        preview_rules(acme, NEVER, ["globex.example"])
    for _ in range(10):
        mail(acme, "carol@acme.example", "jane@globex.example")
    with django_assert_max_num_queries(len(few)):
        assert would_hide(acme, NEVER, "globex.example") == 12


@pytest.mark.parametrize("model", [BlockedDomain, Exclusion])
def test_a_stored_rule_of_no_known_kind_stops_the_screening(acme, carol, model):
    model.objects.create(
        organization=acme, kind="reply_to", **{"value" if model is Exclusion else "domain": "x.example"}
    )
    with pytest.raises(ValueError, match="reply_to"):
        screening_policy(MailboxFactory(user=carol))
