"""What is wrong right now, in fixed order: closed or in court, hold, overdue, severe ticket, data, stale source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from accounts.access import may_list, treatment
from accounts.health.versions import current_definition
from dashboards.freshness import SourceLine, list_source_lines
from dashboards.shell import SHOWS
from dashboards.templatetags.figures import ago, day, short_money
from syncengine.selectors.sync import may_see_runs

if TYPE_CHECKING:
    from dashboards.panels.section import Reading

LATE_DAYS = 30


@dataclass(frozen=True)
class Banner:
    """One warning across the page."""

    tone: str
    icon: str
    title: str
    text: str = ""
    url: str = ""
    action: str = ""


CLOSED = {
    "blocked": Banner("bad", "stop", "Blocked: nothing may be sold to this customer."),
    "inactive": Banner("warn", "lock", "Inactive: no longer a customer."),
}


def banners(reading: Reading) -> list[Banner]:
    """The warnings this reader may see, the gravest first."""
    found = (_closed(reading), _hold(reading), _overdue(reading), _severe(reading), _disputed(reading),
             _asked(reading), *_stale(reading))  # fmt: skip
    return [banner for banner in found if banner]


def _closed(reading: Reading) -> Banner | None:
    """Insolvent, sued or no customer any more: told by the status, or by a reason the role may read."""
    status, reason = reading.customer.values.get("status"), reading.customer.values.get("credit_hold_reason") or ""
    if reason and any(word in reason.lower() for word in current_definition().closed_reasons):
        return Banner("bad", "stop", "Insolvent or in court:", f"{reason}.")
    return CLOSED.get(status or "")


def _hold(reading: Reading) -> Banner | None:
    if reading.figures.get("credit_light") != "hold":
        return None
    values = reading.customer.values
    since = values.get("credit_hold_since_date")
    reason = values.get("credit_hold_reason")
    text = " · ".join(part for part in (reason, f"since {day(since)}" if since else "") if part)
    return Banner("bad", "stop", "Credit hold: new deliveries are stopped.", text)


def _overdue(reading: Reading) -> Banner | None:
    figures = reading.figures
    late, oldest = figures.get("overdue_receivable"), figures.get("oldest_due_date")
    if late and oldest and (reading.today - oldest).days > LATE_DAYS:
        days = (reading.today - oldest).days
        title = f"{short_money(late, reading.currency)} overdue, the oldest for {days} days."
        url = reverse("tab", args=[reading.customer.id, "finance"])
        return Banner("warn", "clock", title, url=url, action="Invoices")
    if "overdue_receivable" not in figures and figures.get("has_overdue"):
        return Banner("warn", "clock", "Invoices are overdue.")
    return None


def _severe(reading: Reading) -> Banner | None:
    count = reading.figures.get("severe_tickets")
    if not count:
        return None
    url = reverse("tab", args=[reading.customer.id, "service"]) if may_list(reading.user, "ticket") else ""
    noun = "ticket is" if count == 1 else "tickets are"
    return Banner("bad", "ticket", f"{count} severe {noun} open.", url=url, action="Tickets")


def _disputed(reading: Reading) -> Banner | None:
    names = [name.replace("_", " ") for name in reading.customer.disputed]
    if not names:
        return None
    verb = "differ" if len(names) > 1 else "differs"
    return Banner(
        "warn",
        "different",
        f"{', '.join(names).capitalize()} {verb} between sources.",
        "A steward is asked; the marked value stands until then.",
    )


def _asked(reading: Reading) -> Banner | None:
    """Questions about the record itself, such as whether another customer is the same."""
    count = reading.figures.get("open_tasks")
    if not count:
        return None
    asked = "1 question about this record waits" if count == 1 else f"{count} questions about this record wait"
    tab = reverse("tab", args=[reading.customer.id, "data"]) if treatment(reading.user, "provenance") == "full" else ""
    return Banner("quiet", "queue", f"{asked} for a steward.", url=tab, action="Data")


def _stale(reading: Reading) -> list[Banner]:
    """Sources this customer is known from that are late or broken."""
    known = {chip.source for chip in reading.customer.chips}
    lines = [line for line in list_source_lines() if line.name in known]
    told = [text for line in lines for name, text in line.notices if name not in SHOWS["customers"]]
    return [Banner("warn", "history", text) for text in told] + [
        Banner("warn", "history", f"{line.label} data is {ago(line.data_at)} old.", _why(reading, line))
        for line in lines
        if line.tone == "bad" and line.data_at
    ]


def _why(reading: Reading, line: SourceLine) -> str:
    """What the source says itself is for those who run it: it names folders and servers."""
    if may_see_runs(reading.user):
        return line.message or line.word
    return "It cannot be read at the moment; those who run the portal are told."
