"""What the text of a mail gives away when its headers do not: footers, report phrases, absence, calendar blocks.

Only the author's own words are looked at, not what is quoted or forwarded, and only where such phrases stand: at the
beginning and at the end.
"""

import re

from mailsync.domain.screening.rule import Mail

_HEAD = 1_500
_TAIL = 3_000
_REPORT_HEAD = 6_000


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases), re.IGNORECASE)


_UNSUBSCRIBE = _any(
    r"unsubscri(?:be|bing|ption)", r"opt[- ]?out", r"opting out", r"(?:be |get )?removed? (?:from|yourself|me|your (?:name|address|e-?mail))",
    r"(?:cancel|manage|update|change|modify|edit) (?:your |my )?(?:e-?mail )?(?:subscriptions?|preferences|settings|notifications)",
    r"(?:no longer|not|stop) (?:wish(?: to)?|want(?: to)?|receiv\w*|like to)(?: receiv\w*)?[^.\n]{0,40}(?:e-?mail|mail|newsletter|message|offer|update)",
    r"subscription (?:preferences|options|settings|information|center)", r"to (?:leave|be taken off|get off) (?:this|the|our|my) (?:mailing )?list",
    r"abmelden", r"abbestellen", r"newsletter[- ]?(?:abmeldung|k[üu]ndigen)", r"austragen", r"keine weiteren (?:e-?mails|newsletter)",
    r"d[ée]s(?:abonn|inscri)", r"vous d[ée]sinscrire", r"ne plus recevoir", r"darse de baja", r"dar(?:te)? de baja", r"cancelar (?:la |tu |su )?suscripci[óo]n",
    r"no (?:desea|quiere)s? (?:seguir )?recib", r"cancelar (?:a |sua )?(?:inscri[çc][ãa]o|assinatura)", r"descadastr", r"n[ãa]o (?:deseja|quer) (?:mais )?receber",
    r"disiscri", r"annulla(?:re)? l.iscrizione", r"cancella(?:rsi|ti|re) (?:da|l.iscrizione)", r"non (?:desideri|vuoi) (?:pi[ùu] )?ricevere",
    r"afmelden", r"uitschrijven", r"wypis(?:a[ćc]|z)", r"rezygn(?:uj|acj)", r"zrezygnowa", r"avregistrera", r"avprenumerera", r"avsluta prenumeration",
    r"afmeld", r"frameld", r"avmeld", r"meld(?:e)? deg av", r"peruuta tilaus", r"peruuttaa tilau", r"odhl[áa](?:sit|šení)", r"отписа", r"отписвай", r"отказаться от (?:рассылк|подписк)",
    r"配信停止", r"購読解除", r"メール配信を?(?:停止|解除)", r"退订", r"取消订阅", r"退訂", r"取消訂閱",
)  # fmt: skip
_LINK = re.compile(
    r"https?://|www\.|mailto:|[\w.+-]{1,64}@[\w-]{1,63}\.|click|klick|cliqu|clic\b|clica|klik|kliknij|\bhier\b|\bhere\b|\bici\b|aqu[íi]|\bqui\b",
    re.IGNORECASE,
)
_ONLINE_VERSION = _any(
    r"(?:view|read|see|open) (?:this |the |it |our )?(?:e-?mail|message|newsletter|mailing)?\s?(?:as a web ?page|online|in (?:a |your |my )?(?:web )?browser|on the web)",
    r"(?:having )?trouble (?:viewing|reading|seeing)", r"can(?:'|no)t (?:see|view|read) (?:this|the|images)", r"(?:im|in ihrem) browser (?:ansehen|[öo]ffnen|anzeigen)",
    r"online-?version", r"webversion", r"web version", r"wird (?:diese|der) (?:e-?mail|newsletter) nicht (?:richtig|korrekt)",
    r"(?:voir|afficher|visualiser|consulter) (?:ce|cet|la|le) .{0,30}(?:navigateur|en ligne)", r"version en ligne", r"ver (?:este|en) .{0,25}navegador",
    r"ver no navegador", r"visualizz\w+ .{0,30}browser", r"bekijk .{0,30}(?:browser|online)", r"zobacz .{0,30}(?:przegl[ąa]dar|online)",
    r"(?:visa|l[äa]s|se|vis|les) .{0,25}(?:webbl[äa]sare|nettleser|browser)", r"zobrazit .{0,25}prohl[íi]že[čc]", r"открыть .{0,25}браузере",
)  # fmt: skip
_WHY_RECEIVED = _any(
    r"you(?:'re| are| have)? (?:\w+ )?(?:receiv(?:ing|ed)|getting) (?:this|our|these|the) (?:\w+ )?(?:\w+ )?(?:e-?mail|mail|message|newsletter|notification|digest|list)?s?[^.\n]{0,60}(?:because|since|as |for|via|at )",
    r"this (?:e-?mail|message|newsletter|mailing|offer|notification) (?:was|is|has been|is being) (?:sent|intended|brought|delivered|distributed) (?:to|by|for)",
    r"you (?:have )?(?:previously |originally )?(?:signed up|subscribed|opted[- ]in|registered)", r"you are (?:currently )?subscribed", r"sent to \S+@\S+ (?:by|from|because)",
    r"as a (?:valued |registered )?(?:subscriber|member|customer) (?:of|you)", r"sie erhalten diese (?:e-?mail|nachricht|mail)|diesen newsletter", r"diese (?:e-?mail|nachricht) wurde .{0,40}gesendet",
    r"vous recevez (?:cet|ce|cette)", r"(?:ha )?recib\w+ (?:este|esta) (?:correo|mensaje|e-?mail)", r"(?:voc[êe] )?(?:est[áa] )?receb\w+ (?:este|esta) (?:e-?mail|mensagem)",
    r"(?:hai )?ricev\w+ quest[ao]", r"u ontvangt (?:deze|dit)|je ontvangt (?:deze|dit)", r"otrzyma\w+ (?:t[ęe]|tego|niniejsz)", r"du f[åa]r (?:det h[äa]r|denne|dette)",
    r"du (?:modtager|mottar)", r"saat t[äa]m[äa]n", r"tento e-?mail (?:jste|v[áa]m)", r"вы получили это", r"このメールは.{0,40}(?:配信|送信|お送り)", r"(?:此|本)(?:邮件|郵件).{0,20}(?:发送|發送)",
)  # fmt: skip
_NO_ANSWER = _any(
    r"(?:please )?do(?: not|n't) (?:directly )?(?:reply|respond)(?: directly)? to this", r"(?:replies|responses) to this (?:e-?mail|message|address) (?:are|will|can)(?: not|not)",
    r"(?:this|an) (?:is an )?(?:automated|automatic(?:ally)?|auto-?generated|system[- ]generated|computer[- ]generated|unmonitored)",
    r"(?:was|is|been) (?:automatically|auto-?) ?(?:generated|sent|produced)", r"(?:mailbox|address|account|inbox) (?:is|that is) (?:not|un)\s?-?(?:monitored|attended|checked)",
    r"bitte antworten sie nicht", r"automatisch (?:generiert|erstellt|erzeugt|versand|versendet)", r"ne (?:pas|r[ée]pondez pas)[^.\n]{0,12}r[ée]pond", r"g[ée]n[ée]r[ée] automatiquement",
    r"no (?:responda|conteste)s? a este", r"generado autom[áa]ticamente", r"n[ãa]o responda (?:a )?(?:este|esta)", r"gerad[ao] automaticamente", r"non rispondere a quest", r"generat[ao] automaticamente",
    r"niet (?:op deze|beantwoorden)", r"automatisch gegenereerd", r"nie odpowiada(?:j|[ćc]) na", r"wygenerowan\w+ automatycznie", r"svara inte p[åa]", r"(?:svar|besvar) (?:venligst |vennligst )?ikke",
    r"[äa]l[äa] vastaa", r"neodpov[íi]dejte", r"не отвечайте на", r"返信(?:しないで|いただいても|できません)", r"(?:请勿|請勿)(?:直接)?回(?:复|覆)",
)  # fmt: skip
_LIST_FOOTER = _any(
    r"mailman/listinfo", r"/mailman3?/", r"^_{20,}\s*\n.{0,80}mailing list", r"to unsubscribe from this (?:group|list)", r"yahoo! groups", r"listinfo/", r"list-?(?:unsubscribe|archive)s?:",
    r"to (?:subscribe|unsubscribe|post)[^\n]{0,60}(?:list|send|e-?mail)", r"-unsubscribe@", r"unsubscribe-", r"majordomo@", r"listserv@", r"\bezmlm\b",
)  # fmt: skip
_COMPANY_FOOTER = _any(
    r"(?:©|\(c\)|copyright)\s?(?:19|20)\d\d", r"all rights reserved", r"privacy (?:policy|statement)", r"alle rechte vorbehalten", r"datenschutz(?:erkl[äa]rung|hinweis)?", r"impressum",
    r"tous droits r[ée]serv", r"todos (?:los )?(?:os )?(?:derechos|direitos) reservados", r"tutti i diritti", r"terms (?:of (?:use|service)|and conditions)",
)  # fmt: skip
_OFFER = _any(
    r"click (?:here|below|on)", r"order (?:now|today|online)", r"(?:buy|shop|act|call|subscribe|register|apply|sign up) (?:now|today|online)", r"limited[- ]time", r"special offer", r"free (?:trial|shipping|gift|quote|sample|offer)",
    r"\d{1,3} ?% off", r"save (?:up to )?[\$€£]?\d+", r"money[- ]back", r"(?:100 ?%|satisfaction) guarante", r"toll[- ]free", r"1-8(?:00|66|77|88)-", r"risk[- ]free", r"no obligation", r"jetzt (?:bestellen|kaufen|sichern|anmelden)",
    r"nur f[üu]r kurze zeit", r"offre sp[ée]ciale", r"profitez", r"oferta especial", r"compre agora", r"offerta speciale", r"aanbieding",
)  # fmt: skip
_DELIVERY_FAILURE = _any(
    r"(?:could|can)(?: ?not|n't) be (?:delivered|sent|reached)", r"(?:was|were|been|is) (?:not |un|undeliver)[ -]?(?:able to be )?deliver", r"unable to deliver", r"(?:permanent|transient|fatal|delivery) (?:fatal )?(?:error|failure|problem)s?",
    r"did not reach the following", r"delivery (?:to the following|has failed|failed|attempt|status)", r"undeliverable", r"\b[45]\.\d\.\d{1,3}\b", r"\b(?:smtp|remote|host)[^\n]{0,80}\b[45]\d\d\b", r"\b55\d[ -]", r"user unknown",
    r"unknown (?:user|recipient|address)", r"no such (?:user|mailbox|recipient|person|address|account)", r"mailbox (?:is )?(?:full|unavailable|not found|disabled|has exceeded)", r"(?:over|exceed\w*)(?: (?:its|the|his|her|their))? (?:disk )?quota",
    r"recipient(?:'s|s)? (?:address |mailbox )?(?:rejected|unknown|not found)", r"returned (?:to (?:you|sender)|mail)", r"message (?:has )?(?:not been|wasn't|was not) delivered", r"(?:not|no longer) (?:listed|exist|a valid|in use)",
    r"reason for (?:failure|the failure|return)", r"(?:konnte|wurde) nicht (?:zugestellt|ausgeliefert)", r"unzustellbar", r"n'a pas pu [êe]tre", r"n.a pu [êe]tre (?:remis|d[ée]livr|distribu)", r"no (?:ha podido|pudo|se pudo) (?:ser )?entreg",
    r"n[ãa]o (?:p[ôo]de|foi poss[íi]vel|foi) (?:ser )?entreg", r"non (?:[èe] stato possibile|pu[òo] essere) (?:recapit|consegn)", r"(?:kon|kan) niet worden (?:afgeleverd|bezorgd)", r"nie (?:mo[żz]na|uda[łl]o si[ęe]|zosta[łl]a?) dostarcz",
    r"kunde inte levereras", r"kunne ikke leveres", r"ei voitu toimittaa", r"nebyla? (?:možn[éeý] )?doru[čc]", r"не (?:было|может быть|удалось) достав", r"届けられませんでした|配信できません|配達できません", r"无法(?:送达|投递)|無法(?:傳遞|投遞)",
)  # fmt: skip
_REPORT_BLOCK = re.compile(
    r"^(?:Reporting-MTA|Final-Recipient|Diagnostic-Code|Original-Recipient)\s*:", re.IGNORECASE | re.MULTILINE
)
_ABSENCE = _any(
    r"(?:i am|i'm|i will be|i'll be|i shall be|am currently|is|will be) (?:currently |presently )?(?:out of (?:the )?(?:office|town|country)|away|on (?:vacation|holiday|annual leave|leave|maternity|paternity|parental|sick))",
    r"out of (?:the )?office (?:until|from|through|till|and)", r"limited (?:or no )?access to (?:my )?e-?mail", r"(?:will )?(?:respond|reply|answer|get back to you|read your (?:mail|message))[^.\n]{0,40}(?:when i|on my|upon my|after my) return",
    r"(?:thank you|thanks) for (?:your (?:e-?mail|message|mail|inquiry|enquiry)|contacting)[^.\n]{0,20}[.!,]", r"(?:we|i) (?:have )?received your (?:e-?mail|message|request|inquiry|enquiry)", r"(?:automatic|automated|auto)[- ](?:reply|response|acknowledg)",
    r"no longer (?:with|work\w*|employed)", r"(?:ich bin|bin ich) (?:derzeit |momentan |zur zeit |bis |vom |ab )?[^.\n]{0,40}(?:nicht (?:im|am|erreichbar|im hause)|abwesend|im urlaub|au[ßs]er haus)", r"(?:e-?mails?|nachrichten?) (?:werden|wird) nicht (?:weitergeleitet|gelesen)",
    r"je (?:suis|serai) (?:actuellement |absent|en cong|en d[ée]placement|hors)", r"absente? du bureau", r"(?:estoy|estar[ée]|me encuentro) (?:fuera|ausente|de vacaciones)", r"(?:estou|estarei) (?:fora|ausente|de f[ée]rias)",
    r"(?:sono|sar[òo]) (?:fuori|assente|in ferie)", r"ik ben (?:momenteel |op dit moment |tot )?[^.\n]{0,30}(?:afwezig|niet (?:aanwezig|op kantoor)|met vakantie|op vakantie)", r"(?:jestem|b[ęe]d[ęe]) (?:poza|nieobecn|na urlopie)", r"jag (?:[äa]r|kommer att vara) (?:[^.\n]{0,20})(?:borta|inte p[åa] kontoret|p[åa] semester|ledig|tj[äa]nstledig)",
    r"jeg (?:er|vil v[æe]re) (?:[^.\n]{0,20})(?:ikke p[åa] kontoret|p[åa] ferie|frav[æe]rende|bortrejst|bortreist)", r"olen (?:[^.\n]{0,20})(?:poissa|lomalla)", r"(?:jsem|budu) (?:mimo|na dovolen|nep[řr][íi]tom)", r"(?:извън офиса|в отпуск|отсъствам)", r"(?:я )?(?:в отпуске|отсутствую|буду отсутствовать|вне офиса)",
    r"不在(?:に|と|です|の)|休暇(?:中|を)|外出(?:中|して)", r"(?:我)?(?:正在|目前)?(?:休假|不在办公室|外出)",
)  # fmt: skip
_CALENDAR_BLOCK = re.compile(r"^BEGIN:VCALENDAR\b", re.MULTILINE)
_OUTLOOK_DIVIDER = "*~*~*~*~*~*~*~*~*~*"
_MEETING_LINES = re.compile(
    r"^(?:when|wann|quand|cu[áa]ndo|quando|wanneer|kiedy|n[äa]r|hvorn[åa]r|milloin|kdy|кога|когда|日時|时间)\s?[:：].{4,120}\n"
    r"(?:.{0,200}\n){0,3}?(?:where|wo|o[ùu]|d[óo]nde|onde|dove|waar|gdzie|var|hvor|miss[äa]|kde|къде|где|場所|地点|who|wer)\s?[:：]",
    re.IGNORECASE | re.MULTILINE,
)
_TINY_IMAGE = re.compile(
    r"<img\b[^>]{0,2000}?(?:width\s*[=:]\s*[\"']?[01](?:px)?[\"'\s;>][^>]{0,2000}?height\s*[=:]\s*[\"']?[01](?:px)?[\"'\s;>]"
    r"|height\s*[=:]\s*[\"']?[01](?:px)?[\"'\s;>][^>]{0,2000}?width\s*[=:]\s*[\"']?[01](?:px)?[\"'\s;>])",
    re.IGNORECASE,
)
_HTML_LOOKED_AT = 200_000


