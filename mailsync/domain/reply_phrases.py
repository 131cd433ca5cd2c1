"""How mail programs introduce what they quote, forward and sign, language by language.

English, German, French, Spanish, Portuguese, Italian, Dutch, Polish, Swedish, Danish, Norwegian, Finnish, Czech,
Bulgarian, Russian, Japanese and Chinese, and a few more where it costs nothing. Gathered from what Outlook, Exchange,
Gmail, Apple Mail, Thunderbird, Yahoo, Samsung and Zoho write.
"""

import re

_VERBS_LAST = (
    r"wrote|writes|said|typed|schrieb|schreibt|geschrieben|a écrit|écrit|escribió|escribio|escribe|escreveu|escreve|ha scritto|scrive"
    r"|schreef|geschreven|napisał\(a\)|napisała?|pisze|skrev|skrev följande|skrev følgende|følgende|kirjoitti|napsala?|napsal\(a\)|píše"
    r"|написа|написал|написала|написал\(а\)|пишет|написав|пише|a scris|yazdı|şunu yazdı|írta|ezt írta|έγραψε|rašė|parašė|rakstīja|kirjutas|je napisala?|je napisal/-a|đã viết|menulis"
    r"|のメール|が書きました|は書きました|さんは書きました|さんが書きました|wrote のメール|写道|寫道|写到|作成|작성|님이 작성|님이 작성함"
)
ATTRIBUTION_END = re.compile(
    rf"(?:^|[\s,;)>\]]|(?<=[^\x00-\x7f]))(?:{_VERBS_LAST})\s*[:：]?\s*[-=]{{0,20}}\s*$", re.IGNORECASE
)
"""The verb closes the line: “On Monday Jane wrote:”."""

ATTRIBUTION_MIDDLE = re.compile(
    r"(?:^|\s)(?:schrieb|schreef|skrev|hat|heeft|wrote|a écrit|escribió|napisał\(a\)|написал(?:а|\(а\))?|kirjoitti|ha scritto|escreveu|napsala?)\s.{0,300}[:：]\s*$",
    re.IGNORECASE,
)
"""The verb stands before the name: “Am 3.5. um 10:00 schrieb Jane:”."""

ATTRIBUTION_BARE = re.compile(r"<?[\w.+'=-]{1,64}@[\w.-]{1,255}>?\)?\s*(?:\([^()]{0,80}\)\s*)?[:：]\s*$")
"""No verb, a name with its address and a colon: “2026-03-12 10:00 GMT+01:00 Jane <jane@globex.example>:”."""

ATTRIBUTION_START = re.compile(
    r"\s*(?:[-=]{2,20}\s*)?(?:on|am|le|el|em|no dia|il|op|w dniu|dnia|den|dne|på|ke|ma|ti|to|pe|la|su|на|в|le jeu|в(?:т|с)|a|em|dana|data|in|at|at:|quoting"
    r"|mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|pon|wt|śr|czw|pt|sob|niedz|man|tir|ons|tor|fre|lør|søn|mån|tis|lör|sön|po|út|st|čt|pá|so|ne"
    r"|在|于|於|\d{1,4})[\s,.\d年月.:-]",
    re.IGNORECASE,
)
TIME_OF_DAY = re.compile(r"(?<!\d)\d{1,2}[:.h時时点]\s?\d{2}(?!\d)")
DATE = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2}\.?\s(?:de\s)?[^\W\d]{3,12}\.?,?\s(?:de\s)?\d{2,4}"
    r"|[^\W\d]{3,12}\.?\s\d{1,2},?\s\d{4}|\d{4}年)"
)
ADDRESS = re.compile(r"[\w.+'=-]{1,64}@[\w-]{1,63}\.[\w.-]{1,200}")

