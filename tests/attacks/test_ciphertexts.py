"""Who can write the database but holds no key: a secret that is moved, changed or taken away opens nowhere."""

import io
import itertools
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, models, transaction
from django.test import Client
from django.utils import timezone

from accounts.domain.sign_in import SignInRefused
from accounts.domain.vocabulary import ConnectionState
from accounts.models import MicrosoftConnection, Organization, OrganizationKey, SignInFlow, User
from accounts.selectors.keys import KeyMissing, organization_key
from accounts.services.audit import record_event
from accounts.services.tokens import token_provider
from core.db.fields import EncryptedTextField, sealed_in
from core.db.rotation import encrypted_columns
from core.encryption import Place, UnreadableSecret, seal, unseal
from core.http.errors import Misconfigured, ReauthenticationNeeded
from crm.models import CrmConnection
from jiminny_sync.checks import check_services
from mailsync.domain.vocabulary import MailboxState
from mailsync.sync.run import sync_mailbox
from tests.support.api_client import PREFIX, client_of
from tests.support.factories import MailboxFactory, MicrosoftConnectionFactory, OrganizationFactory, UserFactory
from tests.support.scenery import scene
from tests.support.sign_in import JONAS, connect
from tests.support.waiting import PATIENCE
from timeline.domain.vocabulary import SuppressionKind
from timeline.recording.erased import suppressed_among
from timeline.services.suppression import suppress

pytestmark = pytest.mark.django_db

Cell = tuple[models.Model, str]


def rows_of(organization: Organization) -> list[models.Model]:
    """Two people's rows of every table that has a secret, and the organization's own."""
    rows: list[models.Model] = [OrganizationKey.objects.get(organization=organization)]
    for number in range(2):
        user = UserFactory(organization=organization)
        rows.append(MicrosoftConnectionFactory(user=user, token_cache=f"cache {user.pk}"))
        later = timezone.now() + timedelta(minutes=9)
        rows.append(
            SignInFlow.objects.create(
                user=user, state_hash=str(user.pk), flow=f"flow {user.pk}", answer=f"answer {user.pk}", expires_at=later
            )
        )
        rows.append(
            CrmConnection.objects.create(organization=organization, provider=f"crm{number}", credentials=str(user.pk))
        )
    return rows


def cells(rows: list[models.Model]) -> Iterator[Cell]:
    for row in rows:
        for field in row._meta.concrete_fields:
            if isinstance(field, EncryptedTextField):
                yield row, field.name


def stored(cell: Cell) -> str:
    row, name = cell
    with connection.cursor() as cursor:
        quote, table = connection.ops.quote_name, row._meta.db_table
        own = row._meta.pk.get_db_prep_value(row.pk, connection)
        cursor.execute(f"SELECT {quote(name)} FROM {quote(table)} WHERE id = %s", [own])  # noqa: S608 - the model's
        return str(cursor.fetchone()[0])


def write(cell: Cell, text: str) -> None:
    row, name = cell
    with connection.cursor() as cursor:
        quote, table = connection.ops.quote_name, row._meta.db_table
        own = row._meta.pk.get_db_prep_value(row.pk, connection)
        cursor.execute(f"UPDATE {quote(table)} SET {quote(name)} = %s WHERE id = %s", [text, own])  # noqa: S608 - as above


def read(cell: Cell) -> str:
    row, name = cell
    return str(getattr(type(row)._default_manager.get(pk=row.pk), name))


def test_every_secret_of_every_app_is_walked_here(acme):
    walked = {(type(row), name) for row, name in cells(rows_of(acme))}
    assert walked == set(encrypted_columns())
    assert len(walked) >= 5


def test_every_field_has_a_label_of_its_own_that_names_no_table():
    labels = [model._meta.get_field(name).label for model, name in encrypted_columns()]
    assert len(set(labels)) == len(labels)
    assert all(labels)
    homes = {word.lower() for model in apps.get_models() for word in (model.__name__, model._meta.db_table)}
    assert not homes & set(labels)


def test_a_secret_put_into_any_other_place_opens_nowhere(acme, rival):
    every = [*cells(rows_of(acme)), *cells(rows_of(rival))]
    before = {id(cell): stored(cell) for cell in every}
    assert len(set(before.values())) == len(every)
    for target in every:
        for source in every:
            if source is not target:
                write(target, before[id(source)])
                with pytest.raises(UnreadableSecret):
                    read(target)
        write(target, before[id(target)])
        assert read(target)


