"""Secrets that any row's column would open become secrets that only their own does."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import migrations

from core.encryption import Place, seal
from core.db.fields import Sealed
from core.db.portions import in_portions

COLUMNS = (
    ('MicrosoftConnection', 'token_cache', 'token cache', 'user_id'),
    ('OrganizationKey', 'secret', 'organization key', 'organization_id'),
)


def bind(apps, schema_editor):
    fernet = MultiFernet([Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS])
    for model, column, label, row in COLUMNS:
        rows = apps.get_model('accounts', model).objects
        names = dict.fromkeys(['pk', 'organization_id', row, column])
        stored = rows.exclude(**{column: ''}).values_list(*names, named=True)
        for some in in_portions(stored, 500):
            for each in some:
                try:
                    text = fernet.decrypt(getattr(each, column).encode()).decode()
                except InvalidToken:
                    continue  # as unreadable as before
                place = Place(label, str(each.organization_id), str(getattr(each, row)))
                rows.filter(pk=each.pk).update(**{column: Sealed(seal(text, place))})
    # good for a quarter of an hour: who was at Microsoft begins again
    apps.get_model('accounts', 'SignInFlow').objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_sign_in_guards'),
    ]

    operations = [
        migrations.RunPython(bind, migrations.RunPython.noop),
    ]
