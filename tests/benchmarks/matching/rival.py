"""One rival on one set, run by the python of the rivals' environment: `rival.py NAME FOLDER`. Nothing of ours here."""

from __future__ import annotations

import itertools
import json
import random
import resource
import sys
from collections import defaultdict
from pathlib import Path
from time import perf_counter

LABELS = 400
Records = dict[int, dict[str, "str | None"]]


def read(folder: Path) -> tuple[Records, dict[int, str]]:
    """Records by id with empty values as None, and the truth."""
    records = {}
    for text in (folder / "records.jsonl").read_text().splitlines():
        row = json.loads(text)
        records[row.pop("record_id")] = {k: (str(v).strip().lower() or None) if v else None for k, v in row.items()}
    rows = [json.loads(text) for text in (folder / "truth.jsonl").read_text().splitlines()]
    return records, {row["record_id"]: row["truth"] for row in rows}


def with_dedupe(records: Records, truth: dict[int, str]) -> list[tuple[int, int]]:
    """dedupe as its documentation has it, with labelled pairs in place of a person's answers."""
    import dedupe  # late: only this rival needs it

    told = [field for field in next(iter(records.values())) if any(row[field] for row in records.values())]
    model = dedupe.Dedupe([dedupe.variables.String(field, has_missing=True) for field in told], num_cores=1)
    model.prepare_training(records, sample_size=1500)
    model.mark_pairs(labels(records, truth))
    model.train()
    found = model.partition(records, threshold=0.5)
    return [(record, number) for number, (ids, _) in enumerate(found) for record in ids]


def labels(records: Records, truth: dict[int, str]) -> dict[str, list[tuple[dict, dict]]]:
    """Half of the pairs alike, half of them strangers that share a word of the name."""
    dice = random.Random(1)
    groups, words = defaultdict(list), defaultdict(list)
    for record, owner in truth.items():
        groups[owner].append(record)
        for word in set((records[record].get("name") or "").split()):
            words[word].append(record)
    same = [pair for ids in groups.values() for pair in itertools.combinations(ids, 2)]
    near = [tuple(dice.sample(ids, 2)) for ids in words.values() if len(ids) > 1 for _ in range(3)]
    near = [(a, b) for a, b in near if truth[a] != truth[b]]
    dice.shuffle(same)
    dice.shuffle(near)
    pick = lambda pairs: [(records[a], records[b]) for a, b in pairs[: LABELS // 2]]  # noqa: E731
    return {"match": pick(same), "distinct": pick(near)}


def with_rapidfuzz(records: Records, truth: dict[int, str]) -> list[tuple[int, int]]:
    """Names alike by token set, 90 of 100, among records that share a word, a postcode or a telephone number."""
    from rapidfuzz.fuzz import token_set_ratio  # late: only this rival needs it

    blocks = defaultdict(list)
    for record, row in records.items():
        for key in {*(row.get("name") or "").split(), f"p{row.get('postcode')}", f"t{row.get('phone')}"}:
            blocks[key].append(record)
    parent = {record: record for record in records}

    def root(record: int) -> int:
        while parent[record] != record:
            record = parent[record]
        return record

    for ids in blocks.values():
        for a, b in itertools.combinations(ids, 2) if len(ids) <= 50 else ():
            left, right = records[a].get("name"), records[b].get("name")
            if left and right and token_set_ratio(left, right) >= 90:
                low, high = sorted((root(a), root(b)))
                parent[high] = low
    return [(record, root(record)) for record in records]


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    records, truth = read(folder)
    started = perf_counter()
    found = (with_dedupe if name.startswith("dedupe") else with_rapidfuzz)(records, truth)
    seconds = perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    (folder / "found.json").write_text(
        json.dumps({"seconds": seconds, "peak_gb": peak, "clusters": found}, default=int)
    )


if __name__ == "__main__":
    main()
