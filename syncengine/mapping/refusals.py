"""Rows that could not be mapped, as refusals a person can act on; only failing rows become objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from syncengine.mapping.conversions import Conversion
from syncengine.mapping.convert import Converted
from syncengine.mapping.payload import payload_column
from syncengine.records import Refusal

SHOWN = 80


@dataclass(frozen=True)
class Failing:
    """The rows under judgement: their keys, the raw rows they came from, and where they were read."""

    keys: pl.Series
    raw: pl.DataFrame
    where: str

    def refusals(self, reasons: dict[int, list[tuple[str, str]]], severity: str) -> tuple[Refusal, ...]:
        """A refusal per row out of its (rule, sentence) reasons."""
        rows = sorted(reasons)
        payloads = payload_column(self.raw[rows]).to_list() if rows else []
        return tuple(
            Refusal(
                key=self.keys[row],
                reason="; ".join(sentence for _, sentence in reasons[row]),
                where=self.where,
                payload=payload,
                stage="map",
                rule=reasons[row][0][0],
                severity=severity,
            )
            for row, payload in zip(rows, payloads, strict=True)
        )


def add_reasons(
    reasons: dict[int, list[tuple[str, str]]],
    converted: Converted,
    conversions: Sequence[Conversion],
    live: pl.Series,
) -> None:
    """Add a sentence for each value of a live row that these conversions could not take."""
    for conversion in conversions:
        rows = (converted.failed[conversion.column] & live).arg_true()
        texts = converted.texts[conversion.column].gather(rows)
        for row, text in zip(rows.to_list(), texts.to_list(), strict=True):
            reasons.setdefault(row, []).append((f"map:{conversion.field}", _sentence(conversion, text)))


def _sentence(conversion: Conversion, text: str) -> str:
    shown = text if len(text) <= SHOWN else f"{text[:SHOWN]}… ({len(text)} characters)"
    return f"{conversion.field}: “{shown}” is not {conversion.expected}"
