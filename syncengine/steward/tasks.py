"""Opening and closing steward tasks after each publish: asked once, closed when the question is gone."""

from __future__ import annotations

import hashlib
from datetime import datetime

import polars as pl

from accounts.catalogue import load
from accounts.frames import execute, rows, stage
from syncengine.identity import sentence
from syncengine.identity.comparisons import level_number
from syncengine.records import PublishedAccounts, Resolved
from syncengine.steward import relations
from syncengine.steward.deadlines import deadlines
from syncengine.steward.memory import asked_again
from syncengine.steward.planted import PREFIX, plant
from syncengine.steward.worth import BILLING

WANTED = {
    "kind": "text", "subject": "text", "account_id": "bigint", "other_account_id": "bigint", "field": "smallint",
    "records": "bigint[]", "confidence": "float8", "reason": "text", "evidence": "jsonb", "evidence_digest": "text",
    "rule": "text", "urgency": "text", "hold_id": "bigint", "dead_letter_id": "bigint",
}  # fmt: skip
TYPES: dict[str, pl.DataType] = {
    "kind": pl.String(), "subject": pl.String(), "account_id": pl.Int64(), "other_account_id": pl.Int64(),
    "field": pl.Int16(), "records": pl.List(pl.Int64()), "confidence": pl.Float64(), "reason": pl.String(),
    "evidence": pl.String(), "evidence_digest": pl.String(), "rule": pl.String(), "urgency": pl.String(),
    "hold_id": pl.Int64(), "dead_letter_id": pl.Int64(),
}  # fmt: skip
FAR = "Same name, another place or division: rather a branch or sister company"
FAR_LEVELS = [level_number("name", name) for name in ("other_place", "part")]


def renew_tasks(resolved: Resolved, published: PublishedAccounts, *, now: datetime) -> int:
    """Open the tasks these customers give rise to and close those they no longer do; how many were opened."""
    wanted = pl.concat([_duplicates(resolved), _again(resolved), _conflicts(published)], how="vertical_relaxed")
    stage("wanted_tasks", WANTED, wanted)
    stage("renewed_accounts", {"account_id": "bigint"}, pl.DataFrame({"account_id": published.account_ids}))
    guarded = bool(rows("SELECT 1 FROM syncengine_hold LIMIT 1"))
    if not wanted.height and not guarded and not rows("SELECT 1 FROM syncengine_stewardtask LIMIT 1"):
        return 0
    _tell_relations()
    if guarded:
        _want_guards()
    _close_settled(resolved.questions, now)
    opened = _open(now)
    return opened + (plant(now=now) if opened else 0)


def renew_refused(*, now: datetime) -> int:
    """One task for each rule of a stream that refuses records, with its newest record as the example."""
    stage("wanted_tasks", WANTED, pl.DataFrame(schema=TYPES))
    execute(
        f"INSERT INTO wanted_tasks ({', '.join(WANTED)}) SELECT DISTINCT ON (d.stream_id, d.rule) 'validation', "
        "d.stream_id || ':' || d.rule, NULL, NULL, NULL, '{}'::bigint[], NULL, d.reason, '{}'::jsonb, '', d.rule, "
        "CASE WHEN s.object IN ('order', 'order_line') THEN 'blocking' ELSE 'other' END, NULL, d.id "
        "FROM syncengine_deadletter d JOIN syncengine_stream s ON s.id = d.stream_id "
        "WHERE d.state = 'open' AND d.stage = 'validate' AND d.severity <> 'warn' AND NOT d.waits_for_source "
        "ORDER BY d.stream_id, d.rule, d.id DESC"
    )
    execute(
        "UPDATE syncengine_stewardtask t SET state = 'obsolete', closed_at = %s, outcome = 'nothing is refused now' "
        "WHERE t.state = 'open' AND t.kind = 'validation' AND t.subject NOT LIKE 'report:%%' AND NOT EXISTS "
        "(SELECT FROM wanted_tasks w WHERE w.kind = t.kind AND w.subject = t.subject)",
        [now],
    )
    return _open(now)


