"""The cache of an installation without Redis: numbers in the database, so that every web process sees the same.

Django's own database cache loses calls of `incr` that come at once, lets each move the end of its key, and unpickles
what stands in the table: whoever can write there could run code here. This one holds numbers and nothing else.
"""

from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db.models import F
from django.utils import timezone

from accounts.models import CountedCall
from core.db.unit_of_work import unit_of_work


class CountingDatabaseCache(BaseCache):
    """`get`, `add` and `incr` of Django's caches; the rest is not offered."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """The number under `key`, else `default`."""
        live = CountedCall.objects.filter(key=self._name(key, version), expires_at__gt=timezone.now())
        return live.values_list("number", flat=True).first() or default

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Begin to count with `value` unless something is counted under `key`; what has ended goes."""
        columns = {"number": value, "expires_at": datetime.fromtimestamp(self.get_backend_timeout(timeout) or 0, UTC)}

        def put() -> bool:
            CountedCall.objects.filter(expires_at__lte=timezone.now()).delete()
            return CountedCall.objects.get_or_create(key=self._name(key, version), defaults=columns)[1]

        return unit_of_work(put)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """The number after adding `delta`; raises ValueError where nothing is counted under `key`."""

        def count() -> int:
            live = CountedCall.objects.filter(key=self._name(key, version), expires_at__gt=timezone.now())
            if not live.update(number=F("number") + delta):  # whoever counts at the same time waits here
                raise ValueError(f"Nothing is counted under {key!r}.")
            return live.values_list("number", flat=True)[0]

        return unit_of_work(count)

    def _name(self, key: str, version: int | None) -> str:
        return self.make_and_validate_key(key, version=version)
