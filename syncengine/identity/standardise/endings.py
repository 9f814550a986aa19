"""What a name ends with: legal forms, places, parts of a group. Only rows that end so are worked on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from syncengine.identity.standardise.text import spread


@dataclass(frozen=True, eq=False)
class Endings:
    """Phrases with what they stand for; `lasts` tells per number of words which last words are worth a look."""

    known: pl.Series
    meaning: pl.Series
    lasts: tuple[tuple[int, pl.Series], ...]
    meanings: Mapping[str, str]
    by_last: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, phrases: Mapping[str, str], words: Mapping[str, str] | None = None) -> Endings:
        """Endings from phrase → meaning; `words` gives the plain phrase where a key carries more than it."""
        plain = words or {phrase: phrase for phrase in phrases}
        by_count: dict[int, set[str]] = {}
        for phrase in plain.values():
            by_count.setdefault(phrase.count(" ") + 1, set()).add(phrase.rpartition(" ")[2])
        lasts = tuple((count, pl.Series(sorted(by_count[count]))) for count in sorted(by_count, reverse=True))
        by_last: dict[str, tuple[int, ...]] = {}
        for count, ends in lasts:
            for end in ends:
                by_last[end] = (*by_last.get(end, ()), count)
        return cls(pl.Series(list(phrases)), pl.Series(list(phrases.values())), lasts, dict(phrases), by_last)

    def meaning_of(self, text: pl.Series) -> pl.Series:
        """What each text stands for; null where it is none of the phrases."""
        return text.replace_strict(self.known, self.meaning, default=None, return_dtype=pl.String)

    def take(self, text: pl.Series, country: pl.Series | None = None) -> tuple[pl.Series, pl.Series]:
        """(rest, meaning): the longest known ending taken off where a word is left before it.

        With `country`, phrases are looked up as `country|phrase` first and alone second.
        """
        last = text.str.extract(r"(\S+)$")
        found, length = _nothing(text, pl.String), _nothing(text, pl.UInt32)
        for count, lasts in self.lasts:
            mask = (last.is_in(lasts.implode()) & found.is_null()).fill_null(False)
            if not mask.any():
                continue
            part = text.filter(mask)
            end = part.str.extract(rf"((?:\S+ ){{{count - 1}}}\S+)$")
            meaning = self._looked_up(end, None if country is None else country.filter(mask))
            end_length = end.str.len_chars()
            meaning = meaning.set(end_length >= part.str.len_chars(), None)
            found = spread(meaning, mask).zip_with(mask, found)
            length = spread(end_length, mask).zip_with(mask, length)
        return _cut(text, found, length), found

    def take_one(self, text: str, country: str | None = None) -> tuple[str, str | None]:
        """The same of one text."""
        parts = text.split(" ")
        for count in self.by_last.get(parts[-1], ()):
            end = " ".join(parts[-count:])
            meaning = self.meanings.get(f"{country}|{end}") or self.meanings.get(end)
            if meaning is not None and count < len(parts):
                return " ".join(parts[:-count]), meaning
        return text, None

    def _looked_up(self, end: pl.Series, country: pl.Series | None) -> pl.Series:
        alone = self.meaning_of(end)
        if country is None:
            return alone
        home = self.meaning_of(country.fill_null("??") + "|" + end)
        return home.zip_with(home.is_not_null(), alone)


def _nothing(text: pl.Series, kind: type[pl.DataType]) -> pl.Series:
    return pl.repeat(None, text.len(), dtype=kind, eager=True)


def _cut(text: pl.Series, found: pl.Series, length: pl.Series) -> pl.Series:
    hit = found.is_not_null()
    if not hit.any():
        return text
    part = pl.DataFrame({"t": text.filter(hit), "n": length.filter(hit)})
    rest = part.select(pl.col("t").str.head(pl.col("t").str.len_chars() - pl.col("n") - 1))["t"]
    return spread(rest, hit).zip_with(hit, text)
