"""What opens and is counted at the entrance: API tokens, guesses, calls."""

from datetime import datetime

from django.db import models

from accounts.domain.api_tokens import TokenScope
from accounts.models.organizations import Organization
from accounts.models.people import User
from core.db.fields import NameField, choices
from core.ids import new_id


class ApiToken(models.Model):
    """A program's way in as a person: the digest of a token that was shown once, and what it may do."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="api_tokens")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = NameField(max_length=100)
    scope = models.CharField(max_length=10, choices=choices(TokenScope), default=TokenScope.READ)
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the token.")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="To the minute.")

    class Meta:
        verbose_name = "API token"

    def __str__(self) -> str:
        return self.name

    def is_live(self, now: datetime) -> bool:
        return self.expires_at > now


class GuessCount(models.Model):
    """Guesses at a password in a quarter of an hour: by address, place or known browser (accounts.services.login)."""

    key_hash = models.CharField(max_length=64, unique=True, help_text="Keyed hash of what is counted, hex.")
    count = models.PositiveIntegerField(default=0)
    began_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.key_hash[:8]} {self.began_at:%H:%M}"


class CountedCall(models.Model):
    """How often somebody called within a window, where there is no Redis to count in."""

    key = models.CharField(max_length=150, primary_key=True, help_text="A keyed hash of who, and the window.")
    number = models.PositiveIntegerField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.key}: {self.number}"
