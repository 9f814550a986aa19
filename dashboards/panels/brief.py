"""A customer on one page of paper, for one audience: what the reader may see, and of it what the audience may have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.selectors import customer as reads
from accounts.selectors import documents, receivables
from accounts.workspace import visible_notes, visible_tasks
from dashboards.freshness import list_source_lines
from dashboards.panels.banners import banners
from dashboards.panels.columns import DEALS, INVOICES, ORDERS, TICKETS, Column
from dashboards.panels.facts import fact_groups
from dashboards.panels.headlines import Headline, headlines
from dashboards.panels.section import Reading
from dashboards.templatetags.figures import ago, day, moment, money, whole_money, words

AUDIENCES = {"internal": "Internal", "customer": "To leave with the customer"}
OPEN_ORDERS = ("draft", "confirmed", "partly_shipped")
SHOWN, LOOKED_AT = 10, 60
# What the customer may be handed of itself; the rest is our own view of it.
HANDED = ("About",)
NOT_HANDED = ("owner", "collector", "segment", "customer_since_date", "employees")
NUMERIC = ("money", "percent", "late")


@dataclass(frozen=True)
class BriefTable:
    """A part of the brief with rows."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: frozenset[int] = frozenset()
    note: str = ""


@dataclass(frozen=True)
class Brief:
    """Everything of it, ready to be written on a page or on paper."""

    name: str
    subtitle: str
    audience: str
    label: str
    figures: Sequence[Headline]
    warnings: Sequence[str]
    facts: Sequence[tuple[str, str]]
    tables: Sequence[BriefTable]
    lines: Sequence[tuple[str, Sequence[str]]]
    as_of: str
    foot: str = ""
    mark: str = ""
    hidden: Sequence[str] = field(default_factory=tuple)


def brief_of(reading: Reading, audience: str) -> Brief:
    """The brief for an audience; an unknown one is the customer, who may have least."""
    inside = audience == "internal"
    values = reading.customer.values
    place = ", ".join(part for part in (values.get("city"), values.get("country")) if part)
    stamp = f"{reading.user} · {moment(reading.now)}"
    return Brief(
        name=values.get("name") or f"Customer {reading.customer.id}",
        subtitle=" · ".join(part for part in (values.get("legal_name"), place, values.get("customer_number")) if part),
        audience="internal" if inside else "customer",
        label=AUDIENCES["internal" if inside else "customer"],
        figures=headlines(reading) if inside else (),
        warnings=[f"{banner.title} {banner.text}".strip() for banner in banners(reading)] if inside else (),
        facts=_facts(reading, inside),
        tables=[table for table in _tables(reading, inside) if table is not None],
        lines=_lines(reading) if inside else (),
        as_of=_as_of(reading),
        foot=f"Concord · {'internal, not to be handed on' if inside else day(reading.today)} · printed by {stamp}",
        mark=f"INTERNAL · {stamp}" if inside else "",
        hidden=reading.customer.redacted if inside else (),
    )


def _facts(reading: Reading, inside: bool) -> list[tuple[str, str]]:
    groups = [(title, facts) for title, facts in fact_groups(reading.customer) if inside or title in HANDED]
    found = [
        (fact.label, _text(fact.value, fact.spec.type, fact.currency))
        for _, facts in groups
        for fact in facts
        if not fact.hidden and fact.value not in (None, "", []) and (inside or fact.spec.name not in NOT_HANDED)
    ]
    return found[:18]


def _tables(reading: Reading, inside: bool) -> list[BriefTable | None]:
    user, account = reading.user, reading.customer.account
    owed = documents.list_invoices(user, account, as_of=reading.today, limit=LOOKED_AT)
    tables = [
        _table("Open invoices", owed, INVOICES, lambda row: row.get("days_overdue") is not None, _ageing(reading)),
        _table("Orders under way", documents.list_orders(user, account, limit=LOOKED_AT), ORDERS,
               lambda row: row.get("status") in OPEN_ORDERS),
        _table("Open tickets", documents.list_tickets(user, account, limit=LOOKED_AT), TICKETS,
               lambda row: row.get("status") not in ("solved", "closed")),
    ]  # fmt: skip
    if inside:
        deals = documents.list_opportunities(user, account, limit=LOOKED_AT)
        tables.insert(0, _table("Open deals", deals, DEALS, lambda row: row.get("state") == "open"))
        tables.append(_people(reading))
    return tables


def _table(
    title: str, section: Any, columns: Sequence[Column], keep: Callable[[Any], bool], note: str = ""
) -> BriefTable | None:
    """None where the role has no such rows; a section without any says so."""
    if section is None:
        return None
    shown = [column for column in columns if column.name not in section.redacted and not column.wide_only]
    kept = [row.values for row in section.rows if keep(row.values)]
    rows = [[_text(row.get(column.name), column.kind, row.get("currency")) for column in shown] for row in kept[:SHOWN]]
    more = f"{len(kept) - SHOWN} more are not listed. " if len(kept) > SHOWN else ""
    numeric = frozenset(at for at, column in enumerate(shown) if column.kind in NUMERIC)
    return BriefTable(title, [column.label for column in shown], rows, numeric, more + note)


def _people(reading: Reading) -> BriefTable | None:
    people = reads.list_contacts(reading.user, reading.customer.account, limit=6)
    if people is None:
        return None
    names = ("name", "job_title", "buying_role", "phone", "email")
    rows = [[_text(row.values.get(name), "text", None) for name in names] for row in people.rows]
    return BriefTable("Contacts", ("Name", "Position", "Role", "Phone", "E-mail"), rows)


def _lines(reading: Reading) -> list[tuple[str, Sequence[str]]]:
    user, account = reading.user, reading.customer.account
    tasks = [task for task in visible_tasks(user, account)[:8] if task.done_at is None]
    notes = list(visible_notes(user, account)[:4])
    due = [f"{task.title} · {task.assignee}{f' · due {day(task.due_date)}' if task.due_date else ''}" for task in tasks]
    said = [f"{day(note.written_at)}, {note.author_label}: {note.text[:300]}" for note in notes]
    return [(title, lines) for title, lines in (("To do", due), ("Notes", said)) if lines]


def _ageing(reading: Reading) -> str:
    ageing = receivables.get_ageing(reading.user, reading.customer.account, as_of=reading.today)
    if ageing is None or not ageing.total:
        return ""
    parts = [f"{label}: {money(amount, ageing.currency)}" for label, amount in ageing.buckets.items() if amount]
    return f"By age: {' · '.join(parts)}."


def _as_of(reading: Reading) -> str:
    known = {chip.source for chip in reading.customer.chips}
    lines = [line for line in list_source_lines(reading.now) if line.name in known and line.data_at]
    return " · ".join(f"{line.label} as of {moment(line.data_at)}" for line in lines)


def _text(value: Any, kind: str, currency: str | None) -> str:
    """A value as a table on paper has it."""
    if value is None or value == "":
        return "—"
    if kind in ("day", "promise", "date"):
        return day(value)
    if kind == "ago":
        return f"{ago(value)} ago"
    if kind == "money":
        return money(value, currency) if currency else whole_money(value, "")
    if kind == "late":
        return f"{value} d" if value else "—"
    if kind in ("badge", "choice"):
        return words(value)
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
