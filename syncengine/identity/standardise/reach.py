"""How a company is reached: domain, e-mail, telephone."""

from __future__ import annotations

import polars as pl

from syncengine.identity.standardise.phones import phone_columns
from syncengine.identity.standardise.text import LONGEST
from syncengine.identity.tables import free_domains, words


def reach_columns(frame: pl.LazyFrame) -> pl.LazyFrame:
    """email, domain, stem, phone, dial, trunk; free-mail and hosting domains are no domain."""
    frame = frame.with_columns(email=_email(pl.col("email")), site=_site(pl.col("website")))
    frame = frame.with_columns(
        mailed=_registered(pl.col("email").str.extract(r"@(.+)$")), site=_registered(pl.col("site"))
    )
    frame = frame.with_columns(domain=pl.coalesce(_own("site"), _own("mailed")), email=_personal())
    frame = phone_columns(frame.with_columns(stem=pl.col("domain").str.extract(r"^([^.]+)")))
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
    role = pl.col("email").str.extract(r"^([^@+]+)").is_in([str(w) for w in words("blocked")["role_mailboxes"]])
    nobody = pl.col("mailed").is_in(words("domains")["placeholder"])
    free = pl.col("mailed").is_in(list(free_domains()))
    return pl.when(nobody | (role & free)).then(None).otherwise(pl.col("email"))


def _trunk(phone: pl.Expr) -> pl.Expr:
    """The number without its last three digits, the part that direct dials of one switchboard share."""
    return pl.when(phone.str.len_chars() >= 8).then(phone.str.head(-3))
