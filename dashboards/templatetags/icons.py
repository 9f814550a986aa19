"""Icons as inline SVG, so that they take the colour of their text and need no request."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

FOLDER = Path(__file__).resolve().parent.parent / "icons"
register = template.Library()


@cache
def drawing(name: str) -> SafeString:
    """The paths of an icon on its 16-pixel grid."""
    return mark_safe((FOLDER / f"{name}.svg").read_text(encoding="utf-8").strip())


@register.simple_tag
@lru_cache(maxsize=1000)  # a page of fifty rows draws three hundred
def icon(name: str, label: str = "") -> SafeString:
    """An icon; silent to screen readers unless it has a label."""
    title = format_html("<title>{}</title>", label) if label else ""
    role = mark_safe('role="img"') if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5" '
        'stroke-linecap="round" stroke-linejoin="round" {}>{}{}</svg>',
        role, title, drawing(name),
    )  # fmt: skip
