"""Records gone at their source: they join nothing, and stay with the record they were most alike."""

from __future__ import annotations

import polars as pl

from accounts.frames import execute, read, stage
from syncengine.identity.components import components

DYING = "dying_records"
GONE: dict[str, pl.DataType] = {"record_id": pl.Int64(), "follows": pl.Int64()}
NOBODY = pl.DataFrame(schema=GONE)


def bury_dirty(dirty: str) -> pl.Series:
    """Take records that died since they were last resolved out of matching; which they are.

    Each follows the live record of its customer that it was most alike, else the customer's oldest live one,
    else its oldest record; a customer none of whose records lives keeps them all, behind the oldest.
    """
    dead = read(
        f"SELECT c.crosswalk_id, x.account_id FROM syncengine_canonicalaccount c "
        f"JOIN {dirty} s ON s.record_id = c.crosswalk_id JOIN accounts_accountcrosswalk x ON x.id = c.crosswalk_id "
        "LEFT JOIN syncengine_matchrecord m ON m.crosswalk_id = c.crosswalk_id "
        "WHERE NOT c.live AND (m.crosswalk_id IS NULL OR m.live) ORDER BY 1",
        {"record_id": pl.Int64(), "account_id": pl.Int64()},
    )
    if not dead.height:
        return dead["record_id"]
    stage(DYING, {"record_id": "bigint", "account_id": "bigint"}, dead)
    execute(
        "INSERT INTO syncengine_matchrecord AS m (crosswalk_id, component_id, live, follows) "
        f"SELECT d.record_id, d.record_id, false, f.target FROM {DYING} d LEFT JOIN LATERAL ({_target()}) f "
        "ON true ON CONFLICT (crosswalk_id) DO UPDATE SET live = false, follows = excluded.follows"
    )
    for side in ("record_l", "record_r"):
        execute(f"DELETE FROM syncengine_matchpair p USING {DYING} d WHERE p.{side} = d.record_id")
    return dead["record_id"]


def _target() -> str:
    """Whom a dying record follows, of the others of its customer; nobody where it is the oldest of the dead."""
    likeness = (
        "SELECT p.tier, p.match_weight FROM syncengine_matchpair p "
        "WHERE p.record_l = least(d.record_id, o.id) AND p.record_r = greatest(d.record_id, o.id)"
    )
    return (
        "SELECT o.id AS target FROM accounts_accountcrosswalk o "
        "JOIN syncengine_canonicalaccount oc ON oc.crosswalk_id = o.id "
        "LEFT JOIN syncengine_matchrecord om ON om.crosswalk_id = o.id "
        f"LEFT JOIN LATERAL ({likeness}) p ON true "
        "WHERE o.account_id = d.account_id AND o.id <> d.record_id AND (oc.live OR "
        # of the dead only those that lead nowhere else, and older ones, so that nobody goes in circles
        f"(o.id < d.record_id AND (o.id IN (SELECT record_id FROM {DYING}) OR (NOT om.live AND om.follows IS NULL)))) "
        "ORDER BY oc.live DESC, p.tier NULLS LAST, p.match_weight DESC NULLS LAST, o.id LIMIT 1"
    )


def read_gone() -> pl.DataFrame:
    """GONE of records that died and have not come back since."""
    return read(
        "SELECT crosswalk_id, follows FROM syncengine_matchrecord m WHERE NOT live AND NOT EXISTS "
        "(SELECT FROM syncengine_canonicalaccount c WHERE c.crosswalk_id = m.crosswalk_id AND c.live)",
        GONE,
    )


def of(concerned: pl.DataFrame) -> pl.DataFrame:
    """GONE of these records, which tell whether they are live."""
    return NOBODY if concerned["live"].all() else concerned.filter(~pl.col("live")).select(*GONE)


def attach(parted: pl.DataFrame, gone: pl.DataFrame, bound: pl.DataFrame) -> pl.DataFrame:
    """The partition of the living with the dead beside those they follow; `live` says which is which.

    A decision that says different of a dead record and one of the cluster it would be in leaves it alone.
    """
    living = parted.select("record_id", "component_id", "cluster", live=pl.lit(True))
    if not gone.height:
        return living
    placed = _placed(living, gone)
    alone = _unwelcome(pl.concat([living, placed.select(living.columns)]), gone, bound)
    stays = ~pl.col("record_id").is_in(alone.implode())
    placed = placed.with_columns(
        cluster=pl.when(stays).then("cluster").otherwise("record_id"),
    )
    return pl.concat([living, placed.select(living.columns)]).sort("record_id")


def _placed(living: pl.DataFrame, gone: pl.DataFrame) -> pl.DataFrame:
    """Each dead record with the component and cluster of the one its chain ends at."""
    known = pl.concat([living["record_id"], gone["record_id"]])
    led = gone.filter(pl.col("follows").is_in(known.implode()))
    chains = components(known, led["record_id"], led["follows"]).rename({"node": "record_id"})
    ends = chains.join(led, on="record_id", how="anti").select("label", end="record_id")
    placed = gone.select("record_id").join(chains, on="record_id").join(ends, on="label")
    homes = living.select(end="record_id", component_id="component_id", cluster="cluster")
    return placed.join(homes, on="end", how="left").with_columns(
        pl.coalesce("component_id", "end").alias("component_id"),
        pl.coalesce("cluster", "end").alias("cluster"),
        live=pl.lit(False),
    )


def _unwelcome(whole: pl.DataFrame, gone: pl.DataFrame, bound: pl.DataFrame) -> pl.Series:
    """Dead records that share a cluster with one they are different from; of two dead ones the follower."""
    apart = bound.filter(pl.col("kind") == "different")
    side = whole.select("record_id", "cluster", "live").join(gone, on="record_id", how="left")
    named = {n: f"{n}_r" for n in ("record_id", "cluster", "live", "follows")}
    joined = apart.join(side, left_on="record_l", right_on="record_id").join(
        side.rename(named), left_on="record_r", right_on="record_id_r"
    )
    clash = joined.filter((pl.col("cluster") == pl.col("cluster_r")) & ~(pl.col("live") & pl.col("live_r")))
    right = pl.col("live") | (~pl.col("live_r") & pl.col("follows_r").is_not_null())
    return clash.select(pl.when(right).then("record_r").otherwise("record_l").alias("r"))["r"].unique()
