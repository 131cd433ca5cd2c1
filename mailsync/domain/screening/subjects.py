"""How mail systems begin the subjects of what they write by themselves, language by language.

Gathered from what Exchange, Outlook, Gmail, Postfix, Exim, qmail, Sendmail and the usual vacation programs send.
A subject is never enough alone: people write such words too.
"""

import re


def _begins(*phrases: str) -> re.Pattern[str]:
    return re.compile(rf"\A\W{{0,4}}(?:{'|'.join(phrases)})", re.IGNORECASE)


BOUNCE = _begins(
    # English
    r"undeliver(?:able|ed)\b", r"undelivered mail returned", r"delivery (?:status )?notification", r"returned mail\b",
    r"returned to sender", r"failure notice", r"(?:mail|message|e-?mail) delivery (?:fail|error|problem|status|has)",
    r"mail delivery\b", r"delivery (?:failure|failed|error|problem|report|delayed|has failed)",
    r"mail (?:system error|could not be|status report)", r"message (?:undeliverable|could not|not delivered|status)",
    r"non[- ]?(?:delivery|deliverable|receipt)", r"undeliverable mail", r"error (?:sending|delivering) (?:your )?(?:e-?)?mail",
    r"(?:warning|notice)\b.{0,30}(?:could not send|delivery|undelivered|not delivered)", r"nondeliverable mail",
    r"unable to deliver", r"could not deliver", r"rejected(?: mail)?:", r"bounced?(?: mail| message)?\b", r"dsn\b",
    r"(?:permanent|temporary|transient|local|partial|mail|address)\s(?:delivery |mail )?(?:failure|error)", r"user unknown",
    r"(?:your )?(?:mail|message)(?: to \S+)? (?:was )?(?:not|returned|rejected|blocked)", r"invalid (?:address|recipient|user)",
    r"mailbox (?:is )?(?:full|unavailable|over)", r"recipient (?:unknown|rejected)", r"delivery incomplete",
    # German, Dutch, Scandinavian, Finnish
    r"unzustellbar", r"nicht zustellbar", r"zustellung(?:sfehler|sbenachrichtigung| fehlgeschlagen)?\b",
    r"fehlgeschlagene zustellung", r"ihre nachricht konnte nicht", r"onbestelbaar", r"niet bezorgd", r"niet afgeleverd",
    r"aflevering (?:mislukt|niet)", r"ol[eé]ver(?:ans|er)bar", r"ej levererad", r"kan (?:inte|ikke|ej) lever",
    r"ikke leveret", r"uleverbar", r"ulever(?:t|et)", r"ikke levert", r"toimitta(?:maton|matta)", r"ei voi(?:tu)? toimittaa",
    r"viestin toimitus epäonnistui",
    # French, Spanish, Portuguese, Italian
    r"non (?:remis|distribuable|remise)", r"(?:message |courrier )?non[- ]d[ée]livr", r"[ée]chec de (?:la )?(?:remise|distribution)",
    r"impossible de remettre", r"no (?:se puede entregar|entregado|se ha podido entregar|se pudo entregar)",
    r"(?:mensaje )?no entregable", r"error en la entrega", r"devuelto", r"n[ãa]o (?:entregue|[ée] poss[íi]vel entregar)",
    r"n[ãa]o foi poss[íi]vel entregar", r"falha na entrega", r"devolvido", r"non recapitabile", r"mancata consegna",
    r"recapito (?:non riuscito|fallito)", r"impossibile recapitare", r"messaggio non recapitato",
    # Slavic, Baltic and others
    r"nie (?:można|udało się) dostarczy", r"niedostarcz", r"nedoru[čc]iteln", r"nelze doru[čc]it", r"zpráva nebyla doručena",
    r"недостав(?:лен|им)", r"не (?:удается|удалось) доставить", r"сообщение не доставлено", r"ошибка доставки",
    r"неуспешна доставка", r"не може да бъде доставен", r"kézbesíthetetlen", r"teslim edilemedi",
    # East Asian
    r"配信不能", r"配達不能", r"配信できません", r"送信できません", r"メール配信エラー", r"无法送达", r"無法傳遞", r"未送达", r"未傳遞",
    r"退信", r"系统退信", r"배달되지 않",
)  # fmt: skip

