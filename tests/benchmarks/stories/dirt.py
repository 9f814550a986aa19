"""What systems make of what happened: rows twice, drafts, dates nobody typed, names written another way."""

from __future__ import annotations

from random import Random

from tests.benchmarks.stories.papers import Papers, Row

FIRST = ("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Gorse", "Hazel", "Ivy", "Juniper", "Linden", "Maple",
         "Oak", "Poplar", "Rowan", "Spruce", "Tamarack", "Willow", "Yew", "Aspen")  # fmt: skip
SECOND = ("Valve", "Bearing", "Foundry", "Press", "Fabric", "Filter", "Gasket", "Hydraulic", "Joinery", "Kiln",
          "Lathe", "Motor", "Nozzle", "Optic", "Pump", "Quarry", "Rivet", "Sensor", "Turbine", "Weld")  # fmt: skip
FORMS = ("Ltd", "GmbH", "SARL", "Oy", "BV")


def name_of(number: int) -> str:
    """A name no other customer has."""
    place, form = divmod(number, len(FORMS))
    first, second = FIRST[place % 20], SECOND[place // 20 % 20]
    return f"{first} {second} {number} {FORMS[form]}"


def other_name(name: str, dice: Random) -> str:
    """The name as another system has it."""
    kind = dice.random()
    words = name.split()
    if kind < 0.3:
        return " ".join(words[:-1])
    if kind < 0.4:
        return name.upper()
    if kind < 0.5:
        return name.replace("e", "", 1)
    return name


def soil(papers: Papers, dice: Random) -> None:
    """Dirt in place, as an export would hold it."""
    for order in list(papers.orders):
        chance = dice.random()
        if chance < 0.01:
            papers.orders.append(dict(order) | {"no": f"{order['no']}X", "status": "draft"})
        elif chance < 0.02:
            papers.orders.append(dict(order) | {"no": f"{order['no']}Z", "status": "cancelled"})
        if dice.random() < 0.03:
            order["promised"] = None
    for invoice in papers.invoices:
        if dice.random() < 0.01:
            invoice["due"] = None
    _twice(papers.invoices, dice)
    _twice(papers.shipments, dice)


def _twice(rows: list[Row], dice: Random) -> None:
    """One row in a hundred is listed twice."""
    rows += [dict(row) for row in rows if dice.random() < 0.01]
