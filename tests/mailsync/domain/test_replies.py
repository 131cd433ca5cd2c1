"""The author's words stand alone, and none of them is lost."""

import random
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsync.domain.phrases import entries
from mailsync.domain.quotations import attribution, is_answer_line, is_divider, is_forward, is_plain, is_quoted
from mailsync.domain.replies import split_reply
from mailsync.domain.reply_phrases import ATTRIBUTION_START, starts_attribution
from tests.support.growth import assert_linear, repeated

OWN = "Dienstag passt, 10:00? — да, はい"

INTRODUCTIONS = {
    "english": "On Mon, Nov 2, 2026 at 10:00 AM Bob Stone <bob@initech.example> wrote:",
    "english, Apple": "On 2 Nov 2026, at 10:00, Bob Stone <bob@initech.example> wrote:",
    "english, wrapped": "On Mon, Nov 2, 2026 at 10:00 AM Bob Stone from the Department of Long Names <\n"
    "bob@initech.example> wrote:",
    "english, verb wrapped": "On Mon, 2 Nov 2026 at 10:00, Bob Stone <bob@initech.example>\nwrote:",
    "german": "Am 02.11.2026 um 10:00 schrieb Bob Stone <bob@initech.example>:",
    "german, Gmail": "Am Mo., 2. Nov. 2026 um 10:00 Uhr schrieb Bob Stone <bob@initech.example>:",
    "french": "Le lun. 2 nov. 2026 à 10:00, Bob Stone <bob@initech.example> a écrit :",
    "spanish": "El lun, 2 nov 2026 a las 10:00, Bob Stone (<bob@initech.example>) escribió:",
    "portuguese": "Em seg., 2 de nov. de 2026 às 10:00, Bob Stone <bob@initech.example> escreveu:",
    "italian": "Il giorno lun 2 nov 2026 alle ore 10:00 Bob Stone <bob@initech.example> ha scritto:",
    "dutch": "Op ma 2 nov 2026 om 10:00 schreef Bob Stone <bob@initech.example>:",
    "dutch, Apple": "Op 2 nov. 2026, om 10:00 heeft Bob Stone <bob@initech.example> het volgende geschreven:",
    "polish": "pon., 2 lis 2026 o 10:00 Bob Stone <bob@initech.example> napisał(a):",
    "swedish": "Den mån 2 nov. 2026 kl 10:00 skrev Bob Stone <bob@initech.example>:",
    "danish": "Den man. 2. nov. 2026 kl. 10.00 skrev Bob Stone <bob@initech.example>:",
    "norwegian": "man. 2. nov. 2026 kl. 10:00 skrev Bob Stone <bob@initech.example>:",
    "finnish": "ma 2. marrask. 2026 klo 10.00 Bob Stone (bob@initech.example) kirjoitti:",
    "czech": "po 2. 11. 2026 v 10:00 odesílatel Bob Stone <bob@initech.example> napsal:",
    "bulgarian": "На пн, 2.11.2026 г. в 10:00 Bob Stone <bob@initech.example> написа:",
    "russian": "пн, 2 нояб. 2026 г. в 10:00, Bob Stone <bob@initech.example>:",
    "russian, verb": "2 ноября 2026 г., 10:00 пользователь Bob Stone <bob@initech.example> написал:",
    "japanese": "2026年11月2日(月) 10:00 Bob Stone <bob@initech.example>:",
    "chinese": "Bob Stone <bob@initech.example> 于2026年11月2日周一 10:00写道：",
    "chinese, traditional": "Bob Stone <bob@initech.example> 於 2026年11月2日 週一 上午10:00寫道：",
    "hungarian": "Bob Stone <bob@initech.example> ezt írta (időpont: 2026. nov. 2., H, 10:00):",
    "polish, Apple": "Wiadomość napisana przez Bob Stone <bob@initech.example> w dniu 2 lis 2026, o godz. 10:00:",
    "sender first, wrapped": "Bob Stone <bob@initech.example> schrieb am Montag,\n2. November 2026 um 10:00:",
    "time first, wrapped": "Понедельник, 2 ноября 2026, 10:00 +03:00 от Bob Stone\n<bob@initech.example>:",
    "sender and verb": "Bob Stone <bob@initech.example> wrote:",
    "no verb": "2026-11-02 10:00 GMT+01:00 Bob Stone <bob@initech.example>:",
    "Yahoo": "--- On Mon, 11/2/26, Bob Stone <bob@initech.example> wrote:",
    "croatian": "pon, 2. stu 2026. u 10:00 Bob Stone <bob@initech.example> napisao je:",
    "serbian": "пон, 2. нов 2026. у 10:00 Bob Stone <bob@initech.example> је написао/ла:",
    "slovak": "po 2. 11. 2026 o 10:00 Bob Stone <bob@initech.example> napísal(a):",
    "slovene": "V pon., 2. nov. 2026 ob 10:00 je oseba Bob Stone <bob@initech.example> napisala:",
    "catalan": "El dl., 2 de nov. 2026, 10:00, Bob Stone <bob@initech.example> va escriure:",
    "catalan, Gmail": "Missatge de Bob Stone <bob@initech.example> del dia dl., 2 de nov. 2026 a les 10:00:",
    "hebrew": "בתאריך יום ב׳, 2 בנוב׳ 2026 ב-10:00 מאת Bob Stone <bob@initech.example>:",
    "arabic": "في الاثنين، 2 نوفمبر 2026 في 10:00 ص تمت كتابة ما يلي بواسطة Bob <bob@initech.example>:",
    "vietnamese": "Vào Th 2, 2 thg 11, 2026 vào lúc 10:00 Bob Stone <bob@initech.example> đã viết:",
    "thai": "ในวันที่ จ. 2 พ.ย. 2026 เวลา 10:00 Bob Stone <bob@initech.example> เขียนว่า:",
    "address wrapped": "man. 2. nov. 2026 kl. 10:00 skrev Bob Stone <bob@initech.example\n>:",
    "address wrapped, verb": "On Mon, 2 Nov 2026 at 10:00, Bob Stone <bob@initech.example\n> wrote:",
    "address wrapped within": "Am Mo., 2. Nov. 2026 um 10:00 Uhr schrieb Bob Stone <bob@\ninitech.example>:",
    "no brackets, verb first": 'Op 2 nov. 2026 10:00 schreef "bob" <bob@initech.example> het\nvolgende geschreven:',
    "Zoho": "---- On Mon, 02 Nov 2026 10:00:00 +0100 Bob Stone <bob@initech.example> wrote ----",
}

