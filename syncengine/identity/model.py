"""The match model: numbers for every level, the frequencies of values, and the version's bytes."""

from __future__ import annotations

import io
import json
import math
import zipfile
from dataclasses import asdict, dataclass, field, replace
from functools import cache

import polars as pl

from syncengine.identity.hubs import HUB
from syncengine.identity.tables import words

NO_HUBS = pl.DataFrame(schema=HUB)
FEWEST = 1_000  # below this a file says too little about how rare a value is


@dataclass(frozen=True, slots=True)
class Probabilities:
    """How often records of one company answer so (m) and of two (u; None: from the value's rarity)."""

    m: float
    u: float | None = None


Levels = dict[str, dict[str, Probabilities]]


@dataclass(frozen=True, eq=False)
class Model:
    """Everything a score depends on, frozen: two runs under one model give the same weights."""

    name: str
    data: str
    records: int
    floors: dict[str, float]
    levels: Levels
    frequencies: dict[str, pl.DataFrame] = field(default_factory=dict)

    @property
    def prior(self) -> float:
        """The probability that two records picked at random are one company: about one partner a record."""
        return 1.0 / max(self.records, FEWEST)

    @property
    def prior_weight(self) -> float:
        """The prior in bits."""
        return math.log2(self.prior / (1 - self.prior))

    @property
    def hubs(self) -> pl.DataFrame:
        """Identifiers that too many names tell, as they were when the frequencies were counted."""
        return self.frequencies.get("hub", NO_HUBS)

    def floor(self, value: str) -> float:
        """The share taken for a value met only in one company."""
        return self.floors[value] / max(self.records, FEWEST)

    def to_bytes(self) -> bytes:
        """The model as one file: numbers as JSON, frequencies as Parquet."""
        numbers = {key: value for key, value in asdict(replace(self, frequencies={})).items() if key != "frequencies"}
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("model.json", json.dumps(numbers, sort_keys=True))
            for name, frame in self.frequencies.items():
                part = io.BytesIO()
                frame.write_parquet(part)
                archive.writestr(f"{name}.parquet", part.getvalue())
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, body: bytes) -> Model:
        """A model as to_bytes wrote it."""
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            numbers = json.loads(archive.read("model.json"))
            names = [name for name in archive.namelist() if name.endswith(".parquet")]
            frames = {name[:-8]: pl.read_parquet(io.BytesIO(archive.read(name))) for name in names}
            frames = {name: frame.sort(frame.columns[0]) for name, frame in frames.items()}
        levels = _with_new_levels(_levels(numbers.pop("levels")))
        return cls(**numbers, levels=levels, frequencies=frames)


def _levels(read: dict[str, dict[str, dict[str, float]]]) -> Levels:
    return {name: {level: Probabilities(**p) for level, p in levels.items()} for name, levels in read.items()}


def _with_new_levels(levels: Levels) -> Levels:
    """A model kept from before a level was known takes that level's shipped numbers."""
    shipped = (file_model() if "street" in levels else default_model()).levels
    return {name: {**shipped.get(name, {}), **told} for name, told in levels.items()}


@cache
def default_model() -> Model:
    """The model that ships with the product, without any company's frequencies."""
    return _shipped("model")


@cache
def file_model() -> Model:
    """The numbers from which learning on an unknown file begins."""
    return _shipped("model_files")


def _shipped(name: str) -> Model:
    read = words(name)
    return Model(read["name"], read["data"], read["records"], read["floors"], _levels(read["levels"]))
