"""How a company is reached: domain, e-mail, telephone."""

from __future__ import annotations

import polars as pl

from syncengine.identity.standardise.text import LONGEST, ONE_DIGIT
from syncengine.identity.tables import free_domains, table, words

EXTENSION = r"(?i)\s*(?:ext|extension|durchwahl|x|#)\.?\s*\d*$"

# Codes of countries, none of which begins another one.
CALLING = (
    r"^(?:1|7|2[07]|3[0123469]|4[013456789]|5[12345678]|6[0123456]|8[1246]|9[0123458]|"
    r"2[1-689]\d|3[578]\d|42\d|5[09]\d|6[789]\d|8[03578]\d|9[679]\d)"
)


def reach_columns(frame: pl.LazyFrame) -> pl.LazyFrame:
    """email, domain, stem, phone, trunk; free-mail and hosting domains are no domain."""
    frame = frame.with_columns(email=_email(pl.col("email")), site=_site(pl.col("website")))
    frame = frame.with_columns(
        mailed=_registered(pl.col("email").str.extract(r"@(.+)$")), site=_registered(pl.col("site"))
    )
    frame = frame.with_columns(domain=pl.coalesce(_own("site"), _own("mailed")), email=_personal())
    frame = _phone(frame.with_columns(stem=pl.col("domain").str.extract(r"^([^.]+)")))
    return frame.with_columns(trunk=_trunk(pl.col("phone"))).drop("site", "mailed")


def _email(raw: pl.Expr) -> pl.Expr:
    plain = raw.str.slice(0, LONGEST).str.to_lowercase().str.strip_chars().str.replace(r"^mailto:", "")
    return plain.str.extract(r"([^\s<>@;,]+@[^\s<>@;,]+\.[a-z0-9-]{2,})")


def _site(raw: pl.Expr) -> pl.Expr:
    plain = raw.str.slice(0, LONGEST).str.to_lowercase().str.strip_chars()
    return plain.str.extract(r"^(?:[a-z]+://)?(?:[^/@\s]*@)?(?:www\d?\.)?([^/:?#\s]+\.[^/:?#\s.]{2,})")


def _registered(host: pl.Expr) -> pl.Expr:
    """The registered domain of a host: two labels, three under suffixes such as co.uk."""
    labels = host.str.strip_chars(".").str.split(".")
    two, three = labels.list.tail(2).list.join("."), labels.list.tail(3).list.join(".")
    return pl.when(two.is_in(words("domains")["suffixes"])).then(three).otherwise(two)


def _own(column: str) -> pl.Expr:
    return pl.when(pl.col(column).is_in(list(free_domains()))).then(None).otherwise(pl.col(column))


def _personal() -> pl.Expr:
    """The address itself, unless it is a role's mailbox on a domain that is nobody's own."""
    role = (
        pl.col("email").str.extract(r"^([^@+]+)").is_in([str(w) for w in words("blocked")["role_mailboxes"]])
    )
    nobody = pl.col("mailed").is_in(words("domains")["placeholder"])
    free = pl.col("mailed").is_in(list(free_domains()))
    return pl.when(nobody | (role & free)).then(None).otherwise(pl.col("email"))


def _phone(frame: pl.LazyFrame) -> pl.LazyFrame:
    """phone: national digits; without country code where one is written or known, extensions cut off."""
    raw = (
        pl.col("phone")
        .str.slice(0, LONGEST)
        .str.replace(EXTENSION, "")
        .str.replace_all("(0)", "", literal=True)
    )
    frame = frame.with_columns(
        written=raw.str.contains(r"^\s*(?:\+|00)"),
        digits=raw.str.replace_all(r"\D", ""),
        calling=_calling_code(),
    ).with_columns(
        digits=pl.when("written").then(pl.col("digits").str.strip_prefix("00")).otherwise("digits")
    )
    long = pl.col("digits").str.len_chars() >= 11
    at_home = long & pl.col("digits").str.starts_with(pl.col("calling")).fill_null(False)
    behind = pl.col("digits").str.slice(pl.col("calling").str.len_chars())
    abroad = pl.when("written").then(pl.col("digits").str.replace(CALLING, "")).otherwise("digits")
    abroad = pl.when(~pl.col("written") & long).then(abroad.str.strip_prefix("1")).otherwise(abroad)
    national = pl.when(at_home).then(behind).otherwise(abroad).str.strip_chars_start("0")
    frame = frame.with_columns(phone=national)
    usable = (pl.col("phone").str.len_chars() >= 6) & ~pl.col("phone").str.contains(ONE_DIGIT)
    return frame.with_columns(phone=pl.when(usable).then(pl.col("phone").str.slice(-10))).drop(
        "written", "digits", "calling"
    )


def _calling_code() -> pl.Expr:
    calling = table("countries").unique("country", keep="first").filter(pl.col("calling").is_not_null())
    known = dict(zip(calling["country"], calling["calling"], strict=True))
    return pl.col("country").replace_strict(known, default=None, return_dtype=pl.String)


def _trunk(phone: pl.Expr) -> pl.Expr:
    """The number without its last three digits, the part that direct dials of one switchboard share."""
    return pl.when(phone.str.len_chars() >= 8).then(phone.str.head(-3))
