"""What an admin gives as the organization's own banner, disclaimer or signature is nobody's words from then on (F41).

text pasted ──▶ its words' hash is kept, the text is not ──▶ copies that stood apart for it are joined, by a task
"""

from functools import partial

import structlog
from celery import current_app
from django.core.exceptions import ValidationError
from django.db import transaction
from kombu.exceptions import OperationalError

from accounts.models import Organization, User
from timeline.domain.additions import MOST_WORDS, addition_hash
from timeline.domain.authored import words_of_addition
from timeline.models import KnownAddition

JOIN_TASK = "timeline.tasks.join_organization"
FEWEST_WORDS = 4
"""What is shorter is in people's own mail as well."""

log = structlog.get_logger(__name__)


def read_addition(text: str) -> tuple[str, ...]:
    """The words of a pasted text. Raises ValidationError with a sentence."""
    words = words_of_addition(text)
    if len(words) < FEWEST_WORDS:
        raise ValidationError(
            f"This has fewer than {FEWEST_WORDS} words: people write so little themselves. Paste the whole text."
        )
    if len(words) > MOST_WORDS:
        raise ValidationError(f"This has more than {MOST_WORDS:,} words: paste the banner or disclaimer alone.")
    return words


def know_addition(*, organization: Organization, name: str, text: str, actor: User) -> KnownAddition:
    """Keep the hash of an addition and have copies joined. Runs in the caller's transaction, which audits it."""
    words = read_addition(text)
    digest = addition_hash(words)
    addition, _ = KnownAddition.objects.get_or_create(
        organization=organization, words_hash=digest,
        defaults={"name": name, "word_count": len(words), "added_by": actor},
    )  # fmt: skip
    transaction.on_commit(partial(_ask_to_join, organization), robust=True)
    return addition


def _ask_to_join(organization: Organization) -> None:
    """Ask a worker; where no broker answers, the night's round does it."""
    try:
        current_app.send_task(JOIN_TASK, args=[str(organization.pk)], retry=False)
    except (OperationalError, OSError) as error:
        log.warning("joining_not_asked_for", error=type(error).__name__)
