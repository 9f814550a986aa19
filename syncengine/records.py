"""The frozen shapes that stages hand to each other; no Django here, so that stages stay fast to test."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

QUANTITY = pl.Decimal(precision=38, scale=6)
INSTANT = pl.Datetime("us", "UTC")

CANONICAL_HEAD: dict[str, pl.DataType] = {
    "key": pl.String(),
    "source_version": pl.String(),
    "modified_at": INSTANT,
    "deleted": pl.Boolean(),
}

CANONICAL_TYPES: dict[str, pl.DataType] = {
    "text": pl.String(),
    "choice": pl.String(),
    "country": pl.String(),
    "currency": pl.String(),
    "email": pl.String(),
    "phone": pl.String(),
    "url": pl.String(),
    "reference": pl.String(),
    "integer": pl.Int64(),
    "decimal": QUANTITY,
    "money": QUANTITY,
    "percent": QUANTITY,
    "date": pl.Date(),
    "datetime": INSTANT,
    "boolean": pl.Boolean(),
    "tags": pl.List(pl.String()),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something a source sent that could not be taken: where it stood, why, and what it was."""

    key: str | None
    reason: str
    where: str
    payload: str
    stage: str = "read"
    rule: str = ""
    severity: str = "reject"


@dataclass(frozen=True, slots=True)
class SourceBatch:
    """Rows as the system said them: every column a string, named as the system names it.

    `watermark` is opaque text to resume after these rows; `complete` is true on the last batch
    of a read that covered every live key of the stream.
    """

    rows: pl.DataFrame
    refused: tuple[Refusal, ...] = ()
    watermark: str | None = None
    complete: bool = False


@dataclass(frozen=True, slots=True)
class MappedBatch:
    """One object's canonical rows from one batch, with what could not be mapped or was refused by a rule.

    `superseded` counts older rows of keys that came more than once; `absent` names keys of a further
    object which its row no longer tells (its columns are empty now): gone, if they were ever known.
    """

    object: str
    rows: pl.DataFrame
    refused: tuple[Refusal, ...] = ()
    held: tuple[Refusal, ...] = ()
    warnings: tuple[Refusal, ...] = field(default=())
    superseded: int = 0
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolved:
    """What identity found out about customer records.

    members: record_id, cluster, account_id, is_new of every record whose customer must be published anew;
    merged: id, into; review: pairs between different customers that a person should judge;
    concerned: every record of the components looked at; settled: who is one customer stands, and only what
    their records are worth was to be weighed anew; fired: guards that fired, one a row.
    """

    members: pl.DataFrame
    merged: pl.DataFrame
    review: pl.DataFrame
    concerned: pl.Series
    bulk: bool
    settled: bool = False
    fired: pl.DataFrame | None = None

    @property
    def questions(self) -> tuple[str, ...]:
        """Kinds of tasks that were asked anew."""
        return ("conflict",) if self.settled else ("duplicate", "relation", "conflict")


@dataclass(frozen=True, slots=True)
class Belonging:
    """Canonical rows of contacts, addresses or products with cluster, golden_id, is_new and, where it applies,
    account_id; merged: id, into."""

    records: pl.DataFrame
    merged: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Survived:
    """golden: cluster, values, winners, rules, members; conflicts: cluster, field code, distinct values;
    waiting: cluster, field code, values (what stands, what would) of changes that a person must approve."""

    golden: pl.DataFrame
    conflicts: pl.DataFrame
    waiting: pl.DataFrame | None = None


@dataclass(frozen=True, slots=True)
class PublishedAccounts:
    """The customers a publish wrote, with the conflicts (cluster, field, values) it left to people."""

    created: int
    changed: int
    conflicts: pl.DataFrame
    account_ids: pl.Series
