import timeline.domain.vocabulary
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('timeline', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='engagement',
            name='association_rule',
            field=models.CharField(choices=[('pinned', 'Pinned'), ('contact_role', 'Contact role'), ('owner_priority', 'Owner priority'), ('most_recently_updated_open', 'Most recently updated open'), ('most_recently_created_open', 'Most recently created open'), ('most_recently_updated', 'Most recently updated'), ('oldest_created_open', 'Oldest created open'), ('recently_closed', 'Recently closed'), ('given', 'Given'), ('no_opportunity', 'No opportunity')], default=timeline.domain.vocabulary.AssignmentRule['NO_OPPORTUNITY'], max_length=40),
        ),
    ]
