"""API tokens: which open something, and whose they are."""

from datetime import datetime

from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.models import ApiToken, User


def live_tokens(*, now: datetime | None = None) -> QuerySet[ApiToken]:
    """Every token that opens something."""
    living = ApiToken.objects.filter(expires_at__gt=now or timezone.now())
    return living.filter(user__is_active=True, user__organization=F("organization"))


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """Every token of a person, the newest first; also what has expired."""
    return ApiToken.objects.filter(user=user).order_by("-id")