AUTO_REPLY = _begins(
    r"auto(?:matic|mated|matisk[at]?|matiskt)?[- ]?(?:reply|replied|response|responder|answer|svar)\b", r"auto\s?:",
    r"autoresponse", r"auto-?antwort", r"automatische antwort", r"abwesenheits(?:notiz|nachricht|meldung|assistent)",
    r"automatisch(?:e)? (?:antwoord|afwezigheids)", r"afwezigheids(?:bericht|melding)", r"autom?\.? ?antwort",
    r"r[ée]ponse auto(?:matique)?", r"message automatique", r"absence du bureau", r"avis d.absence",
    r"respuesta autom[áa]tica", r"auto-?respuesta", r"resposta autom[áa]tica", r"aus[êe]ncia tempor[áa]ria",
    r"risposta automatica", r"risposta automatica di assenza", r"autorispos", r"odpowied[źz] automatyczna",
    r"automatyczna odpowied[źz]", r"autoodpowied[źz]", r"fr[åa]nvaromeddelande", r"frav[æe]rs(?:melding|besked|meddelelse)",
    r"automaattinen (?:vastaus|poissaolo)", r"poissaoloilmoitus", r"automatick[áa] odpov[ěe][ďd]", r"автоматичен отговор",
    r"автоматический ответ", r"автоответ", r"автоматична відповідь", r"automatikus v[áa]lasz", r"otomatik yan[ıi]t",
    r"自動(?:応答|返信)", r"自动(?:答复|回复)", r"自動(?:回覆|答覆)", r"자동 회신", r"vacation (?:reply|message|response|notice)",
)  # fmt: skip
"""What only programs begin a subject with."""

ABSENCE = _begins(
    r"(?:i am |i'm |currently )?out of (?:the )?office", r"\[?ooo\]?\b", r"away from (?:my |the )?(?:office|desk|e-?mail|mail)",
    r"on (?:vacation|holiday|annual leave|leave|maternity leave)", r"vacation\b", r"(?:ich bin )?nicht im (?:b[üu]ro|hause)",
    r"abwesen", r"im urlaub", r"afwezig", r"ik ben afwezig", r"absent\b", r"absence\b", r"en cong[ée]s?", r"fuera de (?:la )?oficina",
    r"ausente\b", r"de vacaciones", r"fora do escrit[óo]rio", r"de f[ée]rias", r"fuori (?:sede|ufficio)", r"assente\b", r"in ferie",
    r"assenza", r"poza biurem", r"nieobecno", r"ej p[åa] kontoret", r"fr[åa]nvaro", r"ikke (?:til stede|p[åa] kontoret)",
    r"ferie(?:besked)?\b", r"p[åa] ferie", r"poissa", r"lomalla", r"mimo kancel", r"nep[řr][íi]tomnost", r"извън офиса",
    r"вне офиса", r"в отпуск", r"отсъств", r"отсутств", r"不在", r"外出", r"休假",
)  # fmt: skip
"""What people on leave say themselves too."""

CALENDAR = _begins(
    r"(?:re: )?(?:accepted|declined|tentative(?:ly accepted)?|canceled|cancelled)(?: event)?:",
    r"(?:updated )?invitation(?: from| to)?:", r"new (?:time|event) proposed:", r"meeting (?:forward|cancel|request|response)",
    r"(?:zugesagt|abgesagt|mit vorbehalt|abgelehnt|einladung|aktualisierte einladung|terminabsage)\b.{0,12}:",
    r"(?:accept[ée]e?|refus[ée]e?|provisoire|annul[ée]e?|invitation)\s?:", r"(?:aceptad[oa]|rechazad[oa]|provisional|cancelad[oa])\s?:",
    r"(?:aceit[oae]|recusad[oa]|provis[óo]ri[oa]|convite)\s?:", r"(?:accettat[oa]|rifiutat[oa]|provvisorio|annullat[oa]|invito)\s?:",
    r"(?:geaccepteerd|geweigerd|afgewezen|voorlopig|geannuleerd|uitnodiging)\s?:",
    r"(?:zaakceptowano|odrzucono|wst[ęe]pnie|odwołano|zaproszenie)\s?:", r"(?:accepterad|avb[öo]jt|prelimin[äa]r|inst[äa]lld|inbjudan)\s?:",
    r"(?:accepteret|afvist|forel[øo]big|aflyst|invitation)\s?:", r"(?:godtatt|avsl[åa]tt|avlyst|invitasjon)\s?:",
    r"(?:hyv[äa]ksytty|hyl[äa]tty|alustava|peruutettu|kutsu)\s?:", r"(?:přijato|odmítnuto|nezávazně|zrušeno|pozvánka)\s?:",
    r"(?:прието|отказано|отменено|покана)\s?:", r"(?:принято|отклонено|под вопросом|отменено|приглашение)\s?:",
    r"(?:承諾|辞退|仮承諾|取り消し|招待)\s?[:：]", r"(?:已接受|已拒绝|暂定|已取消|邀请)\s?[:：]",
)  # fmt: skip
