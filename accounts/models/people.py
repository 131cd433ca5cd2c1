"""People: their logins, and the addresses that are theirs or were."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils.crypto import salted_hmac

from accounts.domain.vocabulary import AddressKind, Role
from accounts.models.organizations import Organization
from core.db.fields import NameField, choices
from core.ids import new_id


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
