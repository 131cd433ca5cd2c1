"""The rules in the order in which they speak, and what is run through them.

envelope ─▶ draft ▶ readable ▶ never import ▶ internal ▶ CRM match ▶ your exclusions ▶ age ▶ calendar item
                                                                                                   │ Candidate
headers  ─▶ private ▶ delivery report ▶ automatic reply ▶ calendar ▶ list and marketing ▶ transactional
                                                                                                   │
body     ─▶ the same once more, with what the text gives away                                      ▼ kept
"""

from collections.abc import Iterable
from dataclasses import replace

from crm.domain.directory import Directory
from mailsync.domain.envelope import Candidate, Discard, Envelope, ScreeningPolicy
from mailsync.domain.headers import Headers
from mailsync.domain.screening.automatic import (
    auto_reply,
    bounce,
    calendar,
    has_automatic_subject,
    sensitivity,
)
from mailsync.domain.screening.bulk import bulk, transactional
from mailsync.domain.screening.frame import within_frame
from mailsync.domain.screening.notices import may_be_notice
from mailsync.domain.screening.parties import ENVELOPE_RULES
from mailsync.domain.screening.receipts import is_reaction, is_receipt
from mailsync.domain.screening.rule import Mail, Rule, Stage, Step, Verdict, is_ours
from mailsync.domain.screening.shape import TELLS
from mailsync.domain.vocabulary import Reason

HEADER_RULES = (
    Rule("Sensitivity", Reason.SENSITIVITY, Stage.HEADERS, sensitivity, "Its author did not mark it private."),
    Rule("Delivery report", Reason.BOUNCE, Stage.HEADERS, bounce, "It is no report of a failed delivery."),
    Rule(
        "Automatic reply",
        Reason.AUTO_REPLY,
        Stage.HEADERS,
        auto_reply,
        "It is no automatic reply; of people you write with only what a program alone leaves counts as one.",
    ),
    Rule("Calendar response", Reason.CALENDAR, Stage.HEADERS, calendar, "It is no invitation and no answer to one."),
    Rule(
        "List and marketing mail",
        Reason.BULK,
        Stage.HEADERS,
        bulk,
        "It is no mail to many; your own mail and mail of people you have written to never counts as such.",
    ),
    Rule("Transactional mail", Reason.TRANSACTIONAL, Stage.HEADERS, transactional, "A person wrote it."),
)

RULES: tuple[Rule, ...] = (*ENVELOPE_RULES, *HEADER_RULES)


def screen_envelope(envelope: Envelope, policy: ScreeningPolicy, directory: Directory) -> Candidate | Discard:
    """What the envelope alone decides: a candidate with its match, or why not."""
    mail = _on_envelope(envelope, policy, directory)
    reason = _first_reason(ENVELOPE_RULES, mail)
    return Discard(reason) if reason else Candidate(envelope, mail.match)


def screen_headers(candidate: Candidate, headers: Headers, policy: ScreeningPolicy) -> Discard | None:
    """What the headers decide, before any body is fetched."""
    reason = _first_reason(HEADER_RULES, Mail(candidate.envelope, policy, candidate.match, headers))
    return Discard(reason) if reason else None


def screen_text(
    candidate: Candidate,
    headers: Headers,
    policy: ScreeningPolicy,
    *,
    text: str,
    beside_learned: str | None = None,
    body: str = "",
) -> Discard | None:
    """What the text decides together with the headers, of a mail that `screen_headers` let pass.

    `text` is the author's own, `beside_learned` the same without the lines that were learned to be nobody's: a mail is
    dropped for what both show. `body` is what they were read from. Where the text shows nothing, the headers said all.
    """
    found = _told_by_texts(candidate, headers, policy, (text, beside_learned), body)
    return Discard(found[0].reason) if found else None


def explain_text(
    candidate: Candidate,
    headers: Headers,
    policy: ScreeningPolicy,
    *,
    text: str,
    beside_learned: str | None = None,
    body: str = "",
) -> Step:
    """The same in words (F21): the step that follows those of `explain` where all of them passed."""
    found = _told_by_texts(candidate, headers, policy, (text, beside_learned), body)
    if found is None:
        return Step("Text", Verdict.PASSED, "Its text shows no newsletter, report or automatic reply.")
    return Step("Text", Verdict.DROPPED, found[1])


def explain(envelope: Envelope, headers: Headers | None, policy: ScreeningPolicy, directory: Directory) -> list[Step]:
    """The real rules replayed in order (F21); those after the first that drops, or without headers, are not reached."""
    mail = _on_envelope(envelope, policy, directory)
    if headers is not None:
        mail = replace(mail, headers=headers)
    steps: list[Step] = []
    is_dropped = False
    for rule in RULES:
        if is_dropped or (rule.stage > Stage.ENVELOPE and headers is None):
            steps.append(Step(rule.name, Verdict.NOT_REACHED, "It was not looked at under this rule."))
            continue
        sentence = rule.test(mail)
        is_dropped = sentence is not None
        steps.append(Step(rule.name, Verdict.DROPPED if is_dropped else Verdict.PASSED, sentence or rule.passed))
    return steps


def _on_envelope(envelope: Envelope, policy: ScreeningPolicy, directory: Directory) -> Mail:
    outsiders = tuple([address for address in envelope.addresses if not is_ours(address, policy)])
    return Mail(envelope, policy, directory.match(outsiders), outsiders=outsiders)


def _told_by_texts(
    candidate: Candidate, headers: Headers, policy: ScreeningPolicy, texts: Iterable[str | None], body: str
) -> tuple[Rule, str] | None:
    found = None
    for text in dict.fromkeys(texts):
        if text is None:
            continue
        found = _told_by_text(Mail(candidate.envelope, policy, candidate.match, headers, within_frame(text), body))
        if found is None:
            return None
    return found


def _told_by_text(mail: Mail) -> tuple[Rule, str] | None:
    if not any(tell(mail) for tell in (has_automatic_subject, is_receipt, is_reaction, *TELLS, may_be_notice)):
        return None
    return next(((rule, sentence) for rule in HEADER_RULES if (sentence := rule.test(mail)) is not None), None)


def _first_reason(rules: Iterable[Rule], mail: Mail) -> Reason | None:
    for rule in rules:
        if rule.test(mail) is not None:
            return rule.reason
    return None
