"""As many careless records of companies as are asked for, made in sets, with the truth; the same at every run."""

from __future__ import annotations

import polars as pl

SYLLABLES = [c + v for c in "bdfghjklmnprstvwz" for v in "aeiou"]
TRADES = [
    "Logistics", "Foods", "Software", "Metals", "Pharma", "Textiles", "Energy", "Plastics", "Motors", "Glass", "Paper",
    "Timber", "Optics", "Ceramics", "Tools", "Bakery", "Print", "Security", "Cleaning", "Consulting", "Insurance",
    "Travel", "Robotics", "Packaging", "Chemicals", "Furniture", "Lighting", "Marine",
]  # fmt: skip
FORMS = {
    "DE": ["GmbH", "AG", "KG"], "FR": ["SARL", "SAS"], "GB": ["Ltd", "PLC"], "US": ["Inc", "LLC"], "NL": ["BV", "NV"],
}  # fmt: skip
DIALS = {"DE": "49", "FR": "33", "GB": "44", "US": "1 2", "NL": "31"}
RECORDS_PER_COMPANY = 2.5
UNTOLD = {"tax_id": 0.7, "website": 0.45, "email": 0.5, "phone": 0.35, "street": 0.2, "postcode": 0.25}


def many(count: int, seed: int = 1) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Records in the columns identity reads, and record_id with truth."""
    row = pl.DataFrame({"record_id": pl.int_range(1, count + 1, eager=True)})
    companies = int(count / RECORDS_PER_COMPANY)
    frame = row.with_columns(truth=_dice("record_id", seed) % companies)
    # Every eighth company has the name of another one, in another town.
    frame = frame.with_columns(group=pl.col("truth") - (pl.col("truth") % 8 == 7).cast(pl.Int64))
    frame = frame.with_columns(**_company(seed)).with_columns(country=_pick("truth", seed + 20, list(FORMS)))
    frame = _named(frame, seed)
    noisy = [_typo(field, share, seed + n) for n, (field, share) in enumerate(
        {"name": 0.25, "street": 0.15, "city": 0.08, "phone": 0.04, "tax_id": 0.02}.items(), start=50
    )]  # fmt: skip
    frame = frame.with_columns(noisy).with_columns(
        pl.when(_share("record_id", seed + 90 + n) >= untold).then(pl.col(field)).alias(field)
        for n, (field, untold) in enumerate(UNTOLD.items())
    )
    return frame.drop("truth"), frame.select("record_id", "truth")


def _dice(column: str, seed: int) -> pl.Expr:
    return (pl.col(column).hash(seed) // 8).cast(pl.Int64)


def _share(column: str, seed: int) -> pl.Expr:
    return (_dice(column, seed) % 1_000_003) / 1_000_003


def _pick(column: str, seed: int, words: list[str]) -> pl.Expr:
    return pl.lit(pl.Series(words)).gather(_dice(column, seed) % len(words))


def _word(seed: int, syllables: int, column: str = "truth") -> pl.Expr:
    return pl.concat_str([_pick(column, seed + n, SYLLABLES) for n in range(syllables)])


def _company(seed: int) -> dict[str, pl.Expr]:
    number = _dice("truth", seed + 7)
    return {
        "brand": _word(seed + 100, 3, "group").str.to_titlecase(),
        "trade": _pick("group", seed + 3, TRADES),
        "street": pl.concat_str(
            _word(seed + 200, 3).str.to_titlecase(), pl.lit(" Street "), (number % 180 + 1).cast(pl.String)
        ),
        "city": pl.lit(pl.Series([a + b + "ton" for a in SYLLABLES for b in SYLLABLES[:30]])).gather(number % 2550),
        "postcode": (number % 90_000 + 10_000).cast(pl.String),
        "line": (_dice("truth", seed + 8) % 9_000_000 + 1_000_000).cast(pl.String),
        "number": (_dice("truth", seed + 9) % 900_000_000 + 100_000_000).cast(pl.String),
    }


def _named(frame: pl.DataFrame, seed: int) -> pl.DataFrame:
    form = pl.coalesce([
        pl.when(pl.col("country") == country).then(_pick("truth", seed + 30, forms)) for country, forms in FORMS.items()
    ])  # fmt: skip
    name = pl.concat_str("brand", "trade", separator=" ")
    told = pl.when(_share("record_id", seed + 31) < 0.5).then(pl.concat_str(name, form, separator=" ")).otherwise(name)
    domain = pl.concat_str(pl.col("brand").str.to_lowercase(), pl.col("truth").cast(pl.String), pl.lit(".com"))
    dial = pl.col("country").replace_strict(DIALS)
    return frame.with_columns(
        name=told,
        website=pl.concat_str(pl.lit("www."), domain),
        email=pl.concat_str(pl.lit("info@"), domain),
        phone=pl.concat_str(pl.lit("+"), dial, pl.lit(" 30 "), "line"),
        tax_id=pl.concat_str("country", "number"),
    ).drop("brand", "trade", "line", "number", "group")


def _typo(field: str, share: float, seed: int) -> pl.Expr:
    """A letter left out, doubled or swapped with the next in a share of the records."""
    text = pl.col(field)
    at = _dice("record_id", seed) % (text.str.len_chars().cast(pl.Int64) - 1).clip(1)
    head, one, two, tail = (
        text.str.slice(0, at),
        text.str.slice(at, 1),
        text.str.slice(at + 1, 1),
        text.str.slice(at + 2),
    )
    kind = _dice("record_id", seed + 1) % 3
    wrong = (
        pl.when(kind == 0).then(pl.concat_str(head, two, tail))
        .when(kind == 1).then(pl.concat_str(head, one, one, two, tail))
        .otherwise(pl.concat_str(head, two, one, tail))
    )  # fmt: skip
    return pl.when(_share("record_id", seed + 2) < share).then(wrong).otherwise(text).alias(field)
