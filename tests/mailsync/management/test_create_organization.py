"""`create_organization` sets up a customer of this software with its own domains."""

import io

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEvent, Organization
from mailsync.domain.vocabulary import BlockKind
from mailsync.models import BlockedDomain


def create_organization(name, *domains):
    answer = io.StringIO()
    options = [part for domain in domains for part in ("--domain", domain)]
    call_command("create_organization", name, *options, stdout=answer)
    return answer.getvalue()


def test_the_slug_is_all_that_is_printed(db):
    assert create_organization("Acme & Sons", "acme.example") == "acme-sons\n"
    assert Organization.objects.get().name == "Acme & Sons"


def test_its_domains_become_internal_blocked_domains(db):
    create_organization("Acme", "ACME.example", "acme.example", "münchen.example")
    rows = BlockedDomain.objects.values_list("domain", "kind")
    assert set(rows) == {("acme.example", BlockKind.INTERNAL), ("xn--mnchen-3ya.example", BlockKind.INTERNAL)}


def test_a_second_organization_of_the_same_name_gets_a_slug_of_its_own(db):
    create_organization("Acme", "acme.example")
    assert create_organization("Acme", "acme.test") == "acme-2\n"
    assert create_organization("Acme", "acme.test") == "acme-3\n"


def test_a_name_without_a_latin_letter_still_gets_a_slug(db):
    assert create_organization("株式会社", "acme.example") == "organization\n"


def test_the_founding_stands_in_the_audit_trail(db):
    create_organization("Acme", "acme.example")
    assert AuditEvent.objects.get().verb == "added"


@pytest.mark.parametrize(
    ("name", "domain"),
    [("Acme", "not a domain"), ("Acme", "co.uk"), ("Acme", "com"), ("Acme", ""), ("", "acme.example"),
     ("A" * 201, "acme.example"), ("Acme", "someone@acme.example")],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_leaves_nothing(db, name, domain):
    with pytest.raises(CommandError):
        create_organization(name, "fine.example", domain)
    assert not Organization.objects.exists()
    assert not BlockedDomain.objects.exists()