_ORIGINAL = (
    r"original(?:\s|-)?(?:message|e-?mail|mail|text|nachricht|meldung|appointment|meddelande|besked|melding)|reply message|reply (?:above|separator)|"
    r"(?:ursprüngliche|originale|original)\s?(?:nachricht|e-?mail|mail|meldung|termin)|originalnachricht|message d.origine|message original|message initial|courriel original|"
    r"mensaje original|correo original|mensagem original|messaggio originale|messaggio iniziale|oorspronkelijk(?: bericht|e bericht|e e-?mail)|origineel bericht|"
    r"(?:wiadomość|treść) oryginaln[ae]|oryginalna wiadomość|wiadomość pierwotna|ursprungligt meddelande|originalmeddelande|ursprungliga meddelandet|oprindelig (?:meddelelse|besked)|original meddelelse|"
    r"opprinnelig melding|den oprindelige meddelelse|alkuperäinen viesti|původní zpráva|původní e-?mail|оригинално съобщение|първоначално съобщение|исходное сообщение|оригинальное сообщение|"
    r"пересылаемое|元のメッセージ|原始邮件|原邮件|原始郵件|原始信件|邮件原件|回复的原邮件|원본 메시지|eredeti üzenet|orijinal mesaj|mesaj original|αρχικό μήνυμα|вихідне повідомлення"
)
DIVIDER = re.compile(
    rf"\s*(?:[-_=*–—]{{2,80}}\s*(?:{_ORIGINAL})\s*:?\s*[-_=*–—]{{0,80}}|(?:{_ORIGINAL})\s*[-_=*–—]{{3,80}}|(?:original message|ursprüngliche nachricht|message d.origine)\s*:?)\s*$"
    r"|\s*#{1,3}\s?-.{5,120}-\s?#{1,3}\s*$|\s*[-_=*]{2,40}\s*(?:please )?(?:reply|write|type|respond|enter)[^\n]{0,40} above this line.{0,60}$",
    re.IGNORECASE,
)
_FORWARDED = (
    r"forwarded(?: message| by| email| mail)?|weitergeleitet\w*(?: nachricht| e-?mail| von)?|message (?:transféré|réexpédié)|(?:message|courriel) (?:transféré|réacheminé)|mensaje reenviado|"
    r"mensagem (?:encaminhada|reencaminhada)|messaggio inoltrato|doorgestuurd(?: bericht|e e-?mail)?|wiadomość przekazana|przekazana wiadomość|treść przekazanej wiadomości|przesłana wiadomość|"
    r"vidarebefordrat (?:meddelande|brev)|videresendt (?:meddelelse|besked|melding|e-?mail)|videresend\w*|välitetty viesti|edelleenlähetetty viesti|přeposlan\w+ (?:zpráva|e-?mail)|"
    r"препратено (?:съобщение|писмо)|пересылаемое (?:сообщение|письмо)|пересланное сообщение|перенаправленное сообщение|переадресованное сообщение|"
    r"転送(?:メッセージ|された(?:メッセージ|メール))|forwarded のメール|转发(?:的)?(?:邮件|的邮件)|已转发邮件|轉寄(?:的)?(?:郵件|信件|訊息)|továbbított üzenet|iletilen mesaj|mesaj redirecționat|전달된 메시지"
)
FORWARD = re.compile(
    rf"\s*(?:[-_=*–—]{{2,80}}\s*(?:start of )?(?:{_FORWARDED})\b.{{0,160}}|(?:begin|start of) forwarded message\s*:?|anfang der weitergeleiteten (?:nachricht|e-?mail)\s*:?|"
    r"début du message (?:réexpédié|transféré)\s*:?|inicio del mensaje reenviado\s*:?|início da mensagem (?:reencaminhada|encaminhada)\s*:?|inizio messaggio inoltrato\s*:?|"
    r"begin doorgestuurd bericht\s*:?|początek przekazywanej wiadomości\s*:?|vidarebefordrat brev\s*:?|start på videresendt (?:besked|meddelelse)\s*:?|"
    r"starten på videresendt melding\s*:?|alkuperäinen viesti välitettiin\s*:?|začátek přeposlané zprávy\s*:?|начало переадресованного сообщения\s*:?|начало на препратеното съобщение\s*:?|"
    r"(?:転送された(?:メッセージ|メール)|以下は転送されたメッセージです)\s*[:：]?|(?:开始转发的邮件|下面是被转发的邮件|以下是轉寄的郵件)\s*[:：]?)\s*$",
    re.IGNORECASE,
)