def has_unsubscribe_offer(mail: Mail) -> bool:
    """Words that offer to unsubscribe, with something to click or to write to beside them."""
    ends = _ends(mail)
    for found in _UNSUBSCRIBE.finditer(ends):
        around = ends[max(0, found.start() - 300) : found.end() + 300]
        if _LINK.search(around):
            return True
    return False


def has_online_version(mail: Mail) -> bool:
    """“View this email in your browser”."""
    return bool(_ONLINE_VERSION.search(_ends(mail)))


def says_why_received(mail: Mail) -> bool:
    """“You are receiving this email because …”."""
    return bool(_WHY_RECEIVED.search(_ends(mail)))


def wants_no_answer(mail: Mail) -> bool:
    """“This is an automated message, please do not reply”."""
    return bool(_NO_ANSWER.search(_ends(mail)))


def has_list_footer(mail: Mail) -> bool:
    """The footer that mailing-list software adds."""
    return bool(re.search(_LIST_FOOTER.pattern, (mail.text or "")[-_TAIL:], re.IGNORECASE | re.MULTILINE))


def has_company_footer(mail: Mail) -> bool:
    """Copyright, terms, privacy policy."""
    return bool(_COMPANY_FOOTER.search((mail.text or "")[-_TAIL:]))


def has_offers(mail: Mail) -> bool:
    """Three or more different phrases of advertising."""
    found: set[str] = set()
    for match in _OFFER.finditer((mail.text or "")[:20_000]):
        found.add(match.group().casefold())
        if len(found) >= 3:  # noqa: PLR2004 - one or two occur in anybody's mail
            return True
    return False


