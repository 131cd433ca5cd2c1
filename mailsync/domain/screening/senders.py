"""What a sender's address and name give away: daemons, addresses that take no answer, roles, mass-mail services."""

import re
from dataclasses import dataclass
from functools import cached_property

from core.addresses import domain_of, is_within
from core.remembering import remembered
from mailsync.domain.envelope import MailAddress
from mailsync.domain.phrases import alternatives, words

_DAEMONS = re.compile(
    r"\A(?:mailer[-_.]?daemon|mail[-_.]?daemon|daemon|mdaemon|smtp[-_.]?daemon|maildelivery|mail[-_.]?delivery"
    r"|mail[-_.]?system|delivery[-_.]?(?:report|status|failure|notification)s?|mailsubsystem|dsn|ndr"
    r"|microsoftexchange[0-9a-f]{32}|mailsystem|mailrouter|mail-?reply-?robot)\b",
)
_MAILER_DAEMON = re.compile(r"\A(?:mail(?:er)?[-_.]?daemon|microsoftexchange[0-9a-f]{32})\b")
_POSTMASTERS = re.compile(
    r"\A(?:postmaster|postoffice|mail-?admin(?:istrator)?|mailmaster|mailer(?!-daemon)|system|root)\b"
)
_BOUNCE_NAMES = re.compile(
    r"mail(?:er)?[ -]?(?:delivery|daemon|administrator|transfer|router|system)|delivery (?:sub)?system|postmaster"
    r"|system ?administrator|mail ?deliver|internet mail delivery|delivery (?:service|agent|report)|undeliver|bounce"
    r"|microsoft (?:exchange|outlook)\Z",
    re.IGNORECASE,
)
_NO_REPLY = re.compile(
    r"(?:\A|[-_.+])(?:(?:no|not|dont?|donot|do[-_.]not|never)[-_.]?(?:reply|respond|replies|response|answer)"
    r"|noreply\w*|donotreply\w*|ne[-_.]?pas[-_.]?repondre|ne[-_.]?repond(?:ez|re)[-_.]?pas|keine?[-_.]?antwort\w*|nicht[-_.]?antworten"
    r"|no[-_.]?responder|no[-_.]?contest(?:ar|e)|n[aã]o[-_.]?respond\w*|non[-_.]?rispondere|nie[-_.]?odpowiada\w*"
    r"|niet[-_.]?antwoorden|svara[-_.]?(?:ej|inte)|svar[-_.]?ikke|ikke[-_.]?svar|ei[-_.]?vastaus\w*|neodpovid\w*|unattended|unmonitored)"
    r"(?:\Z|[-_.+\d])",
)
_ANNOUNCERS = re.compile(
    r"(?:\A|[-_.+])(?:e?-?newsletters?|e?-?news|mailing(?:s|list)?|mailer|marketing|promo(?:tion)?s?|offers?|deals?|campaigns?"
    r"|announce(?:ments?)?|bulletins?|digests?|nyhetsbrev|nieuwsbrief|boletin|bollettino|infoletter|rundbrief|subscri\w+"
    r"|list-?(?:serv|server|master|manager|admin)|majordomo|[a-z0-9_.-]{1,64}-(?:request|owner|bounces))(?:\Z|[-_.+\d])",
)
_NOTIFIERS = re.compile(
    r"(?:\A|[-_.+])(?:nobody|www-data|apache|httpd|notif(?:y|ication|ications|ier)|alerts?|automailer|auto(?:mated|matic)?"
    r"|robot|bot|nagios|zabbix|icinga|grafana|quarantine|scanner|voicemail|messenger|messaging-service|jira|confluence|github|gitlab|bitbucket|jenkins|e-?statements?|payments?-?notice|invoice-?notice"
    r"|calendar-notification)(?:\Z|[-_.+\d])",
)
_DESKS = re.compile(
    r"(?:\A|[-_.+])(?:reminders?|updates?|status|monitor(?:ing)?|workflow|system|server|invitations?|receipts?|orders?"
    r"|order-?(?:confirm\w*|update)|confirm(?:ation)?s?|ship(?:ping|ment|confirm)?|tracking|verif(?:y|ication)|tickets?"
    r"|(?:bestell|auftrags|versand)(?:ung|ungen|service|best(?:ae|ä)tigung)?|commandes?|pedidos?|ordini|bestellingen|zamowienia)"
    r"(?:\Z|[-_.+\d])",
)
_NEWSLETTER_NAMES = re.compile(alternatives("newsletter_name"), re.IGNORECASE)
_ROLES = re.compile(
    r"\A(?:info|team|sales|support|help|helpdesk|hello|contact|office|service|services|customer-?(?:service|care|success)"
    r"|billing|accounts?|accounting|invoices?|hr|jobs|careers|events?|webinars?|community|admin|webmaster|press|feedback|survey)\Z"
)

