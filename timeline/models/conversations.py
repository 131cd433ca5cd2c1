"""Mail that belongs together, and what ties it."""

from django.db import models

from accounts.models import Organization, User
from core.ids import new_id
from crm.models import Opportunity


class Conversation(models.Model):
    """Mails that answer one another, across mailboxes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="conversations")
    subject = models.TextField(blank=True, help_text="Of the earliest mail, prefixes taken off.")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    email_count = models.PositiveIntegerField(default=0)
    pinned_opportunity = models.ForeignKey(
        Opportunity, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    pinned_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    pinned_at = models.DateTimeField(null=True, blank=True, help_text="Set also where a person chose no opportunity.")

    class Meta:
        indexes = [
            # the API's list: by what the row tells of no hidden mail
            models.Index(fields=["organization", "-id"], name="conversations_by_id"),
        ]

    def __str__(self) -> str:
        """Without the subject: the console names rows by this, whoever may read them."""
        return f"conversation {self.pk}"


class ThreadReference(models.Model):
    """A Message-ID that belongs to a conversation, whether or not its mail has arrived."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="thread_references")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="references")
    reference_hash = models.CharField(max_length=64, help_text="SHA-256 of the normalized Message-ID, hex.")

    class Meta:
        constraints = [
            # threading: the conversations that a page of mails refers to
            models.UniqueConstraint(fields=["organization", "reference_hash"], name="one_conversation_per_reference"),
        ]

    def __str__(self) -> str:
        return self.reference_hash
