"""From rows that one system owns to messages for those that keep them too: created once, then followed.

Grain: one message a (row, target, change). What was written last is the ledger itself, so nothing has to be
read back from the target to know what it lacks.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
from django.db import transaction
from psycopg import sql

from accounts.access.edits import is_finance
from accounts.catalogue import FieldSpec, load
from accounts.frames import execute, read, stage
from accounts.golden.shape import GOLDEN, document_shape, table_of
from accounts.loading import is_loading
from accounts.models import Source
from syncengine.models import Stream
from syncengine.policies import PolicySet
from syncengine.records import CANONICAL_TYPES
from syncengine.texts import text_expr
from syncengine.writeback.outbox import Planned, plan_messages
from syncengine.writeback.targets import Target, list_copies
from syncengine.writeback.wake import wake_outbox

OVERLAP = timedelta(minutes=10)  # rounds are stamped when they begin and seen when they commit
HEAD: dict[str, pl.DataType] = {"record_id": pl.Int64(), "account_id": pl.Int64(), "at": pl.Datetime("us", "UTC")}
LAST = """
SELECT DISTINCT ON (m.record_id, f.field) m.record_id, f.field, f.value FROM syncengine_outboxmessage m
  JOIN copied_rows r ON r.record_id = m.record_id JOIN syncengine_outboxfield f ON f.message_id = m.id
 WHERE m.stream_id = %s AND m.state IN {states} ORDER BY m.record_id, f.field, m.id DESC
"""
WRITTEN, OPEN = "('sending', 'sent', 'unknown', 'confirmed')", "('planned', 'waiting')"
CREATED = f"""
SELECT DISTINCT m.record_id FROM syncengine_outboxmessage m JOIN copied_rows r ON r.record_id = m.record_id
 WHERE m.stream_id = %s AND m.action = 'create' AND m.state IN {WRITTEN}
"""
# A person said no to these very rows; they are asked again only about other values.
REFUSED = """
SELECT DISTINCT ON (m.record_id, f.field) m.record_id, f.field, f.value FROM syncengine_outboxmessage m
  JOIN copied_rows r ON r.record_id = m.record_id JOIN syncengine_outboxfield f ON f.message_id = m.id
 WHERE m.stream_id = %s AND (m.state IN ('refused', 'conflict') OR (m.state = 'cancelled' AND m.extra ? 'rejected'))
 ORDER BY m.record_id, f.field, m.id DESC
