"""Reference tables of the company's vocabulary: regions, stages, terms, product numbers, tolerances."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from accounts.reference import DEFAULTS
from syncengine.policies.company import PaymentTerm, ProductMapping, Region, SalesStage, Tolerance
from syncengine.policies.mistakes import did_you_mean
from syncengine.policies.sections import Section

STATES = ("open", "won", "lost")


def read_regions(section: Section) -> tuple[Region, ...]:
    """Regions and what belongs to them."""
    found = []
    for entry in section.sections("regions", "a region"):
        code = entry.word("code", needed=True)
        found.append(Region(code, entry.word("label", code), entry.texts("territories"), entry.texts("countries")))
        entry.done()
    _check_once(section, "regions", (region.code for region in found))
    return tuple(found)


def read_stages(section: Section) -> tuple[SalesStage, ...]:
    """Sales stages in their order."""
    found = []
    for entry in section.sections("sales_stages", "a sales stage"):
        code = entry.word("code", needed=True)
        stage = SalesStage(
            code=code,
            label=entry.word("label", code),
            probability=entry.number("probability"),
            state=entry.one_of("state", STATES, "open"),
            words=entry.texts("words"),
        )
        if stage.probability is not None and stage.probability > 100:
            entry.mistake(entry.at("probability"), f"`probability: {stage.probability}` is above 100 percent")
        entry.done()
        found.append(stage)
    _check_once(section, "sales_stages", (stage.code for stage in found))
    _check_once(section, "sales_stages", (word.lower() for stage in found for word in stage.words))
    return tuple(found)


def read_terms(section: Section) -> tuple[PaymentTerm, ...]:
    """Payment terms."""
    found = []
    for entry in section.sections("payment_terms", "a payment term"):
        code = entry.word("code", needed=True)
        if entry.at("days") is None:
            entry.mistake(None, "a payment term needs `days`", "add `days: 30`")
        term = PaymentTerm(
            code=code,
            label=entry.word("label", code),
            days=entry.whole("days") or 0,
            discount_days=entry.whole("discount_days"),
            discount_percent=entry.number("discount_percent"),
            words=entry.texts("words"),
        )
        entry.done()
        found.append(term)
    _check_once(section, "payment_terms", (term.code for term in found))
    _check_once(section, "payment_terms", (word.lower() for term in found for word in term.words))
    return tuple(found)


def read_product_mapping(section: Section) -> tuple[ProductMapping, ...]:
    """Per source its own numbers, and the article numbers they stand for."""
    found = []
    below = section.section("product_mapping", "`product_mapping`")
    for source, _, value in below.names() if below else ():
        numbers = Section(section.document, value, f"the product numbers of {source}")
        for key, _, _ in numbers.names():
            found.append(ProductMapping(source, key, numbers.word(key)))
    return tuple(found)


def read_tolerances(section: Section) -> tuple[Tolerance, ...]:
    """Tolerances by the names that figures and rules ask for."""
    found = []
    below = section.section("tolerances", "`tolerances`")
    for name, key, value in below.names() if below else ():
        entry = Section(section.document, value, f"the tolerance {name}")
        if name not in DEFAULTS:
            section.mistake(key, f"nothing asks for a tolerance “{name}”", did_you_mean(name, DEFAULTS))
        found.append(Tolerance(name, entry.number("percent"), entry.number("amount"), entry.whole("days")))
        entry.done()
    return tuple(found)


def _check_once(section: Section, name: str, words: Iterable[str]) -> None:
    for word, count in Counter(words).items():
        if count > 1:
            section.mistake(section.at(name), f"“{word}” stands twice in `{name}`", "a word means one thing")
