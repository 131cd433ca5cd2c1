"""The fields above a quoted mail are known however their client sets colons and rules, in every language there is."""

from itertools import product

import pytest

from mailsync.domain.phrases import entries
from mailsync.domain.replies import split_reply

LABELS = {
    kind: words.split("|") for entry in entries("labels") for kind, _, words in [entry.partition(": ")]
}  # fmt: skip
COLONS = (": ", " : ", ":", " :", "：")
RULES = ("", "---", "====", "=" * 8, "_" * 10, "—" * 3, "*" * 12, "-" * 40)
BELOW = "\n\nWhat would two hundred of them cost?"


def quoting(sent, colon, rule=""):
    fields = (("From", "Rita Poole <rita@globex.example>"), (sent, "Monday 16 November 2026 10:02"), ("To", "Jane"))
    head = "\n".join(f"{label}{colon}{value}" for label, value in (*fields, ("Subject", "Offer")))
    return f"Works for us.\n\n{rule}\n\n{head}{BELOW}" if rule else f"Works for us.\n\n{head}{BELOW}"


@pytest.mark.parametrize("colon", COLONS)
def test_fields_are_known_whatever_stands_around_their_colon(colon):
    left = [word for word in LABELS["sent"] if split_reply(quoting(word, colon)).new_text != "Works for us."]
    assert left == []


@pytest.mark.parametrize(("rule", "colon"), list(product(RULES, COLONS)))
def test_a_rule_above_the_fields_goes_with_them(rule, colon):
    assert split_reply(quoting("Message du", colon, rule)).new_text == "Works for us."


@pytest.mark.parametrize(
    "text",
    [
        "Please set:\nfrom:warehouse\nto:shop\nsubject:none\ndate:later",
        "To:do for Monday\nFrom:here on we wait\nDate:open",
        "See http://globex.example/a\nfrom://nowhere\nto://there\nsubject://all",
    ],
)
def test_words_with_colons_that_tell_neither_address_nor_day_are_the_authors(text):
    assert split_reply(text).new_text == text


@pytest.mark.parametrize("rule", ["__", "_" * 5, "_" * 47, "-" * 30])
def test_a_lists_footer_below_a_quote_is_no_word_of_the_authors(rule):
    footer = f"{rule}\npumps-users mailing list\npumps-users@lists.globex.example"
    reply = split_reply(f"Oh thanks.\n\nOn 1 March 2026 at 7:07 Rita wrote:\n> Hi,\n> it works.\n\n\n{footer}")
    assert reply.new_text == "Oh thanks."
    assert "pumps-users" in reply.signature