"""
VALUES: dict[str, pl.DataType] = {"record_id": pl.Int64(), "field": pl.Int16(), "value": pl.String()}


def plan_copies(policies: PolicySet, *, now: datetime) -> int:
    """Messages for what moved since the last look, over every declared copy; how many. None in a first load."""
    if is_loading():
        return 0
    planned = sum(_plan(target, now) for target in list_copies(policies) if not target.write.dry_run)
    if planned:
        wake_outbox()
    return planned


@transaction.atomic
def _plan(target: Target, now: datetime) -> int:
    stream = Stream.objects.select_for_update(skip_locked=True).filter(pk=target.stream.pk).first()
    if stream is None:
        return 0  # somebody else is planning it
    since = datetime.fromisoformat(stream.watermark) if stream.watermark else None
    moved = rows_to_copy(target, since=since - OVERLAP if since else None)
    if not moved.height:
        return 0
    latest = moved["at"].max()
    if isinstance(latest, datetime) and (since is None or latest > since):
        Stream.objects.filter(pk=stream.pk).update(watermark=latest.isoformat())
    return _messages(target, moved, now)


def rows_to_copy(target: Target, *, since: datetime | None) -> pl.DataFrame:
    """Rows of the owner that belong in the target: HEAD, and one text column a field, named by its code."""
    assert target.copy is not None
    owner = Source.objects.filter(name=target.copy.of).values_list("pk", flat=True).first()
    if owner is None:
        return pl.DataFrame(schema=HEAD)
    spec = load()[target.declared.object]
    fields = [spec.fields[name] for name in target.write.fields]
    golden = spec.name in GOLDEN
    where, params = _belongs(target, owner, since, golden=golden)
    query = sql.SQL("SELECT t.id, {}, t.{}, {} FROM {} t {} WHERE {}").format(
        sql.SQL(_customer(spec.name)), sql.Identifier("changed_at" if golden else "published_at"),
        sql.SQL(", ").join(_pick(field, golden) for field in fields), sql.Identifier(table_of(spec.name)),
        sql.SQL(_parent(spec.name)), sql.SQL(" AND ").join(where),
    )  # fmt: skip
    types = {f.column: pl.String() if f.type == "reference" else CANONICAL_TYPES[f.type] for f in fields}
    found = read(query, HEAD | types, params)
    return found.select(*HEAD, *[text_expr(field).alias(str(field.code)) for field in fields])


def _belongs(
    target: Target, owner: int, since: datetime | None, *, golden: bool
) -> tuple[list[sql.Composable], list[object]]:
    """Which rows: the owner's living ones, not known to the target otherwise, as the policy wants them."""
    assert target.copy is not None
    where: list[sql.Composable] = []
    params: list[object] = []
    if golden:
        where.append(sql.SQL("t.merged_into_id IS NULL AND %s = ANY(t.source_ids) AND NOT %s = ANY(t.source_ids)"))
        params += [owner, target.stream.source_id]
    else:
        where.append(sql.SQL("t.deleted_at IS NULL AND t.source_id = %s"))
        params.append(owner)
    if since is not None:
        where.append(sql.SQL("t.{} > %s").format(sql.Identifier("changed_at" if golden else "published_at")))
        params.append(since)
    if target.copy.approved_by or target.copy.first_order:  # both are about a customer
        where.append(sql.SQL("{} IS NOT NULL").format(sql.SQL(_customer(target.declared.object))))
    for field, value in target.copy.when.items():
        where.append(sql.SQL("t.{}::text = %s").format(sql.Identifier(field)))
        params.append(value)
    for other in target.copy.unless:
        where.append(
            sql.SQL("NOT EXISTS (SELECT FROM {} o WHERE o.{} = t.id AND o.deleted_at IS NULL)").format(
                sql.Identifier(table_of(other)), sql.Identifier(f"{target.declared.object}_id")
            )
        )
    return where, params


def _parent(name: str) -> str:
    spec = load()[name]
    return f"LEFT JOIN {table_of(spec.parent or name)} p ON p.id = t.{spec.parent}_id" if _has_parent(name) else ""


def _has_parent(name: str) -> bool:
    spec = load()[name]
    return bool(spec.kind == "line" and spec.parent and document_shape(spec.parent).has_account)


def _customer(name: str) -> str:
    """Whose row it is, as far as it is anybody's; a line is its document's customer's."""
    if name == "account":
        return "t.id"
    if _has_parent(name):
        return "p.account_id"
    known = name in ("contact", "address") or (name not in GOLDEN and document_shape(name).has_account)
    return "t.account_id" if known else "NULL::bigint"


def _pick(field: FieldSpec, golden: bool) -> sql.Composable:
    """The value; a reference is told by the row it leads to, and a golden one by any record of it."""
    if field.type != "reference":
        text = "to_json(t.{})" if field.type == "tags" else "t.{}"
        return sql.SQL(text).format(sql.Identifier(field.name))
    if field.to not in GOLDEN:
        return sql.SQL("t.{}::text").format(sql.Identifier(f"{field.name}_id"))
    if not golden:
        return sql.SQL("t.{}::text").format(sql.Identifier(f"{field.name}_ref_id"))
    return sql.SQL("(SELECT min(x.id)::text FROM {} x WHERE x.{} = t.{})").format(
        sql.Identifier(f"accounts_{field.to}crosswalk"), sql.Identifier(f"{field.to}_id"),
        sql.Identifier(f"{field.name}_id"),
    )  # fmt: skip


def _messages(target: Target, moved: pl.DataFrame, now: datetime) -> int:
    stage("copied_rows", {"record_id": "bigint"}, moved.select("record_id"))
    new, changed = lacking(target, _not_open(target, as_values(moved), now))
    ready = [(new, "create"), (changed, "update")]
    return sum(_write(target, frame, action, now) for frame, action in ready if frame.height)


