"""What the log of changes and the cursors over it are made of, whatever changes."""

from django.db import models


class ChangeColumns(models.Model):
    """One thing that changed. The row commits with the change; its position comes after the commit."""

    id = models.BigAutoField(primary_key=True)
    position = models.PositiveBigIntegerField(
        null=True, editable=False, help_text="From 1, without gaps, in the order of commit; empty until it is numbered."
    )
    recorded_at = models.DateTimeField(auto_now_add=True, help_text="By its worker's clock: no order follows from it.")

    class Meta:
        abstract = True


class CursorColumns(models.Model):
    """How far a reader of the log is. One of them is the sequencer's: the last position that it gave."""

    name = models.CharField(max_length=40, unique=True)
    position = models.PositiveBigIntegerField(default=0)

    class Meta:
        abstract = True
