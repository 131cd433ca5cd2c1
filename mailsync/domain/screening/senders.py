"""What a sender's address and name give away: daemons, addresses that take no answer, roles, mass-mail services."""

import re

from accounts.domain.addresses import domain_of
from mailsync.domain.screening.rule import Mail

_DAEMONS = re.compile(
    r"\A(?:mailer[-_.]?daemon|mail[-_.]?daemon|daemon|mdaemon|smtp[-_.]?daemon|maildelivery|mail[-_.]?delivery"
    r"|mail[-_.]?system|delivery[-_.]?(?:report|status|failure|notification)s?|mailsubsystem|dsn|bounces?|ndr"
    r"|microsoftexchange[0-9a-f]{32}|mailsystem|mailrouter|mail-?reply-?robot)\b",
)
_POSTMASTERS = re.compile(r"\A(?:postmaster|postoffice|mail-?admin(?:istrator)?|mailmaster|mailer|system|root)\b")
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
    r"|list-?(?:serv|server|master|manager|admin)|majordomo|[a-z0-9_.-]+-(?:request|owner|bounces))(?:\Z|[-_.+\d])",
)
_NOTIFIERS = re.compile(
    r"(?:\A|[-_.+])(?:notif(?:y|ication|ications|ier)|alerts?|automailer|auto(?:mated|matic)?|robot|bot|reminders?|updates?"
    r"|status|monitor(?:ing)?|workflow|system|server|jira|confluence|github|gitlab|bitbucket|jenkins|invitations?|messages?-noreply"
    r"|receipts?|orders?|order-?(?:confirm\w*|update)|confirm(?:ation)?s?|ship(?:ping|ment|confirm)?|tracking|verif(?:y|ication)"
    r"|e-?statements?|payments?-?notice|invoice-?notice|calendar-notification|tickets?)(?:\Z|[-_.+\d])",
)
_ROLES = re.compile(
    r"\A(?:info|team|sales|support|help|helpdesk|hello|contact|office|service|services|customer-?(?:service|care|success)"
    r"|billing|accounts?|accounting|invoices?|hr|jobs|careers|events?|webinars?|community|admin|webmaster|press|feedback|survey)\Z"
)

MARKETING_SERVICES = frozenset(
    "mcsv.net mcdlv.net mailchimpapp.net mailchimp.com list-manage.com rsgsv.net cmail19.com cmail20.com createsend.com "
    "constantcontact.com ccsend.com roving.com hubspotemail.net hubspotlinks.com hs-send.com marketo.com mktomail.com "
    "mktdns.com exacttarget.com et.exacttarget.com s7.exacttarget.com salesforce-marketingcloud.com pardot.com "
    "responsys.net rsys2.com rsys5.com eloqua.com elq.com silverpop.com mkt1248.com acoustic.co bronto.com bm23.com "
    "cheetahmail.com chtah.com emarsys.net emsmtp.com sailthru.com klaviyomail.com klaviyo.com sendinblue.com brevo.com "
    "sibmail.com mailjet.com getresponse.com activecampaign.com acems1.com aweber.com icontact.com infusionmail.com "
    "infusionsoft.com keap.com mailerlite.com mlsend.com drip.com getdrip.com convertkit.com ck.page sendpulse.com "
    "moosend.com omnisend.com customer.io customeriomail.com iterable.com braze.com substack.com beehiiv.com "
    "campaignmonitor.com verticalresponse.com vresp.com benchmarkemail.com emma.com e2ma.net listrak.com listrakbi.com "
    "dotmailer.com dotdigital.com cleverreach.com inxmail.com optivo.net episerver.net rapidmail.de newsletter2go.com "
    "mailup.com mailup.net ymlp.com zohocampaigns.com simplelists.com lyris.net sparklist.com topica.com egroups.com "
    "doubleclick.net m0.net postdirect.com bfi0.com flonetwork.com messagemedia.com digitalimpact.com "
    "yahoogroups.com googlegroups.com groups.io freelists.org".split()
)
"""Who sends nothing else. Gathered from the hosts that these services name in their sending documentation."""

DELIVERY_SERVICES = frozenset(
    "sendgrid.net sendgrid.me amazonses.com mailgun.org mailgun.net mandrillapp.com mtasv.net postmarkapp.com "
    "sparkpostmail.com sparkpost.com socketlabs.com smtp.com smtp2go.com elasticemail.com mailersend.net resend.com "
    "zendesk.com freshdesk.com freshemail.io intercom-mail.com helpscout.net atlassian.net atlassian.com pagerduty.com "
    "servicenow.com service-now.com github.com gitlab.com docusign.net docusign.com eventbrite.com surveymonkey.com "
    "qualtrics.com facebookmail.com linkedin.com twitter.com".split()
)
"""Who sends for programs, and at times for people through a help desk: no evidence that is enough alone."""


def is_delivery_daemon(mail: Mail) -> bool:
    """MAILER-DAEMON and what other systems call it."""
    return any(_DAEMONS.match(local) for local in _locals(mail))


def is_postmaster(mail: Mail) -> bool:
    """A postmaster: reports come from there, and now and then a person's mail."""
    return any(_POSTMASTERS.match(local) for local in _locals(mail))


def has_bounce_name(mail: Mail) -> bool:
    """A display name such as “Mail Delivery System”."""
    return mail.author is not None and bool(_BOUNCE_NAMES.search(mail.author.name[:200]))


def takes_no_reply(mail: Mail) -> bool:
    """noreply@ and its like in other languages."""
    return any(_NO_REPLY.search(local) for local in _locals(mail))


def is_announcer(mail: Mail) -> bool:
    """newsletter@, a list's own addresses."""
    return any(_ANNOUNCERS.search(local) for local in _locals(mail))


def is_notifier(mail: Mail) -> bool:
    """notifications@, alerts@, orders@."""
    return any(_NOTIFIERS.search(local) for local in _locals(mail))


def is_role(mail: Mail) -> bool:
    """info@, team@, sales@: people write from there, too."""
    return any(_ROLES.match(local) for local in _locals(mail))


def is_at_marketing_host(mail: Mail) -> bool:
    """news.example.com, email.example.com and the like: hosts that companies keep for mass mail."""
    return mail.author is not None and bool(_MASS_MAIL_HOST.match(domain_of(mail.author.address)))


_MASS_MAIL_HOST = re.compile(
    r"\A(?:e|em|email|e-?mail\d*|news|newsletters?|mailings?|mktg?|marketing|campaigns?|promos?|offers?|deals?|info(?:rm)?|click"
    r"|bounces?|notifications?|notify|alerts?|updates?|mailer|lists?|reply)\d*\.[^.]+\.[a-z]"
)


def hosts_in(text: str) -> set[str]:
    """Host names that stand in a header's value."""
    return set(_HOST.findall(text[:4_000].casefold()))


_HOST = re.compile(r"(?<![a-z0-9-])(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24}(?![a-z0-9-])")


def _locals(mail: Mail) -> list[str]:
    people = (mail.envelope.from_, mail.envelope.sender)
    return [person.address.rpartition("@")[0] for person in people if person is not None]
