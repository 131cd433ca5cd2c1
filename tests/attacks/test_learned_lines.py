"""Nobody folds a phrase out of other people's mail by writing it often enough.

a stranger's mails, five and more, from three domains of their own, "We accept your offer." above or below each
   ──▶ in the customers' mails the phrase stays the author's

Red where any mail teaches a banner, where half of everybody's mail is not asked for, or where what is learned of a
sender is taken off above the sender's name.
"""

from itertools import product

import pytest

from mailsync.services.learned_lines import learn_lines
from tests.support.factories import ContactFactory
from tests.support.growth import assert_linear
from tests.support.learning import KEY, Kept, split, taught_by
from tests.support.recording import compose, record
from timeline.domain.learned import FOOT, HEAD, LearnedLines, LinesOf, line_hash, scopes_of
from timeline.domain.vocabulary import Direction
from timeline.models import EmailMessage

PHRASES = (
    "We accept.",
    "urgent",
    "We accept your offer and will sign today.",
    "We do not accept your offer.",
    "Payment terms: 30 days net",
    "本日ご提案を正式に承諾いたします。",
)
CUSTOMERS = [f"p{number}@customer{number % 7}.example" for number in range(14)]
STRANGERS = [f"x{number}@stranger{number % 3}.example" for number in range(30)]


def letters(addresses, *, phrase="", is_known=True):
    return [
        Kept(
            f"{phrase}\n\nThe matter of lot {number} is with our counsel since Monday.\n\n{phrase}".strip(),
            name="Pat Quill",
            address=address,
            is_known=is_known,
        )
        for number, address in enumerate(addresses)
    ]


def said_by_a_customer(phrase, learned):
    """The phrase where it would be taken off: above, below, and above a signature."""
    words = "Please send the contract to our office in Hamburg."
    mails = (f"{phrase}\n\n{words}", f"{words}\n\n{phrase}", f"{words}\n\n{phrase}\n\nPat Quill\n+49 30 123456")
    return [phrase in split(Kept(text, "Pat Quill", CUSTOMERS[0]), learned).new_text for text in mails]


@pytest.mark.parametrize("phrase", PHRASES)
def test_strangers_to_whom_we_never_wrote_teach_no_banner(phrase):
    learned = taught_by(letters(STRANGERS, phrase=phrase, is_known=False))
    assert said_by_a_customer(phrase, learned) == [True] * 3


@pytest.mark.parametrize("phrase", PHRASES)
def test_strangers_whom_we_answered_teach_no_banner_beside_everybody_elses_mail(phrase):
    """Thirty of their mails in a row, amid those of seven customers."""
    customers = letters(CUSTOMERS)
    learned = taught_by([*customers[:7], *letters(STRANGERS, phrase=phrase), *customers[7:]])
    assert said_by_a_customer(phrase, learned) == [True] * 3
    mixed = [mail for pair in zip(letters(STRANGERS, phrase=phrase), customers * 3, strict=False) for mail in pair]
    assert said_by_a_customer(phrase, taught_by(mixed)) == [True] * 3


@pytest.mark.parametrize("phrase", PHRASES)
def test_three_people_of_one_mail_provider_are_no_three_domains(phrase):
    learned = taught_by(letters([f"x{number}@gmail.com" for number in range(30)], phrase=phrase))
    assert said_by_a_customer(phrase, learned) == [True] * 3


@pytest.mark.parametrize(("phrase", "whose"), list(product(PHRASES, (CUSTOMERS[0], "evil@customer0.example"))))
def test_what_is_learned_of_a_sender_or_company_stays_above_the_senders_name(phrase, whose):
    """As if somebody had had the phrase learned below a name: a customer's own words stand above it."""
    digest = line_hash(KEY, phrase)
    learned = LearnedLines(KEY, dict.fromkeys(scopes_of(KEY, whose), frozenset({digest, line_hash(KEY, "Pat Quill")})))
    words = "Please send the contract to our office in Hamburg."
    for text in (f"{phrase}\n\n{words}", f"{words}\n\n{phrase}", f"{words}\n\n{phrase}\n\nPat Quill"):
        assert phrase in split(Kept(text, "Pat Quill", CUSTOMERS[0]), learned).new_text


def test_a_phrase_shorter_than_four_words_stays_though_it_be_learned():
    lines = LinesOf(KEY, head=frozenset({line_hash(KEY, "We accept."), line_hash(KEY, "urgent")}))
    assert lines.above(["We accept.", "", "Jane"]) == lines.above(["urgent", "We accept", "Jane"]) == 0


def test_a_line_is_known_whole_and_from_the_edge_alone():
    banner = "CAUTION: this email came from outside Acme."
    learned = LearnedLines(KEY, {HEAD: frozenset({line_hash(KEY, banner)})})
    for text in (f"{banner} We accept.\n\nSend it.", f"See:\n{banner}\n\nSend it.", f"We accept. {banner}\nSend it."):
        assert split(Kept(text), learned).new_text == text


@pytest.mark.parametrize(
    "line", ["Pat Quill\n", "CAUTION: came from outside\n", "a " * 40 + "\n", "https://a.b/?c\n", "\n"]
)
def test_learning_and_folding_take_linear_work(line):
    def text(length: int) -> str:
        return f"{line * (length // len(line))}We accept your offer.\n{line * (length // len(line))}"

    def learn_and_split(text: str) -> None:
        mail = Kept(text, "Pat Quill", CUSTOMERS[0])
        known = {scope: frozenset({line_hash(KEY, line)}) for scope in (HEAD, FOOT, *scopes_of(KEY, mail.address))}
        taught_by([mail] * 5)
        split(mail, LearnedLines(KEY, known))

    assert_linear(learn_and_split, text, 4_000)


@pytest.mark.django_db
@pytest.mark.parametrize("is_answered", [False, True])
def test_whom_we_wrote_to_is_told_by_what_we_sent(acme, carol, is_answered):
    """The same over the tables: five mails from each of three domains, and whether Carol ever wrote to one of them."""
    phrase = PHRASES[2]
    strangers = STRANGERS[:3]
    for address in (*strangers, CUSTOMERS[0]):
        ContactFactory(organization=acme, address=address)
    ours = {"sender": "carol@acme.example", "direction": Direction.OUTBOUND}
    mails = [compose(acme, 90 + number, to=(each,), **ours) for number, each in enumerate(strangers) if is_answered]
    for number in range(15):
        text = f"{phrase}\n\nThe matter of lot {number} is with our counsel."
        mails.append(compose(acme, number, sender=strangers[number % 3], text=text, new_text=text))
    own = f"{phrase}\n\nPlease send the contract to our office in Hamburg."
    mails.append(compose(acme, 50, sender=CUSTOMERS[0], text=own, new_text=own))
    record(acme, carol, *mails)
    learn_lines(organization=acme)
    assert EmailMessage.objects.get(text=own).new_text.startswith(phrase) is not is_answered
