"""Rules for what a program wrote on receiving or failing to deliver a mail, and for what its author marked private."""

import re

from mailsync.domain.headers import decoded
from mailsync.domain.phrases import Phrases
from mailsync.domain.screening import subjects
from mailsync.domain.screening.absence import asks, is_all_about_an_absence, is_titled_with_its_authors_absence
from mailsync.domain.screening.evidence import ENOUGH, Mark, weigh
from mailsync.domain.screening.person import PERSON_MARKS, is_from_a_client, is_reply, shows_no_client
from mailsync.domain.screening.receipts import is_reaction, is_receipt
from mailsync.domain.screening.rule import Mail, Stage
from mailsync.domain.screening.shape import (
    has_absence_words,
    has_acknowledgement,
    has_calendar_block,
    has_challenge,
    has_delivery_failure_words,
    has_delivery_report_block,
    has_meeting_lines,
    has_meeting_zone,
    leads_with_delivery_failure,
    names_address_or_status,
    wants_no_answer,
)

_PRIVATE = {"personal", "private", "company-confidential", "confidential"}
_REPLY_FIELDS = frozenset((
    "x-autoreply", "x-autorespond", "x-autoresponder", "x-autoreply-from", "x-auto-reply-from", "x-mail-autoreply",
    "x-auto-response", "x-auto-reply", "x-vacation", "x-autoreply-sent", "x-out-of-office", "x-amazon-auto-reply",
    "x-autoresponse", "x-ms-exchange-auto-reply",
))  # fmt: skip
_LONGEST_PROGRAM = 300
_REPLY_PROGRAMS = re.compile(r"vacation|auto-?(?:respon|reply|antw)|out-?of-?office|\boof\b", re.IGNORECASE)
_DSN_TYPES = re.compile(
    r"report-type\s*=\s*\"?(delivery-status|disposition-notification|feedback-report)", re.IGNORECASE
)
_CALENDAR_TYPE = re.compile(r"\Atext/calendar|method\s*=\s*\"?(?:request|reply|cancel|counter)", re.IGNORECASE)


def sensitivity(mail: Mail) -> str | None:
    """F18, RFC 4021's Sensitivity: what its author marked personal, private or confidential."""
    word = mail.fields.word("sensitivity")
    return f"Its author marked it {word.replace('-', ' ')}." if word in _PRIVATE else None


def bounce(mail: Mail) -> str | None:
    """A delivery report (RFC 3464), a receipt (RFC 8098), or what mail systems write in their stead."""
    if _is_a_sent_copy(mail):
        return None
    finding = weigh(mail, BOUNCE_MARKS)
    if finding.strongest < ENOUGH:
        if finding.total < CORE_OF_A_BOUNCE or not _may_be_by_a_mail_system(mail):
            return None
        total = finding.total + weigh(mail, BOUNCE_SUPPORT).total
        if not (mail.origin.is_delivery_daemon or mail.origin.is_postmaster or has_null_return_path(mail)):
            total -= weigh(mail, PERSON_MARKS).total
        if total < ENOUGH:
            return None
    return finding.sentence()


def auto_reply(mail: Mail) -> str | None:
    """An answer that a program gave (RFC 3834): out of office, vacation, acknowledgement of receipt.

    That it answers a mail, or shows the marks of Exchange, speaks for no person here: these answers do, too. But of
    somebody whom we write with it takes what a program alone leaves: words about absence or thanks are a person's.
    """
    if _is_a_sent_copy(mail):
        return None
    finding = weigh(mail, AUTO_REPLY_MARKS)
    if not finding.is_enough:
        return None
    if weigh(mail, MARKS_OF_A_PROGRAM_ALONE).total:
        return finding.sentence()
    if _is_of_a_correspondence(mail):
        return None
    ways = (_is_by_a_program, _calls_itself_automatic, _is_challenge, _is_a_notice_of_absence)
    return finding.sentence() if any(way(mail) for way in ways) else None


def calendar(mail: Mail) -> str | None:
    """An invitation or an answer to one that came as a plain mail (RFC 6047)."""
    finding = weigh(mail, CALENDAR_MARKS)
    if finding.strongest >= ENOUGH:
        return finding.sentence()
    if finding.total < ENOUGH or finding.total - weigh(mail, PERSON_MARKS).total < ENOUGH:
        return None
    return finding.sentence()


def auto_submitted(mail: Mail) -> str:
    """RFC 3834's keyword where it says anything but `no` of the mail itself, else empty."""
    word = mail.fields.word("auto-submitted")
    is_the_rules = word == "auto-generated" and is_sent_on_by_a_rule(mail)
    return "" if word == "no" or is_the_rules else word


def is_sent_on_by_a_rule(mail: Mail) -> bool:
    """Whether a mailbox rule redirected it: Exchange stamps it as generated, and it is its author's all the same.

    What a rule answers by itself bears the same stamp: it answers a mail, has no return path, or says what it is.
    """
    fields = mail.fields
    if "mailbox rules agent" not in fields.get("x-ms-exchange-generated-message-source").casefold():
        return False
    if has_null_return_path(mail) or has_automatic_subject(mail) or _has_absence_subject(mail):
        return False
    return "resent-from" in fields or "return-path" in fields or not is_reply(mail)


