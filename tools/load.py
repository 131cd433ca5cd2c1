"""The commands with which an operator begins, in one process that starts Django once; what is there already stays.

migrate ──▶ create_organization ──▶ create_user, for each of the tenant's people ──▶ import_crm

python -m tools.load CRM-FOLDER <people.json     the environment names database and settings, as for manage.py
"""

import io
import json
import os
import sys
from pathlib import Path

import django
from django.core.management import call_command

from tools.stack import DOMAIN, ORGANIZATION, PASSWORD, SLUG, Person


def load(people: list[Person], crm: Path) -> None:
    """Run the commands; each ends the process where it fails, as it does from a shell."""
    from accounts.models import Organization, User  # noqa: PLC0415 - Django has to be set up first

    call_command("migrate", verbosity=0)
    if not Organization.objects.filter(slug=SLUG).exists():
        call_command("create_organization", ORGANIZATION, "--domain", DOMAIN)
    existing = set(User.objects.values_list("email", flat=True))
    sys.stdin = io.StringIO(f"{PASSWORD}\n" * len(people))  # create_user reads a line of it
    for person in people:
        if person["email"] not in existing:
            call_command(
                "create_user", person["email"], "--organization", SLUG,
                "--role", person["role"], "--name", person["name"],
            )  # fmt: skip
    call_command("import_crm", str(crm), "--organization", SLUG)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiminny_sync.settings")
    django.setup()
    load(json.load(sys.stdin), Path(sys.argv[1]))
