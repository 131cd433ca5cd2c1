import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('timeline', '0003_inbox_owner'),
    ]

    operations = [
        migrations.CreateModel(
            name='SearchText',
            fields=[
                ('engagement', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='search_text', serialize=False, to='timeline.engagement')),
                ('people', models.TextField(blank=True, help_text='Names and addresses.')),
                ('subject', models.TextField(blank=True)),
                ('body', models.TextField(blank=True, help_text="An email's new text; a call's or meeting's notes.")),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organization')),
            ],
        ),
    ]