DIVIDERS = {
    "english": "-----Original Message-----",
    "german": "-----Ursprüngliche Nachricht-----",
    "french": "-----Message d'origine-----",
    "spanish": "-----Mensaje original-----",
    "portuguese": "-----Mensagem original-----",
    "italian": "-----Messaggio originale-----",
    "dutch": "-----Oorspronkelijk bericht-----",
    "polish": "-----Wiadomość oryginalna-----",
    "swedish": "-----Ursprungligt meddelande-----",
    "danish": "-----Oprindelig meddelelse-----",
    "norwegian": "-----Opprinnelig melding-----",
    "finnish": "-----Alkuperäinen viesti-----",
    "czech": "-----Původní zpráva-----",
    "bulgarian": "-----Оригинално съобщение-----",
    "russian": "-----Исходное сообщение-----",
    "japanese": "-----元のメッセージ-----",
    "chinese": "-----原始邮件-----",
    "croatian": "-----Izvorna poruka-----",
    "slovak": "-----Pôvodná správa-----",
    "catalan": "-----Missatge original-----",
    "hebrew": "-----הודעה מקורית-----",
    "arabic": "-----الرسالة الأصلية-----",
    "vietnamese": "-----Thư gốc-----",
    "thai": "-----ข้อความต้นฉบับ-----",
    "Samsung, fields behind": "-------- Original message --------From: Bob <bob@initech.example> Date: 11/2/26 10:00",
    "Samsung": "-------- Original message --------",
    "QQ": "------------------ Original ------------------",
    "David": "Original Message processed by david®",
    "Notes, one line": '"Bob Stone" ---02/11/2026 10:00:00---Does Tuesday work?',
    "Zendesk": "##- Please type your reply above this line -##",
}

