"""What the apps above learn from this one, which may not import them."""

from django.dispatch import Signal

customers_changed = Signal()
"""Customer records changed (sender=the model or service, changes=crm.domain.changes.CustomerChanges)."""
