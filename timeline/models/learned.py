"""What stands around people's words, by keyed hashes of lines: what kept mail shows, and what was learned of it."""

from django.db import models

from accounts.models import Organization
from timeline.models.engagements import EmailMessage


class MailEdges(models.Model):
    """The lines at the edges of a kept email by their keyed hashes; they go with the email (F41).

    `head`, `foot` and `tail` are hashes, a blank between them: the first lines, the lines that may sign it, and the
    last ones. What a hash is of is told by timeline.domain.learned.
    """

    email = models.OneToOneField(EmailMessage, on_delete=models.CASCADE, primary_key=True, related_name="edges")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    sender = models.CharField(max_length=16, help_text="Keyed hash of the author's address.")
    domain = models.CharField(max_length=16, help_text="The same of its domain, or of the address at a mail provider.")
    occurred_at = models.DateTimeField(help_text="The engagement's: banners have their time.")
    tells_of_banners = models.BooleanField(help_text="It came in, from somebody whom we have written to.")
    body = models.CharField(max_length=16, help_text="Keyed hash of what is said above the foot.")
    head = models.TextField(blank=True)
    foot = models.TextField(blank=True)
    tail = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "mail edges"
        indexes = [
            # learning: an organization's, sender's domain by sender's domain; also the organization's foreign key's
            models.Index(fields=["organization", "domain", "email"], name="edges_by_domain"),
        ]

    def __str__(self) -> str:
        return str(self.email_id)


class LearnedLine(models.Model):
    """A line that is not its author's: a gateway's, or of a sender's or a company's signature; a keyed hash (F41)."""

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="learned_lines", db_index=False
    )
    scope = models.CharField(max_length=16, help_text="head or foot of what comes in, or whose: as in MailEdges.")
    line = models.CharField(max_length=16)

    class Meta:
        constraints = [
            # what is known of a page's senders? also the organization's foreign key's index
            models.UniqueConstraint(fields=["organization", "scope", "line"], name="one_row_per_learned_line"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.line}"
