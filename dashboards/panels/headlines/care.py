"""Headlines on how the customer is looked after: tickets, ratings, contact and health."""

from __future__ import annotations

from dataclasses import replace

from dashboards.panels.headlines.headline import Headline, counted
from dashboards.panels.health import weekly
from dashboards.panels.section import Reading
from dashboards.templatetags.figures import MINUS, ago, day, number

HEALTH = {"healthy": ("Healthy", "ok"), "watch": ("Watch", "warn"), "risk": ("At risk", "bad")}


def tickets(reading: Reading) -> Headline:
    """Tickets nobody has solved yet."""
    count, severe = reading.figures.get("open_tickets") or 0, reading.figures.get("severe_tickets")
    note = f"{severe} severe" if severe else "None severe" if severe == 0 and count else ""
    return Headline("Open tickets", str(count), note=note, tone="bad" if severe else "")


def breached(reading: Reading) -> Headline:
    """Open tickets past the agreed time, and how long the oldest waits."""
    count, oldest = reading.figures.get("breached_tickets") or 0, reading.figures.get("oldest_open_ticket_days")
    note = f"The oldest open for {oldest} d" if oldest else "Nothing waits"
    return Headline("Past agreed time", str(count), note=note, tone="bad" if count else "")


def csat(reading: Reading) -> Headline:
    """The mean rating, with how many it rests on."""
    value, count = reading.figures.get("csat"), reading.figures.get("csat_count") or 0
    if value is None:
        return Headline("CSAT, 180 days", "—", note="Nobody has rated a ticket")
    return Headline("CSAT, 180 days", f"{number(value, 1)} of 5", note=counted(count, "rating"),
                    tone="bad" if value < 3 else "")  # fmt: skip


def first_response(reading: Reading) -> Headline:
    """How soon half of the tickets were answered."""
    value = reading.figures.get("first_response_hours")
    if value is None:
        return Headline("First response", "—", note="No ticket in 180 days")
    return Headline("First response", f"{number(value, 1)} h", note="Median of 180 days")


def last_contact(reading: Reading) -> Headline:
    """When we last spoke."""
    at = reading.figures.get("last_contact_at")
    return Headline("Last contact", ago(at) if at else "None yet", note=day(at) if at else "No call, meeting or mail")


def contacts(reading: Reading) -> Headline:
    """How many people we know there."""
    return Headline("Contacts", str(reading.figures.get("contact_count") or 0))


def health(reading: Reading) -> Headline:
    """The score with its band and its move, or the band alone."""
    figures = reading.figures
    score, moved = figures.get("health_score"), figures.get("health_moved")
    unsure = "Provisional" if figures.get("health_state") == "provisional" else ""
    word, tone = HEALTH.get(figures.get("health_band") or "", (unsure, ""))
    if score is None:
        return Headline("Health", word or "No score", note="" if word else "Too little is known", tone=tone)
    delta = f"{'+' if moved > 0 else MINUS}{abs(moved):.0f}" if moved else ""
    return Headline("Health", number(score), f"{score:.1f}", word, tone, delta, "bad" if moved and moved < 0 else "ok")


def health_trend(reading: Reading) -> Headline:
    """The score with its line of 26 weeks."""
    line = weekly(reading.health, reading.today) if reading.health else []
    return replace(health(reading), label="Health, 26 weeks", spark=line)
