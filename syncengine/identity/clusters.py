"""The partition: which records are one customer, from pairs and decisions, the same for any order of rows."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from syncengine.identity.components import components, few_components
from syncengine.identity.forest import MUST, gather
from syncengine.identity.guards import POLICY, REVIEW, Policy
from syncengine.identity.rows import rows_of

EDGE = {"record_l": pl.Int64, "record_r": pl.Int64, "tier": pl.Int16, "match_weight": pl.Float64}
VETOING = (
    "record_id", "country", "tax", "tax_country", "tax_kind", "tax_sure", "registration", "registration_sure", "duns",
)  # fmt: skip
VETO = {"record_id": pl.Int64, "kind": pl.String, "value": pl.String, "exact": pl.Boolean}
PARTED = {"record_id": pl.Int64, "component_id": pl.Int64, "cluster": pl.Int64}
FEW = 500  # records, pairs and decisions up to which a loop beats two dozen steps on frames


def partition(
    record_ids: pl.Series,
    pairs: pl.DataFrame,
    decisions: pl.DataFrame,
    vetoes: pl.DataFrame | None = None,
    policy: Policy = POLICY,
    names: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """record_id, component_id and cluster, each named by its smallest record id.

    `vetoes` (record_id, kind, value): two records with different values of a kind never share a cluster
    unless a person said so. Pairs of the review tier join nothing. `names` (record_id, name): a name that does
    not depend on when a record arrived, such as source and key, by which equal pairs are taken; else its id.
    """
    if max(record_ids.len(), pairs.height, decisions.height) <= FEW:
        return _partition_few(record_ids, pairs, decisions, vetoes, policy, names)
    ids = record_ids.cast(pl.Int64).unique().sort()
    edges = _edges(ids, pairs, decisions)
    labels = components(ids, edges["record_l"], edges["record_r"]).rename(
        {"node": "record_id", "label": "component_id"}
    )
    apart = _known(ids, decisions.filter(pl.col("kind") == "different")).select("record_l", "record_r")
    told = _told(labels, vetoes)
    doubtful = _doubtful(labels, apart, told, policy)
    resolved = _resolve(labels, edges, apart, told, doubtful, policy, names)
    parted = labels.join(resolved, on="record_id", how="left", maintain_order="left")
    return parted.with_columns(cluster=pl.coalesce("cluster", "component_id")).sort("record_id")


def _partition_few(
    record_ids: pl.Series,
    pairs: pl.DataFrame,
    decisions: pl.DataFrame,
    vetoes: pl.DataFrame | None,
    policy: Policy,
    names: pl.DataFrame | None,
) -> pl.DataFrame:
    """The same of a handful of records: every component goes through the loop, whether doubtful or not."""
    known = set(record_ids)
    bound = [row for row in rows_of(decisions, "record_l", "record_r", "kind") if known.issuperset(row[:2])]
    accepted = [row for row in rows_of(pairs, *EDGE) if row[2] < REVIEW and known.issuperset(row[:2])]
    edges = [(tier, left, right, weight) for left, right, tier, weight in accepted]
    edges += [(MUST, left, right, 0.0) for left, right, kind in bound if kind == "same"]
    owner = few_components(sorted(known), ((left, right) for _, left, right, _ in edges))
    apart = ((left, right) for left, right, kind in bound if kind == "different")
    told = (row for row in _exact(vetoes).iter_rows() if row[0] in known)
    places = _places(pl.DataFrame({"record_id": list(owner)}, {"record_id": pl.Int64}), names)
    groups = gather(owner, edges, apart, told)
    clusters = dict(pair for group in groups for pair in group.clusters(policy, places))
    return pl.DataFrame([(r, owner[r], clusters[r]) for r in owner], PARTED, orient="row")


def refused_pairs(parted: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Accepted pairs whose records a decision, a veto or the size limit keeps apart."""
    side = parted.select("record_id", "cluster")
    joined = pairs.filter(pl.col("tier") < REVIEW).join(side, left_on="record_l", right_on="record_id")
    joined = joined.join(side, left_on="record_r", right_on="record_id", suffix="_r")
    return joined.filter(pl.col("cluster") != pl.col("cluster_r")).select(pairs.columns)


def veto_values(standardised: pl.DataFrame) -> pl.DataFrame:
    """record_id, kind, value of what one customer has once: a country's tax number, a D-U-N-S number.

    `exact` where check digits are right, so that a difference of one character is no slip of the pen.
    """
    if standardised.height <= FEW:
        told = [value for row in rows_of(standardised, *VETOING) for value in _veto_values_of(*row)]
        return pl.DataFrame(told, VETO, orient="row")
    standardised = standardised.select(*VETOING)  # a filter copies what it keeps of every column
    # A number that cannot be right keeps nobody apart.
    tax = standardised.filter(pl.col("tax").is_not_null() & pl.col("tax_sure").ne_missing(False))
    whose = pl.concat_str(pl.col("tax_country").fill_null(""), "tax_kind", separator=" ", ignore_nulls=True)
    register = standardised.filter(pl.col("registration_sure"))
    kind_of_register = pl.concat_str(pl.lit("register "), "country")
    duns = standardised.filter(pl.col("duns").is_not_null())
    return pl.concat([
        tax.select("record_id", kind=pl.lit("tax ") + whose, value="tax", exact=pl.col("tax_sure").fill_null(False)),
        register.select("record_id", kind=kind_of_register, value="registration", exact=pl.lit(True)),
        duns.select("record_id", kind=pl.lit("duns"), value="duns", exact=pl.lit(False)),
    ])  # fmt: skip


