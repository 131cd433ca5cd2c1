"""Of HTML that is kept which a reader sees: by what each element says of itself, and what is around it."""

import pytest

from mailsync.domain.markup import washed
from mailsync.domain.replies import split_reply
from mailsync.domain.styles import Look, look_of
from mailsync.domain.text import body_text


def rendered(html):
    return body_text(html, is_html=True).text


WRAPPERS = ("div", "td", "span", "center", "section")
HIDING = {
    "font-size:0": "font-size:12px",
    "font-size: 0px !important": "font-size: small !important",
    "FONT-SIZE:0.0pt": "FONT-SIZE:.9rem",
    "font:0/0 a": "font:bold 12px/14px Arial",
    "visibility:hidden": "visibility:visible",
    "visibility:collapse": "visibility:initial",
}
GONE = (
    "display:none", "DISPLAY : none !important;display:block", "display:block;display:none", "opacity:0",
    "max-height:0;overflow:hidden", "overflow:hidden;height:0px", "overflow-y:clip;max-height:0em", "mso-hide:all",
    "color:red;/* ; */display:none", "display&#58;none", "opacity:0.00",
)  # fmt: skip
SEEN = (
    "display:none;display:block", "display:block !important;display:none", "opacity:.5", "opacity:1.0", "line-height:0",
    "max-height:0", "max-height:0px;max-height:none;overflow:hidden", "overflow:hidden;line-height:0", "height:0",
    "overflow:visible;height:0", "min-height:0;overflow:hidden", "/* display:none */color:red", "font-size:10px",
    "font:italic 10px Arial", "background:url(display:none)", "-x-display:none", "font-size:", "content:'font-size:0'",
)  # fmt: skip


@pytest.mark.parametrize("wrapper", WRAPPERS)
@pytest.mark.parametrize(("hiding", "showing"), HIDING.items())
def test_what_sets_its_own_is_seen_and_what_does_not_is_not(wrapper, hiding, showing):
    html = (
        f'<{wrapper} style="{hiding}">gap<b style="{showing}">Seen<i style="color:red">too</i></b>gap</{wrapper}>after'
    )
    assert rendered(html).replace("\n", "").replace(" ", "") == "Seentooafter"


@pytest.mark.parametrize("style", GONE)
def test_what_is_gone_cannot_be_shown_from_inside(style):
    assert (
        rendered(f'<div style="{style}">x<p style="font-size:9px;display:block;visibility:visible">y</p></div>Seen')
        == "Seen"
    )


@pytest.mark.parametrize("style", SEEN)
def test_what_does_not_hide_shows(style):
    assert rendered(f'<div style="{style}">Seen</div>') == "Seen"


@pytest.mark.parametrize("quote", ['"', "'", ""])
@pytest.mark.parametrize("name", ["data-style", "xstyle", "ng:style", "title", "aria-hidden", "data-hidden"])
def test_only_the_attribute_itself_speaks(name, quote):
    assert rendered(f"<p {name}={quote}display:none{quote}>Seen</p>") == "Seen"
    assert rendered(f"<p {name}={quote}hidden{quote}>Seen</p>") == "Seen"


@pytest.mark.parametrize(
    ("tag", "is_seen"),
    [
        ("<p title=\"a style='display:none' hidden\">", True),
        ("<p alt='x hidden y'>", True),
        ("<p style=display:none>", False),
        ("<p style = 'display:none'>", False),
        ('<p STYLE="display:none" style="display:block">', False),
        ("<p hidden>", False),
        ('<p hidden="">', False),
        ('<p hidden style="display:block">', True),
        ('<p hidden style="color:red">', False),
    ],
)
def test_attributes_are_read_as_a_browser_reads_them(tag, is_seen):
    assert rendered(f"{tag}Text</p>") == ("Text" if is_seen else "")


def test_relative_sizes_of_nothing_are_nothing():
    html = '<div style="font-size:0">{}</div>Seen'
    for size in ("1em", "120%", "larger", "inherit", "2ex"):
        assert rendered(html.format(f'<p style="font-size:{size}">gap</p>')) == "Seen"
    assert rendered(html.format('<font size="2">Also</font>')).replace("\n", "") == "AlsoSeen"


def test_an_element_that_is_never_closed_shows_and_does_not_hide():
    assert rendered('<div style="font-size:0"><p style="font-size:14px">One<p>Two</div>') == "One\n\nTwo"
    assert rendered('<p style="visibility:hidden">One<p>Two') == "One\n\nTwo"
    assert rendered('<br style="font-size:0">Seen') == "Seen"


def test_elements_that_cross_hide_no_further_than_the_outer():
    assert rendered('<span style="font-size:0"><div style="visibility:hidden">gap</span>Seen</div>') == "Seen"


@pytest.mark.parametrize("value", ["pre", "pre-wrap", "pre-line", "break-spaces"])
@pytest.mark.parametrize("tag", ["div", "p", "span", "td"])
def test_line_ends_that_the_style_keeps_are_kept(value, tag):
    assert rendered(f'<{tag} style="white-space: {value}">One\r\nTwo\n\nThree</{tag}>') == "One\nTwo\n\nThree"
    assert rendered(f'<div style="white-space:{value}"><{tag}>One\nTwo</{tag}></div>') == "One\nTwo"
    assert (
        rendered(f'<div style="white-space:{value}"><{tag} style="white-space:normal">One\nTwo</{tag}></div>')
        == "One Two"
    )


def test_line_ends_between_blocks_are_the_sources():
    assert rendered('<div style="white-space:pre-wrap">\n<p>One</p>\n<p>Two</p>\n</div>') == "One\n\nTwo"
    assert rendered("<p>One\nTwo</p><pre>a\n  b</pre>") == "One Two\n\na\n  b"


def test_an_answer_typed_above_quotes_in_such_a_style_is_split():
    html = '<div style="white-space:pre">Yes.\n\nOn 2 Nov 2026 10:00, Bob &lt;b@x.example&gt; wrote:\n&gt; Old</div>'
    assert split_reply(rendered(html)).new_text == "Yes."


@pytest.mark.parametrize(
    "inner", ["{}", "<div>{}</div>", "<p>{}</p>", "<div><p><span>{}</span></p></div>", "\n  <p>\n{}"]
)
def test_a_mark_stands_before_its_words(inner):
    one, two = inner.format("one"), inner.format("two")
    assert rendered(f"<ul><li>{one}</li><li>{two}</li></ul>").replace("\n\n", "\n") == "- one\n- two"
    assert rendered(f"<ol><li>{one}</li><li>{two}</li></ol>").replace("\n\n", "\n") == "1. one\n2. two"


def test_an_item_without_words_has_no_mark():
    assert rendered("<ul><li></li><li><br></li></ul>After") == "After"
    assert rendered('<div style="font-size:0"><ul><li>gap</li></ul></div>After') == "After"
    assert rendered("<ul><li><ul><li>inner</li></ul></li></ul>") == "  - inner"


def test_a_paragraph_further_down_in_an_item_stands_alone():
    assert rendered("<ul><li><p>one</p><p>more</p></li><li>two</li></ul>") == "- one\n\nmore\n- two"


def test_no_element_costs_more_for_what_is_open_around_it():
    html = '<div style="font-size:0">' * 20_000 + "x" + "</div>" * 20_000
    assert "x" not in washed(html).html
    assert look_of("p", "<p style='" + "a:b;" * 5_000, Look()) == Look()
