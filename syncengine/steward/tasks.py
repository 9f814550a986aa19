"""Opening and closing steward tasks after each publish: asked once, closed when the question is gone."""

from __future__ import annotations

import hashlib
from datetime import datetime

import polars as pl

from accounts.catalogue import load
from accounts.frames import execute, rows, stage
from syncengine.identity import sentence
from syncengine.records import PublishedAccounts, Resolved

WANTED = {
    "kind": "text", "subject": "text", "account_id": "bigint", "other_account_id": "bigint", "field": "smallint",
    "records": "bigint[]", "confidence": "float8", "reason": "text", "evidence": "jsonb", "evidence_digest": "text",
}  # fmt: skip
TYPES: dict[str, pl.DataType] = {
    "kind": pl.String(), "subject": pl.String(), "account_id": pl.Int64(), "other_account_id": pl.Int64(),
    "field": pl.Int16(), "records": pl.List(pl.Int64()), "confidence": pl.Float64(), "reason": pl.String(),
    "evidence": pl.String(), "evidence_digest": pl.String(),
}  # fmt: skip


def renew_tasks(resolved: Resolved, published: PublishedAccounts, *, now: datetime) -> int:
    """Open the tasks these customers give rise to and close those they no longer do; how many were opened."""
    wanted = pl.concat([_duplicates(resolved), _conflicts(published)], how="vertical_relaxed")
    stage("wanted_tasks", WANTED, wanted)
    stage("renewed_accounts", {"account_id": "bigint"}, pl.DataFrame({"account_id": published.account_ids}))
    if not rows("SELECT 1 FROM syncengine_stewardtask LIMIT 1") and not wanted.height:
        return 0
    _close_settled(resolved.questions, now)
    return _open(now)


def _duplicates(resolved: Resolved) -> pl.DataFrame:
    pairs = resolved.review
    if not pairs.height:
        return pl.DataFrame(schema=TYPES)
    low = pl.col("record_l").cast(pl.String)
    return pairs.select(
        kind=pl.lit("duplicate"),
        subject=pl.concat_str(low, pl.lit("-"), pl.col("record_r").cast(pl.String)),
        account_id=pl.col("account_l"),
        other_account_id=pl.col("account_r"),
        field=pl.lit(None, pl.Int16),
        records=pl.concat_list("record_l", "record_r"),
        confidence=pl.col("match_probability"),
        reason=pl.col("rule").map_elements(sentence, return_dtype=pl.String),
        evidence=pl.lit("{}"),
        evidence_digest=pl.col("match_weight").round(2).cast(pl.String),
    )


def _conflicts(published: PublishedAccounts) -> pl.DataFrame:
    found = published.conflicts
    if not found.height:
        return pl.DataFrame(schema=TYPES)
    spec = load()["account"].by_code
    labels = {code: field.label for code, field in spec.items()}
    joined = pl.col("values").list.join(" | ")
    return found.select(
        kind=pl.lit("conflict"),
        subject=pl.concat_str(
            pl.col("cluster").cast(pl.String), pl.lit(":"), pl.col("field").cast(pl.String)
        ),
        account_id=pl.col("cluster"),
        other_account_id=pl.lit(None, pl.Int64),
        field=pl.col("field"),
        records=pl.lit([], dtype=pl.List(pl.Int64)),
        confidence=pl.lit(None, pl.Float64),
        reason=pl.concat_str(
            pl.col("field").replace_strict(labels, return_dtype=pl.String), pl.lit(" differs between sources")
        ),
        evidence=pl.lit("{}"),
        evidence_digest=joined.map_elements(_digest, return_dtype=pl.String),
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _close_settled(kinds: tuple[str, ...], now: datetime) -> None:
    """Open tasks about these customers that nothing asks for any more."""
    execute(
        "UPDATE syncengine_stewardtask t SET state = 'obsolete', closed_at = %s, outcome = 'settled by itself' "
        "FROM renewed_accounts r WHERE t.state = 'open' AND t.kind = ANY(%s) "
        "AND r.account_id IN (t.account_id, t.other_account_id) AND t.subject NOT LIKE 'write-back %%' "
        "AND NOT EXISTS (SELECT FROM wanted_tasks w WHERE w.kind = t.kind AND w.subject = t.subject)",
        [now, list(kinds)],
    )


def _open(now: datetime) -> int:
    """New questions only: never one that is open, never one a person answered on the same evidence."""
    columns = ", ".join(WANTED)
    return execute(
        f"INSERT INTO syncengine_stewardtask ({columns}, state, value_at_stake, opened_at, due_at, outcome) "
        f"SELECT {', '.join('w.' + c for c in WANTED)}, 'open', 0, %s, %s::timestamptz + interval '10 days', '' "
        "FROM wanted_tasks w "
        "WHERE NOT EXISTS (SELECT FROM syncengine_stewardtask d WHERE d.kind = w.kind AND d.subject = w.subject "
        "AND (d.state = 'open' OR (d.state = 'done' AND d.evidence_digest = w.evidence_digest))) "
        "ORDER BY w.kind, w.subject ON CONFLICT DO NOTHING",
        [now, now],
    )


def value_tasks() -> None:
    """What is at stake in the open tasks of touched customers: revenue of twelve months and open receivables."""
    execute(
        "UPDATE syncengine_stewardtask t SET value_at_stake = v.value FROM ("
        "SELECT t.id, coalesce(sum(coalesce(s.revenue_ttm, 0) + coalesce(s.open_receivable, 0)), 0)::numeric(20, 2) "
        "AS value FROM syncengine_stewardtask t "
        "LEFT JOIN accounts_accountsummary s ON s.account_id IN (t.account_id, t.other_account_id) "
        "WHERE t.state = 'open' AND (t.account_id IN (SELECT account_id FROM touched_accounts) "
        "OR t.other_account_id IN (SELECT account_id FROM touched_accounts)) GROUP BY t.id) v "
        "WHERE v.id = t.id AND v.value <> t.value_at_stake"
    )


OPEN_TASKS = (
    "SELECT account_id, count(*) AS tasks FROM (SELECT unnest(ARRAY[account_id, other_account_id]) AS account_id "
    "FROM syncengine_stewardtask WHERE state = 'open') x WHERE account_id IS NOT NULL GROUP BY 1"
)
