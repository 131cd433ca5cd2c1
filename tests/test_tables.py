"""One table a kind: where the product keeps something for each word of an enumeration, every word has its row."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from accounts.views import refusals
from core.http.errors import Consequence
from mailsync.domain import mailbox_state, wording
from mailsync.domain.counts import Kept
from timeline.domain import explaining
from timeline.domain.vocabulary import AssignmentRule as Rule

APPS = ("core", "accounts", "crm", "timeline", "mailsync", "jiminny_sync")
LEFT_OUT = {"jiminny_sync.wsgi", "jiminny_sync.mariadb.base"}
"""What begins something, and what needs a library that production alone brings."""
Table = Mapping[Any, object]

WITHOUT: list[tuple[Table, set[Any]]] = [
    # what has no status of its own is the person's to mend
    (refusals._STATUS, set(Consequence) - {Consequence.ALARM_OPERATOR, Consequence.RETRY_LATER}),
    # a mail that was kept is no failure, and of one that another try may bring nothing has to be said
    (wording.FAILURES, {Kept.KEPT}),
    (wording.FAILURE_SENTENCES, {Kept.KEPT, Kept.FAILED}),
    # the others choose the same whether there is one deal or several
    (
        explaining._ALONE,
        {
            Rule.CONTACT_ROLE,
            Rule.GIVEN,
            Rule.LEARNED,
            Rule.NO_OPPORTUNITY,
            Rule.OWNER_PRIORITY,
            Rule.PINNED,
            Rule.RECENTLY_CLOSED,
        },
    ),
]
"""Tables that are not whole, and the words that they are without."""


def test_every_word_of_an_enumeration_has_a_row_in_each_table_of_it():
    meant = {id(table): words for table, words in WITHOUT}
    lacking = {place: _lacking(table) - meant.get(id(table), set()) for place, table in _tables()}
    assert {place: words for place, words in lacking.items() if words} == {}


def test_a_table_is_without_the_words_that_are_said_and_no_others():
    assert [_lacking(table) for table, _ in WITHOUT] == [words for _, words in WITHOUT]


def test_the_tables_are_found():
    """Where these are not, the search for them is broken."""
    found = {id(table) for _, table in _tables()}
    assert {id(mailbox_state.STANDINGS), id(wording.REASONS), *(id(table) for table, _ in WITHOUT)} <= found


def _lacking(table: Table) -> set[Enum]:
    return {word for kind in {type(key) for key in table} for word in kind} - set(table)


def _tables() -> Iterator[tuple[str, Table]]:
    """Every mapping by words of the product's own enumerations that stands in a module."""
    for module in _modules():
        for name, value in vars(importlib.import_module(module)).items():
            if isinstance(value, Mapping) and value and all(_is_our_word(key) for key in value):
                yield f"{module}.{name}", value


def _modules() -> Iterator[str]:
    for app in APPS:
        for found in pkgutil.walk_packages(importlib.import_module(app).__path__, f"{app}."):
            if found.name not in LEFT_OUT and ".migrations" not in found.name:
                yield found.name


def _is_our_word(key: object) -> bool:
    return isinstance(key, Enum) and type(key).__module__.partition(".")[0] in APPS
