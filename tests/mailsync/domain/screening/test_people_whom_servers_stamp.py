"""People's mail that servers have written upon: groups, list servers, mailbox rules, gateways. It stays a person's."""

from dataclasses import replace

import pytest

from mailsync.domain.screening.frame import within_frame
from mailsync.domain.vocabulary import Reason
from tests.mailsync.domain.screening.whole_mails import ANSWER, GMAIL, JANE, OUTLOOK, POLICY, UNKNOWN, became

CLIENTS = {"outlook": OUTLOOK, "gmail": GMAIL, "unknown": UNKNOWN}
SUPPRESS = [
    "DR, OOF, AutoReply", "OOF, DR, RN, NRN", "All", "AutoReply", "OOF", "DR, RN, NRN, OOF, AutoReply", "none",
]  # fmt: skip
WRITTEN_WITH = replace(POLICY, correspondents=frozenset({JANE}))

PEOPLE = {
    "away": ("Contract", "Hi,\n\nI am away until 12 December and out of the office, so send the draft to Bob.\n\nJane"),
    "holiday": ("On holiday from Monday", "Could you send the price list before?"),
    "vacation": ("Vacation and the contract", "Please call me before Friday.\n\nJane"),
    "privacy": ("Offer", "We take it.\n\nJane Doe\nGlobex GmbH\nPrivacy policy: https://globex.example/privacy"),
    "thanks": ("Offer", "Thanks for your email. We agree to the price.\n\nJane"),
    "received": ("Offer", "We have received your request and Bob looks at it today.\n\nJane"),
    "urlaub": ("Im Urlaub ab Montag", "Ich bin ab Montag im Urlaub, bitte vorher das Angebot schicken.\n\nJane"),
    "datenschutz": ("Angebot", "Wir nehmen an.\n\nJane Doe\nImpressum | Datenschutzhinweise: https://globex.example/d"),
    "dank": ("Vielen Dank für Ihre Nachricht", "Wir nehmen das Angebot an.\n\nJane"),
    "congés": ("En congés la semaine prochaine", "Merci pour votre message, nous signons avant.\n\nJane"),
    "vacaciones": ("De vacaciones", "Estaré fuera hasta el 12, mande el contrato antes.\n\nJane"),
    "férias": ("De férias", "Obrigado pela sua mensagem, estou de férias até dia 12, mande antes.\n\nJane"),
    "ferie": ("In ferie da lunedì", "Grazie per il suo messaggio, il contratto va bene.\n\nJane"),
    "vakantie": ("Afwezig vanaf maandag", "Bedankt voor uw bericht, wij gaan akkoord.\n\nJane"),
    "urlop": ("Nieobecność od poniedziałku", "Dziękuję za wiadomość, jestem na urlopie do 12, proszę o umowę.\n\nJane"),
    "semester": ("Frånvaro nästa vecka", "Tack för ditt mejl, vi tar det.\n\nJane"),
    "休暇": ("休暇のお知らせ", "ご連絡いただきありがとうございます。契約書をお送りください。\n\nJane"),
    "отпуск": ("В отпуске с понедельника", "Спасибо за ваше письмо, мы согласны.\n\nJane"),
}  # fmt: skip


@pytest.mark.parametrize("value", SUPPRESS)
@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("is_answer", [False, True], ids=["first", "answer"])
@pytest.mark.parametrize("kind", PEOPLE)
def test_what_must_not_answer_says_nothing_of_who_wrote(kind, is_answer, client, value):
    headers = (*CLIENTS[client], *(ANSWER if is_answer else ()), ("X-Auto-Response-Suppress", value))
    assert became(*PEOPLE[kind], headers) is None
    assert became(*PEOPLE[kind], headers, policy=WRITTEN_WITH) is None


@pytest.mark.parametrize("kind", PEOPLE)
@pytest.mark.parametrize(
    "way",
    [
        (("Resent-From", "<sales@acme.example>"),),
        (("Resent-From", "<sales@acme.example>"), ("Resent-To", "<rep@acme.example>")),
        (),
    ],
)
@pytest.mark.parametrize("client", CLIENTS)
def test_a_mail_that_a_mailbox_rule_sent_on_stays_a_persons(client, way, kind):
    stamps = (
        ("Auto-Submitted", "auto-generated"), ("X-MS-Exchange-Generated-Message-Source", "Mailbox Rules Agent")
    )  # fmt: skip
    subject, text = PEOPLE[kind]
    if kind in ("away", "privacy", "datenschutz", "thanks", "received"):
        assert became(subject, text, (*CLIENTS[client], *stamps, *way)) is None
        assert became(subject, text, (*CLIENTS[client], *ANSWER, *stamps, *way)) is None


