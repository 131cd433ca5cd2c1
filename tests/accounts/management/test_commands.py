"""The commands that an installation is set up with."""

import io
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.domain.vocabulary import AddressKind, Role
from accounts.models import AuditEvent, MicrosoftConnection, User, UserAddress
from accounts.selectors.keys import organization_key
from accounts.services.api_tokens import token_of
from tests.support.factories import MicrosoftConnectionFactory, OpportunityFactory, UserAddressFactory

STRONG = "a-Rather-long-pa55word"


@pytest.fixture
def stdin(monkeypatch):
    def type_in(text):
        monkeypatch.setattr("sys.stdin", io.StringIO(text))

    type_in(f"{STRONG}\n")
    return type_in


def create_user(email, **options):
    answer = io.StringIO()
    call_command("create_user", email, **{"organization": "acme", "role": "rep", **options}, stdout=answer)
    return User.objects.get(email=email.strip().lower())


def test_a_person_signs_in_with_the_first_line_of_standard_input(acme, stdin):
    stdin(f"{STRONG}\nsecond line\n")
    user = create_user("Frank@Acme.example", name="Frank")
    assert user.check_password(STRONG)
    assert (user.organization, user.role, user.name, user.is_staff) == (acme, Role.REP, "Frank", False)


def test_the_login_is_one_of_our_addresses(acme, stdin):
    user = create_user("frank@acme.example")
    address = UserAddress.objects.get(user=user)
    assert (address.address, address.kind) == ("frank@acme.example", AddressKind.LOGIN)


def test_admins_may_enter_the_admin_console(acme, stdin):
    assert create_user("root@acme.example", role="admin").is_staff


def test_crm_records_find_their_owner(acme, stdin, rival):
    ours = OpportunityFactory(organization=acme, owner_email="Frank@acme.example")
    theirs = OpportunityFactory(organization=rival, owner_email="frank@acme.example")
    user = create_user("frank@acme.example")
    ours.refresh_from_db()
    theirs.refresh_from_db()
    assert (ours.owner, theirs.owner) == (user, None)


def test_who_was_added_stands_in_the_audit_trail(acme, stdin):
    user = create_user("frank@acme.example")
    assert AuditEvent.objects.get(verb="added").subject_id == str(user.pk)


@pytest.mark.parametrize(
    ("email", "options", "typed", "sentence"),
    [
        ("frank", {}, STRONG, "not an email address"),
        ("", {}, STRONG, "not an email address"),
        ("carol@acme.example", {}, STRONG, "already a login"),
        ("alias@acme.example", {}, STRONG, "already an address of carol@acme.example"),
        ("frank@acme.example", {"organization": "nobody"}, STRONG, "no organization with the slug 'nobody'"),
        ("frank@acme.example", {}, "", "No password"),
        ("frank@acme.example", {}, "12345", "too short"),
        ("frank@acme.example", {}, "password", "too common"),
        ("frank@acme.example", {"name": "x" * 201}, STRONG, "at most 200"),
    ],
)
def test_a_person_who_cannot_be_added_is_refused_with_a_sentence(acme, carol, stdin, email, options, typed, sentence):
    UserAddressFactory(user=carol, address="alias@acme.example")
    stdin(typed)
    with pytest.raises(CommandError, match=sentence):
        create_user(email, **options)
    assert list(User.objects.all()) == [carol]


def test_a_token_is_made_for_an_email_address(acme, carol):
    answer = io.StringIO()
    call_command("drf_create_token", "Carol@acme.example", "--scope", "read", "--days", "7", stdout=answer)
    words = answer.getvalue().split()
    assert [words[place] for place in (0, 1, 3, 4, 5)] == ["Generated", "token", "for", "user", carol.email]
    token = token_of(words[2])
    assert (token.user, token.scope) == (carol, "read")
    assert timedelta(days=6.9) < token.expires_at - token.created_at < timedelta(days=7.1)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [(["nobody@acme.example"], "no login"), (["carol@acme.example", "--days", "0"], "1 to 366 days")],
)
def test_a_token_that_cannot_be_made_is_refused_with_a_sentence(acme, carol, words, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("drf_create_token", *words)


def raw_cache():
    with connection.cursor() as cursor:
        cursor.execute("SELECT token_cache FROM accounts_microsoftconnection")
        return cursor.fetchone()[0]


def test_secrets_are_reencrypted_with_the_newest_key_and_still_open(acme, carol, settings):
    older, newest = settings.FIELD_ENCRYPTION_KEYS, Fernet.generate_key().decode()
    MicrosoftConnectionFactory(user=carol, token_cache="secret")
    key = organization_key(acme)
    settings.FIELD_ENCRYPTION_KEYS = [newest, *older]
    answer = io.StringIO()
    call_command("rotate_encryption_keys", batch_size=1, stdout=answer)
    settings.FIELD_ENCRYPTION_KEYS = [newest]
    assert MicrosoftConnection.objects.get().token_cache == "secret"
    assert organization_key(acme) == key
    assert "accounts.MicrosoftConnection.token_cache: 1 re-encrypted" in answer.getvalue()


def test_rotating_twice_changes_nothing_the_second_time(acme, carol):
    MicrosoftConnectionFactory(user=carol, token_cache="secret")
    before = raw_cache()
    answer = io.StringIO()
    call_command("rotate_encryption_keys", stdout=answer)
    assert raw_cache() == before
    assert "0 re-encrypted, 1 already with the newest key" in answer.getvalue()


def test_a_secret_whose_key_is_lost_is_reported_and_left(acme, carol, settings):
    MicrosoftConnectionFactory(user=carol, token_cache="secret")
    before = raw_cache()
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match="2 secrets open with none of the keys"):
        call_command("rotate_encryption_keys", stdout=io.StringIO())
    assert raw_cache() == before


def test_no_secret_is_printed(acme, carol, capsys):
    MicrosoftConnectionFactory(user=carol, token_cache="hush-hush")
    call_command("rotate_encryption_keys")
    assert "hush" not in capsys.readouterr().out
