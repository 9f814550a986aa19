"""What other reference tables change: who would sell to whom, and what is owed at other rates."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from accounts.frames import read, rows, stage
from syncengine.policies.company import Reference
from syncengine.policies.plan.records import SAMPLES
from syncengine.policies.plan.shapes import FieldChange

# Grain: one row a customer whose sales territory would be another, told as publish tells it: by code, else by country.
MOVED = """
    SELECT a.id, coalesce(a.name, ''), coalesce(was.code, '—'), coalesce(c.code, n.code, '—')
      FROM accounts_account a
      LEFT JOIN accounts_territory was ON was.id = a.sales_territory_id
      LEFT JOIN planned_territories c ON c.code = a.territory
      LEFT JOIN planned_countries n ON n.country = a.country
     WHERE a.merged_into_id IS NULL AND a.record_count > 0 AND was.code IS DISTINCT FROM coalesce(c.code, n.code)
     ORDER BY a.id
"""
# Grain: one row a currency in which something is owed; copies of an invoice in a second system are left out.
OWED = """
    SELECT i.currency, count(DISTINCT i.account_id), sum(i.open_amount) FROM accounts_invoice i
     WHERE i.deleted_at IS NULL AND i.open_amount > 0 AND i.currency = ANY(%s) GROUP BY 1 ORDER BY 1
"""
OWING = (
    "SELECT DISTINCT account_id FROM accounts_invoice "
    "WHERE deleted_at IS NULL AND open_amount > 0 AND account_id IS NOT NULL AND currency = ANY(%s)"
)


@dataclass(frozen=True)
class ReferenceDiff:
    """Customers that would be dealt to another territory, amounts that would be worth another sum, and of whom."""

    territories: tuple[FieldChange, ...]
    amounts: tuple[FieldChange, ...]
    customers: pl.Series


def diff_reference(before: Reference, after: Reference) -> ReferenceDiff:
    """Compare both in one statement a table, over everything that is published."""
    moved, ids = _territories(before, after)
    amounts, owing = _amounts(before, after)
    return ReferenceDiff(moved, amounts, pl.concat([ids, owing]).unique())


def _territories(before: Reference, after: Reference) -> tuple[tuple[FieldChange, ...], pl.Series]:
    if before.territories == after.territories:
        return (), pl.Series([], dtype=pl.Int64)
    # Territories that are declared no more stay: grants and customers name them.
    known = dict(rows("SELECT code, countries FROM accounts_territory ORDER BY id"))
    known |= {territory.code: list(territory.countries) for territory in after.territories}
    countries = {country: code for code, named in known.items() for country in named}
    stage("planned_territories", {"code": "text"}, pl.DataFrame({"code": list(known)}, schema={"code": pl.String}))
    both = {"country": pl.String(), "code": pl.String()}
    dealt = pl.DataFrame({"country": list(countries), "code": list(countries.values())}, schema=both)
    stage("planned_countries", {"country": "text", "code": "text"}, dealt)
    schema = {"id": pl.Int64(), "name": pl.String(), "before": pl.String(), "after": pl.String()}
    found = read(MOVED, schema)
    samples = tuple(found.drop("id").head(SAMPLES).rows())
    return (FieldChange("account", "sales_territory", found.height, samples),) * bool(found.height), found["id"]


def _amounts(before: Reference, after: Reference) -> tuple[tuple[FieldChange, ...], pl.Series]:
    """What is owed is valued at the latest rate; what was booked keeps the rate of its day."""
    old, new = _latest(before), _latest(after)
    moved = [currency for currency in sorted({*old, *new}) if old.get(currency) != new.get(currency)]
    if not moved:
        return (), pl.Series([], dtype=pl.Int64)
    changes = tuple(
        FieldChange("invoice", f"open amount in {currency}", count,
                    ((f"{amount:,.2f} {currency}", _worth(amount, old.get(currency), before.base_currency),
                      _worth(amount, new.get(currency), after.base_currency)),))
        for currency, count, amount in rows(OWED, [moved])
    )  # fmt: skip
    return changes, read(OWING, {"id": pl.Int64()}, [moved])["id"]


def _latest(reference: Reference) -> dict[str, Decimal]:
    return {rate.currency: rate.rate for rate in sorted(reference.rates, key=lambda rate: rate.date)}


def _worth(amount: Decimal, rate: Decimal | None, currency: str) -> str:
    return "no rate" if rate is None else f"{amount * rate:,.2f} {currency}"
