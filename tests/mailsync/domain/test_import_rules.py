"""Each kind of rule that keeps mail out has one row, and a word that is no kind is an error, never another kind."""

from dataclasses import fields
from typing import cast

import pytest
from django.db.models import Q

from accounts.models import Organization
from mailsync.domain.envelope import ScreeningPolicy
from mailsync.domain.import_rules import KINDS, ImportRule, RuleKind, layer_of, with_rules, without_rules
from mailsync.domain.vocabulary import BlockKind, ExclusionKind
from mailsync.selectors.rule_effects import CONCERNED

ALL_KINDS = [*BlockKind, *ExclusionKind]
LAYERS = [(kind, is_own) for kind, row in KINDS.items() for is_own in (False, True) if row.own or not is_own]
NO_KIND = cast("RuleKind", "reply_to")
VALUES = {"our_domains": "globex.example", "subject_words": "salary"}


def value_for(field: str) -> str:
    return VALUES.get(field, "jane@globex.example" if field.endswith("addresses") else "globex.example")


def test_every_kind_has_a_row_and_a_way_to_find_the_mail_it_concerns():
    assert set(KINDS) == set(CONCERNED) == set(ALL_KINDS)


@pytest.mark.parametrize(("kind", "is_own"), LAYERS)
def test_every_row_fills_a_field_of_the_policy_with_what_it_takes(kind, is_own):
    layer = layer_of(kind, is_own=is_own)
    assert layer.fills in {field.name for field in fields(ScreeningPolicy)}
    assert layer.label
    value = layer.check(value_for(layer.fills)).value
    policy = with_rules(ScreeningPolicy(), [ImportRule(kind, value, is_own=is_own)])
    assert getattr(policy, layer.fills) == {value}
    assert without_rules(policy) == ScreeningPolicy()


@pytest.mark.parametrize(("kind", "is_own"), LAYERS)
def test_every_row_refuses_what_it_does_not_take_in_a_sentence(kind, is_own):
    with pytest.raises(ValueError, match=r"[a-z]\."):
        layer_of(kind, is_own=is_own).check("!")


@pytest.mark.parametrize("is_own", [False, True])
def test_a_word_that_is_no_kind_is_an_error(is_own):
    with pytest.raises(KeyError):
        layer_of(NO_KIND, is_own=is_own)
    with pytest.raises(KeyError):
        with_rules(ScreeningPolicy(), [ImportRule(NO_KIND, "globex.example", is_own=is_own)])
    with pytest.raises(KeyError):
        CONCERNED[NO_KIND](Organization(), "globex.example")


def test_a_person_has_no_blocked_domains():
    for kind in BlockKind:
        with pytest.raises(KeyError):
            layer_of(kind, is_own=True)


def test_rules_of_one_kind_stand_together():
    rules = [ImportRule(ExclusionKind.SUBJECT_WORD, "salary"), ImportRule(ExclusionKind.SUBJECT_WORD, "bonus", True)]
    rules += [ImportRule(ExclusionKind.DOMAIN, "a.example"), ImportRule(BlockKind.NEVER_IMPORT, "b.example")]
    policy = with_rules(ScreeningPolicy(), rules)
    assert policy.subject_words == {"salary", "bonus"}
    assert policy.never_import_domains == {"a.example", "b.example"}


def test_a_word_that_the_database_cannot_fold_is_looked_for_among_all_mails():
    assert CONCERNED[ExclusionKind.SUBJECT_WORD](Organization(), "übersicht") == Q()