_COUNTER = re.compile(rf"{alternatives('desk_words')}{{1,2}}\d{{0,6}}\Z")
_STAFFED = re.compile(rf"{alternatives('staffed_words')}\Z")
"""Where people sit, too, and what companies' names hold beside."""
_PARTS = re.compile(r"[^\W\d_]+")
_LONGEST_PARTS = 8
_TELLING = 3
"""Letters of a word that stands in a domain by more than chance."""

MARKETING_SERVICES = words("marketing_services")
"""Who sends nothing else."""

DELIVERY_SERVICES = words("delivery_services")
"""Who sends for programs, and at times for people through a help desk: no evidence that is enough alone."""


NOTICE_DOMAINS = words("notice_domains")
_MASS_MAIL_HOST = re.compile(
    r"(?:\A|\.)(?:e|em|e-?mail|e?news\w{0,63}|mailings?|mktg?|marketing|campaigns?|promos?|offers?|deals?|inform|click|bounces?"
    r"|notifications?|notify|alerts?|updates?|\w{0,63}mailer|lists?|reply|links?|www-?mail|e?blast\w{0,63}|subscri\w{1,63}|response)\d*+\.[^.]++\.[a-z]"
    r"|(?:\A|[.-])\w{0,63}(?:newsletter|e-?blast|mailings|bulkmail|massmail|imakenews|e-?mailer)\w{0,63}\."
)
_VIA = re.compile(r"\bvia\s+([^\W_]{3,30})", re.IGNORECASE)
_MADE_UP = re.compile(r"\A(?=(?:.*\d){6})(?=(?:.*[-_.=+]){2}|.{28})[^@]{18,}\Z")