def has_delivery_failure_words(mail: Mail) -> bool:
    """Phrases and status codes of delivery failures, near the beginning."""
    return bool(_DELIVERY_FAILURE.search((mail.text or "")[:_REPORT_HEAD]))


def has_delivery_report_block(mail: Mail) -> bool:
    """Two different fields of a delivery status (RFC 3464) at the beginning of lines."""
    found = {match.group().casefold() for match in _REPORT_BLOCK.finditer((mail.text or "")[:50_000])}
    return len(found) >= 2  # noqa: PLR2004 - one may be quoted by a person asking about it


def has_absence_words(mail: Mail) -> bool:
    """“I am out of the office until …”, “thank you for your message”, near the beginning."""
    return bool(_ABSENCE.search((mail.text or "")[:1_000]))


def has_calendar_block(mail: Mail) -> bool:
    """iCalendar text, or the divider that Outlook puts under an invitation's time and place."""
    text = (mail.text or "")[:20_000]
    return bool(_CALENDAR_BLOCK.search(text)) or _OUTLOOK_DIVIDER in text


def has_meeting_lines(mail: Mail) -> bool:
    """“When: …” and “Where: …” on lines of their own."""
    return bool(_MEETING_LINES.search((mail.text or "")[:2_000]))


def has_tracking_pixel(mail: Mail) -> bool:
    """An image of one pixel; people's mail has them too where a sales tool is at work."""
    return bool(_TINY_IMAGE.search(mail.html[:_HTML_LOOKED_AT]))


def has_laid_out_html(mail: Mail) -> bool:
    """Many tables and images: a page, not a letter."""
    html = mail.html[:_HTML_LOOKED_AT].casefold()
    return html.count("<table") >= 4 and html.count("<img") >= 3  # noqa: PLR2004 - signatures have fewer


def has_many_links(mail: Mail) -> bool:
    """A link in every few lines, eight at least."""
    text = mail.text or ""
    links = max(text.count("http://") + text.count("https://"), mail.html[:_HTML_LOOKED_AT].casefold().count("<a "))
    return links >= 8 and links * 300 > len(text)  # noqa: PLR2004 - as said


def _ends(mail: Mail) -> str:
    text = mail.text or ""
    return text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n{text[-_TAIL:]}"