BLOCKS = {
    "english": "From: Bob\nSent: Monday, November 2, 2026 10:00\nTo: Jane\nSubject: Deal",
    "german": "Von: Bob\nGesendet: Montag, 2. November 2026 10:00\nAn: Jane\nBetreff: Deal",
    "french": "De : Bob\nEnvoyé : lundi 2 novembre 2026 10:00\nÀ : Jane\nObjet : Deal",
    "spanish": "De: Bob\nEnviado: lunes, 2 de noviembre de 2026 10:00\nPara: Jane\nAsunto: Deal",
    "portuguese": "De: Bob\nEnviada em: segunda-feira, 2 de novembro de 2026 10:00\nPara: Jane\nAssunto: Deal",
    "italian": "Da: Bob\nInviato: lunedì 2 novembre 2026 10:00\nA: Jane\nOggetto: Deal",
    "dutch": "Van: Bob\nVerzonden: maandag 2 november 2026 10:00\nAan: Jane\nOnderwerp: Deal",
    "polish": "Od: Bob\nWysłano: poniedziałek, 2 listopada 2026 10:00\nDo: Jane\nTemat: Deal",
    "swedish": "Från: Bob\nSkickat: den 2 november 2026 10:00\nTill: Jane\nÄmne: Deal",
    "danish": "Fra: Bob\nSendt: 2. november 2026 10:00\nTil: Jane\nEmne: Deal",
    "finnish": "Lähettäjä: Bob\nLähetetty: maanantai 2. marraskuuta 2026 10.00\nVastaanottaja: Jane\nAihe: Deal",
    "czech": "Od: Bob\nOdesláno: pondělí 2. listopadu 2026 10:00\nKomu: Jane\nPředmět: Deal",
    "bulgarian": "От: Bob\nИзпратено: 2 ноември 2026 10:00\nДо: Jane\nОтносно: Deal",
    "russian": "От: Bob\nОтправлено: 2 ноября 2026 г. 10:00\nКому: Jane\nТема: Deal",
    "japanese": "差出人: Bob\n送信日時: 2026年11月2日 10:00\n宛先: Jane\n件名: Deal",
    "chinese": "发件人: Bob\n发送时间: 2026年11月2日 10:00\n收件人: Jane\n主题: Deal",
    "norwegian": "Fra: Bob\nSendt: mandag 2. november 2026 10:00\nTil: Jane\nEmne: Deal",
    "romanian": "De la: Bob\nTrimis: luni, 2 noiembrie 2026 10:00\nCătre: Jane\nSubiect: Deal",
    "Alibaba": "发件人：Bob <bob@initech.example>\n发送时间：2026年11月2日(星期一) 10:00\n收件人：Jane\n主 题：Deal",
    "croatian": "Od: Bob\nPoslano: 2. studenog 2026. 10:00\nPrima: Jane\nPredmet: Deal",
    "slovak": "Od: Bob\nOdoslané: pondelok 2. novembra 2026 10:00\nKomu: Jane\nPredmet: Deal",
    "slovene": "Od: Bob\nPoslano: ponedeljek, 2. november 2026 10:00\nZa: Jane\nZadeva: Deal",
    "catalan": "De: Bob\nEnviat el: dilluns, 2 de novembre de 2026 10:00\nPer a: Jane\nAssumpte: Deal",
    "hebrew": "מאת: Bob\nנשלח: יום שני 2 נובמבר 2026 10:00\nאל: Jane\nנושא: Deal",
    "arabic": "من: Bob\nتاريخ الإرسال: 2 نوفمبر 2026 10:00\nإلى: Jane\nالموضوع: Deal",
    "arabic digits": "من: Bob\nتم الإرسال: ٢ نوفمبر ٢٠٢٦ ١٠:٠٠\nإلى: Jane\nالموضوع: Deal",
    "vietnamese": "Từ: Bob\nĐã gửi: 2 Tháng Mười Một 2026 10:00\nĐến: Jane\nChủ đề: Deal",
    "thai": "จาก: Bob\nส่ง: 2 พฤศจิกายน 2026 10:00\nถึง: Jane\nเรื่อง: Deal",
    "Reply-To between": "From: Bob <bob@initech.example>\nReply-To: Bob <b@initech.example>\nDate: 2 Nov 2026 10:00\n"
    "To: Jane\nSubject: Deal",
    "one line": "From: Bob <bob@initech.example> Sent: Monday, November 2, 2026 10:00 To: Jane Subject: Deal",
    "one line, german": "Von: Bob Gesendet: Montag, 2. November 2026 10:00 An: Jane Betreff: Deal",
    "one line, spanish": "De: Bob Enviado el: lunes, 2 de noviembre de 2026 10:00 Para: Jane Asunto: Deal",
    "one line, date first": "Date: 11/2/26 10:00 AM (GMT-06:00) From: Bob <b@initech.example> To: Jane Subject: Deal",
    "one line, wrapped": "From: Bob <bob@initech.example> Date: 11/2/26  10:00 AM  (GMT-06:00) To: Jane\n"
    "<jane@globex.example>, Tim <tim@globex.example> Subject: Deal",
    "cut to two lines": "From: Bob [mailto:bob@initech.example]\nSent: Monday, November 2, 2026 10:00 AM",
    "blank lines between": "From: Bob\n\nSent: Monday, November 2, 2026 10:00\n\nTo: Jane\n\nSubject: Deal",
    "Hotmail": "________________________________\n> From: bob@initech.example\n> To: jane@globex.example\n"
    "> Date: Mon, 2 Nov 2026 10:00:00 +0000\n> Subject: Deal",
    "Notes": "Bob Stone <bob@initech.example>\n02/11/2026 10:00\n\nTo\njane@globex.example\ncc\n\nSubject\nDeal",
    "bold": "*From:* Bob\n*Sent:* Monday, November 2, 2026 10:00\n*To:* Jane\n*Subject:* Deal",
    "ruled": "________________________________\nFrom: Bob\nSent: 2 November 2026 10:00\nTo: Jane\nSubject: Deal",
}


