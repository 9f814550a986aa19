"""Contacts, addresses and products: clusters within a customer or by article number, and the ids they take."""

from __future__ import annotations

import polars as pl

from accounts.frames import read, stage
from accounts.golden.crosswalk import new_ids
from syncengine.canonical import read_canonical
from syncengine.identity import partition_contacts, partition_products
from syncengine.records import Belonging

PLACE = ["street", "postcode", "city", "country"]


def resolve_contacts(dirty: pl.Series) -> Belonging:
    """People of every customer that a dirty contact record belongs to."""
    records = _within_accounts("contact", dirty)
    parts = partition_contacts(records.select("record_id", "account_id", "name", "email", "phone", "mobile"))
    return _with_ids("contact", records.join(parts.select("record_id", "cluster"), on="record_id"))


def resolve_addresses(dirty: pl.Series) -> Belonging:
    """Places of every customer that a dirty address record belongs to; the same place said twice is one."""
    records = _within_accounts("address", dirty)
    print_ = pl.concat_str([_plain(c) for c in PLACE], separator="|", ignore_nulls=True)
    owner = pl.coalesce("account_id", -pl.col("record_id"))
    return _with_ids(
        "address", records.with_columns(cluster=pl.col("record_id").min().over(owner, pl.col("kind"), print_))
    )


def resolve_products(dirty: pl.Series) -> Belonging:
    """All products: there are few, and an article number may move between them."""
    records = read_canonical("product")
    parts = partition_products(_with_mapped_numbers(records))
    return _with_ids("product", records.join(parts.select("record_id", "cluster"), on="record_id"))


def _with_mapped_numbers(records: pl.DataFrame) -> pl.DataFrame:
    """Article numbers with the ones that the policies say a source's own numbers stand for."""
    mapped = read(
        "SELECT source_id, key, product_code FROM accounts_productmapping",
        {"source": pl.Int16(), "key": pl.String(), "mapped": pl.String()},
    )
    if not mapped.height or "product_code" not in records.columns:
        return records
    by_number = mapped.rename({"key": "product_code", "mapped": "by_number"})
    joined = records.join(mapped, on=["source", "key"], how="left", maintain_order="left").join(
        by_number, on=["source", "product_code"], how="left", maintain_order="left"
    )
    return joined.with_columns(product_code=pl.coalesce("mapped", "by_number", "product_code"))


def _plain(column: str) -> pl.Expr:
    return pl.col(column).str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]+", "")


def _within_accounts(name: str, dirty: pl.Series) -> pl.DataFrame:
    """Canonical rows of the customers concerned, and of dirty records whose customer is not known yet."""
    stage("dirty_belonging", {"record_id": "bigint"}, pl.DataFrame({"record_id": dirty.unique()}))
    stage_accounts = (
        f"SELECT x.account_id FROM syncengine_canonical{name} d JOIN dirty_belonging b ON b.record_id = d.crosswalk_id "
        "JOIN accounts_accountcrosswalk x ON x.id = d.account_ref_id WHERE x.account_id IS NOT NULL"
    )
    old_accounts = (
        f"SELECT g.account_id FROM accounts_{name}crosswalk w JOIN dirty_belonging b ON b.record_id = w.id "
        f"JOIN accounts_{name} g ON g.id = w.{name}_id WHERE g.account_id IS NOT NULL"
    )
    records = read_canonical(
        name,
        "c.crosswalk_id IN (SELECT record_id FROM dirty_belonging) OR c.account_ref_id IN ("
        f"SELECT id FROM accounts_accountcrosswalk WHERE account_id IN ({stage_accounts} UNION {old_accounts}))",
    )
    owners = _owners(records["account_ref"])
    return records.join(owners, on="account_ref", how="left", maintain_order="left")


def _owners(references: pl.Series) -> pl.DataFrame:
    stage("account_refs", {"id": "bigint"}, pl.DataFrame({"id": references.drop_nulls().unique()}))
    return read(
        "SELECT x.id, x.account_id FROM accounts_accountcrosswalk x JOIN account_refs USING (id)",
        {"account_ref": pl.Int64(), "account_id": pl.Int64()},
    )


def _with_ids(name: str, records: pl.DataFrame) -> Belonging:
    """A cluster takes the oldest id one of its records had and no other cluster takes; else a new one."""
    stage("cluster_records", {"record_id": "bigint"}, records.select("record_id"))
    held = read(
        f"SELECT x.id, x.{name}_id FROM accounts_{name}crosswalk x JOIN cluster_records s ON s.record_id = x.id "
        f"WHERE x.{name}_id IS NOT NULL",
        {"record_id": pl.Int64(), "held": pl.Int64()},
    )
    clusters = records.select("record_id", "cluster").join(held, on="record_id", how="left")
    claims = clusters.filter(pl.col("held").is_not_null())
    # The cluster with the smallest record that ever held the id keeps it.
    claims = claims.sort("record_id").unique("held", keep="first", maintain_order=True)
    oldest = claims.group_by("cluster").agg(golden_id=pl.col("held").min())
    wanted = clusters.select("cluster").unique().sort("cluster").join(oldest, on="cluster", how="left")
    born = wanted.filter(pl.col("golden_id").is_null()).sort("cluster")
    fresh = born.with_columns(golden_id=new_ids(name, born.height), is_new=pl.lit(True))
    kept = wanted.filter(pl.col("golden_id").is_not_null()).with_columns(is_new=pl.lit(False))
    ids = pl.concat([kept, fresh], how="vertical_relaxed")
    lost = claims.join(ids, on="cluster").filter(pl.col("held") != pl.col("golden_id"))
    return Belonging(records.join(ids, on="cluster"), lost.select(id="held", into="golden_id").unique())
