"""What every template may use: icons, avatars, moments and sums."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from core import phrasing
from core.moments import utc_seconds
from core.web.icons import ICONS

register = template.Library()

_BAR_HEIGHT = 24


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A drawing of this size of text; without a label it is decoration beside words."""
    shapes = mark_safe(ICONS[name])  # noqa: S308 - our own drawings
    naming = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html('<svg class="icon" viewBox="0 0 20 20" {}>{}</svg>', naming, shapes)


@register.simple_tag
def avatar(name: str, size: str = "") -> SafeString:
    """Initials on a colour of the person's own; the name itself stands beside it."""
    return format_html(
        '<span class="avatar {} hue-{}" aria-hidden="true">{}</span>',
        size,
        phrasing.hue(name),
        phrasing.initials(name),
    )


@register.simple_tag
def bars(heights: Sequence[int]) -> SafeString:
    """Small bars from heights in percent; the number beside them says the same in words."""
    columns = format_html_join(
        "",
        '<rect {}x="{}" y="{}" width="5" height="{}" rx="1"/>',
        (
            (mark_safe('class="has" ') if height else "", place * 7, _BAR_HEIGHT - tall, tall)
            for place, height in enumerate(heights)
            for tall in [max(2, _BAR_HEIGHT * height // 100)]
        ),
    )
    width = max(1, 7 * len(heights) - 2)
    return format_html(
        '<svg class="bars" viewBox="0 0 {0} {1}" width="{0}" height="{1}" aria-hidden="true">{2}</svg>',
        width,
        _BAR_HEIGHT,
        columns,
    )


@register.simple_tag
def ago(moment: datetime | None, empty: str = "never") -> SafeString:
    """ "3 days ago", the moment itself on hovering."""
    if moment is None:
        return format_html('<span class="muted">{}</span>', empty)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        utc_seconds(moment),
        _full(moment),
        phrasing.relative(moment, timezone.now()),
    )


@register.simple_tag
def moment(at: datetime) -> SafeString:
    """ "20 Nov 2026, 10:00 UTC"."""
    return format_html('<time datetime="{}">{}</time>', utc_seconds(at), _full(at))


@register.simple_tag
def day(on: date | None, empty: str = "—") -> SafeString:
    """ "20 Nov 2026", how far away on hovering."""
    if on is None:
        return format_html('<span class="muted">{}</span>', empty)
    title = phrasing.relative_day(on, timezone.now().date())
    return format_html('<time datetime="{}" title="{}">{}</time>', on.isoformat(), title, f"{on.day} {on:%b %Y}")


@register.filter
def relative_day(on: date) -> str:
    return phrasing.relative_day(on, timezone.now().date())


@register.filter
def is_ahead(on: date) -> bool:
    return on >= timezone.now().date()


@register.filter
def is_to_come(at: datetime) -> bool:
    return at > timezone.now()


@register.filter
def days_since(at: datetime) -> int:
    return (timezone.now() - at).days


@register.simple_tag
def money(amount: Decimal | None, currency: str = "") -> SafeString:
    if amount is None:
        return mark_safe('<span class="muted">—</span>')
    return format_html("{}", phrasing.money(amount, currency))


@register.filter
def names(people: Iterable[Any]) -> str:
    """ "Jane Doe, Lee Prospect": whatever has a name, in one line."""
    return ", ".join(each.name for each in people)


@register.filter
def named(people: Iterable[Any]) -> SafeString:
    """`names`, each by itself in its own direction of reading."""
    return format_html_join(", ", "<bdi>{}</bdi>", ((each.name,) for each in people))


@register.filter
def as_written(text: str) -> SafeString:
    """A text with its controls of direction, spelled out; only within an element that isolates it (`dir`).

    Everything else of a page goes out without them (jiminny_sync.middleware).
    """
    return mark_safe(phrasing.CONTROLS_OF_DIRECTION.sub(lambda found: f"&#{ord(found[0])};", escape(text)))  # noqa: S308 - escaped


@register.filter
def domains(found: Iterable[Any]) -> str:
    """ "globex.example, bücher.example": as people write them."""
    return ", ".join(phrasing.domain(each.domain) for each in found)


@register.filter
def duration(seconds: int) -> str:
    return phrasing.duration(seconds)


@register.filter
def words(value: object) -> str:
    """A StrEnum or code as words: `needs_sign_in` reads "Needs sign in"."""
    return str(value).replace("_", " ").capitalize()


def _full(at: datetime) -> str:
    at = at.astimezone(UTC)
    return f"{at.day} {at:%b %Y, %H:%M} UTC"
