"""What people decided about engagements, and who reports them."""

from django.db import models

from accounts.models import Organization, User
from core.ids import new_id
from crm.models import Contact, Opportunity


class FilingRule(models.Model):
    """A correction made a rule: what is exchanged with this person belongs to this deal while it is open (F25)."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="filing_rules")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="filing_rules")
    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="filing_rules")
    made_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            # filing: the deals that the people of a page of mails were given to
            models.UniqueConstraint(fields=["organization", "contact"], name="one_filing_rule_per_contact"),
        ]

    def __str__(self) -> str:
        return f"{self.contact} → {self.opportunity}"


class ActivitySource(models.Model):
    """The name under which a program reports calls and meetings, and whose it is."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="activity_sources")
    name = models.CharField(max_length=40)
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="activity_sources", help_text="Only this person's tokens report."
    )
    claimed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            # whose is it? asked by each report
            models.UniqueConstraint(fields=["organization", "name"], name="one_owner_per_source"),
        ]

    def __str__(self) -> str:
        return self.name


class KnownAddition(models.Model):
    """A banner, disclaimer or signature that the organization's servers put into mail: the hash of its words (F41)."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="known_additions")
    name = models.CharField(max_length=80, help_text="For the list: what it is and who puts it in.")
    word_count = models.PositiveSmallIntegerField(editable=False)
    words_hash = models.CharField(max_length=64, editable=False, help_text="SHA-256, hex, of its normalized words.")
    added_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "words_hash"], name="one_row_per_addition"),
        ]

    def __str__(self) -> str:
        return self.name
