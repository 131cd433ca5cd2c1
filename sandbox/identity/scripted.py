"""Errors that tests have put in the identity platform's way."""

from dataclasses import dataclass, field

FOREVER = -1


@dataclass(slots=True)
class ScriptedError:
    """The next `remaining` answers to `email` at a `door` (token or authorize) are this code; -1 is for ever."""

    email: str
    door: str
    code: int
    remaining: int
    retry_after: int = 0


@dataclass(slots=True)
class ScriptedErrors:
    """Looked up at every token request and every sign-in."""

    entries: list[ScriptedError] = field(default_factory=list)

    def add(self, entry: ScriptedError) -> None:
        """Puts one more in the way."""
        self.entries.append(entry)

    def take(self, email: str, door: str) -> ScriptedError | None:
        """The error to answer now, counted down; an empty `email` in a script means everybody."""
        for entry in self.entries:
            if entry.door == door and entry.email in ("", email) and entry.remaining:
                if entry.remaining > 0:
                    entry.remaining -= 1
                return entry
        return None

    def clear(self) -> None:
        """Takes all away."""
        self.entries.clear()
