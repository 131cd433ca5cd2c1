"""An organization: what it decided, and its own secret."""

from django.core.validators import MaxValueValidator
from django.db import models

from accounts.domain.vocabulary import DeletionPolicy, Detail, OpportunityRule, Visibility
from core.db.fields import EncryptedTextField, NameField, choices
from core.ids import new_id

LONGEST_GRACE_DAYS = 3_650


class Organization(models.Model):
    """A customer of this software: everything else belongs to exactly one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = NameField(max_length=200)
    slug = models.SlugField(max_length=80, unique=True)
    tenant_id = models.CharField(
        max_length=36,
        blank=True,
        verbose_name="Microsoft tenant",
        help_text="Only its accounts connect and sign in. Empty: the first sign-in from an own domain tells.",
    )
    password_sign_in = models.BooleanField(
        default=True,
        verbose_name="sign in with passwords",
        help_text="Off: its people sign in with Microsoft alone.",
    )
    opportunity_rule = models.CharField(
        max_length=40,
        choices=choices(OpportunityRule),
        default=OpportunityRule.MOST_RECENTLY_UPDATED_OPEN,
        help_text="Which opportunity of an account an email, call or meeting is filed under.",
    )
    owner_priority = models.BooleanField(
        default=False,
        help_text="Prefer opportunities that the person who wrote or received the mail owns.",
    )
    closed_deal_grace_days = models.PositiveSmallIntegerField(
        default=14,
        validators=[MaxValueValidator(LONGEST_GRACE_DAYS)],
        help_text="An opportunity closed up to this many days ago still receives mail.",
    )
    visibility = models.CharField(max_length=40, choices=choices(Visibility), default=Visibility.EVERYONE)
    detail = models.CharField(max_length=20, choices=choices(Detail), default=Detail.FULL_TEXT)
    deletion_policy = models.CharField(
        max_length=10,
        choices=choices(DeletionPolicy),
        default=DeletionPolicy.KEEP,
        help_text="Keep an imported email, or follow when its last copy is deleted in Outlook.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class OrganizationKey(models.Model):
    """An organization's own secret, for keyed hashes that must outlive every rotation of the encryption keys."""

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, related_name="key")
    secret = EncryptedTextField(label="organization key", row="organization_id", help_text="64 hexadecimal digits.")

    def __str__(self) -> str:
        return f"key of {self.organization_id}"
