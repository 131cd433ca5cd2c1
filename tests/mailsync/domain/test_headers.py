"""Header fields are read folded, repeated and in any case."""

from mailsync.domain.headers import Headers, decoded
from tests.support.growth import assert_linear, repeated


def test_fields_are_found_in_any_case_and_unfolded():
    headers = Headers([("REFERENCES", "<a@x>\r\n\t<b@x>"), ("References", "<c@x>"), ("Precedence", "Bulk (really)")])
    assert headers.get("references") == "<a@x> <b@x>"
    assert headers.all("references") == ("<a@x> <b@x>", "<c@x>")
    assert headers.word("precedence") == "bulk"
    assert headers.get("absent") == ""
    assert "precedence" in headers
    assert not Headers()


def test_an_endless_header_is_read_so_far_only():
    headers = Headers([("X", "a" * 1_000_000)] + [(f"Y{number}", "") for number in range(10_000)])
    assert len(headers.get("x")) == 20_000
    assert "y9999" not in headers


def test_blanks_without_end_cost_what_their_length_costs():
    assert_linear(lambda text: Headers([("X", text)] * 20), repeated(" ", lead="a", ending="b"), 4_500)


def test_a_fold_with_blank_lines_is_one_space():
    assert Headers([("X", " a \r\n \r\n\t b \n")]).get("x") == "a b"


def test_encoded_words_are_read_and_broken_ones_left():
    assert decoded("=?utf-8?q?Gr=C3=BC=C3=9Fe?= =?utf-8?b?IQ==?=") == "Grüße!"
    assert decoded("=?nonsense?q?x?=") == "=?nonsense?q?x?="
    assert decoded("plain") == "plain"
