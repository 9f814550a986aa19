"""What is read of every row before its fields: when it changed, in which version, and whether it is gone."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from accounts.catalogue import FieldSpec
from syncengine.mapping import moments
from syncengine.mapping.conversions import Conversion, build_conversion
from syncengine.mapping.convert import Converted, convert
from syncengine.mapping.plan import MappingPlan
from syncengine.policies.shapes import FieldMap

# A clock that runs ahead by more than this is wrong, and would win every contest for the newest value.
TRUSTED_AHEAD = timedelta(days=1)
INSTANT_FORM = "%Y-%m-%dT%H:%M:%S%.6fZ"


def read_head(cleaned: pl.DataFrame, plan: MappingPlan, *, now: datetime | None) -> tuple[pl.DataFrame, Converted]:
    """`row`, `source_version`, `modified_at`, `deleted` of each row, and what could not be read of them."""
    converted = convert(cleaned, head_conversions(plan))
    modified_at = pl.col("modified_at")
    if now is not None:
        ahead = modified_at > now + TRUSTED_AHEAD
        modified_at = pl.when(ahead).then(pl.lit(now)).otherwise(modified_at).dt.cast_time_unit("us")
    head = (
        cleaned.with_columns(_version_text(plan).alias("source_version"))
        .select("source_version")
        .hstack(converted.values)
        .with_columns(
            modified_at=modified_at,
            published_at=pl.min_horizontal("published_at", pl.lit(now)) if now else pl.col("published_at"),
            deleted=pl.col("deleted").fill_null(False),
        )
        .with_row_index("row")
    )
    if plan.published is None:
        head = head.drop("published_at")
    if plan.version is None:
        head = head.with_columns(source_version=pl.col("modified_at").dt.strftime(INSTANT_FORM))
    return head, converted


def head_conversions(plan: MappingPlan) -> list[Conversion]:
    """Conversions of modification time (null when unreadable) and deletion mark."""
    nothing = FieldMap("", how="constant")
    zone = plan.timezone
    modified = build_conversion(_spec("modified_at", "datetime"), plan.modified or nothing, timezone=zone)
    deleted = build_conversion(_spec("deleted", "boolean"), plan.deleted or nothing, timezone=zone)
    published = build_conversion(_spec("published_at", "datetime"), plan.published or nothing, timezone=zone)
    # A modification time nobody can read costs the row its recency, not its place.
    times = [Conversion(**{**vars(told), "nullable": True}) for told in (modified, published)]
    return [*times, deleted]


def _version_text(plan: MappingPlan) -> pl.Expr:
    if plan.version is None:
        return pl.lit(None, pl.String)
    return sortable_version(pl.col(plan.version), plan.timezone)


def sortable_version(value: pl.Expr, timezone: str = "UTC") -> pl.Expr:
    """Versions as texts that sort like the versions: numbers padded, times in UTC, others as they are."""
    number = pl.when(value.str.contains("^[0-9]{1,20}$")).then(value.str.zfill(20))
    time = moments.moment(value, None, timezone).dt.strftime(INSTANT_FORM)
    return pl.coalesce(number, time, value)


def _spec(name: str, kind: str) -> FieldSpec:
    return FieldSpec(object="", name=name, code=0, type=kind, sensitivity="", owner="", meaning="")
