"""A whole mail through the rules."""

from datetime import UTC, datetime
from uuid import UUID

from crm.domain.directory import Directory, Party
from mailsync.domain.compose import compose_email
from mailsync.domain.envelope import Candidate, Content, Discard, Envelope, MailAddress, ScreeningPolicy
from mailsync.domain.headers import Headers
from mailsync.domain.screening import screen_envelope, screen_headers

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
JANE = "jane@globex.example"
REP = MailAddress("Rep", "rep@acme.example")
POLICY = ScreeningPolicy(our_addresses=frozenset({REP.address}), our_domains=frozenset({"acme.example"}))
OUTLOOK = (("Return-Path", JANE), ("Thread-Index", "AdqX"), ("X-MS-Has-Attach", ""))
GMAIL = (("Return-Path", JANE), ("Message-ID", "<CAF=x@mail.gmail.com>"))
UNKNOWN = (("Return-Path", JANE), ("Message-ID", "<1@mx.globex.example>"))
ANSWER = (("In-Reply-To", "<a@acme.example>"), ("References", "<a@acme.example>"))


def became(subject, text, headers=UNKNOWN, author=JANE, name="Jane", sender=None, policy=POLICY):
    """Why the mail is dropped, or None where it is kept."""
    recipients = (REP, MailAddress("", JANE))
    envelope = Envelope("g", "f", "<m@x>", subject, NOON, NOON, MailAddress(name, author), sender, recipients, ())
    customers = {address: (Party(contact=UUID(int=1)),) for address in (JANE, author)}
    candidate = screen_envelope(envelope, policy, Directory(customers, {"globex.example": (UUID(int=2),)}))
    assert isinstance(candidate, Candidate)
    found = screen_headers(candidate, Headers(headers), policy)
    if found is None:
        copy = compose_email(candidate, Content("g", Headers(headers), text), policy, now=NOON)
        found = copy if isinstance(copy, Discard) else None
    return found.reason if found else None
