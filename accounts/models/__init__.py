"""Who is here: organizations, their people, and what Microsoft has granted them."""

from accounts.models.audit import AuditChain, AuditEvent, AuditIntake
from accounts.models.entrance import ApiToken, CountedCall, GuessCount
from accounts.models.microsoft import ConsentGrant, MicrosoftConnection, SignInFlow
from accounts.models.organizations import Organization, OrganizationKey
from accounts.models.people import FormerAddress, User, UserAddress, UserManager

__all__ = [
    "ApiToken",
    "AuditChain",
    "AuditEvent",
    "AuditIntake",
    "ConsentGrant",
    "CountedCall",
    "FormerAddress",
    "GuessCount",
    "MicrosoftConnection",
    "Organization",
    "OrganizationKey",
    "SignInFlow",
    "User",
    "UserAddress",
    "UserManager",
]
