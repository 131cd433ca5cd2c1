"""An organization's own secret: made once with it, encrypted at rest, the same after every key rotation.

What hangs on it (suppressions, the trail) is lost with it; so where it is gone it is never made anew, and everything
that needs it stops and says so (docs/decisions/0080).
"""

from accounts.models import Organization, OrganizationKey
from core.encryption import UnreadableSecret


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
