"""Who was granted what, and what was taken away again."""

from dataclasses import dataclass, field

GRAPH_PREFIX = "https://graph.microsoft.com/"
OPENID_SCOPES = frozenset({"openid", "profile", "email", "offline_access"})


def split_scopes(text: str) -> tuple[list[str], bool]:
    """Graph scopes in their short form, and whether they were asked for in the long one."""
    words = text.split()
    is_qualified = any(word.startswith(GRAPH_PREFIX) for word in words)
    return [word.removeprefix(GRAPH_PREFIX) for word in words if word not in OPENID_SCOPES], is_qualified


@dataclass(slots=True)
class Grants:
    """Consent by the tenant's admin and by each user (by object id); times are epoch seconds."""

    tenant: set[str] = field(default_factory=set)
    users: dict[str, set[str]] = field(default_factory=dict)
    revoked_at: dict[str, float] = field(default_factory=dict)
    disabled: set[str] = field(default_factory=set)
    access_valid_after: dict[str, float] = field(default_factory=dict)
    is_app_removed: bool = False

    def scopes_of(self, oid: str) -> set[str]:
        """Everything granted to this user, case kept."""
        return self.tenant | self.users.get(oid, set())

    def allow(self, oid: str, scopes: set[str]) -> None:
        """A user's consent."""
        self.users.setdefault(oid, set()).update(scopes)

    def withdraw(self, oid: str | None) -> None:
        """Takes consent away from one user, or, with None, every consent in the tenant."""
        if oid is None:
            self.tenant.clear()
            self.users.clear()
        else:
            self.users.pop(oid, None)
