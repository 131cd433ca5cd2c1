"""Sets what of stored emails their authors wrote, and lets search and the log of changes know."""

from collections.abc import Collection, Mapping
from uuid import UUID

from accounts.models import Organization
from timeline.changes.door import record_change
from timeline.domain.identity import reference_hash
from timeline.models import EmailMessage
from timeline.search.texts import refresh_search_texts

_AT_ONCE = 200


def set_author_words(
    *,
    organization: Organization,
    new_texts: Mapping[UUID, str],
    beside: Collection[UUID] = (),
    new: Collection[UUID] = (),
) -> None:
    """Write the new texts of these emails; `beside` are those whose search words alone are to be told anew.

    `new` are emails that this unit of work recorded: the log has them already. Runs in the caller's transaction.
    """
    rows = [EmailMessage(pk=pk, new_text=new_text) for pk, new_text in new_texts.items()]
    EmailMessage.objects.bulk_update(rows, ["new_text"], batch_size=_AT_ONCE)
    changed = {*new_texts, *beside}
    refresh_search_texts(sorted(changed & set(new)))
    record_change(organization.pk, changed - set(new), has_new_words=True)


def name_what_is_answered(*, organization: Organization, emails: Collection[UUID]) -> None:
    """Write the key of what each of these emails answers where it has none: rows are older than that column.

    Runs in the caller's transaction.
    """
    rows = EmailMessage.objects.filter(organization=organization, pk__in=emails, answers_key="").only("in_reply_to")
    unnamed = [row for row in rows if row.in_reply_to]
    for row in unnamed:
        row.answers_key = reference_hash(row.in_reply_to or "")
    EmailMessage.objects.bulk_update(unnamed, ["answers_key"], batch_size=_AT_ONCE)