def _nothing(**columns: pl.Expr) -> dict[str, pl.Expr]:
    empty = {name: pl.lit(None, kind) for name, kind in TYPES.items()}
    plain = {"evidence": pl.lit("{}"), "rule": pl.lit(""), "urgency": pl.lit("other")}
    whole = empty | plain | columns
    return {name: whole[name] for name in TYPES}


def _duplicates(resolved: Resolved) -> pl.DataFrame:
    pairs = resolved.review
    if not pairs.height:
        return pl.DataFrame(schema=TYPES)
    return pairs.select(
        **_nothing(
            kind=pl.lit("duplicate"),
            subject=_pair_subject(),
            account_id=pl.col("account_l"),
            other_account_id=pl.col("account_r"),
            records=pl.concat_list("record_l", "record_r"),
            confidence=pl.col("match_probability"),
            reason=pl.col("rule").map_elements(sentence, return_dtype=pl.String),
            evidence_digest=pl.col("match_weight").round(2).cast(pl.String),
            rule=pl.col("rule"),
        )
    )


def _pair_subject() -> pl.Expr:
    return pl.concat_str(pl.col("record_l").cast(pl.String), pl.lit("-"), pl.col("record_r").cast(pl.String))


def _again(resolved: Resolved) -> pl.DataFrame:
    """Pairs that people said are different and whose evidence has changed since."""
    found = asked_again(resolved.members["record_id"])
    if not found.height:
        return pl.DataFrame(schema=TYPES)
    return found.select(
        **_nothing(
            kind=pl.lit("duplicate"),
            subject=_pair_subject(),
            account_id=pl.col("account_l"),
            other_account_id=pl.col("account_r"),
            records=pl.concat_list("record_l", "record_r"),
            confidence=pl.col("confidence"),
            reason=pl.col("reason"),
            evidence=pl.concat_str(pl.lit('{"reopens": '), pl.col("decision").cast(pl.String), pl.lit("}")),
            evidence_digest=pl.col("digest"),
        )
    )


