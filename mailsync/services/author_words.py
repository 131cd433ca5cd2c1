"""What of stored emails their authors wrote, told anew: beside a parent that is stored, and after rules change (F41).

page recorded ──▶ its answers, and the answers to it that came earlier ──▶ split beside the parent ──▶ new_text
`refold`      ──▶ every stored email in portions ─────────────────────┘
"""

from collections.abc import Callable, Collection
from uuid import UUID

from accounts.models import Organization
from core.chunks import chunks
from core.db.portions import in_portions
from core.db.unit_of_work import unit_of_work
from mailsync.domain.compose import split_again
from timeline.domain.quoting import ParentWords
from timeline.models import EmailMessage
from timeline.selectors.answering import mails_beside_parents, stored_to_split
from timeline.selectors.learned import LearnedFrom
from timeline.services.author_words import name_what_is_answered, set_author_words

_AT_ONCE = 100


def tell_answers_apart(*, organization: Organization, new: Collection[UUID]) -> None:
    """What of these emails, and of the answers to them, is beyond the mail that each answers is its author's.

    Runs in the caller's transaction, which recorded `new`.
    """
    for some in chunks(mails_beside_parents(organization, new), _AT_ONCE):
        _split(organization, some, new=new, is_with_parent_alone=True)


def refold_mails(*, organization: Organization, ids: Collection[UUID]) -> int:
    """Split these stored emails anew by the rules as they are and what is learned; how many changed.

    Runs in the caller's transaction.
    """
    return _split(organization, ids, is_change_alone=True)


def refold_organization(*, organization: Organization, on_portion: Callable[[int], object] = int) -> int:
    """Split every stored email anew by the rules as they are, in portions that each commit; how many changed."""
    changed = 0
    for rows in in_portions(EmailMessage.objects.filter(organization=organization).only("pk"), _AT_ONCE):
        ids = [row.pk for row in rows]
        changed += unit_of_work(lambda ids=ids: _refold(organization, ids))  # type: ignore[misc]
        on_portion(len(rows))
    return changed


def _refold(organization: Organization, ids: Collection[UUID]) -> int:
    name_what_is_answered(organization=organization, emails=ids)
    return _split(organization, ids)


def _split(
    organization: Organization,
    ids: Collection[UUID],
    *,
    new: Collection[UUID] = (),
    is_with_parent_alone: bool = False,
    is_change_alone: bool = False,
) -> int:
    """Write what changed; without `is_change_alone` the search words of the others are told anew, too."""
    new_texts: dict[UUID, str] = {}
    beside: set[UUID] = set()
    mails = stored_to_split(organization, ids)
    learned = LearnedFrom(organization).lines({mail.sender for mail in mails if mail.sender})
    for mail in mails:
        if is_with_parent_alone and (mail.parent_text is None or mail.text == mail.new_text):
            continue
        parent = ParentWords(mail.parent_text) if mail.parent_text is not None else None
        reply = split_again(
            mail.text,
            subject=mail.subject,
            author=mail.author,
            is_answer=mail.is_answer,
            parent=parent,
            learned=learned.of(mail.sender, is_inbound=mail.is_inbound),
        )
        if reply.new_text != mail.new_text:
            new_texts[mail.id] = reply.new_text
        elif not is_change_alone:
            beside.add(mail.id)
    set_author_words(organization=organization, new_texts=new_texts, beside=beside, new=new)
    return len(new_texts)
