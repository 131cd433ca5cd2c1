"""Whose mailboxes hold the emails that are stored: what each mailbox has shown, with what it shows colleagues today."""

from django.db import migrations

from core.db.portions import in_portions

_AT_ONCE = 1_000


def note_copies(apps, _schema_editor):
    sightings, copies = apps.get_model("mailsync", "Sighting"), apps.get_model("timeline", "MailboxCopy")
    for mailbox in apps.get_model("mailsync", "Mailbox").objects.select_related("organization"):
        shown = {
            "organization_id": mailbox.organization_id,
            "user_id": mailbox.user_id,
            "visibility": mailbox.visibility or mailbox.organization.visibility,
            "detail": mailbox.organization.detail,
        }
        for some in in_portions(sightings.objects.filter(mailbox=mailbox), _AT_ONCE):
            emails = sorted({sighting.email_id for sighting in some})
            rows = [copies(engagement_id=email, **shown) for email in emails]
            copies.objects.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [
        ("mailsync", "0009_who_took_part"),
        ("timeline", "0008_mailbox_copies"),
    ]

    operations = [migrations.RunPython(note_copies, migrations.RunPython.noop)]
