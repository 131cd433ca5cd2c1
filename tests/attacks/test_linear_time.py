"""What a stranger writes costs what its length costs: every pattern, and the whole path from a mail to its row."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

import pytest

from accounts.domain.vocabulary import Detail, Visibility
from core.addresses import normalize_address
from crm.domain.directory import Match
from mailsync.domain.compose import compose_email, conversation_guid
from mailsync.domain.envelope import Candidate, Content, Envelope, KeptCopy, MailAddress, ScreeningPolicy
from mailsync.domain.headers import Headers, decoded
from mailsync.domain.markup import washed
from mailsync.domain.message_ids import parents
from mailsync.domain.replies import split_reply
from mailsync.domain.screening import screen_headers, screen_text
from mailsync.domain.signals import away, failing
from mailsync.domain.text import body_text
from tests.attacks.product_patterns import APPS, Found, compiled_patterns, patterns_in_source
from tests.attacks.worst_cases import STOCK, worst_texts
from tests.support.commands import ROOT
from tests.support.factories import OrganizationFactory, UserFactory
from tests.support.growth import MOST_GROWTH, Maker, growth, heaviest, repeated
from timeline.domain.additions import known_additions
from timeline.domain.authored import authored
from timeline.domain.identity import normalize_message_id
from timeline.domain.links import unwrapped
from timeline.domain.quoting import split_quoted
from timeline.domain.subjects import base_subject, subject_core
from timeline.domain.words import searchable
from timeline.recording.record import record_emails

NOW = datetime(2026, 11, 20, tzinfo=UTC)
ENVELOPE = Envelope(
    "id", "folder", "<a@globex.example>", "Renewal", NOW, NOW, MailAddress("Jane", "jane@globex.example"), None,
    (MailAddress("Rita", "rita@acme.example"),), (),
)  # fmt: skip
POLICY = ScreeningPolicy(our_domains=frozenset({"acme.example"}), subject_words=frozenset({"sale"}))
LINES = (
    "> a\n", ">\n", "> > a\n", "a\n\n", "a:\n", ":\n", "1\n", "@\n", "-- \n", "To\n", "Subject\n",
    "2 Nov 2026 10:00\n", "|  a\n", "On Mon, 2 Nov 2026 x@y.z wrote:\n", "On a\n", "From: a@b.cd\n",
    "From: a@b.cd\nSent: 10:00\nTo: x\nSubject: y\n", "-----Original Message-----\n",
    "---------- Forwarded message ----------\n", "Sent from my iPhone\n", "_" * 32 + "\n", "http://a\n",
    "- reply above this line\n", "click unsubscribe ", "if you ", "hat : ", "schrieb a:", "wrote : ", "risp",
    "Final-Recipient: rfc822; a@b.cd\n", "until  ", "until 3 May ", "BEGIN:VCALENDAR\n", "ﷺ", "İ",
)  # fmt: skip
MARKUP = (
    "<a ", '<a href="', '<div style="', "<div style='overflow:hidden;", '<div style="height:0;">', "overflow:hidden;",
    "height:0;", "<p>", "<div>", "<blockquote>", "<blockquote><br>", "<table><tr><td>", "<!--", "<!-- -->", "-->",
    "&#", "&#x", "&amp", "&lt;", "<img ", '<img width=1 height="', "</", "</p>", "<![CDATA[", "<?", "<!", "<ul><li>",
    "<ol>", "<pre>\n", "<hr>", "<style>", "<style></style>", "<o:p>", "<p/>", "&#1;", "&nbsp;", '">', "<p hidden>",
    '<p style="font-size:0">', '<p style="white-space:pre">\n\n', "<li><p>", "<p style='a:b;",
    "/*", " =", "<font size=1>",
)  # fmt: skip
FIELDS = (
    "x-mailer", "user-agent", "delivered-to", "content-type", "message-id", "return-path", "list-id", "list-post",
    "references", "in-reply-to", "received", "dkim-signature", "auto-submitted", "x-microsoft-antispam",
    "thread-index", "x-anything",
)  # fmt: skip
LINKS = (
    "a <http://b>.", "https://urldefense.com/v3/__http://a*b__;!", "*", "**a", "&url=http://a", "https://safelinks.protection.outlook.com/?",
    "*a_", "[image:a",
)  # fmt: skip
WORDS_OF_FIELDS = (
    "=?a?q?a?= ",
    "=?b?b?A",
    "<a@b> ",
    "a=a.",
    "-a=a.a@",
    "@yahoo.",
    "3c-app-gmx",
    "BCL:",
    "report-type=",
    "vacation",
)
WORDS_ALIKE = (
    "https://urldefense.com/v3/__", "https://urldefense.com/v3/__a**A__;", "https://a.a.", "<https://a> ", "[image:",
    "[external] ", "caution: ", "this message is from an external sender ", "*_a", "a_", "1:\n",
    "zjqcmqryfpfptbannerstart ",
)  # fmt: skip
GATEWAYS = known_additions([(2, "0" * 64), (700, "0" * 64)])
BODY, FIELD, NAME = 3_000, 4_500, 900
"""Characters to begin with, so that four times as many are within what is read."""


def found_patterns() -> list[Found]:
    return [*compiled_patterns(), *patterns_in_source()]


def test_every_pattern_is_found():
    """Where the product's modules keep fewer than these, the search for them is broken."""
    places = {found.place.partition(":")[0] for found in found_patterns()}
    assert {"mailsync.domain.text", "mailsync.domain.phrases", "core/addresses.py"} <= places
    assert len(found_patterns()) > 600


