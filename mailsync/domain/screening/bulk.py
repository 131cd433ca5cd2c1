"""Rules for mail that is written to many, or by a program: list, marketing and transactional mail.

    our own people's mail, and mail of anybody we have written to ──▶ never
    one mark that decides (List-Unsubscribe, Precedence: list, a campaign id, noreply@) ──▶ dropped
    weaker marks (VERP, a mass-mail service, footers, a role's address) − marks of a person ≥ 100 ──▶ dropped

Headers as the RFCs define them: 2369 and 2919 (List-*), 8058 (one-click), 3834 (Auto-Submitted).
"""

import re

from core.addresses import domain_of, is_within
from mailsync.domain.phrases import Phrases, alternatives, entries, words
from mailsync.domain.screening import senders, shape
from mailsync.domain.screening.automatic import auto_submitted
from mailsync.domain.screening.evidence import ENOUGH, Finding, Mark, weigh
from mailsync.domain.screening.notices import is_notice
from mailsync.domain.screening.person import PERSON_MARKS, is_from_a_client, is_reply, mailer, shows_no_client
from mailsync.domain.screening.rule import Mail, Stage

_LIST_FIELDS = words("list_fields")
_CAMPAIGN_FIELDS = words("campaign_fields")
_CAMPAIGN_NAME = re.compile(
    r"\Ax-.*(?:campaign|newsletter|mailing[-_]?(?:id|list)|subscriber|bulk-?mail|list-?member|unsub)"
)
_NEWSLETTER_TITLE = Phrases(entries("newsletter_title"))
_NOTICE_TITLE = Phrases(entries("notice_title"))
_TICKET_FIELDS = words("ticket_fields")
_WAY = ("dkim-signature", "return-path", "message-id", "received")
"""Fields that name the hosts a mail came through."""
_MASS_MAILERS = re.compile(alternatives("mass_mailers"), re.IGNORECASE)
_COMPLAINT_FIELDS = frozenset({"feedback-id", "x-feedback-id", "x-report-abuse", "x-msfbl"})
_TICKET_MAILERS = re.compile(r"zendesk|freshdesk|otrs|znuny|servicenow|jira|request ?tracker", re.IGNORECASE)
_PROGRAMS = re.compile(alternatives("program_mailers"), re.IGNORECASE)
_VERP = re.compile(
    r"[+=_.-][\w.+%-]{1,100}+=[\w-]{1,63}+\.[\w.-]{1,255}+@|\A<?(?:bounces?|b|return|errors?|rp|msprvs\d|delivery)[-+_.=]|bounce",
    re.IGNORECASE,
)
_DMARC_REPORT = re.compile(
    r"\A(?:\[[^\]]{1,40}\]\s*)?report[- ]domain:\s*\S++.{0,200}\bsubmitter:.{0,200}\breport-id:", re.IGNORECASE
)
"""A DMARC report's subject (RFC 7489 7.2.1.1)."""
_REWRITTEN = re.compile(r"srs\d?[=+]|\Aprvs=|\Abtv\d=|\Abatv", re.IGNORECASE)
_BULK_LEVEL = re.compile(r"\bBCL:(\d)")


FIRM = 50
ENOUGH_WITHOUT_FIRM = 120
"""Where no mark weighs FIRM it takes more of them: a press release that a person sends has all the words of one."""


def bulk(mail: Mail) -> str | None:
    """List and marketing mail."""
    to_many, by_a_program = _judged(mail)
    if to_many is None or by_a_program is None or to_many.total < by_a_program.total:
        return None
    return to_many.sentence()


def transactional(mail: Mail) -> str | None:
    """Receipts, notices, tickets, codes: one recipient, but no person wrote it."""
    to_many, by_a_program = _judged(mail)
    if to_many is None or by_a_program is None or to_many.total >= by_a_program.total:
        return None
    return by_a_program.sentence()


def _judged(mail: Mail) -> tuple[Finding, Finding] | tuple[None, None]:
    """What speaks for mail to many and for mail by a program, where it is enough together; else nothing."""
    if mail.is_own or mail.is_correspondence:
        return None, None
    to_many = weigh(mail, BULK_MARKS)
    by_a_program = weigh(mail, TRANSACTIONAL_MARKS)
    if max(to_many.strongest, by_a_program.strongest) >= ENOUGH:
        return to_many, by_a_program
    if not (to_many.total or by_a_program.total):
        return None, None
    either = weigh(mail, EITHER_MARKS)
    person = weigh(mail, PERSON_MARKS)
    total = to_many.total + by_a_program.total + either.total - person.total
    firmest = max(to_many.strongest, by_a_program.strongest, either.strongest)
    enough = ENOUGH if firmest >= FIRM else ENOUGH_WITHOUT_FIRM
    return (to_many, by_a_program) if total >= enough else (None, None)