def _veto_values_of(
    record: int, country: str | None, tax: str | None, whose: str | None, kind: str | None, tax_sure: bool | None,
    registration: str | None, registered: bool | None, duns: str | None,
) -> Iterator[tuple[int, str | None, str | None, bool]]:  # fmt: skip
    """The same of one record."""
    if tax is not None and tax_sure is not False:
        yield record, " ".join(["tax", whose or "", *([kind] if kind else [])]), tax, bool(tax_sure)
    if registered:
        yield record, country and f"register {country}", registration, True
    if duns is not None:
        yield record, "duns", duns, False


def _edges(ids: pl.Series, pairs: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    accepted = pairs.filter(pl.col("tier") < REVIEW).select(pl.col(n).cast(t) for n, t in EDGE.items())
    same = decisions.filter(pl.col("kind") == "same").select(
        pl.col("record_l").cast(pl.Int64),
        pl.col("record_r").cast(pl.Int64),
        tier=pl.lit(MUST, pl.Int16),
        match_weight=pl.lit(0.0),
    )
    return _known(ids, pl.concat([accepted, same]))


def _known(ids: pl.Series, frame: pl.DataFrame) -> pl.DataFrame:
    known = ids.implode()
    return frame.filter(pl.col("record_l").is_in(known) & pl.col("record_r").is_in(known))


def _told(labels: pl.DataFrame, vetoes: pl.DataFrame | None) -> pl.DataFrame:
    return _exact(vetoes).join(labels, on="record_id")


def _exact(vetoes: pl.DataFrame | None) -> pl.DataFrame:
    """record_id, kind, value and exact; a difference may be a slip of the pen where nothing says otherwise."""
    if vetoes is None:
        vetoes = pl.DataFrame(schema={"record_id": pl.Int64, "kind": pl.String, "value": pl.String})
    if "exact" not in vetoes.columns:
        vetoes = vetoes.with_columns(exact=pl.lit(False))
    return vetoes.select("record_id", "kind", "value", "exact")


def _doubtful(labels: pl.DataFrame, apart: pl.DataFrame, told: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Components that are not simply one cluster: too large, or with something that keeps records apart."""
    large = labels.group_by("component_id").len().filter(pl.col("len") > policy.cluster_cap).select("component_id")
    sides = apart.join(labels, left_on="record_l", right_on="record_id").join(
        labels, left_on="record_r", right_on="record_id", suffix="_r"
    )
    parted = sides.filter(pl.col("component_id") == pl.col("component_id_r")).select("component_id")
    values = told.group_by("component_id", "kind").agg(n=pl.col("value").n_unique()).filter(pl.col("n") > 1)
    return pl.concat([large, parted, values.select("component_id")]).unique().sort("component_id")


def _resolve(
    labels: pl.DataFrame,
    edges: pl.DataFrame,
    apart: pl.DataFrame,
    told: pl.DataFrame,
    doubtful: pl.DataFrame,
    policy: Policy,
    names: pl.DataFrame | None,
) -> pl.DataFrame:
    """record_id and cluster of the doubtful components, the only ones that need a loop."""
    concerned = labels.join(doubtful, on="component_id", how="semi")
    inside = edges.join(concerned, left_on="record_l", right_on="record_id", how="semi")
    values = told.join(doubtful, on="component_id", how="semi").select("record_id", "kind", "value", "exact")
    sides = ("tier", "record_l", "record_r", "match_weight")
    groups = gather(
        dict(concerned.iter_rows()), inside.select(sides).iter_rows(), apart.iter_rows(), values.iter_rows()
    )
    places = _places(concerned, names)
    found = [pair for group in groups for pair in group.clusters(policy, places)]
    return pl.DataFrame(found, schema={"record_id": pl.Int64, "cluster": pl.Int64}, orient="row")


def _places(concerned: pl.DataFrame, names: pl.DataFrame | None) -> dict[int, int]:
    """The order in which these records count where nothing else tells pairs apart; those without a name last."""
    ids = concerned.select("record_id")
    if names is None:
        return {record: record for record in ids["record_id"]}
    named = ids.join(names.select("record_id", "name"), on="record_id", how="left")
    ordered = named.sort("name", "record_id", nulls_last=True)["record_id"]
    return {record: place for place, record in enumerate(ordered)}