LABELS = {
    "from": "from|von|de|da|van|od|från|fra|frå|lähettäjä|от|отправитель|від|из|发件人|寄件者|寄件人|差出人|送信者|送信元|보낸 사람|feladó|kimden|gönderen|expeditor|από|reply-to",
    "sent": "sent|date|sent on|gesendet|gesendet am|datum|envoyé|envoyé le|date d'envoi|enviado|enviado el|fecha|enviada|enviada em|enviado em|data|inviato|data invio|verzonden|verzonden op|datum"
    "|wysłano|wysłane|data|skickat|datum|sendt|dato|lähetetty|päivämäärä|päiväys|pvm|odesláno|datum|изпратено|дата|отправлено|отправлен|送信日時|日時|日付|发送时间|发送日期|日期|傳送時間|寄件日期|時間|时间|보낸 날짜|elküldve|tarih|trimis|ημερομηνία|надіслано",
    "to": "to|an|à|a|para|aan|do|till|til|vastaanottaja|komu|до|на|кому|получатель|до кого|宛先|收件人|收件者|받는 사람|címzett|kime|către|προς|destinataire|pour|destinatario",
    "cc": "cc|kopie|kopie \\(cc\\)|kopia|kopi|copie|c\\.c\\.|dw|kopio|копие|копия|抄送|副本|참조|másolatot kap|bilgi|bcc",
    "subject": "subject|betreff|betr|objet|asunto|assunto|oggetto|onderwerp|temat|ämne|emne|aihe|předmět|тема|относно|件名|题|主题|主旨|主題|제목|tárgy|konu|subiect|θέμα",
}
"""What a quoted header block calls its fields."""

_LABEL_OF = {word.replace("\\", ""): kind for kind, words in LABELS.items() for word in reversed(words.split("|"))}
_LABEL_LINE = re.compile(r"\s*\*{0,2}([^\W\d_][^:：*\n]{0,24}?)\s?\*{0,2}\s?[:：]\*{0,2}(?:\s|$|(?=[^\x00-\x7f]))")


def label_kinds(line: str) -> frozenset[str]:
    """Which header fields a line may begin: `Data:` is a date in one language, and some words mean two fields."""
    found = _LABEL_LINE.match(line)
    if not found:
        return frozenset()
    word = found.group(1).strip().casefold()
    return _KINDS_OF.get(word, frozenset())


def _kinds_by_word() -> dict[str, frozenset[str]]:
    kinds: dict[str, set[str]] = {}
    for kind, words in LABELS.items():
        for word in words.split("|"):
            kinds.setdefault(word.replace("\\", "").casefold(), set()).add(kind)
    return {word: frozenset(found) for word, found in kinds.items()}


_KINDS_OF = _kinds_by_word()

DEVICE_SIGNATURE = re.compile(
    r"\s*(?:(?:sent|gesendet|envoyé|enviado|enviada|inviato|verzonden|verstuurd|wysłan[eoa]|skickat|sendt|lähetetty|odesláno|изпратено|отправлено|послано|von meinem|mein|da mijn|vanaf mijn|iphone|ipad|outlook)\b"
    r"[^.!?\n]{0,24}\b(?:from|von|vom|mit|depuis|de|à partir|desde|do|da|dal|dall|van|vanaf|met|z|ze|från|fra|med|z|от|с|из|my|mon|mi|meu|mio|mijn|mojego|min|mit|meinem|моего|моят?|iphone|gesendet)\b[^!?\n]{0,80}"
    r"|sent (?:from|via|with|using) .{1,80}|von meinem .{1,40} gesendet.{0,20}|(?:get|download|obtenez|obtener|holen sie sich|télécharger|hämta|hent|scarica|pobierz|laden sie) outlook .{1,60}"
    r"|(?:outlook|yahoo mail|mail|gmx|web\.de).{0,20} (?:for|für|pour|para|per|voor|til|för|dla) (?:ios|android|iphone|windows|mac).{0,60}"
    r"|lähetetty .{1,40}(?:sta|stä|lta|ltä).{0,20}|(?:отправлено|изпратено) (?:с|от|из) .{1,60}|(?:iphone|ipad|android|my) ?から送信.{0,10}|.{0,20}から送信(?:されました)?|发自我的.{1,30}|從我的.{1,20}(?:傳送|寄出)|发送自.{1,30}|从我的.{1,20}发送)\s*$",
    re.IGNORECASE,
)
LIST_FOOTER = re.compile(
    r"mailing list|mailman|listinfo|unsubscribe|list-?archive|to (?:post|subscribe)|https?://\S*lists?\.", re.IGNORECASE
)
