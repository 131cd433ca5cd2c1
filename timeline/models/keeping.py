"""How long engagements are kept, what must be kept, and what must not come back."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from accounts.models import Organization, User
from core.db.fields import choices
from crm.models import Account, Contact, Opportunity
from timeline.domain.vocabulary import HoldScope, SuppressionKind
from timeline.models.conversations import Conversation


class RetentionPolicy(models.Model):
    """How long an organization keeps engagements (F19)."""

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, related_name="retention_policy")
    months = models.PositiveSmallIntegerField(
        default=36, validators=[MinValueValidator(1), MaxValueValidator(36)], help_text="1 to 36."
    )
    keep_open_opportunities = models.BooleanField(
        default=True, help_text="What stands under an open opportunity is kept while it is open."
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "retention policies"

    def __str__(self) -> str:
        return f"{self.months} months"


class LegalHold(models.Model):
    """Nothing that a hold covers is purged, deleted or erased until it is released."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="legal_holds")
    scope = models.CharField(max_length=20, choices=choices(HoldScope))
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    opportunity = models.ForeignKey(Opportunity, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=255)
    placed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    placed_at = models.DateTimeField(auto_now_add=True)
    released_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.reason


class Suppression(models.Model):
    """What was erased, as a keyed hash, so that no sync brings it back and nobody can read it off (F27)."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="suppressions")
    kind = models.CharField(max_length=10, choices=choices(SuppressionKind))
    keyed_hash = models.CharField(max_length=64)
    statement = models.CharField(max_length=500, blank=True, help_text="Of an email: keyed hashes of what it said.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            # import asks for a page of mails at once
            models.UniqueConstraint(
                fields=["organization", "kind", "keyed_hash", "statement"], name="one_suppression_per_statement"
            ),
        ]

    def __str__(self) -> str:
        return self.kind
