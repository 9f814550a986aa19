"""From golden values to messages: which records of which targets say something else than what stands.

Grain: one message a (decision, stream, record) and approver; one field row each value it carries.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl
from psycopg import sql

from accounts.access.edits import is_finance
from accounts.catalogue import FieldSpec, load
from accounts.frames import execute, read, rows, stage
from accounts.loading import is_loading
from syncengine.policies import PolicySet
from syncengine.records import CANONICAL_TYPES
from syncengine.survivorship import normalised
from syncengine.texts import FORMATTED, text_expr
from syncengine.writeback.outbox import Planned, plan_messages
from syncengine.writeback.targets import Target, list_targets

ACCOUNT = load()["account"].code
MASS = 1000  # more messages than this from one round wait for a person, as mass deletions do
OPEN = "('waiting', 'planned', 'sending', 'sent', 'unknown')"
DIFFERENCE: dict[str, pl.DataType] = {
    "stream_id": pl.Int16(), "record_id": pl.Int64(), "key": pl.String(), "account_id": pl.Int64(),
    "field": pl.Int16(), "value": pl.String(), "base": pl.String(), "needs": pl.String(),
}  # fmt: skip
STAGED = {
    "stream_id": "smallint", "record_id": "bigint", "key": "text", "account_id": "bigint", "field": "smallint",
    "value": "text", "base": "text", "needs": "text",
}  # fmt: skip


def propagate(account_ids: pl.Series, policies: PolicySet, *, decision: str, now: datetime) -> int:
    """Messages for the targets whose records of these customers differ from what stands; how many were planned."""
    targets = [target for target in list_targets(policies) if target.write.propagate and not target.write.dry_run]
    if not targets or not account_ids.len() or is_loading():
        return 0
    stage("propagated", {"account_id": "bigint"}, pl.DataFrame({"account_id": account_ids.unique().sort()}))
    found = pl.concat([differences(target, "propagated") for target in targets])
    stage("wanted_values", STAGED, found)
    _cancel_overtaken([target.stream.pk for target in targets], now)
    wanted = _under_review(_still_wanted(), [target for target in targets if target.source.system == "erp"])
    if not wanted.height:
        return 0
    too_many = wanted["record_id"].n_unique() > MASS
    return plan_messages(Planned(wanted, decision, too_many=too_many), now=now)


def differences(target: Target, accounts: str) -> pl.DataFrame:
    """Values of the target's live records that differ from golden ones; `accounts` is a staged table of ids."""
    spec = load()["account"]
    fields = [spec.fields[name] for name in target.write.fields]
    golden = _golden(fields, accounts)
    told = _told(target, fields, accounts)
    joined = told.join(golden, on="account_id", suffix=":golden")
    parts = [_differing(field, joined, target) for field in fields]
    return pl.concat([pl.DataFrame(schema=DIFFERENCE), *parts])


def _golden(fields: Sequence[FieldSpec], accounts: str) -> pl.DataFrame:
    query = sql.SQL("SELECT a.id, {} FROM accounts_account a JOIN {} s ON s.account_id = a.id").format(
        _picks(fields, "a"), sql.Identifier(accounts)
    )
    return read(query, {"account_id": pl.Int64()} | {f.name: CANONICAL_TYPES[f.type] for f in fields})


def _told(target: Target, fields: Sequence[FieldSpec], accounts: str) -> pl.DataFrame:
    query = sql.SQL(
        "SELECT c.crosswalk_id, c.key, x.account_id, {} FROM syncengine_canonicalaccount c "
        "JOIN accounts_accountcrosswalk x ON x.id = c.crosswalk_id JOIN {} s ON s.account_id = x.account_id "
        "WHERE c.stream_id = %s AND c.live AND x.deleted_at IS NULL"
    ).format(_picks(fields, "c"), sql.Identifier(accounts))
    head = {"record_id": pl.Int64(), "key": pl.String(), "account_id": pl.Int64()}
    return read(query, head | {f.name: CANONICAL_TYPES[f.type] for f in fields}, [target.stream.pk])


def told_texts(target: Target, accounts: str, codes: Sequence[int]) -> pl.DataFrame:
    """What the target's live records say in these fields: stream_id, record_id, key, account_id, field, base."""
    fields = [load()["account"].by_code[code] for code in codes]
    told = _told(target, fields, accounts)
    head = ("record_id", "key", "account_id")
    texts = told.select(*head, *[text_expr(field).alias(str(field.code)) for field in fields])
    long = texts.unpivot(index=list(head), variable_name="field", value_name="base")
    return long.with_columns(pl.col("field").cast(pl.Int16), pl.lit(target.stream.pk, pl.Int16).alias("stream_id"))


def _picks(fields: Sequence[FieldSpec], table: str) -> sql.Composed:
    picks = [
        sql.SQL("to_json({}.{})" if field.type == "tags" else "{}.{}").format(
            sql.Identifier(table), sql.Identifier(field.name)
        )
        for field in fields
    ]
    return sql.SQL(", ").join(picks)