def _is_list(mail: Mail) -> bool:
    return any(mail.fields.get(name) for name in mail.fields.names & _LIST_FIELDS) and not _is_a_teams_group(mail)


def _has_bulk_precedence(mail: Mail) -> bool:
    return mail.fields.word("precedence") in ("bulk", "list", "junk") and not _is_a_teams_group(mail)


def _is_a_teams_group(mail: Mail) -> bool:
    """Mail to a group of people who work together: one of ours, such as sales@, or one at its author's own company."""
    hosts = senders.hosts_in(mail.fields.get("list-id"))
    if not mail.is_from_us and any(is_within(host, mail.policy.our_domains) for host in hosts):
        return True
    company = domain_of(mail.author.address) if mail.author is not None else ""
    is_of_workspace = f"groups.google.com/a/{company}/" in mail.fields.get("list-post").casefold()
    return is_of_workspace and (is_reply(mail) or is_from_a_client(mail))


def _is_campaign(mail: Mail) -> bool:
    names = mail.fields.names
    return not names.isdisjoint(_CAMPAIGN_FIELDS) or any(
        name.startswith("x-") and _CAMPAIGN_NAME.match(name) for name in names
    )


def _has_errors_address(mail: Mail) -> bool:
    return "errors-to" in mail.fields or "approved-by" in mail.fields


def _is_titled_newsletter(mail: Mail) -> bool:
    return _NEWSLETTER_TITLE.stand_in(mail.subject, mail.folded_subject) and not is_reply(mail)


def _is_titled_notice(mail: Mail) -> bool:
    return _NOTICE_TITLE.stand_in(mail.subject, mail.folded_subject) and not is_reply(mail)


def _is_ticket(mail: Mail) -> bool:
    return not mail.fields.names.isdisjoint(_TICKET_FIELDS) or bool(_TICKET_MAILERS.search(mailer(mail)))


def _is_dmarc_report(mail: Mail) -> bool:
    return bool(_DMARC_REPORT.search(mail.subject))


def _has_mass_mailer(mail: Mail) -> bool:
    return bool(_MASS_MAILERS.search(mailer(mail)))


def _has_program_mailer(mail: Mail) -> bool:
    return bool(_PROGRAMS.search(mailer(mail))) and not is_from_a_client(mail)


def _travelled_through(mail: Mail, services: frozenset[str]) -> bool:
    fields = mail.fields
    values = [value for name in _WAY for value in fields.all(name)]
    return any(is_within(host, services) for host in senders.hosts_in(*values[:12]))


def _is_by_marketing_service(mail: Mail) -> bool:
    return _travelled_through(mail, senders.MARKETING_SERVICES) and not _is_a_teams_group(mail)


def _is_by_delivery_service(mail: Mail) -> bool:
    return _travelled_through(mail, senders.DELIVERY_SERVICES)


def _counts_complaints(mail: Mail) -> bool:
    return not mail.fields.names.isdisjoint(_COMPLAINT_FIELDS)


def _has_own_return_path(mail: Mail) -> bool:
    path = mail.fields.get("return-path").strip("<> ")[:400]
    return bool(path) and not _REWRITTEN.search(path) and bool(_VERP.search(path)) and not _is_a_teams_group(mail)


def _bulk_level(mail: Mail) -> int:
    found = _BULK_LEVEL.search(mail.fields.get("x-microsoft-antispam"))
    return int(found.group(1)) if found else 0


def _is_bulk_to_exchange(mail: Mail) -> bool:
    return _bulk_level(mail) >= 7 or "CAT:BULK" in mail.fields.get("x-forefront-antispam-report")  # noqa: PLR2004 - BCL


def _is_likely_bulk_to_exchange(mail: Mail) -> bool:
    """Levels that Microsoft describes as mail with a mixed number of complaints."""
    return 4 <= _bulk_level(mail) < 7  # noqa: PLR2004 - as above


def _has_some_bulk_level(mail: Mail) -> bool:
    return 1 <= _bulk_level(mail) < 4  # noqa: PLR2004 - as above


def _is_auto_generated(mail: Mail) -> bool:
    return auto_submitted(mail) not in ("", "auto-replied")


def _is_notice(mail: Mail) -> bool:
    return is_notice(mail, is_made=any(test(mail) for test in _MADE_BY_PROGRAMS))


