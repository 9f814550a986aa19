"""Telephone numbers: calling code and national number, which together are E.164 with a plus before them."""

from __future__ import annotations

from functools import cache

import polars as pl

from syncengine.identity.standardise.text import LONGEST, ONE_DIGIT
from syncengine.identity.tables import table

EXTENSION = r"(?i)\s*(?:ext|extension|durchwahl|dw|x|#|;ext=)[.:=]?\s*\d*\s*$"
PLUS = r"^[\s(]*\+"
LEADS_TOO = {"1": 10, "7": 10, "36": 9}  # digits up to which a number has none of its country's lead
LOCAL = 11  # digits of a number without country from which it rather carries a code that nobody marked


def phone_columns(frame: pl.LazyFrame) -> pl.LazyFrame:
    """phone, the national number, dial, the calling code, and trunk; null where the number cannot be one.

    Where neither the number nor its record tells a country, phone is what was told and dial is null.
    """
    raw = pl.col("phone").str.slice(0, LONGEST).str.replace(EXTENSION, "").str.replace_all("(0)", "", literal=True)
    frame, known = frame.with_columns(_raw=raw), codes()
    home = pl.col("country").replace_strict(known["country"], known["calling"], default=None, return_dtype=pl.String)
    trunk = pl.col("country").replace_strict(known["country"], known["trunk"], default="", return_dtype=pl.String)
    plus, digits = pl.col("_raw").str.contains(PLUS), pl.col("_raw").str.replace_all(r"\D", "")
    told = frame.with_columns(_plus=plus, _digits=digits, _home=home, _trunk=trunk)
    told = told.with_columns(_abroad=_abroad()).with_columns(_code=pl.col("_abroad").str.extract(any_code()))
    return _settle(told).with_columns(trunk=_switchboard(pl.col("phone")))


def _switchboard(phone: pl.Expr) -> pl.Expr:
    """The number without its last three digits, the part that direct dials of one switchboard share."""
    return pl.when(phone.str.len_chars() >= 8).then(phone.str.head(-3))


def _abroad() -> pl.Expr:
    """The digits from the calling code on, where the number says that it begins with one."""
    digits, length = pl.col("_digits"), pl.col("_digits").str.len_chars()
    american = digits.str.starts_with("011") & (pl.col("_home").fill_null("1") == "1") & (length > LOCAL)
    unmarked = (
        (length >= LOCAL)
        & digits.str.starts_with(pl.col("_home"))
        & ~((pl.col("_trunk") != "") & digits.str.starts_with(pl.col("_trunk")))
    )
    return (
        pl.when("_plus").then(digits.str.strip_prefix("00")).when(digits.str.starts_with("00")).then(digits.str.slice(2))
        .when(american).then(digits.str.slice(3)).when(unmarked).then(digits)
    )  # fmt: skip


def _settle(told: pl.LazyFrame) -> pl.LazyFrame:
    of = codes()
    lead = pl.col("_code").replace_strict(of["code"], of["code_trunk"], default="0", return_dtype=pl.String)
    told = told.with_columns(_lead=lead, _behind=pl.col("_abroad").str.slice(pl.col("_code").str.len_chars()))
    # Where no digit leads within the country, as in Italy, a nought belongs to the number.
    bare = pl.col("_behind").str.strip_chars_start("0")
    behind = pl.when(pl.col("_lead") == "").then("_behind").otherwise(bare)
    at_home = pl.col("_digits").str.strip_prefix(pl.col("_trunk"))
    national = pl.when(pl.col("_code").is_not_null()).then(behind).otherwise(at_home)
    told = told.with_columns(_national=national, dial=pl.coalesce("_code", "_home"))
    told = told.with_columns(_national=_without_lead())
    possible = pl.concat_str("dial", pl.lit(":"), pl.col("_national").str.len_chars()).is_in(
        possible_lengths().implode()
    )
    nobody = pl.col("_national").str.contains(ONE_DIGIT) | pl.col("_digits").str.contains(ONE_DIGIT)
    local = pl.col("dial").is_null() | (pl.col("_code").is_null() & (pl.col("_digits").str.len_chars() == 7))
    told = told.with_columns(_possible=possible & ~nobody, _nobody=nobody, _at_home=local, _local=_local())
    return told.with_columns(
        phone=pl.when("_nobody").then(None).when("_possible").then("_national")
        .when(pl.col("_at_home") & (pl.col("_local").str.len_chars() >= 6)).then("_local"),
        dial=pl.when("_possible").then("dial"),
    )  # fmt: skip


def _without_lead() -> pl.Expr:
    """Some write the digit that leads within the country behind its code too: +7 8 495, +36 06 1."""
    plain = pl.col("_national")
    most = pl.col("_code").replace_strict(LEADS_TOO, default=None, return_dtype=pl.Int64)
    return (
        pl.when(plain.str.len_chars() > most)
        .then(plain.str.strip_prefix(pl.col("_lead").str.strip_chars("0")))
        .otherwise(plain)
    )


def _local() -> pl.Expr:
    """A number of an unknown country: its digits without leading noughts and without an American one."""
    bare = pl.col("_digits").str.strip_chars_start("0")
    american = (bare.str.len_chars() == LOCAL) & bare.str.starts_with("1")
    return pl.when(american).then(bare.str.slice(1)).otherwise(bare.str.slice(-LOCAL))


@cache
def codes() -> dict[str, pl.Series]:
    """Per country its code and trunk; per code the trunk of its main country."""
    known = table("phones").with_columns(pl.col("trunk").fill_null(""))
    main = known.filter(pl.col("main") == "1")
    return {
        "country": known["country"], "calling": known["calling"], "trunk": known["trunk"],
        "code": main["calling"], "code_trunk": main["trunk"],
    }  # fmt: skip


@cache
def any_code() -> str:
    """No calling code begins another one."""
    return f"^({'|'.join(sorted(table('phones')['calling'].unique()))})"


@cache
def possible_lengths() -> pl.Series:
    """`code:digits` of every length a number of the code may have."""
    lengths = table("phones").select("calling", n=pl.col("lengths").str.split(" ")).explode("n").unique()
    return lengths.select(pl.concat_str("calling", pl.lit(":"), "n"))["calling"].sort()