def test_no_secret_stands_in_the_clear_and_equal_ones_look_different(acme):
    texts = [stored(cell) for cell in cells(rows_of(acme))]
    assert not any(word in text for text in texts for word in ("cache", "flow", "answer"))
    place = Place("a", "b", "c")
    assert seal("same", place) != seal("same", place)


@pytest.mark.parametrize("garbled", ["x", "v1.", "v1.AAAA", "v1.é", "gAAAAABnot-ours", "v1." + "A" * 400, "v2.", "\0"])
def test_a_garbled_secret_is_unreadable_and_nothing_worse(acme, garbled):
    for cell in cells(rows_of(acme)):
        if "\0" not in garbled:
            write(cell, garbled)
            with pytest.raises(UnreadableSecret):
                read(cell)
    with pytest.raises(UnreadableSecret):
        unseal(garbled, Place("a", "b", "c"))


@pytest.mark.parametrize("words", ["some word", "some words", "some words."])  # every length of base64's last group
def test_each_byte_of_a_secret_counts(acme, words):
    place = Place("a", "b", "c")
    sealed = seal(words, place)
    for position in range(len(sealed)):
        for letter in {"A", "B", "Q", "-"} - {sealed[position]}:
            with pytest.raises(UnreadableSecret):
                unseal(sealed[:position] + letter + sealed[position + 1 :], place)


def test_the_parts_of_a_place_are_told_apart():
    parts = ["a", "b", "c", "ab", "bc", "", '","']
    for one, other in itertools.permutations(itertools.product(parts, repeat=3), 2):
        if len({*one, *other}) <= 3:
            with pytest.raises(UnreadableSecret):
                unseal(seal("x", Place(*one)), Place(*other))


def test_an_older_scheme_that_bound_nothing_is_not_believed(acme, settings):
    (cell, *_) = cells(rows_of(acme))
    write(cell, Fernet(settings.FIELD_ENCRYPTION_KEYS[0]).encrypt(b"00" * 32).decode())
    with pytest.raises(UnreadableSecret):
        read(cell)


def test_a_secret_is_never_written_without_its_place(acme, carol: User):
    row = MicrosoftConnectionFactory(user=carol)
    with pytest.raises(TypeError, match="sealed"), transaction.atomic():
        MicrosoftConnection.objects.filter(pk=row.pk).update(token_cache="bare")
    MicrosoftConnection.objects.filter(pk=row.pk).update(**sealed_in(row, token_cache="bound"))
    row.refresh_from_db()
    assert row.token_cache == "bound"
    assert MicrosoftConnection.objects.defer("token_cache").get().token_cache == "bound"


def test_rotation_keeps_each_secret_in_its_place(acme, rival, settings):
    every = [*cells(rows_of(acme)), *cells(rows_of(rival))]
    texts = [read(cell) for cell in every]
    moved = every[1], stored(every[1])
    write(every[3], moved[1])
    older, newest = settings.FIELD_ENCRYPTION_KEYS, Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [newest, *older]
    with pytest.raises(CommandError, match="1 secrets open with none"):
        call_command("rotate_encryption_keys", stdout=io.StringIO())
    settings.FIELD_ENCRYPTION_KEYS = [newest]
    assert stored(every[3]) == moved[1], "what was moved is not bound to where it was put"
    kept = [(cell, text) for cell, text in zip(every, texts, strict=True) if cell is not every[3]]
    assert [read(cell) for cell, _ in kept] == [text for _, text in kept]


def test_a_missing_organization_key_is_never_made_anew(acme, carol: User):
    suppress(acme, [(SuppressionKind.ADDRESS, "jane@globex.example")])
    OrganizationKey.objects.all().delete()
    with pytest.raises(KeyMissing, match="organization acme"):
        suppressed_among(acme, [(SuppressionKind.ADDRESS, "jane@globex.example")])
    with pytest.raises(KeyMissing):
        record_event(organization=acme, actor=carol, verb="viewed")
    acme.save()
    assert not OrganizationKey.objects.exists()


def test_every_organization_has_its_own_key_from_its_first_moment_on(db):
    keys = {organization_key(OrganizationFactory()) for _ in range(3)}
    assert len(keys) == 3
    assert all(len(key) == 32 for key in keys)


