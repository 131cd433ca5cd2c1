"""The audit trail: its events, where it ends, and what waits to be chained."""

from django.db import models

from accounts.models.organizations import Organization
from accounts.models.people import User


class AuditChain(models.Model):
    """The tail of an organization's audit trail; locked while an event is appended."""

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, related_name="audit_chain")
    length = models.PositiveBigIntegerField(default=0)
    last_hash = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.length} events"


class AuditEvent(models.Model):
    """Who viewed, exported, deleted or changed something; each row carries the hash of the one before."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="audit_events")
    sequence = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    actor = models.ForeignKey(  # a login that is deleted changes no row: the table is only added to
        User, on_delete=models.DO_NOTHING, db_constraint=False, null=True, blank=True, related_name="+"
    )
    actor_email = models.CharField(max_length=254, blank=True)
    verb = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=64, blank=True)
    detail = models.JSONField(default=dict, blank=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["-sequence"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "sequence"], name="audit_sequence"),
        ]
        indexes = [
            # who read, exported or changed this? was it opened within the hour?
            models.Index(fields=["organization", "subject_id", "-at"], name="audit_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence}: {self.verb}"


class AuditIntake(models.Model):
    """What was read or tried and is not on the trail yet; no foreign key, so that to add a row waits for nobody."""

    organization = models.ForeignKey(
        Organization, on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="+"
    )
    actor = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    actor_email = models.CharField(max_length=254, blank=True)
    verb = models.CharField(max_length=60)
    question = models.CharField(max_length=255, blank=True, help_text="The kind of place, and by what it was narrowed.")
    subject_type = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=64, blank=True)
    hour = models.DateTimeField(help_text="The hour, from its beginning, that is summed.")
    times = models.PositiveIntegerField(default=1)
    count = models.PositiveIntegerField(default=0, help_text="How many texts, or events of the trail, were shown.")
    is_summed = models.BooleanField(default=False, help_text="The one row of its question and hour.")

    def __str__(self) -> str:
        return f"{self.verb} {self.question}"