@pytest.mark.parametrize("introduction", INTRODUCTIONS.values(), ids=INTRODUCTIONS)
def test_an_introduction_and_what_it_introduces_are_quoted(introduction):
    assert split_reply(f"{OWN}\n\n{introduction}\n\n> Tuesday?\n> Bob\n").new_text == OWN
    assert split_reply(f"{OWN}\n{introduction}\n\nTuesday?\n\nBob").new_text == OWN


@pytest.mark.parametrize("divider", DIVIDERS.values(), ids=DIVIDERS)
def test_everything_below_a_divider_is_quoted(divider):
    assert split_reply(f"{OWN}\n\n{divider}\nFrom: Bob\n\nTuesday?").new_text == OWN


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_everything_below_outlooks_header_fields_is_quoted(block):
    reply = split_reply(f"{OWN}\n\n{block}\n\nTuesday?")
    assert reply.new_text == OWN
    assert "Tuesday?" in reply.quoted


def test_an_introduction_that_begins_below_the_authors_last_line_takes_nothing_of_it():
    for own in ("I only have time\nto test this in two weeks", "Let us meet\non Tuesday then", "We wait\nin Berlin"):
        for introduction in (
            "Op 16 aug. 2026 05:13 schreef Bob <b@x.example> het\nvolgende geschreven:",
            INTRODUCTIONS["english"],
        ):
            assert split_reply(f"{own}\n{introduction}\n\n> Old").new_text == own


def test_answers_between_quotes_are_kept():
    text = (
        "Hi Bob,\n\nOn Mon, 2 Nov 2026 at 10:00, Bob <bob@x.example> wrote:\n> Tuesday?\nYes.\n> Ten?\n\nEleven.\n> Bye"
    )
    assert split_reply(text).new_text == "Hi Bob,\n\nYes.\n\nEleven."


def test_an_answer_below_the_quote_is_kept():
    assert split_reply("On 2 Nov 2026 10:00, Bob wrote:\n\n> Tuesday?\n> Bob\n\nYes.").new_text == "Yes."


@pytest.mark.parametrize(
    "forward",
    [
        "FYI\n\n---------- Forwarded message ---------\nFrom: Bob <bob@x.example>\nSubject: Deal\n\nText",
        "FYI\n\nBegin forwarded message:\n\n> From: Bob <bob@x.example>\n> Subject: Deal\n>\n> Text",
        "Zur Info\n\n-------- Weitergeleitete Nachricht --------\nBetreff: Deal\nVon: Bob <bob@x.example>\n\nText",
        "Pour info\n\nDébut du message réexpédié :\n\n> De: Bob <bob@x.example>\n> Objet: Deal\n>\n> Texte",
        "参考\n\n---------- 转发的邮件 ----------\n发件人: Bob\n\n正文",
    ],
)
def test_a_forward_stays_whole(forward):
    assert split_reply(forward).new_text == forward


