"""Deletes conversations and engagements for good: what was deleted does not come back with the next sync (F13, F27).

may the person?  ──no──▶ NotAllowed
under a hold?    ──yes─▶ OnHold
      │
      ▼  one unit of work: again where a sync writes to the same rows
suppress (keyed hashes) ─▶ delete rows, sightings with them ─▶ say that they changed ─▶ audit
"""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from accounts.domain.audit import AuditVerb
from accounts.models import Organization, User
from accounts.services.audit import record_event
from core.db.portions import in_portions
from core.db.unit_of_work import unit_of_work
from timeline.changes.door import record_change
from timeline.domain.refusals import NotAllowed, OnHold
from timeline.domain.vocabulary import Kind, SuppressionKind
from timeline.models import Conversation, EmailMessage, Engagement
from timeline.recording.thread import lock_conversations, refresh_conversations
from timeline.selectors import engagements_for
from timeline.selectors.legal_holds import is_held
from timeline.services.suppression import suppress, suppress_emails
from timeline.visibility import may_be_deleted_by, took_part

_INSTEAD = "ask an admin to delete it. An exclusion keeps further mail with somebody out of your own import."

_AT_ONCE = 200


def delete_conversation(*, conversation: Conversation, actor: User) -> int:
    """Delete every engagement of `conversation` and the conversation; how many there were.

    Raises NotAllowed and OnHold with a sentence for the person.
    """
    rows = Engagement.objects.filter(conversation=conversation)

    def delete() -> int:
        lock_conversations([conversation.pk])  # before the question: what a mailbox adds meanwhile counts, too
        if not _may_delete(actor, rows):
            raise NotAllowed(f"Colleagues took part in this conversation, or their mailboxes hold it: {_INSTEAD}")
        deleted = _delete(conversation.organization, rows, actor, [conversation.pk], what="This conversation")
        record_event(
            organization=conversation.organization,
            actor=actor,
            verb=AuditVerb.DELETED,
            subject=conversation,
            detail={"engagements": deleted},
        )
        return deleted

    return unit_of_work(delete)


def may_delete_conversation(conversation: Conversation, actor: User) -> bool:
    """Whether `actor` is offered to delete `conversation`; a hold may still forbid it."""
    return _may_delete(actor, Engagement.objects.filter(conversation=conversation))


def delete_engagement(*, engagement: Engagement, actor: User) -> None:
    """Delete one engagement, and its conversation where nothing else is in it. Raises NotAllowed and OnHold."""
    rows = Engagement.objects.filter(pk=engagement.pk)
    if not _may_delete(actor, rows):
        raise NotAllowed(f"You did not write this, and it is not yours alone: {_INSTEAD}")
    organization, conversation = engagement.organization, engagement.conversation_id

    def delete() -> None:
        lock_conversations([conversation])
        _delete(organization, rows, actor, [conversation], what=f"This {engagement.kind}")
        record_event(
            organization=organization,
            actor=actor,
            verb=AuditVerb.DELETED,
            subject=engagement,
            detail={"kind": engagement.kind},
        )

    unit_of_work(delete)


def delete_rows(organization: Organization, ids: Collection[UUID], *, suppressed: bool) -> None:
    """Delete these engagements with no questions asked: the caller looked for holds, and writes the audit row.

    Runs in the caller's transaction. `suppressed` keeps them from being imported again.
    """
    rows = Engagement.objects.filter(organization=organization, pk__in=ids)
    conversations = set(rows.exclude(conversation=None).values_list("conversation_id", flat=True))
    lock_conversations(conversations)
    if suppressed:
        _keep_out(organization, rows)
    rows.delete()
    refresh_conversations(conversations)
    record_change(organization.pk, ids, conversations=conversations)


def _may_delete(actor: User, rows: QuerySet[Engagement]) -> bool:
    """Admins anything; managers what they may read; reps what they wrote or what is theirs alone. All or nothing.

    What a rule hides may come back: it goes only with who took part in it.
    """
    if actor.is_organization_admin:
        return True
    if not actor.reads_every_deal:
        return not rows.exclude(may_be_deleted_by(actor)).exists()
    hidden = rows.filter(hidden_at__isnull=False)
    permitted = engagements_for(actor).filter(pk__in=rows.values("pk"))
    return not hidden.exclude(took_part(actor)).exists() and permitted.count() == rows.filter(hidden_at=None).count()


def _delete(
    organization: Organization,
    rows: QuerySet[Engagement],
    actor: User,
    conversations: Collection[UUID | None],
    *,
    what: str,
) -> int:
    if rows.filter(is_held(organization)).exists():
        raise OnHold(f"{what} is under a legal hold: nothing of it can be deleted until the hold is released.")
    _keep_out(organization, rows, in_this_form=not actor.reads_every_deal)
    ids = list(rows.values_list("pk", flat=True))
    Engagement.objects.filter(pk__in=ids).delete()
    refresh_conversations(conversations)
    record_change(organization.pk, ids, conversations=conversations)
    return len(ids)


def _keep_out(organization: Organization, rows: QuerySet[Engagement], *, in_this_form: bool = False) -> None:
    """Suppress each by what the same thing would be recognized by if it came again."""
    emails = EmailMessage.objects.filter(engagement__in=rows.filter(kind=Kind.EMAIL)).select_related("engagement")
    for some in in_portions(emails, _AT_ONCE):
        suppress_emails(organization, some, in_this_form=in_this_form)
    others = rows.exclude(kind=Kind.EMAIL).values_list("source", "external_id")
    suppress(organization, [(SuppressionKind.MESSAGE, activity_identity(*each)) for each in others])


def activity_identity(source: str, external_id: str) -> str:
    """What a call or meeting is recognized by: its producer and its id there."""
    return f"{source}\0{external_id}"