def has_null_return_path(mail: Mail) -> bool:
    """Whether nobody is to be told of its failure (RFC 5321 4.5.5): reports and automatic answers."""
    values = mail.fields.all("return-path")
    return bool(values) and values[0].replace(" ", "") in ("<>", "")


def _is_a_sent_copy(mail: Mail) -> bool:
    """What one of us sent, out of Sent Items: Graph shows no headers there, and no program's answers lie there."""
    return mail.is_own and not mail.fields


def _may_be_by_a_mail_system(mail: Mail) -> bool:
    """Customers write of goods that were not delivered, and ask about mail that came back: words are not enough.

    Somebody has to speak who is no person, or the text names an address or a status of mail.
    """
    if (
        mail.origin.is_delivery_daemon
        or mail.origin.is_postmaster
        or mail.origin.has_bounce_name
        or mail.origin.takes_no_reply
    ):
        return True
    if _is_by_a_program(mail):
        return True
    return names_address_or_status(mail) and not is_reply(mail) and not is_from_a_client(mail)


def _is_report(mail: Mail) -> bool:
    content_type = mail.fields.get("content-type").casefold()
    if not content_type.startswith("multipart/report"):
        return False
    return bool(_DSN_TYPES.search(content_type)) or "report-type" not in content_type


def _names_failed_recipients(mail: Mail) -> bool:
    return any(name in mail.fields for name in ("x-failed-recipients", "x-ms-exchange-message-is-ndr"))


def _has_subject(mail: Mail, phrases: Phrases) -> bool:
    return phrases.stand_in(mail.subject, mail.folded_subject)


def _has_bounce_subject(mail: Mail) -> bool:
    return _has_subject(mail, subjects.BOUNCE)


def _mentions_failure_in_subject(mail: Mail) -> bool:
    return _has_subject(mail, subjects.FAILURE)


def _says_auto_replied(mail: Mail) -> bool:
    fields = mail.fields
    if auto_submitted(mail) == "auto-replied" or fields.word("precedence") in ("auto_reply", "auto-reply"):
        return True
    if any(fields.word(name) not in ("no", "none", "false", "") for name in fields.names & _REPLY_FIELDS):
        return True
    if fields.word("x-autogenerated") == "reply" or "autoresponder" in fields.get("x-post-messageclass").casefold():
        return True
    program = " ".join(fields.get(name)[:_LONGEST_PROGRAM] for name in ("x-mailer", "user-agent", "delivered-to"))
    return bool(_REPLY_PROGRAMS.search(decoded(program)))


def _says_a_program_made_it(mail: Mail) -> bool:
    fields = mail.fields
    return (
        bool(auto_submitted(mail))
        or ("x-ms-exchange-generated-message-source" in fields and not is_sent_on_by_a_rule(mail))
        or fields.word("precedence") in ("bulk", "junk")
    )


def _is_of_a_correspondence(mail: Mail) -> bool:
    """By somebody we have written to, or an answer out of a mail client."""
    return mail.is_correspondence or (is_reply(mail) and is_from_a_client(mail))


def _is_by_a_program(mail: Mail) -> bool:
    return _says_a_program_made_it(mail) or has_null_return_path(mail)


def _is_by_a_program_alone(mail: Mail) -> bool:
    return _is_by_a_program(mail) and shows_no_client(mail)


def _answers_and_wants_no_report(mail: Mail) -> bool:
    """RFC 3834 3.1.1 and 3.3: automatic answers name what they answer, and have no return path."""
    return is_reply(mail) and has_null_return_path(mail)


def has_automatic_subject(mail: Mail) -> bool:
    """A subject that programs write over what they answer: their text may be of any words."""
    if _has_subject(mail, subjects.AUTO_REPLY) or _has_subject(mail, subjects.ABSENCE_BEFORE_REPLY):
        return True
    return is_titled_with_its_authors_absence(mail)


def _is_no_more_than_its_subject_says(mail: Mail) -> bool:
    """Under a program's subject whatever asks nothing is its program's: unless somebody answers and leaves it there."""
    return has_automatic_subject(mail) and not asks(mail) and not (is_reply(mail) and is_from_a_client(mail))


def _is_a_notice_of_absence(mail: Mail) -> bool:
    """Words alone: a subject and a text that are about an absence and nothing else."""
    return _has_absence_subject(mail) and is_all_about_an_absence(mail)


def _answers_under_its_absence(mail: Mail) -> bool:
    """“Out of Office: Renewal” over a text of nothing else: by whomever, where nobody answers from a client."""
    if not _has_subject(mail, subjects.ABSENCE_OVER) or (is_reply(mail) and is_from_a_client(mail)):
        return False
    return is_all_about_an_absence(mail)


def _has_absence_subject(mail: Mail) -> bool:
    return _has_subject(mail, subjects.ABSENCE) and not has_automatic_subject(mail)


