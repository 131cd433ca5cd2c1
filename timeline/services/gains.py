"""Nobody gets rights over what colleagues exchanged by filing it under a deal of the own (F26).

Whoever owns a deal owns the engagements under it, reads them in full and may delete them.
"""

from django.db.models import QuerySet

from accounts.models import User
from crm.models import Opportunity
from timeline.models import Engagement
from timeline.visibility import text_readable_by, took_part, visible_to


class NoGain(Exception):
    """The correction would let the person read or delete what a colleague exchanged."""


def would_gain(actor: User, opportunity: Opportunity | None, moved: QuerySet[Engagement]) -> bool:
    """Whether `moved` under `opportunity` gives `actor` what was neither the own nor, to a manager, open to read."""
    if opportunity is None or opportunity.owner_id != actor.pk:
        return False
    permitted = took_part(actor)
    if actor.reads_every_deal:
        permitted |= visible_to(actor) & text_readable_by(actor)
    return moved.filter(permitted).count() != moved.count()


def refuse_gain(actor: User, opportunity: Opportunity | None, moved: QuerySet[Engagement]) -> None:
    """Raise NoGain, with a sentence, where there would be one."""
    if would_gain(actor, opportunity, moved):
        raise NoGain(
            "This deal is yours, and a colleague exchanged this: ask somebody who took part, or a manager, to file it."
        )
