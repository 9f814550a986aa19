"""Scores: accuracy on data not made for the model, one weight in both runs, explanations that add up."""

from __future__ import annotations

import importlib
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from syncengine.demo import generate
from syncengine.identity import (
    AUTOMATIC,
    REVIEW,
    Model,
    Policy,
    blocking,
    comparable,
    default_model,
    explain,
    fit_frequencies,
    linker,
    match_keys,
    meeting,
    partition,
    score,
    score_candidates,
    sentence,
    side_by_side,
    standardise,
    veto_values,
    weighing,
)
from syncengine.identity.blocking import BLOCKING_RULES
from syncengine.identity.standardise import readings
from tests.syncengine.identity.anyfile.labelled import SHARED
from tests.syncengine.identity.companies import companies
from tests.syncengine.identity.demo_company import demo_company
from tests.syncengine.identity.febrl import febrl

NOTHING_DECIDED = pl.DataFrame(schema={"record_l": pl.Int64, "record_r": pl.Int64, "kind": pl.String})


def pairs_in(frame: pl.DataFrame, *columns: str) -> int:
    sizes = frame.group_by(columns).len()["len"].cast(pl.Int64)
    return int((sizes * (sizes - 1) // 2).sum())


def judged(records: pl.DataFrame, truth: pl.DataFrame) -> dict[str, float]:
    """Pair precision, recall and F1 of automatic merges over all records."""
    tidy = standardise(records)
    model = fit_frequencies(tidy, default_model())
    pairs = score(tidy, model=model)
    found = partition(tidy["record_id"], pairs, NOTHING_DECIDED, veto_values(tidy)).join(truth, on="record_id")
    right, made, true = (
        pairs_in(found, "cluster", "truth"),
        pairs_in(found, "cluster"),
        pairs_in(found, "truth"),
    )
    return {"precision": right / made, "recall": right / true, "f1": 2 * right / (made + true)}


@pytest.fixture(scope="module")
def tidy() -> pl.DataFrame:
    return standardise(companies(400, seed=11)[0])


@pytest.fixture(scope="module")
def model(tidy: pl.DataFrame) -> Model:
    return fit_frequencies(tidy, default_model())


def test_accuracy_on_careless_systems() -> None:
    found = judged(*companies(1500, seed=23))
    assert found["precision"] >= 0.99 and found["f1"] >= 0.98, found


def test_accuracy_on_the_demo_company(tmp_path: Path) -> None:
    generate(tmp_path, customers=800, seed=17, today=date(2026, 6, 30))
    found = judged(*demo_company(tmp_path))
    assert found["precision"] >= 0.99 and found["f1"] >= 0.96, found


def test_accuracy_on_published_noise() -> None:
    """The aim of the product: automatic merges nearly never wrong, and few left for people."""
    found = judged(*febrl(700, seed=7))
    assert found["precision"] >= 0.99 and found["recall"] >= 0.95 and found["f1"] >= 0.97, found


@pytest.mark.skipif(not SHARED.exists(), reason="the labelled sets are not on this machine")
def test_accuracy_on_early_childhood_sites() -> None:
    read = pl.read_csv(SHARED / "early_childhood" / "records.csv", infer_schema=False)
    records = read.select(pl.col("record_id").cast(pl.Int64), "name", "phone", street="address", postcode="zip")
    truth = read.select(pl.col("record_id").cast(pl.Int64), truth="true_id")
    assert judged(records, truth)["f1"] >= 0.89


def test_changed_records_get_the_weights_of_the_bulk_run(tidy: pl.DataFrame, model: Model) -> None:
    changed = tidy["record_id"].sample(40, seed=3)
    bulk = score(tidy, model=model)
    concerned = bulk.filter(pl.col("record_l").is_in(changed.implode()) | pl.col("record_r").is_in(changed.implode()))
    told = match_keys(tidy).unpivot(index="record_id", variable_name="rule", value_name="key").drop_nulls("key")
    most = {rule.name: rule.most(Policy().key_cap) for rule in BLOCKING_RULES}
    held = told.filter(pl.len().over("rule", "key").is_between(2, pl.col("rule").replace_strict(most)))
    assert score_candidates(tidy, meeting(held, changed), model=model).rows() == concerned.rows()


def test_a_weak_key_compares_a_quarter_as_many_and_at_least_two() -> None:
    weak, strong = (next(rule for rule in BLOCKING_RULES if rule.weak is kind) for kind in (True, False))

    assert [weak.most(cap) for cap in (100, 9, 2, 1)] == [25, 2, 2, 1]
    assert [strong.most(cap) for cap in (100, 9, 2, 1)] == [100, 9, 2, 1]


NO_KEYS = {rule.name: pl.lit(None, pl.Int64) for rule in BLOCKING_RULES if rule.name != "city_name"}


@pytest.mark.parametrize(("holders", "said"), [(25, True), (26, False)])
def test_names_that_begin_alike_in_one_city_are_compared_where_they_are_few(holders: int, said: bool) -> None:
    rows = [{"record_id": n, "name": f"Acme {n:03}{n:03}", "city": "Bern", "country": "CH"} for n in range(holders)]

    keys = match_keys(standardise(pl.DataFrame(rows))).select("record_id", "city_name", **NO_KEYS)

    assert blocking.candidates(keys, 100).height == (holders * (holders - 1) // 2 if said else 0)


def test_model_survives_its_bytes(tidy: pl.DataFrame, model: Model) -> None:
    again = Model.from_bytes(model.to_bytes())
    assert score(tidy, model=again).rows() == score(tidy, model=model).rows()


def test_explanation_adds_up(tidy: pl.DataFrame, model: Model) -> None:
    pair = score(tidy, model=model).filter(pl.col("tier") == AUTOMATIC).row(0, named=True)
    told = explain(tidy, pair["record_r"], pair["record_l"], model)
    assert told.match_weight == pytest.approx(pair["match_weight"], abs=1e-6)
    assert told.prior_weight + sum(step.weight for step in told.steps) == pytest.approx(told.match_weight, abs=1e-6)
    assert sentence(pair["rule"]) in [step.sentence for step in told.steps]


def test_a_value_everyone_has_merges_nobody() -> None:
    rows = [{"record_id": n, "name": "Acme", "phone": "030 1234568", "email": "info@acme.de"} for n in range(3000)]
    tidy = standardise(pl.DataFrame(rows))
    assert score(tidy, model=fit_frequencies(tidy, default_model())).height == 0


def test_sister_companies_are_not_merged() -> None:
    shared = {
        "website": "acme.com",
        "phone": "030 1234568",
        "city": "Berlin",
        "street": "Hauptstr. 1",
        "postcode": "10115",
    }
    rows = [{"record_id": n, "name": f"Acme {place}", **shared} for n, place in enumerate(["Deutschland", "Polska"], 1)]
    found = score(standardise(pl.DataFrame(rows)), model=default_model())
    assert found.filter(pl.col("tier") <= AUTOMATIC).height == 0


def test_a_slip_in_the_first_word_keeps_nobody_apart() -> None:
    here = {"city": "Köln", "street": "Domstr. 1", "email": None}
    rows = [
        {"record_id": 1, "name": "Sonnenwerk Logistik", "postcode": "50667", **here},
        {"record_id": 2, "name": "Sonenwerk Logistik", "postcode": None, **here},  # an "n" is missing, and the postcode
    ]
    found = score(standardise(pl.DataFrame(rows)), model=default_model())
    assert found.select("record_l", "record_r", "tier").rows() == [(1, 2, AUTOMATIC)]


@pytest.mark.parametrize(
    "kind", ["Wirtschaftsprüfungsgesellschaft {}", "{} Wirtschaftsprüfungsgesellschaft", "Kanzlei {}"]
)
def test_a_word_that_many_share_makes_no_two_names_one(kind: str) -> None:
    rows = [
        {"record_id": n, "name": kind.format(name), "postcode": "50667", "city": "Köln"}
        for n, name in enumerate(["Kolbe", "Kolwitz", "Tann", "Rode", "Uhl"], 1)
    ]
    tidy = standardise(pl.DataFrame(rows))
    found = score(tidy, model=fit_frequencies(tidy, default_model()))
    assert found.filter(pl.col("tier") <= AUTOMATIC).height == 0


def test_a_telephone_alone_merges_no_two_names_at_two_addresses() -> None:
    """A head office answers for its sites; under one name the same two are a company that moved."""
    places = [{"street": "Hauptstr. 1", "city": "Berlin"}, {"street": "Am Markt 7", "city": "Berlin"}]
    names = (["Acme Kinderhaus Sonne", "Acme Kinderhaus Regenbogen"], ["Acme Kinderhaus Sonne"] * 2)
    found = []
    for told in names:
        rows = [{"record_id": n, "name": told[n], "phone": "030 1234568", "country": "DE", **places[n]} for n in (0, 1)]
        explained = explain(standardise(pl.DataFrame(rows)), 0, 1, default_model())
        found.append((explained.tier, explained.refusal))
    assert found == [
        (REVIEW, "The names differ, and so do the addresses; at most a telephone is shared."), (AUTOMATIC, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ({"street": "857 E Pershing Rd"}, {"street": "857 E Pershing"}, "near_street"),
        ({"street": "Hauptstr. 12", "city": "Berlin"}, {"street": "Hauptstr. 12", "city": "Berln"}, "near_town"),
        ({"street": "Hauptstr. 12", "city": "Bonn"}, {"street": "Hauptstr. 13", "city": "Bonn"}, "near_house"),
        ({"street": "Hauptstr. 12", "city": "Bonn"}, {"street": "Am Markt 7", "city": "Bonn"}, "moved"),
    ],
)
def test_addresses_that_differ_by_little(left: dict[str, str], right: dict[str, str], level: str) -> None:
    rows = [{"record_id": n, "name": "Acme", **told} for n, told in enumerate((left, right))]
    explained = explain(standardise(pl.DataFrame(rows)), 0, 1, default_model())
    assert [step.level for step in explained.steps if step.comparison == "address"] == [level]


def test_no_records_make_no_pairs() -> None:
    tidy = standardise(pl.DataFrame(schema={"record_id": pl.Int64, "name": pl.String}))
    model = fit_frequencies(tidy, default_model())
    assert score(tidy, model=model).height == 0
    assert partition(tidy["record_id"], score(tidy, model=model), NOTHING_DECIDED).height == 0


def test_few_and_many_records_are_compared_alike(
    tidy: pl.DataFrame, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Candidates and keys of a few records are worked out without the database."""
    few, without = match_keys(tidy), score(tidy, model=model)
    monkeypatch.setattr(blocking, "FEW_KEYS", 0)
    assert match_keys(tidy).rows() == few.rows()
    assert score(tidy, model=model).rows() == without.rows()


@pytest.mark.parametrize(("part", "few"), [(30, 10**9), (30, 0), (10**9, 0)])
def test_standardising_in_parts_or_value_by_value_changes_nothing(
    part: int, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = companies(80, seed=2)[0]
    monkeypatch.setattr(readings, "FEW", 10**9)
    row_by_row = standardise(records)
    monkeypatch.setattr(readings, "PART", part)
    monkeypatch.setattr(readings, "FEW", few)
    assert standardise(records).rows() == row_by_row.rows()


@pytest.mark.parametrize("part", [10**9, 40])
@pytest.mark.parametrize(("seed", "review", "least"), [(11, 1e-9, 200), (12, 1e-9, 200), (11, 0.5, 50), (12, 0.9, 50)])
def test_a_handful_of_pairs_weighs_what_the_database_weighs(
    seed: int, review: float, least: int, part: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both executors of the model, held to 1e-6; what the database compares first loses no pair."""
    monkeypatch.setattr(weighing, "PART", part)
    records = pl.concat([companies(150, seed=seed)[0], febrl(60, seed=seed)[0]], how="diagonal")
    tidy = standardise(records.with_columns(record_id=pl.int_range(pl.len(), dtype=pl.Int64)))
    model = fit_frequencies(tidy, default_model())
    asked = Policy(review=review)
    monkeypatch.setattr(linker, "FEW_PAIRS", 10**9)
    alone = score(tidy, model=model, policy=asked)
    monkeypatch.setattr(linker, "FEW_PAIRS", -1)
    database = score(tidy, model=model, policy=asked)
    numbers = ["match_weight", "match_probability"]
    assert alone.drop(numbers).rows() == database.drop(numbers).rows()
    assert alone.height > least
    assert (alone["match_weight"] - database["match_weight"]).abs().max() <= 1e-6  # type: ignore[operator]


def test_records_side_by_side_and_bare_weigh_the_same(model: Model) -> None:
    records = companies(400, seed=11)[0]
    tidy, ordered = standardise(records), standardise(side_by_side(records))
    bare = comparable(ordered, model)
    assert len(bare.columns) < len(tidy.columns)
    assert ordered["record_id"].to_list() != tidy["record_id"].to_list()
    assert ordered.sort("record_id").equals(tidy.sort("record_id"))
    scored = score(bare, model=model, keys=match_keys(ordered))
    assert scored.rows() == score(tidy, model=model).rows()
    with pytest.raises(ValueError, match="another order"):
        score(bare, model=model, keys=match_keys(tidy))


def test_a_few_looked_up_frequencies_are_those_of_the_join(
    tidy: pl.DataFrame, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = importlib.import_module("syncengine.identity.prepare")
    joined = module.prepare(tidy.head(30), model)
    known = module._present(model.frequencies["token"], joined["t1"])
    monkeypatch.setattr(module, "FEW", 31)
    assert known.height == model.frequencies["token"].height  # few are known: nothing is looked up
    assert module.prepare(tidy.head(30), model).rows() == joined.rows()
