"""The delegated permissions that are asked for, and whether one was truly granted.

Microsoft answers with every scope ever granted, short or qualified, in any case: "User.Read
https://graph.microsoft.com/Mail.Read". Whether Mail.Read was granted is read off that answer (ED:access-tokens: the
access token itself is opaque).
"""

from collections.abc import Sequence

USER_READ, MAIL_READ, CALENDARS_READ = "User.Read", "Mail.Read", "Calendars.Read"

SIGN_IN_SCOPES = (USER_READ, MAIL_READ)
"""What connecting asks for; MSAL adds openid, profile and offline_access by itself."""

EMAIL = "email"
"""What a sign-in alone asks for; MSAL adds openid and profile. Nothing here believes the claim that it brings."""

OPENID_SCOPES = ("openid", "profile", "offline_access")

_GRAPH = "https://graph.microsoft.com/"


def qualified(scope: str) -> str:
    """A Graph scope with its resource in front, as the v2 admin consent page wants it."""
    return _GRAPH + scope


def short(scope: str) -> str:
    """A scope without Graph's resource, in lower case: the form in which scopes are compared."""
    lowered = scope.casefold()
    return lowered.removeprefix(_GRAPH)


def is_granted(scope: str, granted: str) -> bool:
    """Whether `granted`, space-separated as Microsoft returned it, contains `scope` in whatever spelling."""
    wanted = short(scope)
    return any(short(one) == wanted for one in granted.split())


def as_granted(wanted: Sequence[str], granted: str) -> list[str]:
    """`wanted` in the spelling in which Microsoft granted it.

    MSAL compares scopes literally: asked for in another spelling, a token in the cache is not found and every call
    becomes a refresh.
    """
    spellings = {short(one): one for one in granted.split()}
    return [spellings.get(short(scope), scope) for scope in wanted]