def test_outlooks_header_fields_are_a_forward_where_the_subject_says_so():
    text = f"Please see below.\n\n{BLOCKS['english']}\n\nTuesday?"
    assert split_reply(text, is_forwarding=True).new_text == text
    assert split_reply(text).new_text == "Please see below."


@pytest.mark.parametrize(
    ("text", "new_text", "signature"),
    [
        ("Yes.\n\n--\nJane Doe\nGlobex\n+49 30 1234", "Yes.", "--\nJane Doe\nGlobex\n+49 30 1234"),
        ("Yes.\n\nSent from my iPhone", "Yes.", "Sent from my iPhone"),
        ("Ja.\n\nVon meinem iPhone gesendet", "Ja.", "Von meinem iPhone gesendet"),
        ("Oui.\n\nEnvoyé de mon iPhone", "Oui.", "Envoyé de mon iPhone"),
        ("Sí.\n\nEnviado desde mi iPhone", "Sí.", "Enviado desde mi iPhone"),
        ("はい。\n\niPhoneから送信", "はい。", "iPhoneから送信"),
        ("好。\n\n发自我的iPhone", "好。", "发自我的iPhone"),
        ("Да.\n\nОтправлено с iPhone", "Да.", "Отправлено с iPhone"),
        ("Yes.\n\nGet Outlook for iOS", "Yes.", "Get Outlook for iOS"),
        ("Oui.\n\nObtenir Outlook pour Android", "Oui.", "Obtenir Outlook pour Android"),
        ("はい。\n\nOutlook for iOSを入手する", "はい。", "Outlook for iOSを入手する"),
        ("Yes.\n\nSent from my iPhone, please excuse typos.", "Yes.", "Sent from my iPhone, please excuse typos."),
        (
            "Yes.\n\nBob\n\nThis e-mail is confidential.\n\nConsider the environment before you print it.",
            "Yes.\n\nBob\n\nThis e-mail is confidential.",
            "Consider the environment before you print it.",
        ),
        (
            "Yes.\n\nBob\n\nIt is intended solely for the addressee.\n\nConsider the environment before you print it.",
            "Yes.\n\nBob",
            "It is intended solely for the addressee.\n\nConsider the environment before you print it.",
        ),
        (
            "Ja.\n\nDiese E-Mail enthält vertrauliche Informationen.",
            "Ja.",
            "Diese E-Mail enthält vertrauliche Informationen.",
        ),
        (
            "Yes.\n\n_______________________________________________\nsales mailing list\nsales@lists.x.example",
            "Yes.",
            "_______________________________________________\nsales mailing list\nsales@lists.x.example",
        ),
    ],
)
def test_a_signature_is_folded(text, new_text, signature):
    reply = split_reply(text)
    assert (reply.new_text, reply.signature) == (new_text, signature)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Yes",
        "On Monday we shipped.\nOn Tuesday they wrote a review.",
        "From: Berlin\nTo: Paris\nDate: 3 May 2026 10:00\n\nSee you there",
        "Delivery:\nFrom: the warehouse\nTo: Main Street 1\nSubject: fragile goods\n\nBob",
        "From: Hamburg To: Bremen Date: 3 May 2026 10:00 Seats: 2\n\nSee you there",
        "Please use this form. From: name To: name Subject: topic Date: day\n\nThanks",
        "No: 4711\nDate: 3 May 2026\nSubject: Pumps\n\nPlease pay.",
        "Is 3 > 2:\n>:\nyes",
        "Meeting\n20.11.2026 10:00\n\nTo do:\n- price",
        "As Jane wrote:\n\nthe price is fixed. I disagree.",
        "The original is in the post.\n\nOriginal\n--------",
        "Get the contract for our android app ready.",
        "This mail is intended solely for the addressee.\nPlease pay.",
        "If you are not the intended recipient, tell me.\n\nThe price is 5.",
        "This e-mail is confidential and intended solely for the addressee.",
        "Sent from my desk, is much easier than my mobile phone.",
        "Compare:\n>>> left <<<\nand right",
        "A\n> one arrow is no quote\nB",
        "The price:\n\n--------\n100 EUR",
        "> only\n> quotes",
        "On Mon, 2 Nov 2026 at 10:00, Bob <bob@x.example> wrote:\n> all quoted\n> here",
        "--\nJane Doe",
        "Please note:\n- first\n- second",
    ],
)
def test_nothing_is_taken_where_nothing_is_surely_quoted(text):
    assert split_reply(text).new_text == text


