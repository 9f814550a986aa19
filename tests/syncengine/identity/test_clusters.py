"""The partition: deterministic, obeying decisions and vetoes, bounded."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncengine.identity import Policy, partition, refused_pairs
from syncengine.identity import clusters as clusters_module
from syncengine.identity import components as components_module

PAIRS = {"record_l": pl.Int64, "record_r": pl.Int64, "match_weight": pl.Float64, "tier": pl.Int16}
DECISIONS = {"record_l": pl.Int64, "record_r": pl.Int64, "kind": pl.String}
VETOES = {"record_id": pl.Int64, "kind": pl.String, "value": pl.String}

two = st.lists(st.integers(1, 9), min_size=2, max_size=2, unique=True).map(sorted)
pair_rows = st.lists(
    st.tuples(two, st.sampled_from([1.0, 2.0, 3.0]), st.sampled_from([1, 2, 3])).map(lambda t: (*t[0], t[1], t[2])),
    max_size=14,
    unique_by=lambda r: (r[0], r[1]),
)
decision_rows = st.lists(
    st.tuples(two, st.sampled_from(["same", "different"])).map(lambda t: (*t[0], t[1])),
    max_size=5,
    unique_by=lambda r: (r[0], r[1]),
)
veto_rows = st.lists(
    st.tuples(st.integers(1, 9), st.just("tax DE"), st.sampled_from(["A", "B"])),
    max_size=5,
    unique_by=lambda r: r[0],
)
IDS = pl.Series(list(range(1, 10)))


def frame(rows: list[tuple[object, ...]], schema: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema, orient="row")


def clusters(parted: pl.DataFrame) -> dict[int, int]:
    return dict(parted.select("record_id", "cluster").iter_rows())


@given(pair_rows, decision_rows, veto_rows, st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_partition_does_not_depend_on_the_order_of_rows(pairs, decisions, vetoes, dice) -> None:  # type: ignore[no-untyped-def]
    straight = partition(IDS, frame(pairs, PAIRS), frame(decisions, DECISIONS), frame(vetoes, VETOES))
    for rows in (pairs, decisions, vetoes):
        dice.shuffle(rows)
    shuffled = partition(IDS.reverse(), frame(pairs, PAIRS), frame(decisions, DECISIONS), frame(vetoes, VETOES))
    assert shuffled.rows() == straight.rows()


@given(pair_rows, decision_rows, veto_rows)
@settings(max_examples=150)
def test_partition_never_holds_a_different_pair(pairs, decisions, vetoes) -> None:  # type: ignore[no-untyped-def]
    found = clusters(partition(IDS, frame(pairs, PAIRS), frame(decisions, DECISIONS), frame(vetoes, VETOES)))
    assert [(a, b) for a, b, kind in decisions if kind == "different" and found[a] == found[b]] == []


@given(pair_rows, veto_rows)
@settings(max_examples=100)
def test_partition_never_unites_two_tax_numbers(pairs, vetoes) -> None:  # type: ignore[no-untyped-def]
    found = clusters(partition(IDS, frame(pairs, PAIRS), frame([], DECISIONS), frame(vetoes, VETOES)))
    told: dict[int, set[str]] = {}
    for record, _, value in vetoes:
        told.setdefault(found[record], set()).add(value)
    assert [values for values in told.values() if len(values) > 1] == []


@given(pair_rows, decision_rows, veto_rows)
@settings(max_examples=100)
def test_whole_components_give_what_everything_gives(pairs, decisions, vetoes) -> None:  # type: ignore[no-untyped-def]
    """An incremental run hands in whole components only."""
    frames = frame(pairs, PAIRS), frame(decisions, DECISIONS), frame(vetoes, VETOES)
    everything = partition(IDS, *frames)
    first = everything.filter(pl.col("component_id") == everything["component_id"].max())
    assert partition(first["record_id"], *frames).rows() == first.rows()


@given(pair_rows, decision_rows, veto_rows)
@settings(max_examples=100)
def test_few_records_part_as_many_do(pairs, decisions, vetoes) -> None:  # type: ignore[no-untyped-def]
    frames = frame(pairs, PAIRS), frame(decisions, DECISIONS), frame(vetoes, VETOES)
    few = partition(IDS, *frames, policy=Policy(cluster_cap=5))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(clusters_module, "FEW", -1)
        patched.setattr(components_module, "FEW", -1)
        assert partition(IDS, *frames, policy=Policy(cluster_cap=5)).equals(few)


def test_must_links_come_first_and_beat_vetoes() -> None:
    pairs = frame([(1, 2, 9.0, 1)], PAIRS)
    decided = frame([(2, 3, "same"), (1, 3, "different")], DECISIONS)
    vetoes = frame([(2, "tax DE", "A"), (3, "tax DE", "B")], VETOES)
    parted = partition(pl.Series([1, 2, 3]), pairs, decided, vetoes)
    assert clusters(parted) == {1: 1, 2: 2, 3: 2}
    assert refused_pairs(parted, pairs).rows() == pairs.rows()


def test_a_record_without_tax_number_joins_only_one_of_two() -> None:
    pairs = frame([(1, 2, 5.0, 2), (2, 3, 6.0, 2)], PAIRS)
    vetoes = frame([(1, "tax DE", "A"), (3, "tax DE", "B")], VETOES)
    assert clusters(partition(pl.Series([1, 2, 3]), pairs, frame([], DECISIONS), vetoes)) == {
        1: 1,
        2: 2,
        3: 2,
    }


@given(pair_rows, veto_rows, st.permutations(list(range(1, 10))))
@settings(max_examples=100)
def test_clusters_do_not_depend_on_when_records_arrived(pairs, vetoes, arrived) -> None:  # type: ignore[no-untyped-def]
    """The same named records under other ids are parted into the same sets."""
    ids = dict(zip(range(1, 10), arrived, strict=True))
    later = [(*sorted((ids[a], ids[b])), weight, tier) for a, b, weight, tier in pairs]
    first = _named_sets(pairs, vetoes, {n: n for n in ids})
    assert _named_sets(later, [(ids[record], *rest) for record, *rest in vetoes], ids) == first


def _named_sets(pairs, vetoes, ids):  # type: ignore[no-untyped-def]
    """The clusters as sets of names."""
    names = pl.DataFrame({"record_id": list(ids.values()), "name": [f"crm:{n}" for n in ids]})
    frames = frame(pairs, PAIRS), frame([], DECISIONS), frame(vetoes, VETOES)
    parted = partition(IDS, *frames, names=names).join(names, on="record_id")
    return sorted(sorted(group["name"]) for _, group in parted.group_by("cluster"))


def test_removing_the_bridge_splits() -> None:
    pairs = frame([(1, 2, 5.0, 2), (2, 3, 6.0, 2)], PAIRS)
    none = frame([], DECISIONS)
    assert clusters(partition(pl.Series([1, 2, 3]), pairs, none)) == {1: 1, 2: 1, 3: 1}
    assert clusters(partition(pl.Series([1, 3]), pairs, none)) == {1: 1, 3: 3}


def test_oversized_component_keeps_its_exact_identifiers_only() -> None:
    pairs = frame([(n, n + 1, 5.0, 1 if n == 1 else 2) for n in range(1, 5)], PAIRS)
    parted = partition(pl.Series([1, 2, 3, 4, 5]), pairs, frame([], DECISIONS), policy=Policy(cluster_cap=4))
    assert clusters(parted) == {1: 1, 2: 1, 3: 3, 4: 4, 5: 5}


def test_review_pairs_join_nothing() -> None:
    parted = partition(pl.Series([1, 2]), frame([(1, 2, 1.0, 3)], PAIRS), frame([], DECISIONS))
    assert clusters(parted) == {1: 1, 2: 2}


def test_a_slip_of_the_pen_in_a_tax_number_is_no_veto() -> None:
    pairs = frame([(1, 2, 9.0, 2)], PAIRS)
    for other, cluster in (("811907981", 1), ("811907908", 1), ("81190798", 1), ("422907980", 2)):
        vetoes = frame([(1, "tax DE", "811907980"), (2, "tax DE", other)], VETOES)
        parted = partition(pl.Series([1, 2]), pairs, frame([], DECISIONS), vetoes)
        assert clusters(parted) == {1: 1, 2: cluster}
