"""API tokens: made, told apart by name, used, and ended.

make_token ──▶ the secret, once          digest, name, scope, expires_at stay
token_of(secret) ──▶ the live token      neither expired nor of somebody deactivated
revoke_token · revoke_tokens             by hand; by a new password or a deactivation, at once (docs/decisions/0081)
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone

from accounts.domain.api_tokens import LONGEST_DAYS, MOST_TOKENS, USUAL_DAYS, TokenScope, digest_of, new_secret
from accounts.domain.audit import AuditVerb
from accounts.models import ApiToken, User
from accounts.selectors.api_tokens import live_tokens
from accounts.services.audit import record_event
from core.db.unit_of_work import one_unit_of_work

_USE_IS_WRITTEN_EVERY = timedelta(minutes=1)
"""So that a program that polls writes no row at each request."""


class TokenRefused(ValueError):
    """No such token is made; says why in a sentence for the person."""


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token and its secret, which is stored nowhere."""

    token: ApiToken
    secret: str


@one_unit_of_work
def make_token(
    *,
    user: User,
    name: str,
    scope: TokenScope,
    days: int = USUAL_DAYS,
    actor: User | None = None,
    now: datetime | None = None,
) -> NewToken:
    """A token of `user` for `days` days; raises TokenRefused with a sentence."""
    now = now or timezone.now()
    if user.organization is None:
        raise TokenRefused("This login belongs to no organization, so there is nothing a token could read.")
    if not 1 <= days <= LONGEST_DAYS:
        raise TokenRefused(f"A token is good for 1 to {LONGEST_DAYS} days.")
    locked = User.objects.select_for_update().get(pk=user.pk)  # of two made at once, the later counts the earlier
    if not locked.is_active or locked.password != user.password:
        raise TokenRefused("This login was switched off, or has a new password: sign in again.")
    if live_tokens(now=now).filter(user=user).count() >= MOST_TOKENS:
        raise TokenRefused(f"You have {MOST_TOKENS} tokens already: revoke one that is not used any more.")
    secret = new_secret()
    token = ApiToken.objects.create(
        organization=user.organization,
        user=user,
        name=name,
        scope=scope,
        digest=digest_of(secret),
        expires_at=now + timedelta(days=days),
    )
    detail = {"name": name, "scope": str(scope), "days": days, "user": str(user.pk)}
    record_event(organization=user.organization, actor=actor, verb=AuditVerb.ADDED, subject=token, detail=detail)
    return NewToken(token, secret)


def token_of(secret: str, *, now: datetime | None = None) -> ApiToken | None:
    """The live token, with its user, that `secret` is; its use is noted once a minute."""
    now = now or timezone.now()
    token = live_tokens(now=now).select_related("user").filter(digest=digest_of(secret)).first()
    if token is not None:
        _note_use(token, now)
    return token


def _note_use(token: ApiToken, now: datetime) -> None:
    before = now - _USE_IS_WRITTEN_EVERY
    if token.last_used_at is None or token.last_used_at <= before:
        unnoted = Q(last_used_at=None) | Q(last_used_at__lte=before)
        ApiToken.objects.filter(unnoted, pk=token.pk).update(last_used_at=now)


@one_unit_of_work
def revoke_token(*, token: ApiToken, actor: User) -> None:
    """End one token."""
    _revoke(ApiToken.objects.filter(pk=token.pk), actor=actor, why="by hand")


@one_unit_of_work
def revoke_tokens(*, user: User, actor: User | None, why: str) -> int:
    """End every token of `user`; how many there were."""
    return _revoke(ApiToken.objects.filter(user=user), actor=actor, why=why)


def _revoke(tokens: QuerySet[ApiToken], *, actor: User | None, why: str) -> int:
    ended = list(tokens.select_related("organization"))
    for token in ended:
        detail = {"name": token.name, "why": why, "user": str(token.user_id)}
        record_event(organization=token.organization, actor=actor, verb=AuditVerb.REMOVED, subject=token, detail=detail)
    tokens.filter(pk__in=[token.pk for token in ended]).delete()
    return len(ended)


@receiver(post_save, sender=User, dispatch_uid="accounts.api_tokens")
def end_with_their_login(*, instance: User, created: bool, **_: Any) -> None:
    """A new password and a deactivation end the tokens, through whichever door they came.

    Django puts a password that is set into `_password` until it is saved, and leaves it out where a hash is only made
    anew with more rounds, which is no new password.
    """
    if created:
        return
    if not instance.is_active:
        revoke_tokens(user=instance, actor=None, why="deactivated")
    elif instance._password is not None:  # noqa: SLF001 - as Django's own save() does
        revoke_tokens(user=instance, actor=None, why="new password")