def test_a_signature_above_an_answer_takes_no_answer_with_it():
    text = "Top.\n--\nJane\n\nOn 2 Nov 2026 10:00, Bob wrote:\n> Question?\n> More?\nThe answer."
    assert "The answer." in split_reply(text).new_text


def test_what_a_help_desk_writes_below_its_line_for_answers_is_its_own():
    text = "##- Please type your reply above this line -##\n\nYour request is being looked at."
    assert split_reply(text).authored == text


def test_the_authored_part_leaves_forwards_and_quotes_out():
    assert split_reply("FYI\n\n---------- Forwarded message ---------\nunsubscribe here").authored == "FYI"
    assert split_reply("> quoted\n> only").authored == ""
    assert split_reply("Hello\n--\nunsubscribe\n\n> quoted\n> mail").authored == "Hello\n--\nunsubscribe"


@given(st.text(alphabet="aOn wrote:>-_\n\t @.1Fromj", max_size=400))
def test_a_reply_is_never_empty_where_there_was_text(text):
    reply = split_reply(text)
    assert bool(reply.new_text.strip()) == bool(text.strip())
    assert split_reply(text) == reply


WORDS = ("offer", "seats", "price", "Tuesday", "contract", "call", "review", "signed")


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=30), st.sampled_from(list(INTRODUCTIONS.values())))
def test_no_word_of_the_author_is_lost(words, introduction):
    own = " ".join(words)
    assert split_reply(f"{own}\n\n{introduction}\n> old\n> text\n\n{own}").new_text == f"{own}\n\n{own}"


_TEXTS = (*INTRODUCTIONS.values(), *DIVIDERS.values(), *BLOCKS.values())
_PIECES = (
    "Bob Stone",
    "02.11.2026 10:00",
    "To",
    "Subject",
    "On Monday we met",
    "Thanks, it works",
    "well -",
    "Dear all",
    "",
)
_LINES = st.sampled_from([*_PIECES, *(line for text in _TEXTS for line in text.split("\n"))])


@given(st.lists(_LINES, min_size=1, max_size=8))
def test_a_line_that_seems_plain_at_once_introduces_nothing_on_a_closer_look(lines):
    if any(map(is_quoted, lines)):
        return
    for number, line in enumerate(lines):
        if line and is_plain(lines, number):
            assert not is_forward(lines, number)
            assert not is_divider(lines, number)
            assert not is_answer_line(line)
            assert not attribution(lines, number)


@given(st.lists(_LINES, min_size=1, max_size=8), st.booleans())
def test_a_reply_is_split_alike_where_every_line_is_looked_at_closely(lines, is_forwarding):
    text = "\n".join(lines)
    at_once = split_reply(text, is_forwarding=is_forwarding)
    with mock.patch("mailsync.domain.replies.is_plain", return_value=False):
        assert split_reply(text, is_forwarding=is_forwarding) == at_once


@pytest.mark.parametrize("word", [word for entry in entries("attribution_start") for word in entry.split("|")])
def test_no_introduction_is_ruled_out_by_its_first_word(word):
    line = f"{word} 2.11.2026 Bob"
    assert starts_attribution(line) == bool(ATTRIBUTION_START.match(line))


def test_what_people_write_is_plain():
    lines = ["Thanks, Tuesday works for all of us.", "", "Could you send the drawings, please?", "Jane"]
    assert [is_plain(lines, number) for number in (0, 2, 3)] == [True] * 3


HOSTILE = (
    "On ",
    "On On\n",
    "> ",
    ">\n",
    "From: a\n",
    "-",
    "_\n",
    "--\n",
    "wrote:\n",
    "On a@b.example, 10:00\n",
    "a@",
    " " * 9 + "\n",
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_splitting_takes_time_in_proportion_to_length(piece):
    assert_linear(split_reply, repeated(piece, ending=""), 25_000)


def test_splitting_a_random_soup_of_marks_takes_time_in_proportion_to_length():
    def soup(lines):
        marks = ["On Mon wrote:", "> x", "--", "From: a@b.c", "", "text " * 20]
        return "\n".join(random.Random(7).choices(marks, k=lines))

    assert_linear(split_reply, soup, 5_000)
