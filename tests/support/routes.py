"""Every address that the product answers, as Django's own list of them has it, and rows for those that need one."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User
from tests.support.factories import ExclusionFactory, LeadFactory, MailboxFactory
from tests.support.scenery import scene

OPEN_TO_ALL = {
    "microsoft-login",
    "microsoft-notifications",
    "login",
    "logout",
    "favicon",
    "healthz",
    "readyz",
    "metrics",
    "schema",
    "docs",
    "microsoft-callback",
    "home",
}


def routes() -> list[tuple[str, str]]:
    """Every route as (name, path); what varies in a path stands as <kind:name>, and a route of no name has ""."""

    def walk(patterns: Iterable[URLPattern | URLResolver], prefix: str, space: str = "") -> Iterator[tuple[str, str]]:
        for pattern in patterns:
            path = prefix + re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<str:\1>", str(pattern.pattern)).strip("^$")
            if isinstance(pattern, URLResolver):
                inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
                yield from walk(pattern.url_patterns, path, inner)
            else:
                yield space + (pattern.name or ""), path

    return list(walk(get_resolver().url_patterns, "/"))


def pages() -> list[tuple[str, str]]:
    """The pages that people have, as (name, path): all but the console's own and the API."""
    return [(name, path) for name, path in routes() if name and ":" not in name and not path.startswith("/api/")]


def endpoints() -> list[tuple[str, str]]:
    """What programs ask for, as (name, path), whether it is described or not."""
    return [(name, path) for name, path in routes() if path.startswith("/api/")]


def console_pages() -> list[str]:
    """The paths of the admin console."""
    return [path for _, path in routes() if path.startswith("/admin/")]


def filled(path: str, ids: Mapping[str, Any], name: str) -> str:
    """A path with the id that `ids` has for the page of this name; an engagement's where it has none."""
    by_kind = {
        "slug": "mailbox",
        "int": ids.get(name, ids.get("exclusion")),
        "uuid": ids.get(name, ids.get("engagement")),
    }
    return re.sub(r"<(\w+):\w+>", lambda part: str(by_kind[part[1]]), path)


def rows_with_pages(owner: User, mark: str) -> dict[str, Any]:
    """One row of everything that has a page, carrying the mark; ids by the page's name."""
    globex = scene(owner, company=mark)
    globex.jane.last_name = mark
    globex.jane.save()
    mail = globex.mail(mark, subject=mark)
    globex.call(mark)
    MailboxFactory(user=owner, state_reason=mark)
    return {
        "deal": globex.deal.pk,
        "account": globex.account.pk,
        "contact": globex.jane.pk,
        "lead": LeadFactory(organization=owner.organization, last_name=mark).pk,
        "conversation": mail.conversation_id,
        "delete-conversation": mail.conversation_id,
        "engagement": mail.pk,
        "exclusion": ExclusionFactory(organization=owner.organization, user=owner, value=mark).pk,
    }
