"""What every page shows around itself: the navigation, and how the viewer's own mailbox stands."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from mailsync.domain.mailbox_state import Advice, tone_of
from mailsync.models import Mailbox
from mailsync.selectors.mailboxes import advice_of


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """One line of the navigation."""

    label: str
    icon: str
    address: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class OwnMailbox:
    """The viewer's mailbox, in words and a colour."""

    mailbox: Mailbox
    advice: Advice
    tone: str


def frame(request: HttpRequest) -> dict[str, Any]:
    """Template context processor: `navigation`, and `own_mailbox` (read only where a template looks at it)."""
    viewer = getattr(request, "user", None)
    if not isinstance(viewer, User) or viewer.organization_id is None:
        return {}
    return {
        "navigation": _navigation(viewer, request.path),
        "own_mailbox": SimpleLazyObject(lambda: own_mailbox(viewer)),
    }


def own_mailbox(viewer: User) -> OwnMailbox | None:
    mailbox = Mailbox.objects.filter(user=viewer).first()
    if mailbox is None:
        return None
    found = advice_of(mailbox)
    return OwnMailbox(mailbox, found, tone_of(mailbox.state, found))


def _navigation(viewer: User, path: str) -> list[NavigationItem]:
    items = [("Deals", "deals", reverse("deals")), ("Customers", "customers", reverse("customers"))]
    items.append(("Profile", "profile", reverse("profile")))
    items.append(("Integrations", "integrations", reverse("integrations")))
    if viewer.is_organization_admin:
        items.append(("Consent", "consent", "/consent/"))
    if viewer.is_staff:
        items.append(("Admin console", "admin", reverse("admin:index")))
    current = max((address for _, _, address in items if path.startswith(address)), key=len, default="")
    return [NavigationItem(label, icon, address, address == current) for label, icon, address in items]
