"""What a person may read of the timeline; every function takes the viewer first.

engagements_for(viewer) ──▶ narrowed by a page or endpoint ──▶ presented(engagement, viewer) ──▶ template or serializer
        who sees it                                                 how much of it
"""

from timeline.selectors.conversations import conversations_for
from timeline.selectors.engagements import Presented, engagements_for, presented, with_parts

__all__ = ["Presented", "conversations_for", "engagements_for", "presented", "with_parts"]
