"""Counts every engagement as it is and mends the sums by deal. Safe to repeat, and beside a running sync."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from tqdm import tqdm

from accounts.models import Organization
from timeline.changes.following import mend_standings
from timeline.models import Engagement


class Command(BaseCommand):
    """`manage.py rebuild_standings`."""

    help = "Compares what Deal Insights sums by deal with the engagements and mends what differs."

    def handle(self, *_: Any, **__: Any) -> None:
        for organization in Organization.objects.order_by("name", "pk"):
            total = Engagement.objects.filter(organization=organization).count()
            with tqdm(total=total, desc=organization.name, unit="", disable=None) as bar:
                drift = mend_standings(organization=organization, now=timezone.now(), on_portion=bar.update)
            self.stdout.write(
                f"{organization.name}: {drift.engagements} engagements were not counted as they are, "
                f"{drift.deals} deals had other sums."
            )