def as_values(moved: pl.DataFrame) -> pl.DataFrame:
    """One row a value: record_id, account_id, field, value."""
    long = moved.drop("at").unpivot(index=["record_id", "account_id"], variable_name="field", value_name="value")
    return long.with_columns(pl.col("field").cast(pl.Int16))


def lacking(target: Target, wanted: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Of these values (record_id, account_id, field, value): what has to be created, and what to be changed."""
    stage("copied_rows", {"record_id": "bigint"}, wanted.select("record_id").unique())
    created = read(CREATED, {"record_id": pl.Int64()}, [target.stream.pk])["record_id"]
    last = read(LAST.format(states=WRITTEN), VALUES, [target.stream.pk]).rename({"value": "base"})
    refused = read(REFUSED, VALUES, [target.stream.pk]).rename({"value": "refused"})
    for said in (last, refused):
        wanted = wanted.join(said, on=["record_id", "field"], how="left")
    known = pl.col("record_id").is_in(created.implode())
    new = wanted.filter(~known & pl.col("value").is_not_null())
    told = (pl.col("value").ne_missing(pl.col("refused"))).any().over("record_id")
    changed = wanted.filter(known & pl.col("value").ne_missing(pl.col("base")))
    return new.filter(told), changed.filter(pl.col("value").ne_missing(pl.col("refused")))


def _not_open(target: Target, wanted: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """What is planned and still true stays planned; what is overtaken goes, and its row is planned anew."""
    stands = read(LAST.format(states=OPEN), VALUES, [target.stream.pk]).rename({"value": "planned"})
    if not stands.height:
        return wanted
    joined = wanted.join(stands, on=["record_id", "field"], how="inner")
    over = joined.filter(pl.col("planned").ne_missing(pl.col("value")))["record_id"].unique()
    stage("overtaken_rows", {"record_id": "bigint"}, pl.DataFrame({"record_id": over}))
    execute(
        "UPDATE syncengine_outboxmessage m SET state = 'cancelled', settled_at = %s, "
        "reason = 'overtaken by newer values' FROM overtaken_rows o WHERE m.record_id = o.record_id "
        f"AND m.stream_id = %s AND m.state IN {OPEN}",
        [now, target.stream.pk],
    )
    execute(
        "UPDATE accounts_changerequest r SET state = 'withdrawn', decided_at = %s, "
        "answer = 'overtaken by newer values' FROM syncengine_outboxmessage m "
        "JOIN overtaken_rows o ON o.record_id = m.record_id WHERE m.stream_id = %s AND m.request_id = r.id "
        "AND m.state = 'cancelled' AND r.state = 'waiting'",
        [now, target.stream.pk],
    )
    standing = stands.filter(~pl.col("record_id").is_in(over.implode()))["record_id"].unique()
    return wanted.filter(~pl.col("record_id").is_in(standing.implode()))


def _write(target: Target, frame: pl.DataFrame, action: str, now: datetime) -> int:
    assert target.copy is not None
    spec = load()[target.declared.object]
    asked = target.copy.approved_by if action == "create" else ""
    frame = frame.with_columns(
        stream_id=pl.lit(target.stream.pk, pl.Int16), key=pl.lit(None, pl.String), needs=_needs(target, asked)
    ).select("stream_id", "record_id", "key", "account_id", "field", "value", "base", "needs")
    return plan_messages(Planned(frame, f"copy at {now.isoformat()}", object=spec.code, action=action), now=now)


def _needs(target: Target, asked: str) -> pl.Expr:
    """Who approves: whom the policy names; for an ERP, finance where taxes, terms or credit are touched."""
    spec = load()[target.declared.object]
    codes = [
        spec.fields[name].code for name in target.write.fields
        if target.source.system == "erp" and is_finance(spec.fields[name]) and name not in target.write.by_policy
    ]  # fmt: skip
    finance = pl.col("field").is_in(codes) & pl.col("account_id").is_not_null() if codes else pl.lit(False)
    whole = finance.any().over("record_id")
    return pl.when(pl.lit(asked != "")).then(pl.lit(asked)).when(whole).then(pl.lit("finance")).otherwise(pl.lit(""))
