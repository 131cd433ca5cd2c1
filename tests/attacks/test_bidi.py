"""Nobody's name or subject turns what stands beside it: no control of direction leaves the element that isolates it."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, User
from crm.models import Account, Contact, Opportunity
from mailsync.models import Mailbox
from mailsync.services.digest import _letter
from tests.support.console import PAGES, rows_of
from tests.support.factories import ExclusionFactory, LeadFactory, MailboxFactory
from tests.support.routes import filled, pages
from tests.support.scenery import scene
from timeline.models import Conversation, Engagement, Participant

pytestmark = pytest.mark.django_db

CONTROLS = [chr(number) for number in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))]
TURN = "".join(CONTROLS)
ANY = re.compile(f"[{TURN}]")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Leaks(HTMLParser):
    """Where a page holds a control of direction outside of an element that isolates it; `kept` counts those within."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.found: list[str] = []
        self.kept = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [f"<{tag} {name}>" for name, value in attrs if ANY.search(value or "")]
        if tag not in VOID:
            self.open.append((tag, tag == "bdi" or any(name == "dir" for name, _ in attrs)))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if ANY.search(data):
            if any(isolates for _, isolates in self.open):
                self.kept += 1
            else:
                self.found.append(f"<{self.open[-1][0]}> {data.strip()[:40]!r}")


def leaks_of(client: Client, address: str) -> Leaks:
    found = Leaks()
    found.feed(client.get(address).content.decode())
    found.close()
    return found


def turned(text: str) -> str:
    return f"{TURN}{text}{TURN}"


@pytest.fixture
def ids(carol: User) -> dict[str, object]:
    """One row of everything that has a page; whatever people or mails say of it holds every control."""
    globex = scene(carol)
    mail = globex.mail(turned("Hello"), subject=turned("Renewal"), quoted=turned("quoted"))
    globex.call(turned("Notes"), subject=turned("Call"))
    lead = LeadFactory(organization=carol.organization, last_name=turned("Lee"), company=turned("Initech"))
    MailboxFactory(user=carol, state_reason=turned("reason"))
    exclusion = ExclusionFactory(organization=carol.organization, user=carol, value=turned("clinic.example"))
    Organization.objects.update(name=turned("Acme"))
    User.objects.update(name=turned("Carol"))
    Account.objects.update(name=turned("Globex"))
    Contact.objects.update(first_name=turned("Jane"), last_name=turned("Doe"), title=turned("CEO"))
    Opportunity.objects.update(name=turned("Globex 2027"), stage=turned("Won"), owner_email=turned("x"))
    Participant.objects.update(name=turned("Jane"), address=turned("jane@globex.example"))
    Conversation.objects.update(subject=turned("Renewal"))
    Engagement.objects.update(assignment_certain=False)
    return {
        "deal": globex.deal.pk,
        "account": globex.account.pk,
        "contact": globex.jane.pk,
        "lead": lead.pk,
        "conversation": mail.conversation_id,
        "delete-conversation": mail.conversation_id,
        "engagement": mail.pk,
        "exclusion": exclusion.pk,
    }


def test_no_page_is_turned_by_what_somebody_named_or_wrote(client, carol, ids):
    client.force_login(carol)
    leaks: dict[str, list[str]] = {}
    for name, path in pages():
        found = leaks_of(client, f"{filled(path, ids, name)}?q={TURN}jane{TURN}")
        leaks |= {name: found.found} if found.found else {}
    assert leaks == {}


def test_a_mails_own_text_keeps_what_its_author_wrote(client, carol, ids):
    client.force_login(carol)
    for name in ("deal", "conversation"):
        assert leaks_of(client, reverse(name, args=[ids[name]])).kept >= 2, name


def _console_pages(rows: dict[type, object]) -> Iterator[str]:
    yield "/admin/"
    for model in PAGES:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        yield f"{reverse(f'{name}_changelist')}?q={TURN}"
        yield reverse(f"{name}_change", args=[rows[model].pk])  # type: ignore[attr-defined]
        yield reverse(f"{name}_history", args=[rows[model].pk])  # type: ignore[attr-defined]
        yield reverse(f"{name}_delete", args=[rows[model].pk])  # type: ignore[attr-defined]


def test_no_page_of_the_console_is_turned(client, alice):
    rows = rows_of(alice.organization, turned("mark"))
    client.force_login(alice)
    leaks = {address: leaks_of(client, address).found for address in _console_pages(rows)}
    assert {address: found for address, found in leaks.items() if found} == {}


@pytest.mark.parametrize("control", CONTROLS, ids=[f"U+{ord(control):04X}" for control in CONTROLS])
def test_an_error_page_and_a_title_are_not_turned(client, carol, control):
    globex = scene(carol, company=f"Globex{control}")
    client.force_login(carol)
    for address in (f"/nothing/{control}/", f"/deals/{globex.deal.pk}/", f"/search/?q={control}"):
        assert leaks_of(client, address).found == [], address


def test_marks_that_turn_nothing_around_them_stay(client, carol):
    globex = scene(carol, company="Globex\u200f")
    client.force_login(carol)
    assert "Globex\u200f" in client.get(f"/deals/{globex.deal.pk}/").content.decode()


def test_what_programs_read_is_true_to_what_was_written(client, carol, ids):
    client.force_login(carol)
    assert client.get(f"/api/v1/engagements/{ids['engagement']}/").json()["subject"] == turned("Renewal")
    for form in ("json", "csv", "eml"):
        answer = client.get(f"/api/v1/conversations/{ids['conversation']}/export/?as={form}")
        assert not ANY.search(answer.headers["Content-Disposition"])
    csv = client.get(f"/api/v1/conversations/{ids['conversation']}/export/?as=csv").content.decode()
    assert turned("Renewal") in csv


def test_a_mail_to_admins_is_not_turned(carol, ids):
    carol.refresh_from_db()
    letter = _letter(carol, list(Mailbox.objects.select_related("user")), "")
    assert "Carol" in letter.body
    assert not ANY.search(letter.body + letter.subject)
