"""Products for pages: a list with its questions, and one with warehouses, countries, prices and waiting orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import Http404

from accounts.access import field_access, may_list, restrict, shown, treatment
from accounts.access.fields import Reader
from accounts.models import OrderLine, PriceEntry, Product, ProductCountry, ProductFigures, Stock

PAGE = 50
SLOW_DAYS = 365
SORTS = {
    "name": F("name").asc(nulls_last=True),
    "revenue": F("figures__revenue_ttm").desc(nulls_last=True),
    "backordered": F("figures__backorder_value").desc(nulls_last=True),
    "to_promise": F("figures__to_promise").asc(nulls_last=True),
    "days_of_stock": F("figures__days_of_stock").desc(nulls_first=True),
    "price_gap": F("figures__price_gap").desc(nulls_last=True),
}
VIEWS: dict[str, tuple[str, Q]] = {
    "all": ("All", Q()),
    "backorders": ("Backorders", Q(figures__backordered__gt=0)),
    "short": ("Promised beyond stock", Q(figures__to_promise__lt=0)),
    "pipeline": ("Short after pipeline", Q(figures__to_promise__lt=F("figures__weighted_pipeline"))),
    "slow": ("Slow movers", Q(figures__on_hand__gt=0) & (Q(figures__days_of_stock__gt=SLOW_DAYS)
                                                         | Q(figures__sold_90d__isnull=True))),
    "prices": ("Prices differ", Q(figures__price_gap__gt=Decimal("0.5"))),
}  # fmt: skip
BY_CLASS = {"price": ("price_sources", "price_low", "price_high", "price_gap"), "margin": ("stock_value",),
            "pipeline": ("pipeline", "weighted_pipeline")}  # fmt: skip


class BadQuery(ValueError):
    """There is no such view or order of products, or the reader may not see what it tells."""


@dataclass(frozen=True)
class ProductRow:
    """A product with the figures the reader sees."""

    product: Product
    figures: dict[str, Any]


@dataclass(frozen=True)
class ProductPage:
    """One product with everything around it."""

    row: ProductRow
    values: dict[str, Any]
    stock: Sequence[Stock]
    countries: Sequence[ProductCountry]
    gaps: Sequence[ProductCountry]
    prices: Sequence[PriceEntry] | None
    waiting: Sequence[OrderLine]


def views_of(user: Reader) -> dict[str, str]:
    """The questions the reader may ask of products."""
    hidden = {"prices"} if treatment(user, "price") != "full" else set()
    hidden |= {"pipeline"} if treatment(user, "pipeline") not in ("full", "summary") else set()
    return {name: label for name, (label, _) in VIEWS.items() if name not in hidden}


def list_products(
    user: Reader, *, view: str = "all", sort: str = "revenue", text: str = "", page: int = 1
) -> tuple[list[ProductRow], bool]:
    """A page of products and whether there are more; one query."""
    if view not in views_of(user) or sort not in SORTS or (sort == "price_gap" and "prices" not in views_of(user)):
        raise BadQuery("There is no such list of products.")
    rows = _visible(user).filter(VIEWS[view][1])
    for word in text.split()[:5]:
        rows = rows.filter(Q(name__icontains=word) | Q(product_code__icontains=word) | Q(family__icontains=word))
    start = (max(page, 1) - 1) * PAGE
    found = list(rows.order_by(SORTS[sort], "pk")[start : start + PAGE + 1])
    return [_row(user, product) for product in found[:PAGE]], len(found) > PAGE


def get_product(user: Reader, id: int, *, today: date) -> ProductPage:
    """One product; raises Http404. Six queries."""
    product = _visible(user).filter(pk=id).first()
    if product is None:
        raise Http404("There is no such product.")
    stock = restrict(Stock.objects.filter(product_ref__product=product), user, "stock", account_path=None)
    countries = list(ProductCountry.objects.filter(product=product).order_by(F("revenue_ttm").desc(nulls_last=True)))
    return ProductPage(
        row=_row(user, product),
        values=shown(product, user, "product").values,
        stock=list(stock.order_by("warehouse", "pk")),
        countries=countries,
        gaps=[row for row in countries if (row.quantity_previous or 0) > 0 and not row.quantity_ttm],
        prices=_prices(user, product, today),
        waiting=_waiting(user, product),
    )


def _visible(user: Reader) -> QuerySet[Product]:
    if not may_list(user, "product"):
        raise Http404("Your role sees no products.")
    return restrict(Product.objects.select_related("figures"), user, "product", account_path=None)


def _row(user: Reader, product: Product) -> ProductRow:
    kept: ProductFigures | None = getattr(product, "figures", None)
    hidden = {name for name_class, names in BY_CLASS.items() if not _sees(user, name_class) for name in names}
    names = [field.name for field in ProductFigures._meta.concrete_fields if field.name != "product"]
    figures = {name: getattr(kept, name, None) for name in names if name not in hidden}
    if "weighted_pipeline" in figures and figures["to_promise"] is not None:
        figures["after_pipeline"] = figures["to_promise"] - (figures["weighted_pipeline"] or 0)
    return ProductRow(product, figures)


def _sees(user: Reader, sensitivity: str) -> bool:
    """Units in the pipeline are the summary operations sees of deals."""
    seen = treatment(user, sensitivity)
    return seen == "full" or (sensitivity == "pipeline" and seen == "summary")


def _prices(user: Reader, product: Product, today: date) -> list[PriceEntry] | None:
    """Prices for everybody by source, the newest first; None where prices are hidden."""
    if not field_access(user, "price_entry").allows("unit_price"):
        return None
    rows = PriceEntry.objects.filter(product_ref__product=product, account_ref=None, deleted_at=None)
    rows = rows.filter(Q(valid_to_date=None) | Q(valid_to_date__gte=today)).select_related("source", "price_book")
    return list(rows.order_by("source", F("valid_from_date").desc(nulls_last=True), "pk")[:20])


def _waiting(user: Reader, product: Product) -> list[OrderLine]:
    """Lines not shipped in full, the longest promised first."""
    rows = OrderLine.objects.filter(
        product_ref__product=product, deleted_at=None, order__status__in=("confirmed", "partly_shipped"),
        order__deleted_at=None,
    ).filter(Q(shipped_quantity=None) | Q(shipped_quantity__lt=F("quantity")))  # fmt: skip
    seen = restrict(rows, user, "order_line", account_path="order__account")
    soonest = F("order__promised_date").asc(nulls_last=True)
    return list(seen.select_related("order", "order__account").order_by(soonest, "pk")[:30])
