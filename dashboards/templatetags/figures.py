"""How numbers, money, days and times read on a page."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from accounts.access.masking import GAP
from accounts.selectors.counting import MOST_COUNTED
from dashboards.charts.sparkline import sparkline_paths

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}
MINUS = "−"
DASH = "—"
ISO_DAY = re.compile(r"\b\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b")
FIELD = re.compile(r"^\w+(?=:)")  # what a message is about
STEPS = ((Decimal(10**9), "bn"), (Decimal(10**6), "m"), (Decimal(10**3), "k"))

register = template.Library()


@register.filter
def number(value: Any, places: int = 0) -> str:
    """Thousands separated, true minus sign; a dash where there is no value."""
    if value is None or value == "" or _masked(value):
        return str(value or DASH)
    text = f"{abs(Decimal(value)):,.{places}f}"
    return f"{MINUS}{text}" if Decimal(value) < 0 and Decimal(text.replace(",", "")) else text


@register.filter
def money(value: Any, currency: str | None = "EUR") -> str:
    """An amount to the cent with its currency."""
    if value is None or value == "" or _masked(value):
        return str(value or DASH)
    return _signed(Decimal(value), currency, f"{abs(Decimal(value)):,.2f}")


@register.filter
def whole_money(value: Any, currency: str | None = "EUR") -> str:
    """An amount without cents, with its currency."""
    if value is None or value == "" or _masked(value):
        return str(value or DASH)
    return _signed(Decimal(value), currency, f"{abs(Decimal(value)):,.0f}")


@register.filter
def short_money(value: Any, currency: str | None = "EUR") -> str:
    """An amount as a headline shows it: €1.24m, €386k, €42.10."""
    if value is None or value == "" or _masked(value):
        return str(value or DASH)
    amount = Decimal(value)
    for step, letter in STEPS:
        if abs(amount) >= step * Decimal("0.9995"):
            return _signed(amount, currency, _three_digits(abs(amount) / step) + letter)
    return _signed(amount, currency, f"{abs(amount):,.0f}")


@register.filter
def day(value: date | datetime | str | None) -> str:
    """A day as people write it, with the year only where it isn't this one."""
    if not value or isinstance(value, str):  # a masked day is text
        return str(value or DASH)
    moment = timezone.localtime(value) if isinstance(value, datetime) else value
    same_year = moment.year == timezone.localdate().year
    return f"{moment.day} {moment:%b}" if same_year else f"{moment.day} {moment:%b %Y}"


@register.filter
def with_days(text: str | None) -> str:
    """A sentence kept for people and programs alike, its days as people write them."""
    return ISO_DAY.sub(lambda found: day(date.fromisoformat(found[0])), text or "")


@register.filter
def moment(value: datetime | None) -> str:
    """A day with its time."""
    return f"{day(value)}, {timezone.localtime(value):%H:%M}" if value else DASH


@register.filter
def ago(value: datetime | date | None) -> str:
    """How long ago, in one unit: 4 min, 3 h, 12 d."""
    if not value:
        return DASH
    if not isinstance(value, datetime):
        days = (timezone.localdate() - value).days
        return "today" if days == 0 else f"{days} d"
    return duration((timezone.now() - value).total_seconds())


@register.filter
def duration(seconds: float | None) -> str:
    """Seconds in the unit people would use."""
    if seconds is None:
        return DASH
    if 0 < seconds < 0.1:
        return f"{seconds * 1000:.0f} ms"
    for limit, size, unit in ((90, 1, "s"), (5400, 60, "min"), (36 * 3600, 3600, "h")):
        if seconds < limit:
            value = seconds / size
            return f"{value:.1f} {unit}" if unit == "s" and value < 10 else f"{value:.0f} {unit}"
    return f"{seconds / 86400:.0f} d"


@register.filter
def percent(value: Any, places: int = 0) -> str:
    """A share between 0 and 1 as percent."""
    return DASH if value is None else f"{number(Decimal(value) * 100, places)} %"


@register.filter
def likely(probability: float | None) -> str:
    """A probability in percent; never rounded up to certainty."""
    if probability is None:
        return DASH
    return "> 99 %" if 0.995 <= probability < 1 else percent(probability)


@register.filter
def share(value: Any) -> str:
    """A share between 0 and 1 as a number of percent for a width."""
    return f"{float(value or 0) * 100:.1f}"


@register.filter
def signed(value: Any) -> str:
    """A weight with its sign."""
    return f"{'+' if value > 0 else MINUS}{abs(value):.1f}"


@register.filter
def in_bands(cells: Mapping[str, Any]) -> list[Any]:
    """The cells of a row by band, the worst first; a band nobody is in counts none."""
    return [cells.get(band, (0, Decimal(0))) for band in ("risk", "watch", "healthy")]


@register.filter
def left(value: datetime | None) -> str:
    """How much time is left until then."""
    return duration((value - timezone.now()).total_seconds()) if value else DASH


@register.filter
def pressed(key_map: dict[str, str] | None) -> str:
    """Which shipped key each of a person's own keys stands for, as the scripts read it."""
    return json.dumps({own: shipped for shipped, own in (key_map or {}).items()})


@register.filter
def words(value: str | None) -> str:
    """A code as words: partly_shipped reads Partly shipped."""
    text = str(value or "")
    text = text.replace("_", " ") if " " not in text else text
    return text[:1].upper() + text[1:] or DASH


@register.filter
def plain(value: str | None) -> str:
    """A declared name as people say it: credit_note_lines reads credit note lines."""
    return str(value or "").replace("_", " ")


@register.filter
def sentence(value: str | None) -> str:
    """A message as a sentence, the field it begins with as people say it."""
    text = FIELD.sub(lambda found: plain(found[0]), str(value or ""))
    return text[:1].upper() + text[1:] or DASH


@register.simple_tag
def spark(values: Sequence[Any], label: str = "") -> SafeString | str:
    """A line of the given values, small enough for a table cell; nothing where there are none."""
    paths = sparkline_paths([float(value or 0) for value in values])
    if not paths:
        return ""
    told = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="spark" viewBox="0 0 84 22" {}>'
        '<path class="area" d="{}"/><path d="{}"/><circle cx="{}" cy="{}" r="2"/></svg>',
        told, paths.area, paths.line, *paths.end,
    )  # fmt: skip


def _masked(value: Any) -> bool:
    """Whether the reader sees only the shape of the value."""
    return isinstance(value, str) and GAP in value


def _signed(amount: Decimal, currency: str | None, text: str) -> str:
    sign = MINUS if amount < 0 and text.strip("0.,") else ""
    if not currency:
        return sign + text
    symbol = SYMBOLS.get(currency)
    return f"{sign}{symbol}{text}" if symbol else f"{sign}{text} {currency}"


def _three_digits(value: Decimal) -> str:
    places = 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:.{places}f}"


@register.filter
def among(value: Any, known: Any) -> bool:
    """Whether the value is one of them."""
    return value in (known or ())


@register.filter
def capped(count: int) -> str:
    """A number of things that wait, as far as anybody counts them."""
    return f"{number(MOST_COUNTED)}+" if count > MOST_COUNTED else number(count)


@register.filter
def brief_number(value: Any) -> str:
    """An amount as a small cell shows it, without its currency: 12.4k."""
    amount = Decimal(value or 0)
    for step, letter in STEPS:
        if abs(amount) >= step * Decimal("0.9995"):
            return f"{MINUS if amount < 0 else ''}{_three_digits(abs(amount) / step)}{letter}"
    return f"{MINUS if amount < 0 else ''}{abs(amount):,.0f}"
