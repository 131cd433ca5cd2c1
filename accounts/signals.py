"""What the apps above learn from this one, which may not import them."""

from django.dispatch import Signal

person_joined = Signal()
"""A person of an organization has a login (sender=User, user=…): records that name the address find their owner."""

may_no_longer_sync = Signal()
"""A person was deactivated or may not sync any more (sender=User, user=…): their import ends at once."""

own_domains = Signal()
"""Asks which domains are an organization's own (sender=Organization, organization=…); receivers return them."""

given_domains = Signal()
"""Asks at which domains an organization's admins may add people (sender=Organization, organization=…): those that the
operator gave it. Receivers return them."""

connection_changed = Signal()
"""A person's connection to Microsoft came, went or changed its state.

sender=MicrosoftConnection, connection=…, account_changed=… (True: another Microsoft account than before, so that what
was remembered of the mailbox is another mailbox's). Sent inside the transaction that changes the row.
"""
