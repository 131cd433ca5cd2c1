"""HTML and Exchange's conversions of it come out as text that reads well."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsync.domain.text import MAX_TEXT_LENGTH, BodyText, body_text, clean
from tests.support.growth import assert_linear, repeated


def rendered(html):
    return body_text(html, is_html=True).text


def test_a_letter_reads_as_it_was_written():
    html = """<html><head><title>x</title><style>p {color: red}</style></head><body>
    <p class=MsoNormal>Hello <b>Jane</b>,<o:p></o:p></p><p>1. Please see <a href="https://x.test/?a=1">our
    offer</a> &amp; reply.<br>Second line<br><br>Third *line* with_underscores #1</p><div>Best,</div>
    <div>Bob</div></body></html>"""
    assert rendered(html) == (
        "Hello Jane,\n\n1. Please see our offer & reply.\nSecond line\n\nThird *line* with_underscores #1\n\nBest,\nBob"
    )


def test_hidden_preheaders_and_tracking_pixels_are_gone():
    html = (
        '<div style="display:none;max-height:0">Preheader canary &zwnj;&nbsp;&zwnj;&nbsp;</div>'
        '<span style="mso-hide: all">also hidden</span><p style="font-size:0px">tiny</p><p hidden>attribute</p>'
        "<!-- comment --><!--[if mso]><p>for Word</p><![endif]--><p>Visible</p>"
        '<img src="p.gif" width=1 height=1 alt="pixel">'
        "<script>var canary</script>"
    )
    assert rendered(html) == "Visible"


def test_visible_parts_that_look_a_little_hidden_stay():
    html = (
        '<p style="line-height:0.9;max-height:100px">A</p><p style="font-size:10px">B</p><p style="opacity:0.5">C</p>'
    )
    assert rendered(html) == "A\n\nB\n\nC"


def test_a_hidden_part_that_never_closes_hides_nothing_else():
    assert rendered('<div style="display:none">Hello<p>World') == "Hello\n\nWorld"


def test_tables_are_readable_row_by_row():
    html = (
        "<table><tr><th>Item</th><th>Price</th></tr>"
        "<tr><td><p class=MsoNormal>Seats</p></td><td><p>10&nbsp;&euro;</p></td></tr>"
        "<tr><td>Sum</td><td></td><td>20 €</td></tr></table>"
    )
    assert rendered(html) == "Item  Price\nSeats  10 €\nSum  20 €"


def test_lists_have_their_marks_and_numbers():
    html = "<ul><li>one</li><li>two<ul><li>inner</li></ul></li></ul><ol><li>a</li><li>b</li></ol>"
    assert rendered(html) == "- one\n- two\n  - inner\n\n1. a\n2. b"


def test_quoted_mail_keeps_its_marks():
    html = (
        '<p>Yes.</p><div class="gmail_quote">On Mon, 2 Nov 2026 at 10:00, Bob &lt;bob@x.example&gt; wrote:<br>'
        "<blockquote><div>Tuesday?</div><div>Bob</div></blockquote></div>"
    )
    assert rendered(html) == "Yes.\n\nOn Mon, 2 Nov 2026 at 10:00, Bob <bob@x.example> wrote:\n> Tuesday?\n> Bob"


def test_preformatted_text_keeps_its_columns():
    assert rendered("<pre>a   b\n  c</pre>") == "a   b\n  c"


def test_entities_and_odd_whitespace_come_clean():
    assert rendered("<p>a&nbsp;&nbsp;b &lt;3 &hellip; &#8217;x&#x27; &unknown; \u200b\ufeff5&thinsp;%</p>") == (
        "a b <3 … ’x' &unknown; 5 %"
    )


def test_stray_angle_brackets_are_text():
    assert rendered("a < b and c > d <3 <jane@x.example>") == "a < b and c > d <3 <jane@x.example>"


def test_an_attribute_may_hold_an_angle_bracket():
    assert rendered('<p title="a > b">Hello</p><p>World</p>') == "Hello\n\nWorld"


def test_emoji_and_joined_scripts_survive():
    family = "👨‍👩‍👧 می‌خواهم"
    assert rendered(f"<p>{family}</p>") == family
    assert body_text(family, is_html=False).text == family


def test_what_exchanges_conversion_leaves_is_taken_out():
    text = "See our offer<https://x.test/a?b=c> or mail j@x.example<mailto:j@x.example>\r\n[cid:i.png@01D]\r\n[😀]"
    assert body_text(text, is_html=False).text == "See our offer or mail j@x.example\n\n😀"


def test_an_address_a_person_put_in_brackets_stays():
    text = "see <https://x.test/a> please"
    assert body_text(text, is_html=False).text == text


def test_one_blank_line_at_most():
    assert clean("a\r\n\r\n\r\n\r\nb  \n \t \n\nc\n\n") == "a\n\nb\n\nc"


def test_control_and_direction_override_characters_are_gone():
    assert clean("a\x00b\x1bc\u202egnp.exe\ufffc") == "abcgnp.exe"


def test_text_beyond_the_cap_is_cut_at_a_word_and_said_to_be():
    body = body_text("word " * 50_000, is_html=False)
    assert body.is_cut
    assert len(body.text) <= MAX_TEXT_LENGTH
    assert body.text.endswith("word")
    assert not body_text("word " * 50, is_html=False).is_cut


@pytest.mark.parametrize("end", [999_985, 999_999, 1_000_000])
def test_a_tag_that_the_cut_goes_through_does_not_stand_in_the_text(end):
    words = "word " * 8_000
    html = f"<p>{words}</p><!--".ljust(end - 23, "x") + f'--><span style="{"color:red;" * 30}"></span>more'
    assert body_text(html, is_html=True) == BodyText(words.strip(), is_cut=True)


HOSTILE = {
    "on": ("On ", False),
    "nested": ("<div>", True),
    "quotes": ("<blockquote>x", True),
    "lists": ("<ul><li>x", True),
    "brackets": ("<", True),
    "open tags": ("<a ", True),
    "open attributes": ('<a "', True),
    "comments": ("<!--", True),
    "tables": ("<table><tr><td>x", True),
    "entities": ("&nbsp;", True),
    "ampersands": ("&", True),
    "hidden": ('<p style="display:none">', True),
    "preformatted": ("<pre>x\n", True),
    "character references": ("&#x", True),
    "joiners": (" \u200c", False),
    "link targets": ("a<http://", False),
    "image names": ("[cid:", False),
    "image addresses": ("[http://a.png", False),
    "styles": ('<p style="max-height:0 overflow:hidden ', True),
    "declarations": ("<!x", True),
    "closing": ("</", True),
}


@pytest.mark.parametrize(("piece", "is_html"), HOSTILE.values(), ids=HOSTILE)
def test_a_megabyte_of_anything_takes_time_in_proportion_to_length(piece, is_html):
    assert len(body_text(piece * (1_000_000 // len(piece)), is_html=is_html).text) <= MAX_TEXT_LENGTH
    assert_linear(lambda body: body_text(body, is_html=is_html), repeated(piece, ending=""), 50_000)


@given(st.text(alphabet="<>/ap dhref=\"'&;#x\n!-tr", max_size=300))
def test_rendering_never_fails_and_leaves_no_known_tag(html):
    text = rendered(html)
    assert "<td>" not in text
    assert rendered(html) == text


@given(st.text(max_size=300))
def test_cleaning_is_idempotent(text):
    assert clean(clean(text)) == clean(text)


def test_an_images_name_in_brackets_goes_and_a_link_in_brackets_stays():
    text = "See [cid:image001.png@01D] and [https://x.example/logo.png]<https://x.example> and [https://x.example/a]."
    assert body_text(text, is_html=False).text == "See  and  and [https://x.example/a]."
