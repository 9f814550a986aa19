"""The measures of health in the order in which arrays hold them; a new one is added at the end."""

from __future__ import annotations

from dataclasses import dataclass

COMPONENTS = {
    "payment": "Payment",
    "rhythm": "Order rhythm",
    "quality": "Delivery and billing",
    "support": "Support",
    "engagement": "Engagement",
    "outlook": "Outlook",
    "scores": "Scores of other tools",
}
# The class whose values a component's inputs tell; who doesn't see it in full sees the points alone.
SENSITIVITY = {
    "payment": "receivable", "rhythm": "order", "quality": "order", "support": "service",
    "engagement": "pipeline", "outlook": "pipeline", "scores": "health",
}  # fmt: skip
CAPPING = ("payment", "rhythm", "quality", "support")


@dataclass(frozen=True)
class Measure:
    """One measure: what it tells, in which unit, what it needs, and the objects it is read from."""

    name: str
    label: str
    component: str
    unit: str
    meaning: str
    needs: str
    objects: tuple[str, ...]
    rows: str  # the section of the customer's page that lists what it is made of

    @property
    def sensitivity(self) -> str:
        """The class its input belongs to."""
        return SENSITIVITY[self.component]


MEASURES = (
    Measure(
        "beyond_terms", "Days beyond terms", "payment", "days",
        "Days paid after the due date over 180 days, by amount; what is overdue counts at its age today",
        "3 invoices paid or overdue in 180 days", ("invoice",), "invoices",
    ),
    Measure(
        "overdue_share", "Overdue share", "payment", "%",
        "Part of the open receivables that is past its due date", "an open invoice", ("invoice",), "invoices",
    ),
    Measure(
        "cadence", "Order cadence", "rhythm", "× usual interval",
        "Days since the last order over the usual days between orders: their median, or half of the ninth decile "
        "where that is more; orders of one day are one",
        "4 order days in the 24 months before the last order, that within 24 months", ("order",), "orders",
    ),
    Measure(
        "revenue_change", "Revenue change", "rhythm", "%",
        "Net invoiced of 90 days against the same days a year ago, else against the 90 days before",
        "revenue in an earlier period", ("invoice", "credit_note"), "revenue",
    ),
    Measure(
        "faulty_orders", "Orders we got wrong", "quality", "%",
        "Part of the order value of 180 days shipped late, returned, credited, billed or quoted differently",
        "an order in 180 days", ("order", "shipment", "invoice"), "orders",
    ),
    Measure(
        "severe_tickets", "Severe or late tickets", "support", "tickets",
        "Open tickets that are severe or past their agreed time", "a link to the help desk", ("ticket",), "tickets",
    ),
    Measure(
        "satisfaction", "Satisfaction", "support", "of 5",
        "Mean answer to our survey over 180 days", "3 answers in 180 days", ("ticket",), "tickets",
    ),
    Measure(
        "contact_age", "Last two-way contact", "engagement", "days",
        "Days since a meeting, or a call or mail from their side", "a link to a source of activities",
        ("activity",), "timeline",
    ),
    Measure(
        "active_people", "People in touch", "engagement", "people",
        "Their people who took part in a call, mail or meeting in 180 days",
        "a link to a source of activities", ("activity",), "people",
    ),
    Measure(
        "outlook", "Open deals", "outlook", "state",
        "An open deal touched in 30 days, a stale one, none, or one lost in 90 days and none open",
        "a link to a source of deals", ("opportunity",), "pipeline",
    ),
    Measure(
        "tool_score", "Churn risk told by a tool", "scores", "%",
        "The latest churn risk that a connected tool gave in 180 days", "a score in 180 days", ("insight",), "scores",
    ),
    Measure(
        "oldest_overdue", "Oldest overdue invoice", "payment", "days",
        "Days the oldest open invoice is past due, of those that weigh a twentieth of what is open",
        "an open invoice", ("invoice",), "invoices",
    ),
)  # fmt: skip
NAMES = tuple(measure.name for measure in MEASURES)
PLACE = {name: place for place, name in enumerate(NAMES)}
BY_NAME = {measure.name: measure for measure in MEASURES}

# What the outlook's input stands for.
LOST, NO_DEAL, STALE_DEAL, LIVE_DEAL = 0, 1, 2, 3
DEAL_WORDS = ("a deal lost, none open", "no open deal", "a stale open deal", "an open deal in motion")

# Measures that do not apply to a customer whose source tells such objects, whose rhythm is known, and who has none:
# silence is no gap in what is known.
IDLE = {"beyond_terms": "invoice", "overdue_share": "invoice", "faulty_orders": "order"}