def _conflicts(published: PublishedAccounts) -> pl.DataFrame:
    found = published.conflicts
    if not found.height:
        return pl.DataFrame(schema=TYPES)
    spec = load()["account"].by_code
    labels = {code: field.label for code, field in spec.items()}
    urgent = {code: "billing" if field.name in BILLING else "other" for code, field in spec.items()}
    joined = pl.col("values").list.join(" | ")
    return found.select(
        **_nothing(
            kind=pl.lit("conflict"),
            subject=pl.concat_str(pl.col("cluster").cast(pl.String), pl.lit(":"), pl.col("field").cast(pl.String)),
            account_id=pl.col("cluster"),
            field=pl.col("field"),
            records=pl.lit([], dtype=pl.List(pl.Int64)),
            reason=pl.concat_str(
                pl.col("field").replace_strict(labels, return_dtype=pl.String), pl.lit(" differs between sources")
            ),
            evidence_digest=joined.map_elements(_digest, return_dtype=pl.String),
            urgency=pl.col("field").replace_strict(urgent, return_dtype=pl.String),
        )
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _tell_relations() -> None:
    """Pairs whose names differ by a place or division are asked as a relation, not as a duplicate."""
    execute(
        "UPDATE wanted_tasks w SET kind = 'relation', reason = %s FROM syncengine_matchpair p "
        "WHERE w.kind = 'duplicate' AND p.record_l = w.records[1] AND p.record_r = w.records[2] "
        "AND jsonb_array_length(p.evidence) > 0 AND (p.evidence ->> 0)::int = ANY(%s)",
        [FAR, FAR_LEVELS],
    )


def _want_guards() -> None:
    """Every merge that waits for a person; there are few, and all of them are wanted at all times."""
    execute(
        f"INSERT INTO wanted_tasks ({', '.join(WANTED)}) SELECT 'guard', 'hold ' || h.id, h.account_id, "
        "h.other_account_id, NULL, ARRAY[h.records_l[1], h.records_r[1]], p.match_probability, "
        "'Would be merged, but: ' || array_to_string(h.reasons, ', '), '{}'::jsonb, '', coalesce(p.rule, ''), 'money', "
        "h.id, NULL FROM syncengine_hold h LEFT JOIN LATERAL (SELECT p.match_probability, p.rule "
        "FROM unnest(h.records_l) l, unnest(h.records_r) r, syncengine_matchpair p "
        "WHERE p.record_l = least(l, r) AND p.record_r = greatest(l, r) ORDER BY p.match_weight DESC LIMIT 1) p "
        "ON true "
        "LEFT JOIN syncengine_stop s ON s.id = h.stop_id "
        "WHERE h.state = 'open' AND coalesce(s.state, 'single') = 'single'"
    )
    # The merges of one round that was stopped are one question, until somebody wants them asked one by one.
    execute(
        f"INSERT INTO wanted_tasks ({', '.join(WANTED)}) SELECT 'guard', 'stop ' || s.id, NULL, NULL, NULL, "
        "'{}'::bigint[], NULL, s.sentence, jsonb_build_object('stop', s.id), '', '', 'money', NULL, NULL "
        "FROM syncengine_stop s WHERE s.state = 'open'"
    )


def _close_settled(kinds: tuple[str, ...], now: datetime) -> None:
    """Open tasks about these customers that nothing asks for any more."""
    execute(
        "UPDATE syncengine_stewardtask t SET state = 'obsolete', closed_at = %s, outcome = 'settled by itself' "
        "FROM renewed_accounts r WHERE t.state = 'open' AND t.kind = ANY(%s) "
        "AND r.account_id IN (t.account_id, t.other_account_id) AND t.subject NOT LIKE 'write-back %%' "
        f"AND t.subject NOT LIKE '{PREFIX}%%' AND t.subject NOT LIKE '{relations.PREFIX}%%' "
        "AND NOT EXISTS (SELECT FROM wanted_tasks w WHERE w.kind = t.kind AND w.subject = t.subject)",
        [now, list(kinds)],
    )
    execute(
        "UPDATE syncengine_stewardtask t SET state = 'obsolete', closed_at = %s, outcome = 'settled by itself' "
        "WHERE t.state = 'open' AND t.kind = 'guard' "
        "AND NOT EXISTS (SELECT FROM wanted_tasks w WHERE w.kind = t.kind AND w.subject = t.subject)",
        [now],
    )


def _open(now: datetime) -> int:
    """New questions only: never one that is open, never one a person answered on the same evidence."""
    columns = ", ".join(WANTED)
    due = deadlines(now)
    places = ", ".join(f"('{urgency}', %({urgency})s::timestamptz)" for urgency in due)
    return execute(
        f"INSERT INTO syncengine_stewardtask ({columns}, state, value_at_stake, opened_at, due_at, outcome) "
        f"SELECT {', '.join('w.' + c for c in WANTED)}, 'open', 0, %(now)s, d.due_at, '' "
        f"FROM wanted_tasks w JOIN (VALUES {places}) d (urgency, due_at) ON d.urgency = w.urgency "
        "WHERE NOT EXISTS (SELECT FROM syncengine_stewardtask d WHERE d.kind = w.kind AND d.subject = w.subject "
        "AND (d.state = 'open' OR (d.state = 'done' AND d.evidence_digest = w.evidence_digest "
        "AND w.kind IN ('duplicate', 'relation', 'conflict')))) "
        "ORDER BY w.kind, w.subject ON CONFLICT DO NOTHING",
        {"now": now, **due},
    )


OPEN_TASKS = "SELECT account_id, count(*) AS tasks FROM ({}) x GROUP BY 1".format(
    " UNION ALL ".join(
        f"SELECT a.account_id FROM syncengine_stewardtask t JOIN touched_accounts a ON a.account_id = t.{side} "
        "WHERE t.state = 'open'"
        for side in ("account_id", "other_account_id")
    )
)
