"""Health across the customers a reader may see: how it is spread, where money stands, who moved, what is unknown."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from accounts.access import treatment, visible_accounts
from accounts.access.fields import Reader
from accounts.health.measures import MEASURES
from accounts.health.versions import current_definition
from accounts.models import Account, AccountHealth, HealthBacktest

REVENUE = Coalesce("account__summary__revenue_ttm", Decimal(0))
STEPS = 10  # points to a bar of the distribution
CLASSES = (("Over 100k", Decimal(100_000)), ("10k to 100k", Decimal(10_000)), ("Under 10k", None))
MOVERS = 8


@dataclass(frozen=True)
class Gap:
    """A measure nothing is known of, and for how many customers without a band."""

    label: str
    needs: str
    count: int


@dataclass(frozen=True)
class Mover:
    """A customer whose score moved."""

    account: Account
    score: Decimal
    band: str | None
    moved: Decimal
    revenue: Decimal | None


@dataclass(frozen=True)
class Portfolio:
    """Counts by band; the rest only for readers who see scores."""

    bands: dict[str, int]
    provisional: int
    unscored: int
    full: bool
    spread: tuple[tuple[int, int], ...] = ()
    matrix: tuple[tuple[str, dict[str, tuple[int, Decimal]]], ...] = ()
    falls: tuple[Mover, ...] = ()
    rises: tuple[Mover, ...] = ()
    gaps: tuple[Gap, ...] = ()

    @property
    def scored(self) -> int:
        """Customers with a band."""
        return sum(self.bands.values())


def get_portfolio(user: Reader) -> Portfolio | None:
    """The portfolio as the reader may see it; None for roles that see no health."""
    seen = treatment(user, "health")
    if seen not in ("full", "summary"):
        return None
    accounts = visible_accounts(user)
    rows = AccountHealth.objects.filter(account__in=accounts.values("pk"))
    counted = {(row["state"], row["band"]): row["n"] for row in rows.values("state", "band").annotate(n=Count("pk"))}
    bands = {band: counted.get(("scored", band), 0) for band in ("healthy", "watch", "risk")}
    provisional = counted.get(("provisional", None), 0)
    blank = accounts.count() - sum(counted.values())  # nothing is known of them, so no row is kept
    unscored = counted.get(("none", None), 0) + blank
    if seen == "summary":
        return Portfolio(bands, provisional, unscored, full=False)
    money = treatment(user, "order") == "full"
    return Portfolio(
        bands, provisional, unscored, full=True, spread=_spread(rows), matrix=_matrix(rows) if money else (),
        falls=_movers(rows, "moved_30", money), rises=_movers(rows, "-moved_30", money), gaps=_gaps(rows, blank),
    )  # fmt: skip


def list_movers(user: Reader, *, limit: int = MOVERS) -> list[Mover] | None:
    """Who moved most in thirty days, falls before rises; None for roles that see no scores. Two reads."""
    if treatment(user, "health") != "full":
        return None
    rows = AccountHealth.objects.filter(account__in=visible_accounts(user).values("pk"))
    falls, rises = _movers(rows, "moved_30", False), _movers(rows, "-moved_30", False)
    return [*falls[: limit - min(2, len(rises))], *rises[:2]]


def _spread(rows: QuerySet[AccountHealth]) -> tuple[tuple[int, int], ...]:
    """Customers with a band by steps of ten points."""
    sums = {
        f"s{low}": Count("pk", filter=Q(score__gte=low) & (Q(score__lt=low + STEPS) if low < 90 else Q()))
        for low in range(0, 100, STEPS)
    }
    found = rows.filter(state="scored").aggregate(**sums)
    return tuple((low, found[f"s{low}"]) for low in range(0, 100, STEPS))


def _matrix(rows: QuerySet[AccountHealth]) -> tuple[tuple[str, dict[str, tuple[int, Decimal]]], ...]:
    """Customers and their revenue by revenue class and band."""
    sums: dict[str, Any] = {}
    above: Decimal | None = None
    for place, (_, low) in enumerate(CLASSES):
        within = (Q(revenue__gte=low) if low else Q()) & (Q(revenue__lt=above) if above else Q())
        sums[f"n{place}"], sums[f"m{place}"] = Count("pk", filter=within), Sum("revenue", filter=within)
        above = low
    scored = rows.filter(state="scored").annotate(revenue=REVENUE).values("band").annotate(**sums)
    found: dict[str, dict[str, Any]] = {str(row["band"]): dict(row) for row in scored}
    return tuple(
        (label, {band: (row[f"n{place}"], row[f"m{place}"] or Decimal(0)) for band, row in found.items()})
        for place, (label, _) in enumerate(CLASSES)
    )


def _movers(rows: QuerySet[AccountHealth], order: str, money: bool) -> tuple[Mover, ...]:
    """Who fell or rose most in thirty days; only moves of five points or more."""
    side = Q(moved_30__lte=-5) if order == "moved_30" else Q(moved_30__gte=5)
    found = rows.filter(side, state="scored").select_related("account__summary").order_by(order, "account")[:MOVERS]
    return tuple(
        Mover(row.account, row.score or Decimal(0), row.band, row.moved_30 or Decimal(0),
              getattr(getattr(row.account, "summary", None), "revenue_ttm", None) if money else None)
        for row in found
    )  # fmt: skip


def _gaps(rows: QuerySet[AccountHealth], blank: int) -> tuple[Gap, ...]:
    """What customers without a band lack, the commonest first."""
    profiles = current_definition().profiles.values()
    weighed = [place for place in range(len(MEASURES)) if any(profile.weights[place] for profile in profiles)]
    lacking = {f"p{place}": Count("pk", filter=Q(**{f"parts__{place}__isnull": True})) for place in weighed}
    found = rows.exclude(state="scored").aggregate(**lacking)
    gaps = [Gap(MEASURES[place].label, MEASURES[place].needs, found[f"p{place}"] + blank) for place in weighed]
    return tuple(sorted((gap for gap in gaps if gap.count), key=lambda gap: -gap.count))


def latest_backtest(user: Reader) -> HealthBacktest | None:
    """The last back-test; it tells of all customers, so only for readers who see health everywhere."""
    return HealthBacktest.objects.order_by("-run_at").first() if treatment(user, "health") == "full" else None
