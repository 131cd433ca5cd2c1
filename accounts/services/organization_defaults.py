"""What every organization has from its first moment on: a key and the beginning of an audit trail.

Two workers that both make the first row of a trail would wait for each other in MariaDB; so it is there before them.
"""

import secrets
from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from accounts.models import AuditChain, Organization, OrganizationKey


@receiver(post_save, sender=Organization, dispatch_uid="accounts.organization_defaults")
def give_defaults(*, instance: Organization, created: bool, raw: bool = False, **_: Any) -> None:
    """Make both with the organization, in its transaction; a loaded fixture brings its own."""
    if created and not raw:
        OrganizationKey.objects.create(organization=instance, secret=secrets.token_hex(32))
        AuditChain.objects.get_or_create(organization=instance)
