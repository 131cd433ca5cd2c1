"""What the tables of every source that is read over and over share: where it stands, and what its runs came to."""

from typing import Any, ClassVar

from django.db import models

from core.ids import new_id


class StateColumns(models.Model):
    """A source, such as a mailbox: the state it is in, when it is read next, and who is reading it.

    A subclass names in `switch` the column that says whether it is read at all; its `runs` are the rows of its runs.
    The choices of `state` are its own.
    """

    switch: ClassVar[str]
    runs: Any  # the manager that the subclass's run rows put here

    state = models.CharField(max_length=20)
    state_reason = models.CharField(max_length=255, blank=True, help_text="A code, such as AADSTS50173 or Throttled.")
    state_changed_at = models.DateTimeField(null=True, blank=True)
    last_synced_at = models.DateTimeField(null=True, blank=True, help_text="When a round last ended complete.")
    not_before = models.DateTimeField(null=True, blank=True, help_text="We were asked to wait until then.")
    due_at = models.DateTimeField(null=True, blank=True, help_text="When its next round is due.")
    queued_at = models.DateTimeField(null=True, blank=True, help_text="Its task is queued and has not begun.")
    is_awaited = models.BooleanField(default=False, help_text="A person is waiting: goes before the others.")
    claim = models.CharField(max_length=36, blank=True, help_text="The run that is reading it.")
    claimed_until = models.DateTimeField(null=True, blank=True, help_text="The lease; after it anyone may claim.")
    failures = models.PositiveIntegerField(default=0, help_text="Rounds failed in a row.")

    class Meta:
        abstract = True


class RunColumns(models.Model):
    """One run over a source, which its subclass points to under the name `runs`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    is_complete = models.BooleanField(default=False, help_text="Nothing was left to read.")
    requests = models.PositiveIntegerField(default=0, help_text="HTTP requests.")
    ended_by = models.CharField(max_length=255, blank=True, help_text="Why it stopped short, as a code.")

    class Meta:
        abstract = True
