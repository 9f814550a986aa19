"""Companies told by three careless systems, with the truth; nothing of the demo company's habits."""

from __future__ import annotations

import random

import polars as pl

SYLLABLES = [c + v for c in "bdfghklmnprstvz" for v in "aeo"]
TRADES = [
    "Logistics",
    "Foods",
    "Software",
    "Metals",
    "Pharma",
    "Textiles",
    "Energy",
    "Plastics",
    "Motors",
    "Glass",
]
FORMS = {
    "DE": ["GmbH", "AG", "GmbH & Co. KG"],
    "FR": ["SARL", "SAS"],
    "GB": ["Ltd", "Limited", "PLC"],
    "US": ["Inc.", "LLC"],
}
DIALS = {"DE": "49", "FR": "33", "GB": "44", "US": "1 2"}


def companies(count: int, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Records of one to three systems a company, and record_id with truth."""
    dice = random.Random(seed)
    rows: list[dict[str, object]] = []
    for truth in range(count):
        company = _company(dice)
        for source in range(dice.choice([1, 2, 2, 3])):
            rows.append({"record_id": 0, "source": source, "truth": truth, **_told(company, dice)})
    dice.shuffle(rows)
    frame = pl.DataFrame(rows, infer_schema_length=None).with_columns(record_id=pl.int_range(1, len(rows) + 1))
    return frame.drop("truth"), frame.select("record_id", "truth")


def _word(dice: random.Random, syllables: int) -> str:
    return "".join(dice.choice(SYLLABLES) for _ in range(syllables)).capitalize()


def _company(dice: random.Random) -> dict[str, str]:
    country = dice.choice(list(FORMS))
    brand = _word(dice, dice.choice([2, 3, 3, 4]))
    name = f"{brand} {dice.choice(TRADES)}"
    return {
        "name": name,
        "legal_name": f"{name} {dice.choice(FORMS[country])}",
        "country": country,
        "street": f"{_word(dice, 3)} Street {dice.randint(1, 200)}",
        "city": f"{_word(dice, 2)}ton",
        "postcode": str(dice.randint(10000, 99999)),
        "phone": f"+{DIALS[country]} {dice.randint(20, 99)} {dice.randint(1000000, 9999999)}",
        "email": f"info@{brand.lower()}{dice.randint(1, 99)}.com",
        "tax_id": f"{country}{dice.randint(10**8, 10**9 - 1)}",
    }


def _typo(text: str, dice: random.Random) -> str:
    """Half of the names stay; else a letter is dropped, doubled or swapped with the next."""
    at = dice.randrange(len(text) - 1)
    changed = [
        text[:at] + text[at + 1 :],
        text[: at + 1] + text[at:],
        text[:at] + text[at + 1] + text[at] + text[at + 2 :],
    ]
    return dice.choice([text, text, text, *changed])


def _told(company: dict[str, str], dice: random.Random) -> dict[str, str | None]:
    """A system's version: some fields missing, some misspelt."""
    name = company["legal_name"] if dice.random() < 0.5 else company["name"]
    told: dict[str, str | None] = {**company, "name": _typo(name, dice), "legal_name": None}
    for field, missing in (
        ("tax_id", 0.6),
        ("email", 0.4),
        ("phone", 0.3),
        ("street", 0.2),
        ("postcode", 0.2),
    ):
        if dice.random() < missing:
            told[field] = None
    if told["street"] and dice.random() < 0.3:
        told["street"] = str(told["street"]).replace("Street", "St.")
    return told