@pytest.mark.parametrize(
    ("subject", "more"),
    [
        ("Automatic reply: Contract", ()),
        ("Contract", (*ANSWER, ("Return-Path", "<>"))),
        ("Abwesenheitsnotiz: Angebot", (("Resent-From", "<sales@acme.example>"),)),
    ],
)
def test_what_a_rule_answers_by_itself_is_an_automatic_reply(subject, more):
    stamps = (
        ("Auto-Submitted", "auto-generated"), ("X-MS-Exchange-Generated-Message-Source", "Mailbox Rules Agent")
    )  # fmt: skip
    headers = (*more, *(field for field in OUTLOOK if field[0] not in dict(more)), *stamps)
    for policy in (POLICY, WRITTEN_WITH):
        found = became(subject, "I am out of the office until 12 December.", headers, policy=policy)
        assert found is Reason.AUTO_REPLY


def test_words_alone_make_no_automatic_reply_of_somebody_we_write_with():
    subject, text = "Out of office: next week", "I am out of the office until Monday. Thank you for your email.\n\nJane"
    by_words = (*UNKNOWN, ("X-MS-Exchange-Generated-Message-Source", "Transport"))
    assert became(subject, text, by_words) is Reason.AUTO_REPLY
    assert became(subject, text, by_words, policy=WRITTEN_WITH) is None
    assert became(subject, text, (*GMAIL, *ANSWER, *by_words)) is None
    for evidence in (("Auto-Submitted", "auto-replied"), ("Return-Path", "<>"), ("X-Autoreply", "yes")):
        assert became(subject, text, (evidence, *by_words), policy=WRITTEN_WITH) is Reason.AUTO_REPLY


WARNINGS = """
CAUTION: External email. Do not reply to this message or click links unless you know the sender.
This email was sent from outside of Acme. Please do not respond to it unless you trust its sender.
[EXTERNAL EMAIL] Do not reply to this email, and do not click links or open attachments.
Warning: this message came from an outside sender. Don't reply to it with passwords.
ACHTUNG: Externer Absender. Bitte antworten Sie nicht auf verdächtige Nachrichten.
Diese Nachricht kommt von außerhalb der Organisation. Bitte antworten Sie nicht ohne Prüfung.
ATTENTION : courriel externe. Ne répondez pas si vous ne connaissez pas l'expéditeur.
Este correo es externo. No responda a este mensaje si no conoce al remitente.
Este e-mail vem de fora da organização. Não responda a este se não conhece o remetente.
ATTENZIONE: messaggio esterno. Non rispondere a questo messaggio se non conosci il mittente.
LET OP: externe afzender. Niet op deze e-mail antwoorden zonder controle.
UWAGA: zewnętrzny nadawca. Nie odpowiadaj na podejrzane wiadomości.
OBS: externt mejl. Svara inte på det utan kontroll.
OBS: ekstern afsender. Svar venligst ikke uden kontrol.
HUOMIO: ulkoinen sähköposti. Älä vastaa, ellet tunne lähettäjää.
POZOR: externí odesílatel. Neodpovídejte na podezřelé zprávy.
ВНИМАНИЕ: внешний отправитель. Не отвечайте на подозрительные письма.
ВНИМАНИЕ: външен подател. Не отговаряйте на съмнителни писма.
注意：社外からのメールです。不審な場合は返信しないでください。
注意：外部邮件。请勿直接回复可疑邮件。
""".strip().split("\n")


@pytest.mark.parametrize("warning", WARNINGS)
@pytest.mark.parametrize("form", ["{w}\n\n{t}", "{w}\n{t}", "{t}\n\n{w}", "________\n{w}\n________\n\n{t}"])
def test_a_gateways_warning_is_no_evidence_about_the_author(form, warning):
    text = form.format(w=warning, t="We accept the offer.\n\nKind regards,\nJane")
    assert became("Offer", text, UNKNOWN) is None
    assert "We accept the offer." in within_frame(text) or form == "{w}\n{t}"


def test_a_program_that_asks_not_to_be_answered_is_one_under_a_gateways_warning_too():
    text = f"{WARNINGS[0]}\n\nYour parcel is on its way.\n\nPlease do not reply to this email."
    assert became("Parcel", text, UNKNOWN, author="shop@globex.example") is Reason.TRANSACTIONAL


FOOTERS = """
You are receiving this message because you are a member of the Sales group from Acme. To take part in this conversation, reply all to this message.|View group files | Leave group
Sie erhalten diese Nachricht, weil Sie Mitglied der Gruppe Sales von Acme sind. Um an dieser Unterhaltung teilzunehmen, antworten Sie allen.|Gruppendateien anzeigen | Gruppe verlassen
Vous recevez ce message car vous êtes membre du groupe Sales de Acme. Pour prendre part à cette conversation, répondez à tous.|Afficher les fichiers | Quitter le groupe
Ha recibido este mensaje porque es miembro del grupo Sales de Acme. Para participar en esta conversación, responda a todos.|Ver archivos | Abandonar grupo
U ontvangt dit bericht omdat u lid bent van de groep Sales van Acme.|Bestanden weergeven | Groep verlaten
""".strip().split("\n")  # noqa: E501 - as Exchange writes them


