"""An organization's own secret: made once, encrypted at rest, the same after every key rotation."""

import secrets

from accounts.models import Organization, OrganizationKey


def organization_key(organization: Organization) -> bytes:
    """32 random bytes, made at the first call."""
    row, _ = OrganizationKey.objects.get_or_create(
        organization=organization, defaults={"secret": secrets.token_hex(32)}
    )
    return bytes.fromhex(row.secret)
