"""Publishing customers: survive, find parent and territory, write, link, and make them findable."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from accounts.catalogue import load
from accounts.frames import read, stage
from accounts.golden import first_load
from accounts.golden.changes import Cause
from accounts.golden.crosswalk import link
from accounts.golden.records import publish_golden, redirect
from accounts.golden.relations import break_loops
from accounts.golden.search import load_identifiers, publish_identifiers, publish_search
from accounts.golden.touched import touch
from accounts.models import Territory
from accounts.models.identifier import schemes
from syncengine.publish.relations import confirmed_parents
from syncengine.records import PublishedAccounts, Survived

PARENT = load()["account"].fields["parent"].code


def publish_accounts(
    records: pl.DataFrame,
    survived: Callable[[], Survived],
    pins: pl.DataFrame,
    merged: pl.DataFrame,
    *,
    cause: Cause,
) -> PublishedAccounts:
    """Write the customers of these records (`cluster` is the customer's id) with lineage, links and search.

    What survives is asked for once the records are linked, so it can be weighed meanwhile.
    """
    # Links first: parents are looked up through them. Foreign keys are checked at commit.
    link("account", records.select("record_id", golden_id="cluster"), cause=cause)
    golden, conflicts = _golden(records, survived(), pins)
    written = publish_golden("account", golden, cause=cause)
    redirect("account", merged, cause=cause)
    _publish_findable(records, only_new=bool(golden["is_new"].all()))
    first_load.note_filled(written.created)
    _settle_parents(golden, cause)
    touch("SELECT id FROM published_accounts")
    return PublishedAccounts(written.created, written.changed, conflicts, golden["id"])


def publish_weighed_anew(
    records: pl.DataFrame, survived: Survived, pins: pl.DataFrame, *, cause: Cause
) -> PublishedAccounts:
    """Write what other rules make of customers. What their records say stands, and so do links, search and
    the figures of all whose values stay the same."""
    golden, conflicts = _golden(records, survived, pins)
    written = publish_golden("account", golden, cause=cause)
    _settle_parents(golden, cause)
    changed = "SELECT p.id FROM published_accounts p JOIN accounts_account a USING (id) WHERE a.changed_at = %s"
    touch(changed, [cause.at])
    return PublishedAccounts(written.created, written.changed, conflicts, golden["id"])


def _golden(records: pl.DataFrame, survived: Survived, pins: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Golden rows whole, and the disagreements left to people."""
    conflicts = _unpinned(_asked(survived), pins)
    return _complete(survived.golden, conflicts, records), conflicts


def _settle_parents(golden: pl.DataFrame, cause: Cause) -> None:
    """No customer above itself; the table `published_accounts` keeps who was written."""
    stage("published_accounts", {"id": "bigint"}, golden.select("id"))
    break_loops(cause=cause)


def _asked(survived: Survived) -> pl.DataFrame:
    """Disagreements, and changes that wait for approval; a field is asked about once."""
    if survived.waiting is None or not survived.waiting.height:
        return survived.conflicts
    return pl.concat([survived.waiting, survived.conflicts], how="vertical_relaxed").unique(
        ["cluster", "field"], keep="first", maintain_order=True
    )


def _unpinned(conflicts: pl.DataFrame, pins: pl.DataFrame) -> pl.DataFrame:
    """A pinned field is settled, whatever the sources say."""
    return conflicts.join(pins.select("cluster", "field"), on=["cluster", "field"], how="anti")


def _complete(golden: pl.DataFrame, conflicts: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    disputed = conflicts.group_by("cluster").agg(disputed=pl.col("field").sort())
    births = records.select("cluster", "is_new").unique("cluster")
    whole = (
        golden.join(disputed, on="cluster", how="left")
        .join(births, on="cluster", how="left")
        .join(_parents(golden), on="cluster", how="left")
        .with_columns(
            pl.col("disputed").fill_null(pl.lit([], dtype=pl.List(pl.Int16))),
            source_ids=pl.col("sources").list.unique().list.sort(),
            merged_into_id=pl.lit(None, pl.Int64),
        )
    )
    return _with_territory(whole).rename({"cluster": "id"})


def _parents(golden: pl.DataFrame) -> pl.DataFrame:
    """The parent people confirmed, else the one the winning record's parent key leads to; never oneself."""
    stage("parent_clusters", {"cluster": "bigint"}, golden.select("cluster"))
    confirmed = confirmed_parents("parent_clusters")
    told = _told_parents(golden).join(confirmed, on="cluster", how="anti")
    return pl.concat([confirmed, told])


def _told_parents(golden: pl.DataFrame) -> pl.DataFrame:
    if "parent_key" not in golden.columns:
        return pl.DataFrame(schema={"cluster": pl.Int64, "parent_id": pl.Int64})
    said = golden.filter(pl.col("parent_key").is_not_null()).select(
        "cluster",
        key="parent_key",
        source_id=pl.col("sources").list.get(pl.col("winners").list.get(PARENT - 1) - 1, null_on_oob=True),
    )
    stage("parent_keys", {"cluster": "bigint", "key": "text", "source_id": "smallint"}, said)
    return read(
        "SELECT s.cluster, coalesce(a.merged_into_id, x.account_id) FROM parent_keys s "
        "JOIN accounts_accountcrosswalk x ON x.source_id = s.source_id AND x.key = s.key "
        "LEFT JOIN accounts_account a ON a.id = x.account_id "
        "WHERE x.account_id IS NOT NULL AND x.account_id <> s.cluster",
        {"cluster": pl.Int64(), "parent_id": pl.Int64()},
    )


def _with_territory(golden: pl.DataFrame) -> pl.DataFrame:
    """The territory the sources name, else the one the country lies in."""
    for missing in ("territory", "country"):
        if missing not in golden.columns:
            golden = golden.with_columns(pl.lit(None, pl.String).alias(missing))
    territories = list(Territory.objects.values_list("id", "code", "countries"))
    by_code = {code: pk for pk, code, _ in territories}
    by_country = {country: pk for pk, _, countries in territories for country in countries}
    return golden.with_columns(
        sales_territory_id=pl.coalesce(
            pl.col("territory").replace_strict(by_code, default=None, return_dtype=pl.Int64),
            pl.col("country").replace_strict(by_country, default=None, return_dtype=pl.Int64),
        )
    )


def _publish_findable(records: pl.DataFrame, *, only_new: bool) -> None:
    publish_search(_search_rows(records), first_load=only_new)
    numbers = _identifiers(records)
    if only_new:
        load_identifiers(numbers)
    else:
        publish_identifiers(numbers)


def _search_rows(records: pl.DataFrame) -> pl.DataFrame:
    """Every name and number any member states, each once."""
    names = [c for c in ("name", "legal_name") if c in records.columns]
    numbers = [c for c in (*schemes(), "key") if c in records.columns]
    several = records.filter(pl.col("cluster").is_duplicated())
    single = records.filter(pl.col("cluster").is_unique())
    alone = single.select(
        id="cluster",
        names=pl.concat_str([*names, _joined_trades(records)], separator=" · ", ignore_nulls=True),
        numbers=pl.concat_str(numbers, separator=" ", ignore_nulls=True),
    )
    listed = several.select(
        id="cluster",
        names=pl.concat_list(
            [
                *names,
                pl.col("trade_names").list.join(" ") if "trade_names" in records.columns else pl.lit(None, pl.String),
            ]
        ),
        numbers=pl.concat_list(numbers),
    )
    together = listed.group_by("id", maintain_order=True).agg(
        names=pl.col("names").explode(keep_nulls=False).unique(maintain_order=True).str.join(" · "),
        numbers=pl.col("numbers").explode(keep_nulls=False).unique(maintain_order=True).str.join(" "),
    )
    return pl.concat([alone, together], how="vertical_relaxed").with_columns(pl.col("names", "numbers").fill_null(""))


def _joined_trades(records: pl.DataFrame) -> pl.Expr:
    if "trade_names" not in records.columns:
        return pl.lit(None, pl.String)
    return pl.col("trade_names").list.join(" · ")


def _identifiers(records: pl.DataFrame) -> pl.DataFrame:
    told = [c for c in schemes() if c in records.columns]
    return records.select(*told, crosswalk_id="record_id", account_id="cluster").unpivot(
        on=told, index=["crosswalk_id", "account_id"], variable_name="scheme", value_name="value"
    )
