"""A second noise model, after the published one of FEBRL's data generator and GeCo.

Christen, "Probabilistic data generation for deduplication and data linkage" (IDEAL 2005), and Tran, Vatsalan,
Christen, "GeCo: an online personal data generator and corruptor" (CIKM 2013): an original record and duplicates of it,
each with a few modifications, at most two in a field. Kinds: keyboard, character (insert, delete, substitute,
transpose), optical, phonetic, word (swap, join, split), missing and swapped. Nothing comes from the demo company.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import polars as pl
from faker import Faker

LOCALES = ["en_GB", "en_US", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "pl_PL", "sv_SE", "pt_PT"]
# How much of the modifications falls on a field, roughly as FEBRL's dictionary weighs names, addresses and numbers.
WEIGHTS = {"name": 25, "street": 20, "city": 12, "postcode": 10, "phone": 12, "email": 8, "website": 5, "tax_id": 8}
UNTOLD = {"phone": 0.2, "email": 0.35, "website": 0.5, "tax_id": 0.55, "street": 0.1, "postcode": 0.1}
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890")
OPTICAL = {
    "o": "0",
    "0": "o",
    "l": "1",
    "1": "l",
    "s": "5",
    "5": "s",
    "b": "8",
    "8": "b",
    "rn": "m",
    "m": "rn",
    "g": "9",
    "z": "2",
}
PHONETIC = {
    "ph": "f",
    "f": "ph",
    "ck": "k",
    "c": "k",
    "k": "c",
    "z": "s",
    "s": "z",
    "y": "i",
    "i": "y",
    "v": "w",
    "th": "t",
    "ei": "ie",
}
Change = Callable[[str, random.Random], str]


def febrl(count: int, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Records of `count` companies, originals and duplicates, and record_id with truth."""
    dice = random.Random(seed)
    Faker.seed(seed)
    fakers = {locale: _faker(locale) for locale in LOCALES}
    rows: list[dict[str, object]] = []
    for truth in range(count):
        original = _company(fakers[dice.choice(LOCALES)], dice)
        for n in range(1 + dice.choices([0, 1, 2, 3, 4], [30, 35, 20, 10, 5])[0]):
            told = _told(original, dice)
            rows.append({**(told if n == 0 else _modified(told, dice)), "truth": truth})
    dice.shuffle(rows)
    frame = pl.DataFrame(rows, infer_schema_length=None).with_row_index("record_id", offset=1)
    frame = frame.with_columns(pl.col("record_id").cast(pl.Int64))
    return frame.drop("truth"), frame.select("record_id", "truth")


def _faker(locale: str) -> Faker:
    """The same words in the same order at every run: one list of cities comes from a set."""
    fake = Faker(locale)
    for provider in fake.factories[0].get_providers():
        if isinstance(cities := getattr(provider, "cities", None), list):
            provider.cities = sorted(cities)
    return fake


def _company(fake: Faker, dice: random.Random) -> dict[str, str]:
    country = fake.locales[0][-2:]
    name = fake.company()
    stem = "".join(c for c in name.lower().split(",")[0] if c.isascii() and c.isalnum())[:14] + str(
        dice.randint(1, 999)
    )
    return {
        "name": name,
        "street": fake.street_address().replace("\n", ", "),
        "city": fake.city(),
        "postcode": fake.postcode(),
        "country": country,
        "phone": fake.phone_number(),
        "email": f"{dice.choice(['info', 'office', fake.first_name().lower()])}@{stem}.com",
        "website": f"www.{stem}.com",
        "tax_id": f"{country}{dice.randint(10**8, 10**9 - 1)}",
    }


def _told(original: dict[str, str], dice: random.Random) -> dict[str, str | None]:
    """What one list holds of a company."""
    return {field: None if dice.random() < UNTOLD.get(field, 0.0) else value for field, value in original.items()}


def _modified(told: dict[str, str | None], dice: random.Random) -> dict[str, str | None]:
    """One to four modifications, at most two in a field."""
    left = dict.fromkeys(WEIGHTS, 2)
    for _ in range(dice.choices([1, 2, 3, 4], [40, 30, 20, 10])[0]):
        field = dice.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        value = told[field]
        if value and left[field]:
            left[field] -= 1
            told = {**told, field: _change(field, dice)(value, dice)}
    if dice.random() < 0.02:
        told = {**told, "street": told["city"], "city": told["street"]}
    return told


def _change(field: str, dice: random.Random) -> Change:
    if dice.random() < 0.08:
        return lambda value, dice: ""
    words: list[Change] = [_word] if field in ("name", "street", "city") else []
    return dice.choice([_character, _character, _keyboard, _optical, _phonetic, *words])


def _character(value: str, dice: random.Random) -> str:
    at = dice.randrange(len(value))
    letter = dice.choice("abcdefghijklmnopqrstuvwxyz" if value[at].isalpha() else "0123456789")
    kinds = [
        value[:at] + letter + value[at:],
        value[:at] + value[at + 1 :],
        value[:at] + letter + value[at + 1 :],
        value[:at] + value[at + 1 : at + 2] + value[at] + value[at + 2 :],
    ]
    return dice.choice(kinds)


def _keyboard(value: str, dice: random.Random) -> str:
    at = dice.randrange(len(value))
    row = next((row for row in ROWS if value[at].lower() in row), "")
    where = row.find(value[at].lower())
    beside = row[max(where - 1, 0) : where] + row[where + 1 : where + 2]
    return value[:at] + dice.choice(beside) + value[at + 1 :] if beside else value


def _optical(value: str, dice: random.Random) -> str:
    return _replaced(value, OPTICAL, dice)


def _phonetic(value: str, dice: random.Random) -> str:
    return _replaced(value, PHONETIC, dice)


def _replaced(value: str, pairs: dict[str, str], dice: random.Random) -> str:
    found = [key for key in pairs if key in value.lower()]
    if not found:
        return value
    key = dice.choice(found)
    at = value.lower().index(key)
    return value[:at] + pairs[key] + value[at + len(key) :]


def _word(value: str, dice: random.Random) -> str:
    """Two words swapped, joined, one of them left out, or one cut in two."""
    parts = value.split()
    if len(parts) < 2:
        at = dice.randrange(1, max(len(value), 2))
        return f"{value[:at]} {value[at:]}"
    at = dice.randrange(len(parts) - 1)
    swapped = [*parts[:at], parts[at + 1], parts[at], *parts[at + 2 :]]
    joined = [*parts[:at], parts[at] + parts[at + 1], *parts[at + 2 :]]
    return " ".join(dice.choice([swapped, joined, parts[:-1]]))
