"""Who is here: organizations, their people, and what Microsoft has granted them."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils.crypto import salted_hmac

from accounts.domain.api_tokens import TokenScope
from accounts.domain.vocabulary import (
    AddressKind,
    ConnectionState,
    ConsentKind,
    ConsentState,
    DeletionPolicy,
    Detail,
    FlowPurpose,
    OpportunityRule,
    Role,
    Visibility,
)
from core.db.fields import EncryptedTextField, NameField, choices
from core.ids import new_id


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
        default=14, help_text="An opportunity closed up to this many days ago still receives mail."
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
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Creates people by email address; the address is stored in lower case."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """The operator of the installation: belongs to no organization, sees all in the admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, role=Role.ADMIN, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A login. Only an operator (superuser) has no organization."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, null=True, blank=True, related_name="users"
    )
    email = models.EmailField(unique=True, max_length=254)
    name = NameField(max_length=200, blank=True)
    role = models.CharField(max_length=10, choices=choices(Role), default=Role.REP)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, help_text="May enter the admin console.")
    may_sync = models.BooleanField(default=True, help_text="May connect a mailbox and import email conversations.")
    microsoft_tenant_id = models.UUIDField(null=True, blank=True, editable=False)
    microsoft_object_id = models.UUIDField(
        null=True, blank=True, editable=False, help_text="Whom “Sign in with Microsoft” lets in here."
    )
    must_change_password = models.BooleanField(
        default=False, help_text="The password was given by an admin: the next sign-in with it asks for an own one."
    )
    session_generation = models.PositiveIntegerField(default=0, help_text="Grows to end every session of this person.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        ordering = ["name", "email"]
        constraints = [
            # one Microsoft account opens one login
            models.UniqueConstraint(
                fields=["microsoft_tenant_id", "microsoft_object_id"], name="one_login_per_microsoft_account"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def set_unusable_password(self) -> None:
        """Taking the password away is a change of it, which ends what it opened."""
        super().set_unusable_password()
        self._password = ""

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session is bound to, hexadecimal: the password, as Django has it, and the generation."""
        bound = f"{self.session_generation}\0{self.password}"
        return salted_hmac("accounts.sessions", bound, secret=secret, algorithm="sha256").hexdigest()

    @property
    def display_name(self) -> str:
        return self.name or self.email

    @property
    def is_organization_admin(self) -> bool:
        return self.role == Role.ADMIN

    @property
    def reads_every_deal(self) -> bool:
        return self.role in {Role.ADMIN, Role.MANAGER}


class UserAddress(models.Model):
    """An address that is one of us: logins, mailboxes and their aliases."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="user_addresses")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="addresses")
    address = models.CharField(max_length=320)
    kind = models.CharField(max_length=10, choices=choices(AddressKind))

    class Meta:
        verbose_name_plural = "user addresses"
        constraints = [
            # read by the directory of "us": one lookup a page of envelopes
            models.UniqueConstraint(fields=["organization", "address"], name="one_user_per_address"),
        ]

    def __str__(self) -> str:
        return self.address


class FormerAddress(models.Model):
    """An address that stood with somebody until then: what was exchanged before is not its next person's."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="former_addresses")
    address = models.CharField(max_length=320)
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", help_text="Whose it was.")
    until = models.DateTimeField()

    class Meta:
        verbose_name_plural = "former addresses"
        indexes = [
            # who are these people? asked with each page of mails
            models.Index(fields=["organization", "address"], name="former_addresses_by_address"),
        ]

    def __str__(self) -> str:
        return self.address


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
        ordering = ["-requested_at"]
        indexes = [
            # the consent page: the newest answer of each kind
            models.Index(fields=["organization", "kind", "-answered_at"], name="consent_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.state}"


class OrganizationKey(models.Model):
    """An organization's own secret, for keyed hashes that must outlive every rotation of the encryption keys."""

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, related_name="key")
    secret = EncryptedTextField(label="organization key", row="organization_id", help_text="64 hexadecimal digits.")

    def __str__(self) -> str:
        return f"key of {self.organization_id}"


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
    is_chained = models.BooleanField(default=False, help_text="The hour has its event; this is what came since.")

    def __str__(self) -> str:
        return f"{self.verb} {self.question}"


class CountedCall(models.Model):
    """How often somebody called within a window, where there is no Redis to count in."""

    key = models.CharField(max_length=150, primary_key=True, help_text="A keyed hash of who, and the window.")
    number = models.PositiveIntegerField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.key}: {self.number}"
