"""Whose a producer of calls and meetings is: nobody reports, or takes ids, under another person's `source`.

first report under a name ──▶ the name is the reporter's        an admin hands it over in the console
a later one by another    ──▶ NotYourSource, whether or not the call is known here
"""

from accounts.domain.audit import AuditVerb
from accounts.models import Organization, User
from accounts.services.audit import record_event
from timeline.models import ActivitySource


class NotYourSource(Exception):
    """The name belongs to somebody else of the organization; says what to do."""


def claim_source(*, organization: Organization, name: str, actor: User) -> None:
    """Let `actor` report under `name`, which is theirs from here on where nobody used it before.

    A token speaks for its person: their next token reports on after one was revoked. Runs in the caller's transaction.
    """
    source, is_new = ActivitySource.objects.get_or_create(
        organization=organization, name=name, defaults={"user": actor}
    )
    if is_new:
        detail = {"name": name}
        record_event(organization=organization, actor=actor, verb=AuditVerb.ADDED, subject=source, detail=detail)
    elif source.user_id != actor.pk:
        raise NotYourSource(
            f"The source “{name}” belongs to another person here, who used it first. Report under another name, or ask "
            "an admin to hand it over (console, Activity sources)."
        )
