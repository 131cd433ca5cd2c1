"""Rules on the envelope alone: who takes part, what the person keeps out, how old it is."""

import re

from core.addresses import address_candidates, domain_of, is_within
from core.remembering import remembered
from mailsync.domain.screening.rule import Mail, Rule, Stage
from mailsync.domain.vocabulary import Reason


def draft(mail: Mail) -> str | None:
    """Not sent."""
    return "It is a draft: it was never sent." if mail.envelope.is_draft else None


def malformed(mail: Mail) -> str | None:
    """Nobody wrote it, or at no time."""
    if mail.author is None:
        return "It names no sender that could be read."
    if mail.envelope.sent_at is None and mail.envelope.received_at is None:
        return "It has neither a sent nor a received time."
    return None


def never_import(mail: Mail) -> str | None:
    """F17's outer layer: the organization keeps every mail out in which the party takes part."""
    policy = mail.policy
    if not policy.never_import_addresses and not policy.never_import_domains:
        return None
    found = _excluded_party(mail, policy.never_import_addresses, policy.never_import_domains)
    return f"Your organization never imports mail with {found}." if found else None


def internal(mail: Mail) -> str | None:
    """Every participant is ours."""
    if not mail.outsiders:
        return "Everybody in it belongs to your organization."
    return None


def no_crm_match(mail: Mail) -> str | None:
    """No participant is a contact, a lead, or at an account's domain."""
    if mail.match:
        return None
    return "Nobody in it is a contact, a lead or at a customer's domain in your CRM."


def excluded(mail: Mail) -> str | None:
    """F17's inner layer: the person's own domains, addresses and subject words."""
    policy = mail.policy
    if policy.excluded_addresses or policy.excluded_domains:
        found = _excluded_party(mail, policy.excluded_addresses, policy.excluded_domains)
        if found:
            return f"You keep out mail with {found}."
    if policy.subject_words:
        word = _word_in(mail.subject, policy.subject_words)
        if word:
            return f"You keep out mail with “{word}” in its subject."
    return None


def too_old(mail: Mail) -> str | None:
    """Before the mailbox's lookback."""
    since = mail.policy.since
    moment = mail.envelope.received_at or mail.envelope.sent_at
    if since is not None and moment is not None and moment < since:
        return f"It is older than what is brought in: {since.day} {since:%B %Y} is the first day."
    return None


def calendar_item(mail: Mail) -> str | None:
    """An invitation, an answer to one, or a shared calendar, by Graph's type of item."""
    kind = mail.envelope.item_type.rpartition(".")[2].casefold()
    if kind.startswith(("eventmessage", "calendarsharing")):
        return "It is an invitation or an answer to one; meetings come from the calendar."
    return None


def _excluded_party(mail: Mail, addresses: frozenset[str], domains: frozenset[str]) -> str | None:
    for address in sorted(mail.envelope.addresses):
        for candidate in address_candidates(address):
            if candidate in addresses:
                return candidate
        domain = domain_of(address)
        if domains and is_within(domain, domains):
            return domain
    return None


def _word_in(subject: str, words: frozenset[str]) -> str | None:
    """The first of `words` by the alphabet that stands in the subject."""
    folded = subject.casefold()
    return min((word for word in words if word.strip() and _word_pattern(word).search(folded)), default=None)


@remembered(1_024)
def _word_pattern(word: str) -> re.Pattern[str]:
    """The word as a word: `sale` is not in `wholesale`. In scripts without spaces it is looked for anywhere."""
    folded = " ".join(word.casefold().split())
    before = r"(?<!\w)" if _has_word_edges(folded[0]) else ""
    after = r"(?!\w)" if _has_word_edges(folded[-1]) else ""
    return re.compile(before + re.escape(folded) + after)


def _has_word_edges(character: str) -> bool:
    return character.isalnum() and ord(character) < 0x2E80  # noqa: PLR2004 - CJK begins there


ENVELOPE_RULES = (
    Rule("Draft", Reason.DRAFT, Stage.ENVELOPE, draft, "It was sent."),
    Rule("Readable", Reason.MALFORMED, Stage.ENVELOPE, malformed, "It has a sender and a date."),
    Rule(
        "Never import",
        Reason.NEVER_IMPORT,
        Stage.ENVELOPE,
        never_import,
        "Nobody in it is on your organization's list of what is never imported.",
    ),
    Rule("Internal", Reason.INTERNAL, Stage.ENVELOPE, internal, "Somebody outside your organization takes part."),
    Rule("CRM match", Reason.NO_CRM_MATCH, Stage.ENVELOPE, no_crm_match, "A customer takes part."),
    Rule("Your exclusions", Reason.EXCLUDED, Stage.ENVELOPE, excluded, "None of your exclusions concerns it."),
    Rule("Age", Reason.TOO_OLD, Stage.ENVELOPE, too_old, "It is recent enough."),
    Rule("Calendar item", Reason.CALENDAR, Stage.ENVELOPE, calendar_item, "It is a mail, not a calendar item."),
)
