"""Never-match memory: pairs people said are different, asked again only when what was judged has changed."""

from __future__ import annotations

import hashlib
import json

import polars as pl

from accounts.frames import rows, stage
from syncengine.canonical import read_canonical
from syncengine.identity import standardise
from syncengine.resolution.living import MATCHED

# What was judged, in the words that say what has changed.
JUDGED = {
    "name_key": "name", "tax": "tax number", "registration": "register number", "duns": "D-U-N-S number",
    "domain": "domain", "email": "e-mail address", "phone": "telephone number", "street_key": "street",
    "postcode": "postcode", "city": "city",
}  # fmt: skip
# The newest word of each pair that still looks alike, with what its records said when it was given.
ASKABLE = """
    SELECT DISTINCT ON (p.record_l, p.record_r) d.id, p.record_l, p.record_r, x.account_id, y.account_id,
           p.match_probability, d.made_at, coalesce(u.first_name || ' ' || u.last_name, ''), coalesce(u.email, ''),
           d.evidence -> 'records'
      FROM syncengine_decision d JOIN syncengine_matchpair p
        ON (p.record_l = ANY(d.records_l) AND p.record_r = ANY(d.records_r))
        OR (p.record_l = ANY(d.records_r) AND p.record_r = ANY(d.records_l))
      JOIN accounts_accountcrosswalk x ON x.id = p.record_l JOIN accounts_accountcrosswalk y ON y.id = p.record_r
      LEFT JOIN accounts_user u ON u.id = d.made_by_id
     WHERE d.kind = 'different' AND d.closed_at IS NULL AND NOT d.pending
       AND d.id IN (
           SELECT e.id FROM syncengine_decision e, renewed_records r WHERE e.kind = 'different'
              AND (e.records_l @> ARRAY[r.record_id] OR e.records_r @> ARRAY[r.record_id]))
     ORDER BY p.record_l, p.record_r, d.id DESC
"""
ASKED: dict[str, pl.DataType] = {
    "decision": pl.Int64(), "record_l": pl.Int64(), "record_r": pl.Int64(), "account_l": pl.Int64(),
    "account_r": pl.Int64(), "confidence": pl.Float64(),
    "reason": pl.String(), "digest": pl.String(),
}  # fmt: skip


def asked_again(records: pl.Series) -> pl.DataFrame:
    """Decided pairs of these records (ASKED) whose judged evidence has changed, saying what did."""
    nothing = pl.DataFrame(schema=ASKED)
    if not rows("SELECT 1 FROM syncengine_decision WHERE kind = 'different' AND closed_at IS NULL LIMIT 1"):
        return nothing
    stage("renewed_records", {"record_id": "bigint"}, records.to_frame("record_id"))
    found = rows(ASKABLE)
    if not found:
        return nothing
    now = _judged(read_canonical("account", _among({r for row in found for r in row[1:3]}), columns=MATCHED))
    out = []
    for decision, left, right, account_l, account_r, confidence, made_at, name, email, told in found:  # few, by people
        snapshot = told if isinstance(told, dict) else json.loads(told or "{}")
        changed = _changes(snapshot, now, (left, right))
        if changed:
            who = name.strip() or email or "Somebody"
            since = f"{who} said different on {made_at:%d %b %Y}; since then the {' and '.join(changed)} changed"
            digest = _digest(now, (left, right))
            out.append((decision, left, right, account_l, account_r, confidence, since, digest))
    return pl.DataFrame(out, schema=ASKED, orient="row")


def _among(records: set[int]) -> str:
    return f"c.live AND c.crosswalk_id IN ({', '.join(str(int(record)) for record in sorted(records))})"


def _judged(records: pl.DataFrame) -> dict[int, dict[str, str | None]]:
    """The judged values of each record, standardised by today's rules."""
    tidy = standardise(records).select("record_id", *[pl.col(name).cast(pl.String) for name in JUDGED])
    return {row["record_id"]: row for row in tidy.iter_rows(named=True)}


def _changes(
    snapshot: dict[str, dict[str, object]], now: dict[int, dict[str, str | None]], pair: tuple[int, int]
) -> list[str]:
    """Labels of what is said now and was not when the pair was judged; the raw values are standardised afresh."""
    rows_then = [
        {"record_id": record} | {name: snapshot.get(str(record), {}).get(name) for name in MATCHED} for record in pair
    ]
    kinds = {name: pl.List(pl.String) if name == "trade_names" else pl.String for name in MATCHED}
    then = _judged(pl.DataFrame(rows_then, schema={"record_id": pl.Int64, **kinds}))
    return [
        label
        for name, label in JUDGED.items()
        if any(now.get(r, {}).get(name) not in (None, then[r][name]) for r in pair if str(r) in snapshot)
    ]


def _digest(now: dict[int, dict[str, str | None]], pair: tuple[int, int]) -> str:
    said = json.dumps([[now.get(record, {}).get(name) for name in JUDGED] for record in pair])
    return hashlib.sha256(said.encode()).hexdigest()[:16]
