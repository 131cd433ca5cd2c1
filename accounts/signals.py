"""What the apps above learn from this one, which may not import them."""

from django.dispatch import Signal

person_joined = Signal()
"""A person of an organization has a login (sender=User, user=…): records that name the address find their owner."""
