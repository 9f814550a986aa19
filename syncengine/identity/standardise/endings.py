"""What a name ends with: legal forms, places, parts of a group. Only rows that end so are worked on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from syncengine.identity.standardise.text import laid, spread


@dataclass(frozen=True, eq=False)
class Endings:
    """Phrases with what they stand for; `ends` tells per number of words which last two words are worth a look."""

    known: pl.Series
    meaning: pl.Series
    ends: tuple[tuple[int, pl.Series, pl.Series], ...]
    lasts: pl.Series
    meanings: Mapping[str, str]
    by_last: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, phrases: Mapping[str, str], words: Mapping[str, str] | None = None) -> Endings:
        """Endings from phrase → meaning; `words` gives the plain phrase where a key carries more than it."""
        plain = words or {phrase: phrase for phrase in phrases}
        parted: dict[int, list[list[str]]] = {}
        for phrase in plain.values():
            parted.setdefault(phrase.count(" ") + 1, []).append(["", *phrase.split(" ")])
        longest_first = sorted(parted.items(), reverse=True)
        ends = tuple((count, _at(-1, parts), _at(-2, parts)) for count, parts in longest_first)
        by_last: dict[str, tuple[int, ...]] = {}
        for count, lasts, _ in ends:
            for end in lasts:
                by_last[end] = (*by_last.get(end, ()), count)
        known, meaning = pl.Series(list(phrases)), pl.Series(list(phrases.values()))
        return cls(known, meaning, ends, pl.Series(list(by_last)), dict(phrases), by_last)

    def meaning_of(self, text: pl.Series) -> pl.Series:
        """What each text stands for; null where it is none of the phrases."""
        return text.replace_strict(self.known, self.meaning, default=None, return_dtype=pl.String)

    def take(self, text: pl.Series, country: pl.Series | None = None) -> tuple[pl.Series, pl.Series]:
        """(rest, meaning): the longest known ending taken off where a word is left before it.

        With `country`, phrases are looked up as `country|phrase` first and alone second.
        """
        words = text.str.split(" ")
        last = words.list.last()
        near = last.is_in(self.lasts.implode()).fill_null(False)
        if not near.any():
            return text, _nothing(text, pl.String)
        before = words.filter(near).list.get(-2, null_on_oob=True)
        rest, found = self._taken(
            text.filter(near), last.filter(near), before, None if country is None else country.filter(near)
        )
        return laid(rest, near, text), spread(found, near)

    def _taken(
        self, text: pl.Series, last: pl.Series, before: pl.Series, country: pl.Series | None
    ) -> tuple[pl.Series, pl.Series]:
        """(rest, meaning) of texts whose last word is that of a phrase; with it comes the one before."""
        found, length = _nothing(text, pl.String), _nothing(text, pl.UInt32)
        for count, lasts, seconds in self.ends:
            alike = before.is_in(seconds.implode()) if count > 1 else before.is_not_null()
            mask = (last.is_in(lasts.implode()) & alike & found.is_null()).fill_null(False)
            if not mask.any():
                continue
            part = text.filter(mask)
            end = part.str.extract(rf"((?:\S+ ){{{count - 1}}}\S+)$") if count > 1 else last.filter(mask)
            meaning = self._looked_up(end, None if country is None else country.filter(mask))
            end_length = end.str.len_chars()
            meaning = meaning.set(end_length >= part.str.len_chars(), None)
            found = laid(meaning, mask, found)
            length = laid(end_length, mask, length)
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


def _at(place: int, parts: list[list[str]]) -> pl.Series:
    return pl.Series(sorted({words[place] for words in parts}))


def _nothing(text: pl.Series, kind: type[pl.DataType]) -> pl.Series:
    return pl.repeat(None, text.len(), dtype=kind, eager=True)


def _cut(text: pl.Series, found: pl.Series, length: pl.Series) -> pl.Series:
    hit = found.is_not_null()
    if not hit.any():
        return text
    part = pl.DataFrame({"t": text.filter(hit), "n": length.filter(hit)})
    rest = part.select(pl.col("t").str.head(-1 - pl.col("n").cast(pl.Int64)))["t"]
    return laid(rest, hit, text)