def _suppresses_answers(mail: Mail) -> bool:
    """As programs do: groups and list servers put the field upon people's mail, so alone it says nothing."""
    return "x-auto-response-suppress" in mail.fields and _has_program_mailer(mail)


_MADE_BY_PROGRAMS = (
    _has_program_mailer,
    _counts_complaints,
    _has_own_return_path,
    _is_by_delivery_service,
    lambda mail: "x-auto-response-suppress" in mail.fields,
)
"""What does not tell alone, for people's mail passes through it, too."""

BULK_MARKS = (
    Mark("names a mailing list or a way to unsubscribe in its headers", 100, _is_list),
    Mark("calls itself bulk or list mail", 100, _has_bulk_precedence),
    Mark("belongs to a campaign", 100, _is_campaign),
    Mark("is bulk mail to Exchange", 100, _is_bulk_to_exchange),
    Mark("is likely bulk mail to Exchange", 70, _is_likely_bulk_to_exchange),
    Mark("comes from a newsletter's or a list's own address", 70, lambda mail: mail.origin.is_announcer),
    Mark("was made with a mass-mail program", 70, _has_mass_mailer),
    Mark("was sent by a mass-mail service", 70, _is_by_marketing_service),
    Mark("carries a mailing list's footer", 90, shape.has_list_footer, Stage.BODY),
    Mark("offers to unsubscribe", 60, shape.has_unsubscribe_offer, Stage.BODY),
    Mark("gives a way to unsubscribe", 20, shape.has_way_to_unsubscribe, Stage.BODY),
    Mark("offers a version to read online", 60, shape.has_online_version, Stage.BODY),
    Mark("says why one receives it", 50, shape.says_why_received, Stage.BODY),
    Mark("has a newsletter's name for its sender", 60, lambda mail: mail.origin.is_named_newsletter),
    Mark("is titled like a newsletter", 40, _is_titled_newsletter),
    Mark("calls itself a newsletter", 40, shape.calls_itself_newsletter, Stage.BODY),
    Mark("names an address for the errors of a list", 50, _has_errors_address),
    Mark("asks mailbox providers for complaints", 50, _counts_complaints),
    Mark("draws complaints elsewhere", 40, _has_some_bulk_level),
    Mark("praises its offers", 40, shape.has_offers, Stage.BODY),
    Mark("is laid out like a page", 30, shape.is_laid_out, Stage.BODY),
    Mark("has a link every few lines", 25, shape.has_many_links, Stage.BODY),
)

TRANSACTIONAL_MARKS = (
    Mark("says that a program made it", 100, _is_auto_generated),
    Mark("comes from an address that takes no reply", 100, lambda mail: mail.origin.takes_no_reply),
    Mark("comes from a ticket or notification system", 100, _is_ticket),
    Mark("is a report about mail from a domain", 100, _is_dmarc_report),
    Mark("comes from a domain for notices", 100, lambda mail: mail.origin.is_at_notice_domain),
    Mark("tells of an order, a journey, a renewal or an account as programs do", 100, _is_notice, Stage.BODY),
    Mark("begins with a ticket system's line for answers", 80, shape.begins_with_answer_line, Stage.BODY),
    Mark("wants no automatic answers, as a program", 60, _suppresses_answers),
    Mark("comes from an address for notices", 80, lambda mail: mail.origin.is_notifier),
    Mark("comes from an address for orders, updates or tickets", 40, lambda mail: mail.origin.is_desk),
    Mark("is sent by a service in somebody's name", 80, lambda mail: mail.origin.is_by_a_service_for_somebody),
    Mark("asks not to be answered", 80, shape.wants_no_answer, Stage.BODY),
    Mark("is titled like a notice about an order or an account", 30, _is_titled_notice),
    Mark("was made by a program, not in a mail client", 40, _has_program_mailer),
)

EITHER_MARKS = (
    Mark("was sent by a delivery service for programs", 50, _is_by_delivery_service),
    Mark("has a return address of its own for each recipient", 50, _has_own_return_path),
    Mark("comes from an address that was made up for it", 60, lambda mail: mail.origin.is_made_up),
    Mark("comes from a host for mass mail", 40, lambda mail: mail.origin.is_at_marketing_host),
    Mark("has a company's footer", 20, shape.has_company_footer, Stage.BODY),
    Mark("comes from a role's address", 20, lambda mail: mail.origin.is_role),
    Mark("tracks its being opened", 20, shape.has_tracking_pixel, Stage.BODY),
    Mark("shows no mail client that people use", 20, shows_no_client),
)
