from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('timeline', '0004_search_text'),
    ]

    operations = [
        migrations.CreateModel(
            name='IndexBuild',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('index', models.CharField(max_length=191, unique=True)),
                ('started_at', models.DateTimeField(auto_now_add=True)),
                ('alive_at', models.DateTimeField(help_text='A build that is silent for long has died with its process.')),
                ('done', models.PositiveBigIntegerField(default=0)),
                ('total', models.PositiveBigIntegerField(default=0)),
            ],
        ),
    ]