@pytest.mark.parametrize("footer", FOOTERS)
@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("local", ["jane", "info"])
def test_a_groups_footer_is_no_evidence_about_the_author(local, client, footer):
    signed = "We accept.\n\nJane Doe\nGlobex GmbH\nPrivacy policy: https://globex.example/p"
    text = f"{signed}\n\n{footer.replace('|', chr(10), 1)}"
    headers = (*CLIENTS[client], ("X-Auto-Response-Suppress", "DR, OOF, AutoReply"))
    assert became("Offer", text, headers, author=f"{local}@globex.example") is None


OWN_LINES = """
If you no longer wish to receive e-mails from me, please let me know.
If you do not want to hear from me again, just reply to me.
You may opt out at any time by writing to privacy@globex.example.
Wenn Sie keine weiteren E-Mails von mir erhalten möchten, geben Sie mir bitte Bescheid.
Wenn Sie künftig keine Nachrichten von mir wünschen, teilen Sie es mir bitte mit.
Si vous ne souhaitez plus recevoir de messages de ma part, dites-le moi.
Si no desea recibir más correos de mi parte, dígamelo.
Se non desidera più ricevere messaggi da parte mia, mi faccia sapere.
Als u geen berichten van mij meer wilt ontvangen en zich wilt afmelden, laat het mij weten.
""".strip().split("\n")


@pytest.mark.parametrize("line", OWN_LINES)
@pytest.mark.parametrize("legal", ["Impressum: https://globex.example/i", "Privacy policy: https://globex.example/p"])
def test_a_data_protection_line_under_a_letter_is_no_evidence_against_its_author(legal, line):
    assert became("Offer", f"We accept the offer.\n\nJane Doe\n{legal}\n\n{line}", name="Jane Doe") is None


def test_an_offer_to_unsubscribe_under_what_nobody_signs_counts():
    text = "All about our fair.\n\nGlobex\nImpressum: https://globex.example/i\n\nUnsubscribe: https://globex.example/u"
    assert became("News", text, author="info@globex.example", name="Globex") is Reason.BULK


@pytest.mark.parametrize(
    ("name", "author", "text", "is_signed"),
    [
        ("Jane Doe", "jd@globex.example", "See you.\n\nJane", True),
        ("Doe, Jane", "jd@globex.example", "See you.\n\n- Jane Doe", True),
        ("", "jane.doe@globex.example", "See you.\n\nJANE DOE", True),
        ("Globex", "sales@globex.example", "See you.\n\nGlobex", False),
        ("Globex Fairs", "jf@globex.example", "See you.\n\nGlobex", False),
        ("Jane Doe", "jd@globex.example", "Dear Jane, see you soon.", False),
        ("Jane Doe", "newsletter@globex.example", "See you.\n\nJane", False),
    ],
)
def test_a_letter_is_signed_by_whom_it_comes_from(name, author, text, is_signed):
    lines = "Our privacy policy: https://globex.example/p\nYou can unsubscribe here: https://globex.example/u"
    kept = became("Fair", f"{text}\n{lines}", author=author, name=name) is None
    assert kept == is_signed


@pytest.mark.parametrize(
    "footer",
    [
        "https://lists.globex.example/mailman/listinfo/fairs",
        f"{'_' * 40}\nTo change your mailing list options please go to www.globex.example/update",
        f"{'_' * 47}\nFairs mailing list\nFairs@lists.globex.example",
        "To unsubscribe from this group, send a mail to fairs@globex.example",
        "Commands: fairs-unsubscribe@globex.example",
        "leave-1234-fairs@lists.globex.example",
        "You received this message because you are subscribed to Fairs",
        "Your use of Yahoo! Groups is subject to their terms",
        "Questions go to majordomo@globex.example",
        "List archives: https://lists.globex.example/fairs",
    ],
)
def test_a_list_is_one_although_a_person_signs_what_goes_to_it(footer):
    letter = f"Here is what I have learned this week.\n\nJane Doe\nGlobex\n\n{footer}"
    assert became("My week", letter, name="Jane Doe") is Reason.BULK


def test_a_person_who_tells_of_a_list_above_their_name_is_kept():
    text = "The list is at https://lists.globex.example/mailman/listinfo/fairs, write to fairs-request@globex.example."
    assert became("The list", f"{text}\n\nJane") is None