def _is_challenge(mail: Mail) -> bool:
    return has_challenge(mail) and not is_from_a_client(mail)


def _calls_itself_automatic(mail: Mail) -> bool:
    return wants_no_answer(mail) and shows_no_client(mail)


def _has_acknowledging_subject(mail: Mail) -> bool:
    return _has_subject(mail, subjects.ACKNOWLEDGEMENT)


def _has_calendar_subject(mail: Mail) -> bool:
    return _has_subject(mail, subjects.CALENDAR)


def _is_calendar_type(mail: Mail) -> bool:
    fields = mail.fields
    if "calendarmessage" in fields.get("content-class").casefold():
        return True
    return bool(_CALENDAR_TYPE.search(fields.get("content-type")))


BOUNCE_MARKS = (
    Mark("is a delivery report by its type", 100, _is_report),
    Mark("names the recipients that failed", 100, _names_failed_recipients),
    Mark("holds a delivery report", 100, has_delivery_report_block, Stage.BODY),
    Mark("is a receipt of a mail that was read", 100, is_receipt, Stage.BODY),
    Mark("comes from a mail system's own address", 100, lambda mail: mail.origin.is_mailer_daemon),
    Mark("comes from a mail system's delivery address", 70, lambda mail: mail.origin.is_delivery_daemon),
    Mark("has the subject of a delivery report", 60, _has_bounce_subject),
    Mark("comes from a postmaster", 45, lambda mail: mail.origin.is_postmaster),
    Mark("comes from something named a mail delivery system", 45, lambda mail: mail.origin.has_bounce_name),
    Mark("says that a mail was not delivered", 45, has_delivery_failure_words, Stage.BODY),
    Mark("begins with a failed delivery", 30, leads_with_delivery_failure, Stage.BODY),
    Mark("speaks of a failed delivery in its subject", 30, _mentions_failure_in_subject),
)

BOUNCE_SUPPORT = (
    Mark("wants no report of its own failure", 45, has_null_return_path),
    Mark("was made by a program", 40, _says_a_program_made_it),
    Mark("asks not to be answered", 30, wants_no_answer, Stage.BODY),
    Mark("shows no mail client that people use", 20, shows_no_client),
)
"""What many automatic mails have: it counts only beside something that speaks of delivery."""

CORE_OF_A_BOUNCE = 60

AUTO_REPLY_MARKS = (
    Mark("says that it is an automatic reply", 100, _says_auto_replied),
    Mark("is a reaction and no words", 100, is_reaction, Stage.BODY),
    Mark("has the subject of an automatic reply", 60, has_automatic_subject),
    Mark("was made by a program", 55, _is_by_a_program),
    Mark("answers a mail and wants no report of its own failure", 45, _answers_and_wants_no_report),
    Mark("says in its subject that its author is away", 45, _has_absence_subject),
    Mark("says in its subject that a mail has come in", 45, _has_acknowledging_subject),
    Mark("says that its author is away", 50, has_absence_words, Stage.BODY),
    Mark("says in its text that a program made it", 55, _calls_itself_automatic, Stage.BODY),
    Mark("asks nothing", 40, _is_no_more_than_its_subject_says, Stage.BODY),
    Mark("says nothing but that its author is away", 30, _is_a_notice_of_absence, Stage.BODY),
    Mark("wants its sender to be confirmed first", 100, _is_challenge, Stage.BODY),
    Mark("says that a mail has come in", 40, has_acknowledgement, Stage.BODY),
    Mark("shows no mail client that people use", 20, _is_by_a_program_alone),
)

MARKS_OF_A_PROGRAM_ALONE = (
    Mark("says that it is an automatic reply", 100, _says_auto_replied),
    Mark("says that a program made it", 100, lambda mail: bool(auto_submitted(mail))),
    Mark("wants no report of its own failure", 100, has_null_return_path),
    Mark("is a report by its type", 100, _is_report),
    Mark("is a reaction and no words", 100, is_reaction, Stage.BODY),
    Mark("has the subject of an automatic reply", 100, has_automatic_subject),
    Mark("wants its sender to be confirmed first", 100, _is_challenge, Stage.BODY),
    Mark(
        "stands over a subject and says nothing but that its author is away",
        100,
        _answers_under_its_absence,
        Stage.BODY,
    ),
)
"""RFC 3834's fields, RFC 5321's null return path, RFC 6522's types, and what no person types over a mail."""

CALENDAR_MARKS = (
    Mark("is a calendar entry by its type", 100, _is_calendar_type),
    Mark("comes from a calendar service", 100, lambda mail: mail.origin.is_calendar_service),
    Mark("holds a calendar entry", 100, has_calendar_block, Stage.BODY),
    Mark("has the subject of an invitation or an answer to one", 50, _has_calendar_subject),
    Mark("gives a meeting's time and place line by line", 30, has_meeting_lines, Stage.BODY),
    Mark("gives a meeting's time zone as calendars do", 20, has_meeting_zone, Stage.BODY),
)
