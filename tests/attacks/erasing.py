"""Run by test_leftovers in a process of its own: erases a person, then reads the database's files byte by byte.

Writes, as JSON, which of the words stand in which file: before the erasure, and after it with the database still open.
"""

import json
import sys
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from accounts.domain.vocabulary import Role
from accounts.services.people import create_organization, create_user
from tests.support.factories import ContactFactory, DirectoryChangeFactory, ParticipantFactory
from tests.support.scenery import scene
from timeline.search.texts import refresh_search_texts
from timeline.services.erasure import erase_person

WORDS = (b"zqaddress", b"zqname", b"zqtext", b"zqnotes")
ADDRESS = "zqaddress@globex.example"
MAILS = 30


def main() -> None:
    call_command("migrate", verbosity=0)
    acme = create_organization(name="Acme")
    admin = create_user(organization=acme, email="a@acme.example", password="a long passphrase here", role=Role.ADMIN)
    globex = scene(admin)
    ContactFactory(organization=acme, first_name="Zqname", last_name="Zqname", address=ADDRESS)
    DirectoryChangeFactory(organization=acme, address=ADDRESS)
    for number in range(MAILS):
        length = number * 80
        mail = globex.mail(f"zqtext {'word ' * length}zqtext", subject=f"zqtext {number}")
        call = globex.call(f"zqnotes {'word ' * length}")
        stays = globex.mail(f"Stays {'word ' * length}", subject="Stays")
        for engagement in (mail, call):
            ParticipantFactory(engagement=engagement, role="cc", position=9, address=ADDRESS, name="Zqname")
        refresh_search_texts([mail.pk, call.pk, stays.pk])
    before = left()
    erased = erase_person(organization=acme, raw_address=ADDRESS, actor=admin)
    assert erased.engagements == 2 * MAILS
    assert connection.connection is not None  # closing the last connection would tidy up by itself
    sys.stdout.write(json.dumps({"before": before, "after": left()}))


def left() -> dict[str, list[str]]:
    files = {path.name: path.read_bytes().lower() for path in Path(settings.VAR_DIR).rglob("*") if path.is_file()}
    found = {name: [word.decode() for word in WORDS if word in content] for name, content in files.items()}
    return {name: words for name, words in found.items() if words}
