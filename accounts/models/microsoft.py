"""What ties people and organizations to Microsoft: connections, trips there and back, consents."""

import uuid

from django.db import models

from accounts.domain.vocabulary import ConnectionState, ConsentKind, ConsentState, FlowPurpose
from accounts.models.organizations import Organization
from accounts.models.people import User
from core.db.fields import EncryptedTextField, choices


class MicrosoftConnection(models.Model):
    """One person's sign-in at Microsoft: the encrypted MSAL token cache and what it is good for."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="microsoft_connections")
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="microsoft_connection")
    tenant_id = models.CharField(max_length=36, blank=True)
    object_id = models.CharField(max_length=36, blank=True)
    username = models.CharField(max_length=320, blank=True)
    token_cache = EncryptedTextField(blank=True, label="token cache", row="user_id")
    token_version = models.PositiveIntegerField(default=0, help_text="Grows with each saved cache: compare and set.")
    granted_scopes = models.TextField(blank=True, help_text="As Microsoft returned them, space-separated.")
    state = models.CharField(max_length=20, choices=choices(ConnectionState), default=ConnectionState.DISCONNECTED)
    reason = models.CharField(max_length=60, blank=True, help_text="Microsoft's error code, such as AADSTS50173.")
    claims = models.TextField(blank=True, help_text="A claims challenge to pass on at the next sign-in.")
    state_changed_at = models.DateTimeField(null=True, blank=True)
    connected_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # one Microsoft account serves one login of an organization
            models.UniqueConstraint(
                fields=["organization", "tenant_id", "object_id", "user"], name="one_connection_per_microsoft_user"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.username or self.user_id} ({self.state})"


class SignInFlow(models.Model):
    """A trip to Microsoft that has begun: what its callback is checked against. Used once, short-lived."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=10, choices=choices(FlowPurpose), default=FlowPurpose.CONNECT)
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, related_name="sign_in_flows", help_text="Empty: not signed in yet."
    )
    browser_hash = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of what the session of the browser that began holds."
    )
    consent = models.ForeignKey(
        "ConsentGrant", on_delete=models.CASCADE, null=True, related_name="+", help_text="What it confirms."
    )
    state_hash = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the state sent to Microsoft.")
    flow = EncryptedTextField(label="sign-in flow", help_text="MSAL's flow: code verifier, nonce, redirect address.")
    answer = EncryptedTextField(
        blank=True, label="sign-in answer", help_text="What came back, until the browser proves whose it is."
    )
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"sign-in of {self.user_id}"

    @property
    def organization_id(self) -> uuid.UUID | None:
        return self.user.organization_id if self.user else None


class ConsentGrant(models.Model):
    """One admin's answer to a consent link, as Microsoft reported it."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="consent_grants")
    kind = models.CharField(max_length=20, choices=choices(ConsentKind))
    state = models.CharField(max_length=10, choices=choices(ConsentState), default=ConsentState.PENDING)
    state_hash = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the state sent to Microsoft.")
    tenant_id = models.CharField(max_length=36, blank=True)
    scopes = models.TextField(blank=True)
    error = models.CharField(max_length=60, blank=True)
    error_description = models.TextField(blank=True)
    requested_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-requested_at", "-pk"]
        indexes = [
            # the consent page: the newest answer of each kind
            models.Index(fields=["organization", "kind", "-answered_at"], name="consent_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.state}"
