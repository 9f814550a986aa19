"""Days and moments out of text: ISO forms, declared formats, epochs; naive times in the source's zone."""

from __future__ import annotations

import polars as pl

EPOCHS = {"epoch": 1_000_000, "epoch_ms": 1_000}
DAY = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ][0-9:.,]*\s*(?:Z|UTC|[+-][0-9:]{2,6})?)?$"
MOMENT = (
    r"^(?<day>[0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ](?<clock>[0-9]{2}:[0-9]{2})(?::(?<second>[0-9]{2}))?"
    r"(?:[.,](?<fraction>[0-9]{1,9}))?)?\s*(?<zone>Z|UTC|[+-][0-9]{2}(?::?[0-9]{2})?)?$"
)
CLOCK_DIRECTIVES = ("%H", "%I", "%T", "%R", "%s", "%c", "%+")


def day(value: pl.Expr, form: str | None, timezone: str) -> pl.Expr:
    """Days as declared, or ISO days; null for anything else."""
    if form in EPOCHS:
        return moment(value, form, timezone).dt.convert_time_zone(timezone).dt.date()
    if form and any(directive in form for directive in CLOCK_DIRECTIVES):
        return _credible(value.str.to_datetime(form, time_unit="us", strict=False).dt.date())
    return _credible(value.str.to_date(form or "%Y-%m-%d", strict=False))


def patient_day(value: pl.Expr) -> pl.Expr:
    """Days out of ISO moments (the day as written) and of eight digits; null for anything else."""
    written = value.str.extract(DAY).str.to_date("%Y-%m-%d", strict=False)
    compact = value.str.extract(r"^([0-9]{8})$").str.to_date("%Y%m%d", strict=False)
    return _credible(pl.coalesce(written, compact))


def moment(value: pl.Expr, form: str | None, timezone: str) -> pl.Expr:
    """Moments in UTC as declared, or in the usual ISO forms; null for anything else."""
    if form in EPOCHS:
        ticks = (value.cast(pl.Float64, strict=False) * EPOCHS[form]).round().cast(pl.Int64, strict=False)
        return _credible(ticks.cast(pl.Datetime("us")).dt.replace_time_zone("UTC"))
    if form and ("%z" in form or "%:z" in form or "%#z" in form or "%+" in form):
        return _credible(value.str.to_datetime(form, time_unit="us", strict=False).dt.convert_time_zone("UTC"))
    if form:
        return _credible(localise(value.str.to_datetime(form, time_unit="us", strict=False), timezone))
    aware = value.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%#z", time_unit="us", strict=False)
    naive = [_naive(value, f"%Y-%m-%d{gap}%H:%M:%S%.f") for gap in ("T", " ")]
    return _credible(pl.coalesce(aware, localise(pl.coalesce(naive), timezone)))


def patient_moment(value: pl.Expr, timezone: str) -> pl.Expr:
    """Moments out of the rarer ISO forms: no seconds, a day alone, a blank before the zone."""
    parts = value.str.extract_groups(MOMENT)
    text = pl.concat_str(
        parts.struct.field("day"),
        pl.lit("T"),
        parts.struct.field("clock").fill_null("00:00"),
        pl.lit(":"),
        parts.struct.field("second").fill_null("00"),
        pl.lit("."),
        parts.struct.field("fraction").fill_null("0"),
    )
    naive = _naive(text, "%Y-%m-%dT%H:%M:%S%.f")
    zone = parts.struct.field("zone").replace({"Z": "+00:00", "UTC": "+00:00"})
    aware = (text + zone).str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%#z", time_unit="us", strict=False)
    return _credible(pl.when(zone.is_null()).then(localise(naive, timezone)).otherwise(aware))


def localise(naive: pl.Expr, timezone: str) -> pl.Expr:
    """Local clock times as UTC. An hour told twice in autumn is its first telling; an hour that spring
    leaves out is read with the offset before the change, as people's clocks still showed it."""
    if timezone == "UTC":
        return naive.dt.replace_time_zone("UTC")
    skipped = [_as_utc(naive.dt.offset_by(f"-{h}h"), timezone).dt.offset_by(f"{h}h") for h in (3, 26)]
    return pl.coalesce(_as_utc(naive, timezone), *skipped)


def _as_utc(naive: pl.Expr, timezone: str) -> pl.Expr:
    local = naive.dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")
    return local.dt.convert_time_zone("UTC")


def _naive(value: pl.Expr, form: str) -> pl.Expr:
    return value.str.to_datetime(form, time_unit="us", strict=False)


def _credible(value: pl.Expr) -> pl.Expr:
    # Year 1 is how some systems write "never", and neither Python nor people can use a year of five digits.
    return pl.when(value.dt.year().is_between(1000, 9998)).then(value)