@dataclass(frozen=True)
class Origin:
    """Whom a mail comes from, by its From and Sender, and what these give away."""

    from_: MailAddress | None
    sender: MailAddress | None

    @cached_property
    def author(self) -> MailAddress | None:
        return self.from_ or self.sender

    @cached_property
    def is_mailer_daemon(self) -> bool:
        """MAILER-DAEMON and Exchange's own address: nobody's name."""
        return self._has_local(_MAILER_DAEMON)

    @cached_property
    def is_delivery_daemon(self) -> bool:
        """MAILER-DAEMON and what other systems call it."""
        return self._has_local(_DAEMONS)

    @cached_property
    def is_postmaster(self) -> bool:
        """A postmaster: reports come from there, and now and then a person's mail."""
        return self._has_local(_POSTMASTERS)

    @cached_property
    def has_bounce_name(self) -> bool:
        """A display name such as “Mail Delivery System”."""
        return bool(_BOUNCE_NAMES.search(self._name))

    @cached_property
    def takes_no_reply(self) -> bool:
        """noreply@ and its like in other languages."""
        return self._has_local(_NO_REPLY)

    @cached_property
    def is_announcer(self) -> bool:
        """newsletter@, a list's own addresses."""
        return self._has_local(_ANNOUNCERS)

    @cached_property
    def is_notifier(self) -> bool:
        """notifications@, alerts@, jira@."""
        return self._has_local(_NOTIFIERS)

    @cached_property
    def is_desk(self) -> bool:
        """orders@, updates@, tickets@: mostly programs, at times the people behind them."""
        return self._has_local(_DESKS)

    @cached_property
    def is_counter(self) -> bool:
        """An address named after what is done there, orders@ or flight-bookings@, with no person's name beside it."""
        if self.takes_no_reply or self.is_notifier:
            return True
        if not self._is_companys(self._locals[0] if self._locals else ""):
            return False
        named = self._parts_of(self._name)
        works = [part for part in self._parts_of(self._locals[0]) if not _STAFFED.match(part)]
        return bool(works) and (not named or any(map(self.is_works, named)))

    @cached_property
    def is_role_of_company(self) -> bool:
        """sales@, accounting@ under the company's name or none: people write from there as often as programs."""
        return self._is_companys(self._locals[0] if self._locals else "") and (
            not self._name or self._is_companys(self._name)
        )

    def _is_companys(self, name: str) -> bool:
        """Whether it holds words for departments, for what is done there and of the company's name, and no others."""
        parts = self._parts_of(name)
        return bool(parts) and all(_STAFFED.match(part) or self.is_works(part) for part in parts)

    def _parts_of(self, name: str) -> list[str]:
        return _PARTS.findall(name.casefold())[:_LONGEST_PARTS]

    def is_works(self, part: str) -> bool:
        """A word for what is done there, or of the company's own name."""
        return (len(part) >= _TELLING and part in self.domain) or _COUNTER.match(part) is not None

    @cached_property
    def is_named_newsletter(self) -> bool:
        """A display name such as “Globex Newsletter”, “Daily Digest”."""
        return bool(_NEWSLETTER_NAMES.search(self._name))

    @cached_property
    def is_at_notice_domain(self) -> bool:
        """A domain that a service keeps for what its programs send: its people write from another."""
        return is_within(self.domain, NOTICE_DOMAINS)

    @cached_property
    def is_by_a_service_for_somebody(self) -> bool:
        """“Jane Doe via Doodle” from an address at doodle.example: the service, not Jane."""
        found = _VIA.search(self._name)
        return found is not None and found.group(1).casefold() in self.domain

    @cached_property
    def is_role(self) -> bool:
        """info@, team@, sales@: people write from there, too."""
        return self._has_local(_ROLES)

    @cached_property
    def is_at_marketing_host(self) -> bool:
        """news.example.com, email.example.com and the like: hosts that companies keep for mass mail."""
        return bool(_MASS_MAIL_HOST.match(self.domain))

    @cached_property
    def is_made_up(self) -> bool:
        """A local part of digits and marks that no person has: made for one recipient or one mail."""
        return self._has_local(_MADE_UP)

    @cached_property
    def is_calendar_service(self) -> bool:
        """Google's, which sends invitations in its own name."""
        return any(person.address == "calendar-notification@google.com" for person in self._people)

    @cached_property
    def domain(self) -> str:
        """The author's; empty where nobody is named."""
        return domain_of(self.author.address) if self.author is not None else ""

    @cached_property
    def _name(self) -> str:
        return self.author.name[:200] if self.author is not None else ""

    @cached_property
    def _people(self) -> tuple[MailAddress, ...]:
        return tuple(person for person in (self.from_, self.sender) if person is not None)

    @cached_property
    def _locals(self) -> tuple[str, ...]:
        return tuple(person.address.rpartition("@")[0].strip('"') for person in self._people)

    def _has_local(self, pattern: re.Pattern[str]) -> bool:
        return any(pattern.search(local) for local in self._locals)


@remembered(2_048)
def origin_of(from_: MailAddress | None, sender: MailAddress | None) -> Origin:
    """The origin of a mail; the same one for the next mail from there: people write again and again."""
    return Origin(from_, sender)


def hosts_in(*texts: str) -> frozenset[str]:
    """Host names that stand in headers' values."""
    return _hosts_in(" \n".join([text[:4_000] for text in texts]))


@remembered(16)
def _hosts_in(text: str) -> frozenset[str]:
    """Remembered while one mail is weighed: several marks ask for the same headers."""
    return frozenset(_HOST.findall(text.casefold()))


_HOST = re.compile(r"(?<![a-z0-9-])(?:[a-z0-9-]{1,63}\.){1,12}[a-z]{2,24}(?![a-z0-9-])")
