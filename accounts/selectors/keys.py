"""An organization's own secret: made once with it, encrypted at rest, the same after every key rotation.

What hangs on it (suppressions, the trail) is lost with it; so where it is gone it is never made anew, and everything
that needs it stops and says so (docs/decisions/0080).
"""

from accounts.models import Organization, OrganizationKey
from core.encryption import UnreadableSecret
from core.http.errors import Misconfigured


class KeyMissing(UnreadableSecret):
    """An organization's key is not in the table, though it was made with the organization."""


def organization_key(organization: Organization) -> bytes:
    """32 random bytes. Raises KeyMissing, and UnreadableSecret where no key of FIELD_ENCRYPTION_KEYS opens them."""
    row = OrganizationKey.objects.filter(organization=organization).first()
    if row is None:
        raise KeyMissing(
            f"The key of organization {organization.slug} is missing from the table: restore it from a backup. "
            "Without it nobody can tell what was erased, so nothing is recorded."
        )
    return bytes.fromhex(row.secret)


def as_alarm(error: UnreadableSecret) -> Misconfigured:
    """The same as an error of the tree: whom it stops is told that the operator has to mend it."""
    return Misconfigured(
        type(error).__name__,
        sentence="A secret that is stored here cannot be read.",
        next_step="The operator has to restore the key or the row: manage.py check --database default says which. "
        "Where it is your sign-in alone, connecting again mends it.",
    )