def _differing(field: FieldSpec, joined: pl.DataFrame, target: Target) -> pl.DataFrame:
    """Rows whose value differs; formats that systems choose themselves are compared by what they mean."""
    mine = joined.select("record_id", "key", "account_id", pl.col(field.name), __golden=pl.col(f"{field.name}:golden"))
    golden = mine.select(pl.col("__golden").alias(field.name))
    compared = mine.with_columns(
        base=text_expr(field),
        value=golden.select(text_expr(field)).to_series(),
        mine=normalised(field) if field.type in FORMATTED else text_expr(field),
        ours=golden.select(normalised(field) if field.type in FORMATTED else text_expr(field)).to_series(),
    )
    unlike = compared.filter(pl.col("ours").is_not_null() & pl.col("mine").ne_missing(pl.col("ours")))
    return unlike.select(
        pl.lit(target.stream.pk, pl.Int16).alias("stream_id"), "record_id", "key", "account_id",
        pl.lit(field.code, pl.Int16).alias("field"), "value", "base", pl.lit(needed(field, target)).alias("needs"),
    )  # fmt: skip


def needed(field: FieldSpec, target: Target) -> str:
    """The role whose approval a value needs before it goes there; empty where policy approves it."""
    if is_finance(field) and field.name not in target.write.by_policy:
        return "finance"
    return "steward" if field.name in target.write.approval else ""


def _cancel_overtaken(stream_ids: Sequence[int], now: datetime) -> None:
    """Messages not yet sent whose values are no longer what stands; the round plans anew what is."""
    execute(
        "UPDATE syncengine_outboxmessage m SET state = 'cancelled', settled_at = %s, "
        "reason = 'overtaken by newer values' FROM propagated p WHERE m.account_id = p.account_id "
        "AND m.stream_id = ANY(%s) AND m.state IN ('planned', 'waiting') AND m.decision LIKE 'publish %%' "
        "AND m.action = 'update' AND EXISTS (SELECT FROM syncengine_outboxfield f WHERE f.message_id = m.id "
        "AND NOT EXISTS (SELECT FROM wanted_values w WHERE w.stream_id = m.stream_id AND w.record_id = m.record_id "
        "AND w.field = f.field AND w.value IS NOT DISTINCT FROM f.value))",
        [now, list(stream_ids)],
    )
    execute(
        "UPDATE accounts_changerequest r SET state = 'withdrawn', decided_at = %s, "
        "answer = 'overtaken by newer values' WHERE r.state = 'waiting' AND r.kind = 'sync' "
        "AND EXISTS (SELECT FROM syncengine_outboxmessage m WHERE m.request_id = r.id AND m.state = 'cancelled')",
        [now],
    )


# What is on its way, was refused as it stands, is asked about, or was written and only formatted otherwise. What was
# in conflict is asked about as long as its task is open; once that is answered, what is golden then is due.
SETTLED = f"""
    SELECT FROM syncengine_outboxfield f JOIN syncengine_outboxmessage m ON m.id = f.message_id
     WHERE m.record_id = w.record_id AND m.stream_id = w.stream_id AND f.field = w.field
       AND (m.state IN {OPEN}
         OR (m.state = 'refused' AND f.value IS NOT DISTINCT FROM w.value
             AND f.base IS NOT DISTINCT FROM w.base)
         OR (m.state = 'cancelled' AND m.extra ? 'rejected' AND f.value IS NOT DISTINCT FROM w.value
             AND f.base IS NOT DISTINCT FROM w.base))
"""
ECHOED = """
    SELECT FROM syncengine_echo e WHERE e.object = {object} AND e.record_id = w.record_id AND e.field = w.field
       AND e.closed_at IS NULL AND e.seen_at IS NOT NULL AND e.value IS NOT DISTINCT FROM w.value
"""
ASKED = f"""
    SELECT FROM syncengine_stewardtask t JOIN syncengine_outboxmessage m
        ON t.subject = 'write-back ' || m.id JOIN syncengine_outboxfield f ON f.message_id = m.id
     WHERE t.state = 'open' AND t.kind = 'conflict' AND m.object = {ACCOUNT} AND m.account_id = w.account_id
       AND f.field = w.field
"""


def _still_wanted() -> pl.DataFrame:
    asked = "AND NOT EXISTS (" + ASKED + ")" if _any_asked() else ""
    return read(
        f"SELECT w.* FROM wanted_values w WHERE NOT EXISTS ({SETTLED}) "
        f"AND NOT EXISTS ({ECHOED.format(object=ACCOUNT)}) {asked}",
        DIFFERENCE,
    )


def _under_review(wanted: pl.DataFrame, erp: Sequence[Target]) -> pl.DataFrame:
    """What goes to an ERP waits while finance reviews the customer."""
    reviewed = read(
        "SELECT DISTINCT r.account_id FROM accounts_changerequest r JOIN propagated p ON p.account_id = r.account_id "
        "WHERE r.kind = 'event' AND r.state = 'waiting'",
        {"account_id": pl.Int64()},
    )["account_id"]
    streams = [target.stream.pk for target in erp]
    held = pl.col("account_id").is_in(reviewed.implode()) & pl.col("stream_id").is_in(streams)
    return wanted.with_columns(pl.when(held).then(pl.lit("finance")).otherwise("needs").alias("needs"))


def _any_asked() -> bool:
    query = "SELECT 1 FROM syncengine_stewardtask WHERE state = 'open' AND subject LIKE 'write-back %%' LIMIT 1"
    return bool(rows(query, []))
