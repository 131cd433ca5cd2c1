"""A receipt and a reaction are no conversation; what people say of them, and a thumb that they type, is."""

from dataclasses import replace

import pytest

from mailsync.domain.vocabulary import Reason
from tests.mailsync.domain.screening.whole_mails import ANSWER, GMAIL, JANE, OUTLOOK, POLICY, UNKNOWN, became

WRITTEN_WITH = replace(POLICY, correspondents=frozenset({JANE}))
FIELDS = "\n\n   To: Rep\n   Subject: Offer\n   Sent: Monday, November 16, 2026 10:02 AM\n\n"


@pytest.mark.parametrize("headers", [UNKNOWN, OUTLOOK, (*GMAIL, *ANSWER)], ids=["unknown", "outlook", "answer"])
@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Read: Offer", f"Your message{FIELDS}was read on Monday, November 16, 2026 10:05 AM."),
        ("Read: Offer", "Your message was read on Monday."),
        ("Return Receipt (displayed) - Offer", "This is a return receipt for the mail that you sent to Jane."),
        ("Gelesen: Angebot", "Ihre Nachricht wurde am Montag um 10:05 gelesen."),
        ("Lu : Offre", "Votre message a été lu le lundi 16 novembre."),
        ("Leído: Oferta", "Su mensaje fue leído el lunes."),
        ("Lida: Proposta", "A sua mensagem foi lida em 16/11."),
        ("Letto: Offerta", "Il messaggio è stato letto lunedì."),
        ("Gelezen: Offerte", "Uw bericht is gelezen op maandag."),
        ("Przeczytano: Oferta", "Wiadomość została przeczytana."),
        ("Läst: Offert", "Ditt meddelande lästes i måndags."),
        ("Læst: Tilbud", "Din meddelelse blev læst mandag."),
        ("Luettu: Tarjous", "Viestisi luettiin maanantaina."),
        ("Přečteno: Nabídka", "Vaše zpráva byla přečtena v pondělí."),
        ("Прочитано: Предложение", "Ваше сообщение прочитано."),
        ("開封済み: ご提案", "メッセージは開封されました。"),
        ("已读: 报价", "您的邮件已被阅读。"),
    ],
)
def test_a_receipt_is_no_conversation(subject, text, headers):
    assert became(subject, text, headers, policy=WRITTEN_WITH) is Reason.BOUNCE


@pytest.mark.parametrize("policy", [POLICY, WRITTEN_WITH], ids=["stranger", "written with"])
@pytest.mark.parametrize("headers", [UNKNOWN, (*GMAIL, *ANSWER)], ids=["unknown", "answer"])
@pytest.mark.parametrize(
    "text",
    [
        "👍\n\nJane Doe reacted via Gmail<https://www.google.com/gmail/about/>",
        "❤️\n\nJane Doe hat über Gmail reagiert",
        "👍 Jane Doe a réagi via Gmail",
        "👍 Jane Doe ha reaccionado a través de Gmail",
        "👍 Jane Doe reagiu pelo Gmail",
        "👍 Jane Doe ha reagito tramite Gmail",
        "👍 Jane Doe heeft gereageerd via Gmail",
        "👍 Jane Doe zareagowała przez Gmaila",
        "👍 Jane Doe reagerade via Gmail",
        "Jane Doe reacted to your message: 👍",
        "Liked “We accept your offer.”",
    ],
)
def test_a_reaction_is_no_conversation(text, headers, policy):
    assert became("Re: Offer", text, headers, policy=policy) is Reason.AUTO_REPLY


@pytest.mark.parametrize("headers", [UNKNOWN, OUTLOOK, (*GMAIL, *ANSWER)], ids=["unknown", "outlook", "answer"])
@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Re: Offer", "👍"),
        ("Re: Offer", "👍 Jane"),
        ("Re: Offer", "Our boss reacted to your message: he wants to know the price. Can you tell us?"),
        ("Re: Offer", "I liked “the offer” of last week, let us sign."),
        ("Read: the contract", "Please read section 4 of the contract before we talk."),
        ("Reading list", "Your message was read on Monday in our meeting; we accept."),
        ("Read receipt", "Could you switch the read receipts off for our account?"),
        ("Gelesen: Vertrag", "Den Vertrag habe ich durchgesehen, bitte ändern Sie Punkt 4."),
    ],
)
def test_what_people_say_of_them_is_theirs(subject, text, headers):
    assert became(subject, text, headers) is None
    assert became(subject, text, headers, policy=WRITTEN_WITH) is None
