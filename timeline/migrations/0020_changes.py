"""The log of changes takes the place of the index outbox; what waited there is read from the log."""

import django.db.models.deletion
from django.db import migrations, models

from core.db.portions import in_portions


def carry_over(apps, schema_editor):
    database = schema_editor.connection.alias
    outbox, changes = apps.get_model('timeline', 'IndexOutbox'), apps.get_model('timeline', 'Change')
    for some in in_portions(outbox.objects.using(database), 1_000):
        changes.objects.using(database).bulk_create(
            changes(
                organization_id=row.organization_id, resource='engagement', resource_id=row.engagement_id, change='written'
            )
            for row in some
        )


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0015_sign_in_with_microsoft'),
        ('timeline', '0019_longer_statements'),
    ]

    operations = [
        migrations.CreateModel(
            name='ChangeCursor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, unique=True)),
                ('position', models.PositiveBigIntegerField(default=0)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('position', models.PositiveBigIntegerField(editable=False, help_text='From 1, without gaps, in the order of commit; empty until it is numbered.', null=True)),
                ('recorded_at', models.DateTimeField(auto_now_add=True, help_text="By its worker's clock: no order follows from it.")),
                ('resource', models.CharField(choices=[('engagement', 'Engagement'), ('conversation', 'Conversation')], max_length=20)),
                ('resource_id', models.UUIDField(help_text='No foreign key: it may be gone.')),
                ('change', models.CharField(choices=[('written', 'Written'), ('deleted', 'Deleted')], max_length=10)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='accounts.organization')),
            ],
        ),
        migrations.AddIndex(
            model_name='change',
            index=models.Index(fields=['organization', 'position'], name='changes_by_position'),
        ),
        migrations.AddConstraint(
            model_name='change',
            constraint=models.UniqueConstraint(fields=('position',), name='one_change_per_position'),
        ),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
        migrations.DeleteModel(
            name='IndexOutbox',
        ),
    ]
