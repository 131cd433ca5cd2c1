"""Mails that share a Message-ID stand beside one another; the new constraint comes before the old one goes, since MariaDB
keeps the organization's foreign key indexed at every moment."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_audit_by_subject'),
        ('timeline', '0009_activity_sources'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='KnownAddition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='For the list: what it is and who puts it in.', max_length=80)),
                ('word_count', models.PositiveSmallIntegerField(editable=False)),
                ('words_hash', models.CharField(editable=False, help_text='SHA-256, hex, of its normalized words.', max_length=64)),
                ('added_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['name', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='emailmessage',
            name='addresses_hash',
            field=models.CharField(blank=True, help_text='SHA-256, hex, of link addresses that only a later copy spells out.', max_length=64),
        ),
        migrations.AddField(
            model_name='emailmessage',
            name='authentication',
            field=models.CharField(blank=True, help_text="failed or passed: our tenant's check.", max_length=10),
        ),
        migrations.AddField(
            model_name='emailmessage',
            name='earliest_at',
            field=models.DateTimeField(blank=True, help_text='What its copies say of its moment, if more.', null=True),
        ),
        migrations.AddField(
            model_name='emailmessage',
            name='latest_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='emailmessage',
            name='place',
            field=models.PositiveIntegerField(default=0, help_text='Among different mails that share a message key.'),
        ),
        migrations.AddField(
            model_name='emailmessage',
            name='thread_index',
            field=models.CharField(blank=True, help_text="The conversationIndex's GUID, hex.", max_length=32),
        ),
        migrations.AddField(
            model_name='emailmessage',
            name='words_hash',
            field=models.CharField(blank=True, help_text='SHA-256, hex, of what it says, where it is not the first of its key.', max_length=64),
        ),
        migrations.AlterField(
            model_name='emailmessage',
            name='message_key',
            field=models.CharField(help_text='SHA-256, hex, of the Message-ID, or of the fingerprint.', max_length=64),
        ),
        migrations.AddConstraint(
            model_name='emailmessage',
            constraint=models.UniqueConstraint(fields=('organization', 'message_key', 'place'), name='one_email_per_place'),
        ),
        migrations.RemoveConstraint(
            model_name='emailmessage',
            name='one_email_per_message_key',
        ),
        migrations.AddField(
            model_name='knownaddition',
            name='added_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='knownaddition',
            name='organization',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='known_additions', to='accounts.organization'),
        ),
        migrations.AddConstraint(
            model_name='knownaddition',
            constraint=models.UniqueConstraint(fields=('organization', 'words_hash'), name='one_row_per_addition'),
        ),
    ]