def test_no_pattern_takes_more_than_linear_work():
    slow = {}
    for found in found_patterns():
        for make in heaviest(found.run, worst_texts(found.source), 400, 3):
            works = growth(found.run, make, 1_200)
            if works[2] > MOST_GROWTH * works[0]:
                slow[f"{found.place}: {found.source[:80]} on {make(40)!r}"] = _told(works)
    assert slow == {}


def test_normal_forms_are_made_in_one_place():
    """The standard library sorts a letter's marks in the square of their number."""
    sources = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    places = [path for path in sources if "unicodedata.normalize(" in path.read_text(encoding="utf-8")]
    assert [str(path.relative_to(ROOT)) for path in places] == ["core/normalization.py"]


def composed(candidate: Candidate, content: Content) -> None:
    """The whole path of a mail after it was fetched, to the words that search keeps."""
    screen_headers(candidate, content.headers, POLICY)
    copy = compose_email(candidate, content, POLICY, now=NOW)
    email = getattr(copy, "email", None)
    if email is not None:
        searchable(email.text)
        split_quoted(email.text, email.new_text)


def of_html(text: str) -> None:
    composed(Candidate(ENVELOPE, Match()), Content("id", body=text, is_html=True))


def of_text(text: str) -> None:
    composed(Candidate(ENVELOPE, Match()), Content("id", body=text))


def of_subject(text: str) -> None:
    base_subject.cache_clear()
    subject_core.cache_clear()
    composed(Candidate(ENVELOPE._replace(subject=text), Match()), Content("id"))


def of_name(text: str) -> None:
    composed(Candidate(ENVELOPE._replace(from_=MailAddress(text, "jane@globex.example")), Match()), Content("id"))


def of_field(name: str) -> Callable[[str], None]:
    def run(text: str) -> None:
        headers = Headers([(name, text)])
        parents(headers)
        conversation_guid(headers.get("thread-index"))
        screen_headers(Candidate(ENVELOPE, Match()), headers, POLICY)

    return run


