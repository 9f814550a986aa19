"""Links under another mapping: identity run dry on the records whose identifying values would change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from django.db import transaction

from accounts.frames import execute, read, stage
from syncengine.policies.plan.records import SAMPLES, Overlay
from syncengine.policies.plan.shapes import LinkChange
from syncengine.resolution.accounts import resolve_accounts
from syncengine.resolution.living import MATCHED

LANE_LOCK = 7302
ARRAYS = ("trade_names",)


@dataclass(frozen=True)
class LinkDiff:
    """What would move, the customers concerned, and the duplicate questions that would open."""

    change: LinkChange
    accounts: pl.Series
    asked: int


def diff_links(overlays: Sequence[Overlay], *, now: datetime) -> LinkDiff:
    """Resolve the changed records as the lane would, in a transaction that leaves nothing behind."""
    mine = [o for o in overlays if o.object == "account" and set(o.columns) & set(MATCHED)]
    if not mine:
        return LinkDiff(LinkChange(), pl.Series([], dtype=pl.Int64), 0)
    with _leaving_nothing():
        # Nobody may publish meanwhile: the rows are other ones until the transaction is undone.
        execute("SELECT pg_advisory_xact_lock(%s)", [LANE_LOCK])
        records = pl.concat([_write(overlay) for overlay in mine])
        resolved = resolve_accounts(records, now=now)
        asked = resolved.review.join(_known_questions(), on=["record_l", "record_r"], how="anti").height
        return _told(resolved.members, resolved.merged, asked)


@contextmanager
def _leaving_nothing() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _write(overlay: Overlay) -> pl.Series:
    """The overlaid values in the canonical rows; their records."""
    columns = [c for c in overlay.columns if c in MATCHED]
    kinds = {c: "text[]" if c in ARRAYS else "text" for c in columns}
    stage("overlaid_rows", {"key": "text", **kinds}, overlay.rows.select("key", *columns))
    assign = ", ".join(f"{c} = s.{c}" for c in columns)
    execute(
        f"UPDATE syncengine_canonicalaccount c SET {assign} FROM overlaid_rows s "
        "WHERE c.source_id = %s AND c.key = s.key",
        [overlay.source_id],
    )
    return read(
        "SELECT c.crosswalk_id FROM syncengine_canonicalaccount c JOIN overlaid_rows s ON s.key = c.key "
        "WHERE c.source_id = %s",
        {"record_id": pl.Int64()},
        [overlay.source_id],
    )["record_id"]


def _known_questions() -> pl.DataFrame:
    return read(
        "SELECT records[1], records[2] FROM syncengine_stewardtask WHERE kind = 'duplicate' AND state <> 'obsolete'",
        {"record_l": pl.Int64(), "record_r": pl.Int64()},
    )


def _told(members: pl.DataFrame, merged: pl.DataFrame, asked: int) -> LinkDiff:
    stage("planned_links", {"record_id": "bigint", "account_id": "bigint"}, members)
    moved = read(
        "SELECT x.id, coalesce(o.name, ''), coalesce(n.name, ''), x.account_id, s.account_id FROM planned_links s "
        "JOIN accounts_accountcrosswalk x ON x.id = s.record_id "
        "LEFT JOIN accounts_account o ON o.id = x.account_id LEFT JOIN accounts_account n ON n.id = s.account_id "
        "WHERE x.account_id IS DISTINCT FROM s.account_id AND x.account_id IS NOT NULL ORDER BY x.id",
        {
            "record_id": pl.Int64(), "before": pl.String(), "after": pl.String(),
            "old": pl.Int64(), "new": pl.Int64(),
        },
    )  # fmt: skip
    some = moved.head(SAMPLES).select("record_id", "before", "after").rows()
    samples = tuple((f"record {record}", str(before), str(after or "a new customer")) for record, before, after in some)
    fresh = members.filter("is_new")["account_id"].n_unique()
    change = LinkChange(moved.height, merged.height, fresh, samples)
    return LinkDiff(change, pl.concat([moved["old"], moved["new"]]).drop_nulls().unique(), asked)
