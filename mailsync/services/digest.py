"""A daily word to an organization's admins: whose mailbox stopped, why, what mends it, and where the audit trail ends.

An organization is written to where a mailbox stopped, or where its trail has grown: the end of a trail that stands in
its admins' mail cannot be cut off unnoticed. Only those admins who can sign in are written to. The text names people
and states, never a mail.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.urls import reverse
from django.utils import timezone

from accounts.domain.vocabulary import Role
from accounts.models import AuditEvent, Organization, User
from accounts.selectors.audit import trail_end
from core.phrasing import without_turns
from mailsync.models import Mailbox
from mailsync.selectors.mailboxes import advice_of, stopped_mailboxes

_END = """\
The audit trail of your organization ends today at
{}
Keep this letter: whoever runs the server checks with it that nothing was taken from the trail since
(manage.py verify_audit --expect, and the line above)."""

_GREW_WITHIN = timedelta(days=2)
"""Of a day that was missed, the next letter tells."""


def send_digests() -> int:
    """Write to the admins of every organization that has something to hear; says how many letters went out."""
    letters = []
    for organization in Organization.objects.order_by("slug"):
        stopped = list(stopped_mailboxes(organization))
        since = timezone.now() - _GREW_WITHIN
        if stopped or AuditEvent.objects.filter(organization=organization, at__gt=since).exists():
            end = trail_end(organization)
            admins = User.objects.filter(organization=organization, role=Role.ADMIN, is_active=True)
            letters += [_letter(admin, stopped, end) for admin in admins]
    return get_connection().send_messages(letters) or 0 if letters else 0


def _letter(admin: User, stopped: Sequence[Mailbox], end: str) -> EmailMessage:
    count = len(stopped)
    subject = f"{count} mailbox{'' if count == 1 else 'es'} stopped importing email" if count else "Today's audit trail"
    lines = [f"Hello {admin.display_name},", "", *_told(stopped), *([_END.format(end), ""] if end else [])]
    return EmailMessage(subject, without_turns("\n".join(lines)), settings.DEFAULT_FROM_EMAIL, [admin.email])


def _told(stopped: Sequence[Mailbox]) -> list[str]:
    """Each mailbox with what mends it."""
    if not stopped:
        return []
    lines = ["these mailboxes no longer import email conversations:", ""]
    for mailbox in stopped:
        told = advice_of(mailbox)
        since = f" since {mailbox.state_changed_at:%Y-%m-%d %H:%M} UTC" if mailbox.state_changed_at else ""
        code = f" ({mailbox.state_reason})" if mailbox.state_reason else ""
        lines += [f"{mailbox.user.display_name}{since}: {told.title}{code}", f"  {told.sentence}"]
        lines += [f"  Next: {told.next_step}"] if told.next_step else []
        lines.append("")
    return [*lines, "All mailboxes:", settings.BASE_URL + reverse("admin:mailsync_mailbox_changelist"), ""]
