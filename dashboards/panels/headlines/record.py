"""Headlines on the record itself, for who answers for the data."""

from __future__ import annotations

from django.urls import reverse

from accounts.catalogue import load
from dashboards.panels.headlines.headline import Headline, counted
from dashboards.panels.section import Reading
from dashboards.templatetags.figures import ago, day, likely, percent
from syncengine.selectors.merges import MergeFilter, list_moves


def _data(reading: Reading, section: str) -> str:
    return f"{reverse('tab', args=[reading.customer.id, 'data'])}#{section}"


def linked(reading: Reading) -> Headline:
    """How many records of how many systems this customer is made of."""
    chips = reading.customer.chips
    note = f"in {counted(len({chip.source for chip in chips}), 'source')}" if chips else "No live record"
    return Headline("Records linked", str(len(chips)), note=note, url=_data(reading, "record"))


def tasks(reading: Reading) -> Headline:
    """Questions about this customer that wait for a steward."""
    count = reading.figures.get("open_tasks") or 0
    note = "In the steward’s queue" if count else "Nothing waits"
    return Headline("Open questions", str(count), tone="warn" if count else "", note=note)


def disputed(reading: Reading) -> Headline:
    """Fields on which trusted sources differ."""
    count = len(reading.figures.get("disputed") or ())
    note = "Sources differ" if count else "Sources agree"
    return Headline("Disputed values", str(count), tone="warn" if count else "", note=note)


def completeness(reading: Reading) -> Headline:
    """How many of the fields the reader sees have a value."""
    names = [name for name in load()["account"].fields if name not in reading.customer.redacted]
    filled = sum(reading.customer.values.get(name) not in (None, "", []) for name in names)
    return Headline("Filled fields", percent(filled / len(names)) if names else "—", note=f"{filled} of {len(names)}",
                    url=_data(reading, "grid"))  # fmt: skip


def last_merge(reading: Reading) -> Headline:
    """When another customer last became part of this one."""
    move = list_moves(reading.user, MergeFilter(kind="merge", account=reading.customer.id)).first()
    if move is None:
        return Headline("Last merge", "Never", note="No other customer joined it")
    by = move.decision.made_by if move.decision and move.decision.made_by else "the rules"
    return Headline("Last merge", f"{ago(move.at)} ago", note=f"{day(move.at)}, by {by}",
                    url=reverse("move", args=[move.pk]))  # fmt: skip


def confidence(reading: Reading) -> Headline:
    """How sure the weakest tie between its records is."""
    from syncengine.selectors.formation import get_formation  # late: loads Polars, which few pages need

    formation = get_formation(reading.user, reading.customer.account)
    ties = formation.ties if formation else ()
    if not ties:
        return Headline("Weakest tie", "—", note="One record alone")
    weakest = min(ties, key=lambda tie: 1.0 if tie.probability is None else tie.probability)
    value = "Said by a person" if weakest.probability is None else likely(weakest.probability)
    return Headline("Weakest tie", value, note=weakest.sentence, url=reverse("apart", args=[reading.customer.id]))
