"""Numbers of one record, as `standardise.identifiers` reads columns of them."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from syncengine.identity.standardise.checks import forms_of
from syncengine.identity.standardise.few.checks import passed
from syncengine.identity.standardise.few.text import code
from syncengine.identity.standardise.identifiers import HOLLOW, PREFIX, countries

Text = str | None


class Number(NamedTuple):
    """A number as its country writes it, whose it is, its kind, and whether its check digits are right."""

    number: Text = None
    country: Text = None
    kind: Text = None
    sure: bool | None = None


def read_numbers(tax_id: Text, registration_id: Text, duns: Text, country: Text) -> dict[str, object]:
    """tax, its country, kind and sureness; registration and its sureness; duns."""
    tax, registration = _tax(code(tax_id), country), _registration(code(registration_id), country)
    return {
        "tax": tax.number,
        "tax_country": tax.country,
        "tax_kind": tax.kind,
        "tax_sure": tax.sure,
        "registration": registration.number,
        "registration_sure": registration.sure,
        "duns": _duns(duns),
    }


def _tax(tax: Text, country: Text) -> Number:
    if tax is None:
        return Number()
    told = re.search(PREFIX, tax)
    prefix = {"EL": "GR"}.get(told[1], told[1]) if told else None
    prefix = prefix if prefix in _countries() else None
    whose = country or prefix
    at_home = prefix is not None and prefix == whose
    read = _read("tax", tax[2:] if at_home else tax, whose)
    if prefix and not at_home:
        there = _read("tax", tax[2:], prefix)  # a number of another country than the address's, where it is right
        read = there if there.sure else read
    return read if len(read.number or "") >= 6 else Number()


def _registration(number: Text, country: Text) -> Number:
    # Registers that give no check digits write their numbers in many ways: none of them is wrong.
    read = _read("registration", number, country) if number else Number()
    return read if len(read.number or "") >= 4 else Number()


def _duns(duns: Text) -> Text:
    digits = re.sub(r"\D", "", (duns or "")[:60])
    whole = digits.zfill(9)
    return whole if 7 <= len(digits) <= 9 and not re.search(HOLLOW, whole) else None


def _read(subject: str, number: str, country: Text) -> Number:
    """Of several forms a number may have, one that adds up counts before the first."""
    forms = forms_of(subject, country) if country else ()
    if not forms:
        return Number(number, country)
    found = []
    for form in forms:
        if told := re.match(f"{form['form']}$", number):
            read = told[1].zfill(form.get("width", 0))
            found.append(Number(read, country, form["kind"], passed(number, read, form)))
    found.append(Number(number, country, None, False))
    rank = {True: 0, None: 1, False: 2}
    return min(found[:-1], key=lambda one: rank[one.sure], default=found[-1])


@cache
def _countries() -> frozenset[str]:
    return frozenset(countries())
