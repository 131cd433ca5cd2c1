"""A kept copy, composed into what the timeline records."""

from datetime import UTC, datetime
from uuid import UUID

from crm.domain.directory import Match, Party
from mailsync.domain.compose import compose_email
from mailsync.domain.envelope import Candidate, Content, Envelope, KeptCopy, MailAddress, ScreeningPolicy
from mailsync.domain.headers import Headers

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOW = datetime(2026, 11, 24, tzinfo=UTC)
REP = MailAddress("Rep", "rep@acme.example")
JANE = MailAddress("Jane", "jane@globex.example")
POLICY = ScreeningPolicy(our_addresses=frozenset({"rep@acme.example"}), our_domains=frozenset({"acme.example"}))
MATCH = Match({"jane@globex.example": (Party(contact=UUID(int=1)),)}, {})
ORDINARY = Envelope("g", "inbox", "<a@globex.example>", "Re: Renewal", NOON, NOON, JANE, None, (REP,), ())


def composed(headers=(), body="Hello", *, is_html=False, thread_index="", **fields):
    copy = compose_email(
        Candidate(ORDINARY._replace(**fields), MATCH),
        Content("g", Headers(headers), body, is_html, thread_index),
        POLICY,
        now=NOW,
    )
    assert isinstance(copy, KeptCopy)
    return copy.email
