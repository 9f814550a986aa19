"""The rows of the customer list: fifty of twenty cells, which as a template took half of the page's time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cache
from html import escape
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from dashboards.panels.filters import Line
from dashboards.templatetags.figures import DASH, ago, day, number, signed, spark, words
from dashboards.templatetags.icons import icon

NONE = f'<span class="muted">{DASH}</span>'
CUT = "…"  # what a masked word looks like
Values = Mapping[str, Any]
register = template.Library()


@register.simple_tag
def customer_row(row: Line, stars: Collection[int] | None) -> SafeString:
    """One row, each cell as its kind is written; without stars for who may follow nobody."""
    name = row.values.get("name") or "this customer"
    followed = "" if stars is None else star(row.id, name, row.id in stars)
    return mark_safe(
        f'<tr data-row data-id="{row.id}"><td class="tick"><input type="checkbox" name="id" value="{row.id}" '
        f'form="bulk" aria-label="Select {escape(str(name))}">{followed}</td>'
        + "".join(CELLS.get(cell["kind"], _text)(cell, row) for cell in row.cells)
        + "</tr>"
    )


@register.simple_tag
def star(id: int, name: Any, on: bool) -> SafeString:
    """The button that follows a customer."""
    at = _address("follow", str(id))
    told, pressed = ("Following; press to stop", "true") if on else ("Follow", "false")
    return mark_safe(
        f'<button class="star" id="star-{id}" form="bulk" formaction="{at}" hx-post="{at}" hx-target="this" '
        f'hx-swap="outerHTML" data-star aria-pressed="{pressed}" aria-label="Follow {escape(str(name))}" '
        f'title="{told} (s)">{icon("star")}</button>'
    )


def _name(cell: Values, row: Line) -> str:
    at, values, name = str(row.id), row.values, escape(str(cell["value"] or DASH))
    peek = escape(str(cell["value"] or "this customer"))
    return (
        f'<th scope="row"><a class="name" href="{_address("customer", at)}">{name}</a>'
        f"{_status(values.get('status'))}{_disputed(values.get('disputed'))}{_city(values.get('city'))}"
        f'<span class="row-acts"><button type="button" data-peek hx-get="{_address("customer_peek", at)}" '
        f'hx-target="#drawer-body" aria-label="Open {peek} beside the list" title="Open beside (o)">{icon("side")}'
        "</button></span></th>"
    )


def _status(status: Any) -> str:
    if not status or status in ("active", CUT):
        return ""
    bad = " badge--bad" if status == "blocked" else ""
    return f' <span class="badge{bad}">{escape(words(status))}</span>'


def _disputed(fields: Any) -> str:
    if not fields:
        return ""
    told = escape(", ".join(fields))
    return f' <span class="warn" title="Sources differ on: {told}">{icon("different", "Disputed values")}</span>'


def _city(city: Any) -> str:
    return f'<span class="row-city">{escape(str(city))}</span>' if city and city != CUT else ""


def _revenue(cell: Values, row: Line) -> str:
    months = row.values.get("revenue_months")
    line = spark(months) if months else ""
    return (
        f'<td class="number lead"><span class="with-spark">{line}'
        f'<span class="figure">{_number(cell["value"])}</span></span></td>'
    )


def _health(cell: Values, row: Line) -> str:
    if cell["value"] is None:
        told = f'<span class="muted" title="Not enough is known for a number">{DASH}</span>'
    else:
        band = band_badge(row.values.get("health_band"), row.values.get("health_state"))
        told = f'{band} <span class="figure">{_number(cell["value"])}</span>{_moved(row.values.get("health_moved"))}'
    return f'<td class="number nowrap" data-label="Health">{told}</td>'


def _moved(points: Any) -> str:
    if not points:
        return ""
    tone = "bad" if points <= -5 else "ok" if points >= 5 else "muted"
    return f' <span class="{tone}" title="Against 30 days ago">{signed(points)}</span>'


@cache
def band_badge(band: str | None, state: str | None) -> str:
    """The badge of a health band, as every page shows it."""
    return render_to_string("dashboards/health/_band.html", {"band": band, "state": state}).strip()


def _band(cell: Values, row: Line) -> str:
    return f"<td>{band_badge(cell['value'], row.values.get('health_state'))}</td>"


def _figure(cell: Values, row: Line) -> str:
    """A number worth a word only where it is not zero."""
    return f'<td class="number wide-only">{_number(cell["value"]) if cell["value"] else NONE}</td>'


def _alarm(cell: Values, row: Line) -> str:
    value = cell["value"]
    told = f'<span class="bad">{_number(value)}</span>' if value else NONE
    return f'<td class="number{"" if value else " none"}" data-label="Overdue">{told}</td>'


def _ago(cell: Values, row: Line) -> str:
    value = cell["value"]
    return f'<td class="number dim wide-only" title="{day(value)}">{ago(value) if value else DASH}</td>'


def _day(cell: Values, row: Line) -> str:
    return f'<td class="dim wide-only nowrap">{escape(day(cell["value"]))}</td>'


def _overdue(cell: Values, row: Line) -> str:
    told = '<span class="badge badge--warn">Overdue</span>' if cell["value"] else NONE
    return f'<td class="wide-only">{told}</td>'


def _light(cell: Values, row: Line) -> str:
    return f'<td class="wide-only">{_lights().get(cell["value"], NONE)}</td>'


@cache
def _lights() -> dict[str, str]:
    return {
        "hold": f'<span class="badge badge--bad">{icon("stop")}On hold</span>',
        "near": '<span class="badge badge--warn">Near limit</span>',
        "free": '<span class="muted">Free</span>',
        "unlimited": '<span class="muted">No limit</span>',
    }


def _sources(cell: Values, row: Line) -> str:
    told = escape(", ".join(cell["value"] or ()))
    count = len(cell["value"] or ())
    return (
        f'<td class="number dim wide-only col-sources" title="{told}">{count}<span class="unseen"> {told}</span></td>'
    )


def _amount(cell: Values, row: Line) -> str:
    return f'<td class="number wide-only">{NONE if cell["value"] is None else _number(cell["value"])}</td>'


def _yes(cell: Values, row: Line) -> str:
    told = NONE if cell["value"] is None else "Yes" if cell["value"] else "No"
    return f'<td class="wide-only">{told}</td>'


def _list(cell: Values, row: Line) -> str:
    return f'<td class="dim wide-only">{escape(", ".join(cell["value"] or ()) or DASH)}</td>'


def _code(cell: Values, row: Line) -> str:
    return f"<td>{escape(str(cell['value'] or DASH))}</td>"


def _word(cell: Values, row: Line) -> str:
    return f'<td class="dim wide-only">{escape(words(cell["value"] or ""))}</td>'


def _text(cell: Values, row: Line) -> str:
    return f'<td class="dim wide-only col-{cell["name"]}">{escape(str(cell["value"] or DASH))}</td>'


def _number(value: Any) -> str:
    return escape(number(value))


@cache
def _pattern(view: str) -> tuple[str, str]:
    before, _, after = reverse(view, args=[7070707]).partition("7070707")
    return before, after


def _address(view: str, at: str) -> str:
    """The address of a page of a customer; asking Django for each took 0.2 ms a row."""
    before, after = _pattern(view)
    return f"{before}{at}{after}"


CELLS: dict[str, Callable[[Values, Line], str]] = {
    "name": _name, "revenue": _revenue, "health": _health, "band": _band, "money": _figure, "count": _figure,
    "alarm": _alarm, "ago": _ago, "day": _day, "overdue": _overdue, "light": _light, "sources": _sources,
    "amount": _amount, "yes": _yes, "list": _list, "code": _code, "word": _word,
}  # fmt: skip
