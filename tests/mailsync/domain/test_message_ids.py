"""Which mails a mail answers, however its mailer and what it came through wrote the ids; and what is no id at all."""

import base64
from functools import partial
from itertools import product

import pytest

from mailsync.domain.headers import Headers
from mailsync.domain.message_ids import parents
from timeline.domain.identity import reference_hash

IDS = ("<20261116.A1@globex.example>", "<CAF=b+2_$x@mail.globex.example>")
PEOPLE = frozenset({"jane@globex.example", "carol@acme.example"})


def encoded(way, size, ids):
    text = " ".join(ids)
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    if way.lower() == "b":
        words = [base64.b64encode(piece.encode()).decode() for piece in pieces]
    else:
        words = ["".join(each if each.isalnum() else f"={ord(each):02X}" for each in piece) for piece in pieces]
    return " ".join(f"=?utf-8?{way}?{word}?=" for word in words)


SPELLINGS = {
    "as they are": " ".join,
    "glued": "".join,
    "folded": "\r\n\t".join,
    "with commas": ", ".join,
    "without brackets": lambda ids: " ".join(each.strip("<>") for each in ids),
    "without brackets, with commas": lambda ids: ",".join(each.strip("<>") for each in ids),
    "a fold behind the bracket": lambda ids: " ".join(each.replace("<", "<\r\n ") for each in ids),
    "escaped for HTML": lambda ids: " ".join(ids).replace("<", "&lt;").replace(">", "&gt;"),
    "quoted": lambda ids: " ".join(each.replace("<", '<"').replace("@", '"@') for each in ids),
    "in capitals": lambda ids: " ".join(each[: each.index("@")] + each[each.index("@") :].upper() for each in ids),
    "with what was typed": lambda ids: " ".join(("<yes>", *ids, "<y>", "<none>")),
    **{
        f"encoded as {way}, {size} at a time": partial(encoded, way, size)
        for way, size in product("qbQB", (7, 30, 100))
    },
}
IN_PROSE = (
    '{} from Jane Doe <jane@globex.example> on "Monday"',
    "{} from Jane Doe <jane.doe@elsewhere.example>",
    'Your message of "Mon, 16 Nov 2026 10:02:03 +0100." {}',
    'Message from "Jane Doe" <jane.doe@elsewhere.example> of "Mon, 16 Nov 2026 10:02." {}',
    'Message from "Jane Doe" <jane42@elsewhere.example> of "Mon, 16 Nov 2026 10:02." {}',
    "Message from jane@globex.example (Jane Doe) of 16 Nov 2026 {}",
    'Jane Doe\'s message of "16 Nov 2026" {}',
)
NO_IDS = (
    "yes", "<yes>", "n", "<none>", "jane@globex.example", "<jane@globex.example>", "<JANE@globex.example>",
    "Jane Doe <jane@globex.example>", "message from Jane Doe <jane.doe@elsewhere.example>", "<@>", "@", "<>", "a @ b",
    'jane.doe@elsewhere.example\'s message of "Mon, 16 Nov 2026"',
    "your mail to sales@elsewhere.example of Monday", "Message from <jane@elsewhere.example>",
)  # fmt: skip


def hashes(ids):
    return [reference_hash(each) for each in ids]


@pytest.mark.parametrize("name", SPELLINGS)
def test_ids_are_read_in_their_order_however_they_are_spelled(name):
    found, nearest = parents(Headers([("References", SPELLINGS[name](IDS))]), None, PEOPLE)
    assert hashes(found) == hashes(IDS)
    assert hashes([nearest]) == hashes(IDS[-1:])


@pytest.mark.parametrize("name", SPELLINGS)
def test_one_id_is_read_in_the_field_that_says_what_is_answered(name):
    found, nearest = parents(Headers([("In-Reply-To", SPELLINGS[name](IDS[:1]))]), None, PEOPLE)
    assert hashes(found) == hashes([nearest]) == hashes(IDS[:1])


@pytest.mark.parametrize(("prose", "id_"), list(product(IN_PROSE, (*IDS, "<yunaayketfm.fsf@mail.globex.example>"))))
def test_an_id_in_prose_is_told_from_the_addresses_beside_it(prose, id_):
    assert parents(Headers([("In-Reply-To", prose.format(id_))]), None, PEOPLE) == ((id_,), id_)


@pytest.mark.parametrize(("field", "value"), list(product(("In-Reply-To", "References"), NO_IDS)))
def test_addresses_and_what_was_typed_for_an_id_join_nothing(field, value):
    assert parents(Headers([(field, value)]), None, PEOPLE) == ((), None)


def test_a_login_in_front_of_the_ids_is_none():
    assert parents(Headers([("References", " ".join(("<jane@elsewhere.example>", *IDS)))])) == (IDS, IDS[-1])
