"""What boards read instead of histories: each engagement as it was last counted, and the sums of that by deal.

A share is who sees an engagement: a tier (reader NOBODY), and where that is not everyone each of the people who took
part or hold it. So a viewer's sum is the tiers open to the viewer and the viewer's own shares of the others: nothing is
in it twice (timeline.visibility.shares_of). Written by timeline.changes alone.
"""

from django.db import models

from accounts.domain.vocabulary import Visibility
from accounts.models import Organization
from core.db.fields import choices
from timeline.domain.standings import NOBODY
from timeline.domain.vocabulary import Direction, Kind


class ShareColumns(models.Model):
    """Whose eyes a row is for, and what it is of."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    opportunity_id = models.UUIDField(help_text="No foreign key: what is gone is no deal that anybody opens.")
    visibility = models.CharField(max_length=40, choices=choices(Visibility))
    reader = models.UUIDField(default=NOBODY)
    kind = models.CharField(max_length=10, choices=choices(Kind))
    direction = models.CharField(max_length=10, choices=choices(Direction), blank=True)

    class Meta:
        abstract = True


class CountedShare(ShareColumns):
    """An engagement of a deal as the sums have it, a row for each share; none where a rule hides it."""

    engagement_id = models.UUIDField(help_text="No foreign key: what is gone is taken off by this row.")
    occurred_at = models.DateTimeField()
    is_summed = models.BooleanField(help_text="Of what lies ahead not yet.")

    class Meta:
        constraints = [
            # what of these engagements is counted?
            models.UniqueConstraint(fields=["engagement_id", "reader"], name="one_share_per_reader"),
        ]
        indexes = [
            # what lies ahead of deals; also the foreign key's
            models.Index(fields=["organization", "is_summed", "opportunity_id"], name="shares_ahead"),
            # what is past by now
            models.Index(fields=["is_summed", "occurred_at"], name="shares_to_sum"),
            # the newest of a sum
            models.Index(
                fields=["opportunity_id", "reader", "visibility", "kind", "direction", "occurred_at"],
                name="shares_by_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self.engagement_id)


class DealSum(ShareColumns):
    """How many engagements a share has on one day (UTC), or, without a day, in all, and when the last was."""

    id = models.UUIDField(primary_key=True, editable=False, help_text="It follows from what is summed: SumKey.id.")
    day = models.DateField(null=True)
    number = models.PositiveIntegerField()
    last_at = models.DateTimeField(null=True, help_text="Of a sum without a day.")

    class Meta:
        indexes = [
            # the sums of deals, of these days or of all; also the foreign key's
            models.Index(fields=["organization", "opportunity_id", "day", "reader"], name="sums_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day or 'ever'}: {self.number}"