# ľ shares its lower byte with the end of a tag: looking for that end is then as slow as it can be
PARTS: dict[str, tuple[Callable[[str], object], tuple[str, ...], int]] = {
    "a mail of HTML": (of_html, (*STOCK, *MARKUP), BODY),
    "a mail of text": (of_text, (*STOCK, *LINES), BODY),
    "a subject": (of_subject, (*STOCK, "re:", "[a]", "Re: [x] ", "vs : ", "report-domain: x submitter: "), 480),
    "a name": (of_name, (*STOCK, "via a"), NAME),
    "an address": (normalize_address, (*STOCK, '"a"', "<a@b>", "a\u200d."), NAME),
    "a quoted address": (lambda text: normalize_address(f"{text}<a@b.example>"), (*STOCK, '"a"', "<a@b>"), NAME),
    "a Message-ID": (normalize_message_id, (*STOCK, "<a"), NAME),
    "encoded words": (decoded, (*STOCK, *WORDS_OF_FIELDS), FIELD),
    "washing": (washed, (*STOCK, *MARKUP), 4 * BODY),
    "tags that end together": (lambda text: washed(f"{text}>"), ("<a ľ", "</a ľ"), 4 * BODY),
    "body to text": (lambda text: body_text(text, is_html=False), (*STOCK, *LINES), 4 * BODY),
    "splitting a reply": (split_reply, (*STOCK, *LINES), BODY),
    "screening a text": (
        lambda text: screen_text(Candidate(ENVELOPE, Match()), Headers([("a", "b")]), POLICY, text=text, body=text),
        (*STOCK, *LINES, *MARKUP),
        BODY,
    ),
    "an absence": (lambda text: away("jane@globex.example", text, NOW), (*STOCK, *LINES), 500),
    "a delivery report": (lambda text: failing(Headers([("a", "b")]), text), (*STOCK, *LINES), BODY),
    "the author's words": (lambda text: authored(text, GATEWAYS), (*STOCK, *LINES, *LINKS, *WORDS_ALIKE), BODY),
    "a wrapped link": (unwrapped, (*STOCK, *LINKS), NAME),
    "words for search": (searchable, (*STOCK, *LINES), BODY),
    **{f"the field {name}": (of_field(name), (*STOCK, *WORDS_OF_FIELDS), FIELD) for name in FIELDS},
}


@pytest.mark.parametrize("name", PARTS)
def test_no_part_of_a_mail_takes_more_than_linear_work(name: str):
    run, pumps, length = PARTS[name]
    makers: list[Maker] = [
        repeated(pump, lead=lead) for pump in dict.fromkeys(pumps) for lead in ("", "a ", '<p style="')
    ]
    slow = {}
    for make in heaviest(run, makers, length, 4):
        works = growth(run, make, length)
        if works[2] > MOST_GROWTH * works[0]:
            slow[repr(make(40))] = _told(works)
    assert slow == {}


@pytest.mark.django_db
def test_recording_a_mail_that_two_mailboxes_hold_takes_no_more_than_linear_work():
    rita, jonas = UserFactory.create_batch(2, organization=OrganizationFactory())
    number = count()

    def record(text: str) -> None:
        content = Content(f"id{next(number)}", body=text)
        envelope = ENVELOPE._replace(internet_message_id=f"<{content.copy_id}@globex.example>")
        copy = compose_email(Candidate(envelope, Match()), content, POLICY, now=NOW)
        for owner in (rita, jonas) if isinstance(copy, KeptCopy) else ():
            record_emails(
                organization=rita.organization,
                mailbox_owner=owner,
                emails=[copy.email],
                visibility=Visibility.EVERYONE,
                detail=Detail.FULL_TEXT,
                now=NOW,
            )

    makers: list[Maker] = [repeated(pump, lead="a ") for pump in dict.fromkeys((*STOCK, *LINES, *LINKS))]
    slow = {}
    for make in heaviest(record, makers, 4 * BODY, 4):
        works = growth(record, make, 2 * BODY)
        if works[2] > MOST_GROWTH * works[0]:
            slow[repr(make(40))] = _told(works)
    assert slow == {}


def _told(works: list[float]) -> str:
    return " ".join(f"{each * 1_000:.1f}" for each in works) + " ms of CPU for a length, twice and four times it"