def lose(acme: Organization) -> None:
    OrganizationKey.objects.filter(organization=acme).delete()


def garble(acme: Organization) -> None:
    write((OrganizationKey.objects.get(organization=acme), "secret"), "v1.AAAA")


@pytest.mark.parametrize("harm", [lose, garble])
def test_a_lost_key_is_told_to_people_and_to_the_operator(acme, carol: User, harm: Any, caplog):
    mail = scene(carol).mail()
    browser, program = Client(), client_of(carol)
    browser.force_login(carol)
    harm(acme)
    page = browser.get(f"/conversations/{mail.conversation_id}/delete/")
    assert page.status_code == 200
    page = browser.post(f"/conversations/{mail.conversation_id}/delete/", {"confirm": "yes"})
    assert page.status_code == 503
    assert "does not open" in page.content.decode()
    answer = program.delete(f"{PREFIX}conversations/{mail.conversation_id}/")
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert type(mail).objects.filter(pk=mail.pk).exists()
    (alarm,) = [each for each in check_services(databases=["default"]) if each.id == "services.E010"]
    assert "acme" in alarm.msg or "organization key" in alarm.msg
    with pytest.raises(CommandError):
        call_command("verify_audit", stdout=io.StringIO())


def test_a_swapped_token_cache_stops_its_mailbox_with_a_state_and_reads_nobodys_mail(tenant, carol: User, dave: User):
    mine, other = connect(tenant, carol), connect(tenant, dave, as_person=JONAS)
    mailbox = MailboxFactory(user=carol, import_enabled=True)
    theirs = stored((other, "token_cache"))
    own = stored((mine, "token_cache"))
    write((mine, "token_cache"), theirs)
    for _ in range(2):
        sync_mailbox(mailbox.pk)
        mailbox.refresh_from_db()
        assert (mailbox.state, mailbox.state_reason) == (MailboxState.MISCONFIGURED, "UnreadableSecret")
    browser = Client()
    browser.force_login(carol)
    for page in ("/profile/", "/profile/integrations/", "/deals/"):
        assert browser.get(page).status_code == 200
    write((mine, "token_cache"), own)
    mine.refresh_from_db()
    token_provider(mine)(False)
    mine.refresh_from_db()
    assert mine.state == ConnectionState.CONNECTED


def test_an_unreadable_cache_can_be_mended_by_connecting_again(tenant, carol: User):
    write((connect(tenant, carol), "token_cache"), "v1.AAAA")
    with pytest.raises(Misconfigured, match="UnreadableSecret"):
        token_provider(MicrosoftConnection.objects.get())(False)
    assert MicrosoftConnection.objects.get().state == ConnectionState.MISCONFIGURED
    with pytest.raises(SignInRefused, match="another_account"):
        connect(tenant, carol, as_person=JONAS)
    assert connect(tenant, carol).state == ConnectionState.CONNECTED
    assert token_provider(MicrosoftConnection.objects.get())(False)


def test_only_the_account_that_was_connected_is_asked_for(tenant, carol: User, dave: User):
    mine, other = connect(tenant, carol), connect(tenant, dave, as_person=JONAS)
    mine.token_cache = merged(mine.token_cache, other.token_cache)
    mine.save()
    own = MicrosoftConnection.objects.get(pk=mine.pk)
    assert who(tenant, token_provider(own)(False)) == mine.object_id
    own.token_cache = other.token_cache
    own.save()
    with pytest.raises(ReauthenticationNeeded, match="no_refresh_token"):
        token_provider(MicrosoftConnection.objects.get(pk=mine.pk))(False)
    MicrosoftConnection.objects.filter(pk=mine.pk).update(object_id="")
    with pytest.raises(ReauthenticationNeeded, match="no_refresh_token"):
        token_provider(MicrosoftConnection.objects.get(pk=mine.pk))(False)


def who(tenant: Any, token: str) -> str:
    headers = {"Authorization": f"Bearer {token}"}
    return str(tenant.session().get(f"{tenant.graph_url}/me", headers=headers, timeout=PATIENCE).json()["id"])


def merged(one: str, other: str) -> str:
    """A cache that holds two accounts, the other one first."""
    both = json.loads(other)
    for kind, entries in json.loads(one).items():
        both.setdefault(kind, {}).update(entries)
    return json.dumps(both)
