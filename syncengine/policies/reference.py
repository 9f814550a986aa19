"""Reference tables: base currency and rates, legal entities, territories, freshness."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import available_timezones

from accounts.catalogue import Catalogue
from syncengine.mapping.codes import CURRENCIES, known_country_codes
from syncengine.policies.company import LegalEntity, Rate, Reference, Territory
from syncengine.policies.mistakes import did_you_mean
from syncengine.policies.schedules import parse_duration
from syncengine.policies.sections import Section
from syncengine.policies.tables import (
    read_product_mapping,
    read_regions,
    read_stages,
    read_terms,
    read_tolerances,
)

KEYS = (
    "base_currency", "rates", "legal_entities", "territories", "freshness",
    "regions", "sales_stages", "payment_terms", "product_mapping", "tolerances",
)  # fmt: skip


def read_reference(section: Section, catalogue: Catalogue) -> Reference:
    """The tables this file holds; those it does not hold are empty."""
    rates = [_read_rate(entry) for entry in section.sections("rates", "a rate")]
    entities = tuple(_read_entity(entry) for entry in section.sections("legal_entities", "a legal entity"))
    territories = tuple(_read_territory(entry) for entry in section.sections("territories", "a territory"))
    _check_twice(section, "legal_entities", [entity.code for entity in entities])
    _check_twice(section, "territories", [territory.code for territory in territories])
    return Reference(
        base_currency=_currency(section, "base_currency", "EUR"),
        rates=tuple(rate for rate in rates if rate is not None),
        legal_entities=entities,
        territories=territories,
        freshness=_freshness(section, catalogue),
        regions=read_regions(section),
        sales_stages=read_stages(section),
        payment_terms=read_terms(section),
        product_mapping=read_product_mapping(section),
        tolerances=read_tolerances(section),
    )


def _currency(section: Section, name: str, default: str, *, needed: bool = False) -> str:
    code = section.text(name, needed=needed)
    if code is not None and code not in CURRENCIES:
        section.mistake(section.at(name), f"“{code}” is no currency code", _code_hint(code, CURRENCIES))
        return default
    return code or default


def _read_rate(section: Section) -> Rate | None:
    currency = _currency(section, "currency", "", needed=True)
    day, rate = section.word("date", needed=True), section.word("rate", needed=True)
    section.done()
    try:
        found = Rate(currency, date.fromisoformat(day), Decimal(rate))
    except ValueError:
        section.mistake(section.at("date"), f"`date: {day}` is not a day", "write it like 2026-01-31")
    except InvalidOperation:
        section.mistake(section.at("rate"), f"`rate: {rate}` is not a number", "write it like 1.0834")
    else:
        if found.rate > 0:
            return found if currency else None
        section.mistake(section.at("rate"), f"`rate: {rate}` must be above zero")
    return None


def _read_entity(section: Section) -> LegalEntity:
    code = section.word("code", needed=True)
    countries = _countries(section, "country")
    entity = LegalEntity(
        code=code,
        label=section.word("label", code),
        currency=_currency(section, "currency", ""),
        country=countries[0] if countries else "",
        timezone=_timezone(section),
    )
    section.done()
    return entity


def _timezone(section: Section) -> str:
    name = section.word("timezone")
    if name and name not in available_timezones():
        section.mistake(section.at("timezone"), f"“{name}” is no time zone", "write it like Europe/Berlin")
        return ""
    return name


def _read_territory(section: Section) -> Territory:
    code = section.word("code", needed=True)
    territory = Territory(code, section.word("label", code), _countries(section, "countries"))
    section.done()
    return territory


def _countries(section: Section, name: str) -> tuple[str, ...]:
    known = set(known_country_codes())
    codes = section.texts(name)
    for code in codes:
        if code not in known:
            section.mistake(section.at(name), f"“{code}” is no country code", _code_hint(code, known))
    return tuple(code for code in codes if code in known)


def _freshness(section: Section, catalogue: Catalogue) -> dict[str, timedelta]:
    found = {}
    below = section.section("freshness", "`freshness`")
    for name, key, _ in below.names() if below else ():
        duration = parse_duration(below.word(name)) if below else None
        if name not in catalogue:
            section.mistake(key, f"there is no object `{name}`", did_you_mean(name, catalogue.objects))
        elif duration is None:
            section.mistake(key, f"`{name}` needs a stretch of time", "write it like “30 minutes”")
        else:
            found[name] = duration
    return found


def _check_twice(section: Section, name: str, codes: list[str]) -> None:
    for code, count in Counter(codes).items():
        if count > 1:
            section.mistake(section.at(name), f"“{code}” stands twice in `{name}`", "a code means one thing")


def _code_hint(code: str, known: object) -> str:
    upper = code.upper()
    return f"did you mean “{upper}”?" if upper in known else "use the ISO code"  # type: ignore[operator]
