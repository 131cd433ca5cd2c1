"""What the apps above learn from this one, which may not import them."""

from django.dispatch import Signal

person_joined = Signal()
"""A person of an organization has a login (sender=User, user=…): records that name the address find their owner."""

may_no_longer_sync = Signal()
"""A person was deactivated or may not sync any more (sender=User, user=…): their import ends at once."""

given_domains = Signal()
"""Asks whose domains are an organization's, so that its admins may add people there and an account from there tells its
tenant (sender=Organization, organization=…): those that the
operator gave it. Receivers return them."""

connection_changed = Signal()
"""A person's connection to Microsoft came, went or changed its state.

sender=MicrosoftConnection, connection=…, account_changed=… (True: another Microsoft account than before, so that what
was remembered of the mailbox is another mailbox's). Sent inside the transaction that changes the row.
"""
