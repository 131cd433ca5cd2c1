"""What was erased does not come back: what import asks for before it records is written here (F27).

The hashes, and how a copy is compared with them: timeline/recording/erased.py.
"""

from collections.abc import Iterable

from accounts.models import Organization
from accounts.selectors.keys import organization_key
from timeline.domain.erased import statement
from timeline.domain.vocabulary import SuppressionKind
from timeline.models import EmailMessage, Suppression
from timeline.recording.erased import Suppressed, hashed, shortened_by
from timeline.recording.identify import CopyDesk, people_of

_AT_ONCE = 500


def suppression_hash(organization: Organization, kind: SuppressionKind, value: str) -> str:
    """The hash under which `value` is suppressed, 64 hexadecimal digits."""
    return hashed(organization_key(organization), kind, value)


def suppress(organization: Organization, values: Iterable[Suppressed]) -> None:
    """Keep `values` from being recorded from here on; safe to repeat."""
    key = organization_key(organization)
    Suppression.objects.bulk_create(
        [
            Suppression(organization=organization, kind=kind, keyed_hash=hashed(key, kind, value))
            for kind, value in sorted(set(values))
        ],
        ignore_conflicts=True,
        batch_size=_AT_ONCE,
    )


def suppress_emails(organization: Organization, emails: Iterable[EmailMessage], *, in_this_form: bool = False) -> None:
    """Keep these recorded emails from being recorded again, whatever form a copy has; nothing else is kept out.

    `in_this_form` keeps out copies alone that say the very same.
    """
    rows = list(emails)
    if not rows:
        return
    key, people = organization_key(organization), people_of(row.pk for row in rows)
    addresses = {address for some in people.values() for _, address in some}
    desk = CopyDesk(organization, addresses)
    said = {row.pk: desk.said(desk.mail_of(row, people[row.pk])) for row in rows}
    Suppression.objects.bulk_create(
        [
            Suppression(
                organization=organization,
                kind=SuppressionKind.MESSAGE,
                keyed_hash=hashed(key, SuppressionKind.MESSAGE, value),
                statement=statement(said[row.pk], shortened_by(key), in_this_form=in_this_form),
            )
            for row in rows
            for value in sorted({row.message_key, row.fingerprint})
        ],
        ignore_conflicts=True,
        batch_size=_AT_ONCE,
    )
