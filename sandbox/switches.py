"""Habits of the tenant that tests can change while it runs."""

from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(slots=True)
class Switches:
    """Each switch stands at what Exchange most likely does, where its documentation leaves it open."""

    move_shows_add: bool = True
    returning_item_is_lost: bool = True
    body_text_supported: bool = True
    copies_differ: bool = False
    batch_is_shuffled: bool = True
    gzip: bool = True
    filter_cap: int = 5000
    generations: int = 3
    concurrency_limit: int = 4
    request_limit: int = 10_000
    latency_ms: int = 0
    answers_left: int = -1
    """How many more requests are answered; whoever asks then waits until it is set again. -1 is no end."""
    user_consent_allowed: bool = True
    withheld_scopes: list[str] = field(default_factory=list)
    auto_approve: str = ""
    subscription_max_minutes: int = 10_080
    wrong_secret: bool = False
    omit_refresh_token: bool = False
    id_token_claims: dict[str, Any] = field(default_factory=dict)
    """What the id token says instead; a claim that is null is left out."""
    id_token_forgery: str = ""
    """How its signature is forged (`sandbox.identity.signing_keys.SigningKeys.signed`)."""

    def change(self, wanted: dict[str, Any]) -> None:
        """Sets switches by name. Raises ValueError for an unknown name or a wrong type."""
        kinds = {entry.name: type(getattr(Switches(), entry.name)) for entry in fields(self)}
        for name, value in wanted.items():
            if name not in kinds:
                raise ValueError(f"no switch named {name!r}; there are {', '.join(sorted(kinds))}")
            if type(value) is not kinds[name]:
                raise ValueError(f"switch {name} takes a {kinds[name].__name__}")
            setattr(self, name, value)
