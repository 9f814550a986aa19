"""Canonical rows judged by rules: ready, held or refused, with a sentence for each that is not ready."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from accounts.catalogue import Catalogue, ObjectSpec
from syncengine.policies.shapes import Rule
from syncengine.records import Refusal
from syncengine.validation.failures import Known, compile_rule


@dataclass(frozen=True)
class Validated:
    """Rows that may go on, the rows that are held, and what was refused, held or warned of and why.

    Warned rows are ready. A row counts once, by the severest rule it breaks.
    """

    ready: pl.DataFrame
    refused: tuple[Refusal, ...] = ()
    held: tuple[Refusal, ...] = ()
    warnings: tuple[Refusal, ...] = ()
    held_rows: pl.DataFrame | None = None
    invalid: pl.DataFrame | None = None  # key, codes of the fields of ready rows that a rule warns of


def validate(
    rows: pl.DataFrame,
    rules: Sequence[Rule],
    catalogue: Catalogue,
    *,
    object_name: str | None = None,
    known_keys: Mapping[str, pl.Series] | None = None,
    previous: pl.DataFrame | None = None,
    referred: Mapping[str, pl.DataFrame] | None = None,
    payloads: pl.DataFrame | None = None,
    where: str = "",
    now: datetime | None = None,
    waived: pl.DataFrame | None = None,
    taken: Mapping[str, pl.Series] | None = None,
    known: pl.Series | None = None,
) -> Validated:
    """Judge canonical rows of one object; rules that these rows or this knowledge cannot answer are left out.

    `known_keys`: live keys per object, for `reference` rules. `previous`: accepted canonical rows, for
    `changed`. `referred`: frames with `key` and fields per object, for blocked conditions. `payloads`:
    frame of key and payload, to keep the raw row with a refusal; without it the canonical row is kept.
    `waived`: key (null for all) and rule name of what does not count for now. `taken`: per `unique` rule the
    keys of rows whose values another record has. `known`: keys accepted before, for rules about new rows.
    """
    name = object_name or next((rule.object for rule in rules), "")
    if not rules or name not in catalogue or not rows.height:
        return Validated(ready=rows, held_rows=rows.clear())
    spec = catalogue[name]
    frame, facts = _with_previous(rows, Known(known_keys or {}, previous, referred or {}, now, taken or {}, known))
    broken = _unwaived(_broken(frame, rules, spec, facts), frame["key"], rules, waived)
    if not broken.width:
        return Validated(ready=rows, held_rows=rows.clear())
    return _sorted_out(rows, rules, broken, spec, payloads, where)


def _with_previous(rows: pl.DataFrame, known: Known) -> tuple[pl.DataFrame, Known]:
    if known.previous is None:
        return rows, known
    shared = [column for column in known.previous.columns if column in rows.columns and column != "key"]
    before = known.previous.select("key", *[pl.col(column).alias(f"{column}__before") for column in shared])
    joined = rows.join(before, on="key", how="left", maintain_order="left")
    return joined, replace(known, previous=before)


def _broken(frame: pl.DataFrame, rules: Sequence[Rule], spec: ObjectSpec, known: Known) -> pl.DataFrame:
    """A column of true and false per rule (named by its place) that any row breaks."""
    columns = set(frame.columns)
    masks = {
        str(place): ~pl.col("deleted") & mask
        for place, rule in enumerate(rules)
        if (mask := compile_rule(rule, spec, columns, known)) is not None
    }
    broken = frame.select(**masks)
    hit = broken.select(pl.all().any()).row(0, named=True) if broken.width else {}
    return broken.select(place for place, any_row in hit.items() if any_row)


def _unwaived(
    broken: pl.DataFrame, keys: pl.Series, rules: Sequence[Rule], waived: pl.DataFrame | None
) -> pl.DataFrame:
    """The same without what people let pass."""
    if waived is None or not waived.height or not broken.width:
        return broken
    kept = {}
    for place in broken.columns:
        mine = waived.filter(pl.col("rule") == rules[int(place)].name)["key"]
        passes = pl.repeat(mine.null_count() > 0, broken.height, eager=True, dtype=pl.Boolean)
        kept[place] = broken[place] & ~(passes | keys.is_in(mine.drop_nulls().implode()))
    return pl.DataFrame({place: series for place, series in kept.items() if series.any()})


def _sorted_out(
    rows: pl.DataFrame,
    rules: Sequence[Rule],
    broken: pl.DataFrame,
    spec: ObjectSpec,
    payloads: pl.DataFrame | None,
    where: str,
) -> Validated:
    rejected, held = (_breaks(broken, rules, severity) for severity in ("reject", "hold"))
    failing = pl.Series(broken.select(pl.any_horizontal(pl.all())).to_series()).arg_true()
    reasons = _reasons(rows[failing], broken[failing], rules, spec, payloads, where)
    return Validated(
        ready=rows.filter(~rejected & ~held),
        refused=tuple(r for r in reasons if r.severity == "reject"),
        held=tuple(r for r in reasons if r.severity == "hold"),
        warnings=tuple(r for r in reasons if r.severity == "warn"),
        held_rows=rows.filter(held & ~rejected),
        invalid=_invalid(rows["key"], broken, rules, spec),
    )


# Rules about the value itself; a missing or a merely unwelcome one is not distrusted.
JUDGE_VALUES = ("one_of", "range", "length", "pattern", "not_future", "format", "tax_id", "address", "unique")


def _invalid(keys: pl.Series, broken: pl.DataFrame, rules: Sequence[Rule], spec: ObjectSpec) -> pl.DataFrame:
    """The fields of each row whose value a warning names."""
    found = [pl.DataFrame(schema={"key": pl.String, "code": pl.Int16})]
    for place in broken.columns:
        rule = rules[int(place)]
        if rule.severity == "warn" and rule.kind in JUDGE_VALUES:
            failing = keys.filter(broken[place]).to_frame("key")
            codes = [spec.fields[name].code for name in rule.fields if name in spec.fields]
            found += [failing.with_columns(pl.lit(code, pl.Int16).alias("code")) for code in codes]
    return pl.concat(found).group_by("key").agg(invalid=pl.col("code").unique().sort())


def _breaks(broken: pl.DataFrame, rules: Sequence[Rule], severity: str) -> pl.Series:
    columns = [place for place in broken.columns if rules[int(place)].severity == severity]
    if not columns:
        return pl.repeat(False, broken.height, eager=True, dtype=pl.Boolean)
    return broken.select(pl.any_horizontal(columns)).to_series()


def _reasons(
    rows: pl.DataFrame,
    broken: pl.DataFrame,
    rules: Sequence[Rule],
    spec: ObjectSpec,
    payloads: pl.DataFrame | None,
    where: str,
) -> list[Refusal]:
    raw = _payloads_by_key(rows, payloads)
    places = [int(place) for place in broken.columns]
    found = []
    # Only failing rows come here, so a loop over them is a loop over exceptions.
    for row, flags in zip(rows.iter_rows(named=True), broken.iter_rows(), strict=True):
        failed = [rules[place] for place, flag in zip(places, flags, strict=True) if flag]
        severity = min((rule.severity for rule in failed), key=("reject", "hold", "warn").index)
        counted = [rule for rule in failed if rule.severity == severity]
        found.append(
            Refusal(
                key=row["key"],
                reason="; ".join(_reason(rule, row, spec) for rule in counted),
                where=where,
                payload=raw.get(row["key"]) or json.dumps(row, default=str, ensure_ascii=False),
                stage="validate",
                rule=counted[0].name,
                severity=severity,
            )
        )
    return found


def _payloads_by_key(rows: pl.DataFrame, payloads: pl.DataFrame | None) -> dict[str, str]:
    if payloads is None:
        return {}
    wanted = payloads.join(rows.select("key"), on="key", how="semi")
    return dict(wanted.select("key", "payload").iter_rows())


def _reason(rule: Rule, row: Mapping[str, object], spec: ObjectSpec) -> str:
    if rule.kind in ("required", "blocked"):
        return rule.sentence
    columns = [spec.fields[name].column for name in rule.fields if name in spec.fields]
    values = ", ".join(f"“{row[column]}”" for column in columns if row.get(column) is not None)
    return f"{rule.sentence}: {values}" if values else rule.sentence
