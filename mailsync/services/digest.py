"""A daily word to an organization's admins: whose mailbox stopped, why, and what mends it.

Only organizations with a stopped mailbox are written to, and only those admins who can sign in. The text names people
and states, never a mail.
"""

from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.urls import reverse

from accounts.domain.vocabulary import Role
from accounts.models import Organization, User
from mailsync.domain.mailbox_state import advice
from mailsync.models import Mailbox
from mailsync.selectors import stopped_mailboxes


def send_digests() -> int:
    """Write to the admins of every organization with a stopped mailbox; says how many letters went out."""
    letters = []
    for organization in Organization.objects.filter(mailboxes__import_enabled=True).distinct():
        stopped = list(stopped_mailboxes(organization))
        admins = User.objects.filter(organization=organization, role=Role.ADMIN, is_active=True)
        if stopped:
            letters += [_letter(admin, stopped) for admin in admins]
    return get_connection().send_messages(letters) or 0 if letters else 0


def _letter(admin: User, stopped: Sequence[Mailbox]) -> EmailMessage:
    count = len(stopped)
    subject = f"{count} mailbox{'' if count == 1 else 'es'} stopped importing email"
    lines = [f"Hello {admin.display_name},", "", "these mailboxes no longer import email conversations:", ""]
    for mailbox in stopped:
        told = advice(mailbox.state, mailbox.state_reason, mailbox.not_before)
        since = f" since {mailbox.state_changed_at:%Y-%m-%d %H:%M} UTC" if mailbox.state_changed_at else ""
        code = f" ({mailbox.state_reason})" if mailbox.state_reason else ""
        lines += [f"{mailbox.user.display_name}{since}: {told.title}{code}", f"  {told.sentence}"]
        lines += [f"  Next: {told.next_step}"] if told.next_step else []
        lines.append("")
    lines += ["All mailboxes:", settings.BASE_URL + reverse("admin:mailsync_mailbox_changelist")]
    return EmailMessage(subject, "\n".join(lines), settings.DEFAULT_FROM_EMAIL, [admin.email])
