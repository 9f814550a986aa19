"""How a company is reached on the web: domain and e-mail."""

from __future__ import annotations

import polars as pl

from syncengine.identity.standardise.text import LONGEST
from syncengine.identity.tables import free_domains, words

ADDRESS = r"([^\s<>@;,]+@[^\s<>@;,]+\.[a-z0-9-]{2,})"
HOST = r"^(?:[a-z]+://)?(?:[^/@\s]*@)?(?:www\d?\.)?([^/:?#\s]+\.[^/:?#\s.]{2,})"


def site_column(frame: pl.LazyFrame) -> pl.LazyFrame:
    """site, the registered domain of the website; free-mail and hosting domains are nobody's own."""
    frame = frame.with_columns(site=_site(pl.col("website")))  # an expression that stands in two places runs twice
    frame = _registered(frame, pl.col("site"), "site")
    return frame.with_columns(site=_own(pl.col("site")))


def email_columns(frame: pl.LazyFrame) -> pl.LazyFrame:
    """email, and mailed, its own registered domain."""
    frame = frame.with_columns(email=_email(pl.col("email")))
    frame = _registered(frame, pl.col("email").str.extract(r"@(.+)$"), "mailed")
    return frame.with_columns(email=_personal(), mailed=_own(pl.col("mailed")))


def domain_columns(frame: pl.DataFrame) -> pl.DataFrame:
    """domain and stem in place of site and mailed."""
    frame = frame.with_columns(domain=pl.coalesce("site", "mailed")).drop("site", "mailed")
    return frame.with_columns(stem=pl.col("domain").str.extract(r"^([^.]+)"))


def _email(raw: pl.Expr) -> pl.Expr:
    plain = raw.str.slice(0, LONGEST).str.to_lowercase().str.strip_chars().str.replace(r"^mailto:", "")
    return plain.str.extract(ADDRESS)


def _site(raw: pl.Expr) -> pl.Expr:
    plain = raw.str.slice(0, LONGEST).str.to_lowercase().str.strip_chars()
    return plain.str.extract(HOST)


def _registered(frame: pl.LazyFrame, host: pl.Expr, told: str) -> pl.LazyFrame:
    """The registered domain of a host: two labels, three under suffixes such as co.uk."""
    frame = frame.with_columns(_labels=host.str.strip_chars(".").str.split("."))
    frame = frame.with_columns(_two=pl.col("_labels").list.tail(2).list.join("."))
    three = pl.col("_labels").list.tail(3).list.join(".")
    domain = pl.when(pl.col("_two").is_in(words("domains")["suffixes"])).then(three).otherwise("_two")
    return frame.with_columns(domain.alias(told))


def _own(domain: pl.Expr) -> pl.Expr:
    return pl.when(~domain.is_in(list(free_domains()))).then(domain)


def _personal() -> pl.Expr:
    """The address itself, unless it is a role's mailbox on a domain that is nobody's own."""
    role = pl.col("email").str.extract(r"^([^@+]+)").is_in([str(w) for w in words("blocked")["role_mailboxes"]])
    nobody = pl.col("mailed").is_in(words("domains")["placeholder"])
    free = pl.col("mailed").is_in(list(free_domains()))
    return pl.when(nobody | (role & free)).then(None).otherwise(pl.col("email"))
