"""What changed on the timeline, and how far its readers are."""

from django.db import models

from accounts.models import Organization
from core.changes.columns import ChangeColumns, CursorColumns
from core.db.fields import choices
from timeline.domain.vocabulary import ChangeKind, Resource


class Change(ChangeColumns):
    """An engagement or conversation that was written or deleted; commits with it (timeline.changes)."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="changes", db_index=False)
    resource = models.CharField(max_length=20, choices=choices(Resource))
    resource_id = models.UUIDField(help_text="No foreign key: it may be gone.")
    change = models.CharField(max_length=10, choices=choices(ChangeKind))

    class Meta:
        constraints = [
            # no position is given twice; what has none yet
            models.UniqueConstraint(fields=["position"], name="one_change_per_position"),
        ]
        indexes = [
            # what an organization's readers have not heard yet; also the foreign key's
            models.Index(fields=["organization", "position"], name="changes_by_position"),
        ]

    def __str__(self) -> str:
        return f"{self.resource} {self.resource_id} {self.change}"


class ChangeCursor(CursorColumns):
    """How far the sequencer has numbered, and how far the search index has read."""

    def __str__(self) -> str:
        return f"{self.name}: {self.position}"
