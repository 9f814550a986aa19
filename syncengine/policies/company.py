"""The company's reference tables as frozen, picklable data. No Django here."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal


@dataclass(frozen=True)
class Rate:
    """How many units of the base currency one unit of `currency` was worth from that day on."""

    currency: str
    date: date
    rate: Decimal


@dataclass(frozen=True)
class LegalEntity:
    """One of our own companies."""

    code: str
    label: str
    currency: str
    country: str
    timezone: str = ""


@dataclass(frozen=True)
class Territory:
    """A sales territory and the countries that belong to it."""

    code: str
    label: str
    countries: tuple[str, ...] = ()


@dataclass(frozen=True)
class Region:
    """A part of the world that reports are grouped by."""

    code: str
    label: str
    territories: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()


@dataclass(frozen=True)
class SalesStage:
    """A step of a deal, with the words the sources have for it."""

    code: str
    label: str
    probability: Decimal | None = None
    state: str = "open"
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class PaymentTerm:
    """Terms of payment, with the words the sources have for them."""

    code: str
    label: str
    days: int
    discount_days: int | None = None
    discount_percent: Decimal | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tolerance:
    """How far two figures may lie apart."""

    name: str
    percent: Decimal | None = None
    amount: Decimal | None = None
    days: int | None = None


@dataclass(frozen=True)
class ProductMapping:
    """A source's own number of a product, and the article number it stands for."""

    source: str
    key: str
    product_code: str


@dataclass(frozen=True)
class Reference:
    """Reference tables of the company."""

    base_currency: str = "EUR"
    rates: tuple[Rate, ...] = ()
    legal_entities: tuple[LegalEntity, ...] = ()
    territories: tuple[Territory, ...] = ()
    freshness: Mapping[str, timedelta] = dataclasses.field(default_factory=dict)
    regions: tuple[Region, ...] = ()
    sales_stages: tuple[SalesStage, ...] = ()
    payment_terms: tuple[PaymentTerm, ...] = ()
    product_mapping: tuple[ProductMapping, ...] = ()
    tolerances: tuple[Tolerance, ...] = ()
