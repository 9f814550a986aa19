"""Lines put together into records: multi-line fields joined, broken lines set aside with their reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from syncengine.connectors.files.dialect import Dialect
from syncengine.connectors.files.lines import Lines
from syncengine.records import Refusal

LONGEST_RECORD = 2000


@dataclass(slots=True)
class Assembly:
    """The records of one chunk: kept lines as text, refusals, and lines that the next chunk completes."""

    records: pl.Series
    refused: list[Refusal] = field(default_factory=list)
    carry: int | None = None


class Assembler:
    """Puts lines together into records of one width."""

    def __init__(self, dialect: Dialect, name: str, width: int, key_at: int | None) -> None:
        self.dialect, self.name, self.width, self.key_at = dialect, name, width, key_at
        d, q = re.escape(dialect.delimiter), re.escape(dialect.quote)
        self.whole = re.compile(dialect.record[1:-1])
        self.quoted = re.compile(dialect.quoted)
        loose = f"(?:{q}(?:[^{q}]|{q}{q})*{q}(?=\r?$|{d})|(?:[^{q}{d}\n][^{d}\n]*)?)"
        self.loose = re.compile(f"{loose}(?:{d}{loose})*\r?")
        self.token = re.compile(f"(?:^|{d})({loose})")
        self.opening = re.compile(f"(?:{loose}{d})*{q}(?:[^{q}]|{q}{q})*")

    def assemble(self, lines: Lines, *, last: bool) -> Assembly:
        """Return the records these lines hold."""
        text = lines.text
        good, regular = self._classify(text)
        if good.all():
            return Assembly(text)
        return self._repair(lines, good.to_list(), regular, last)

    def _classify(self, text: pl.Series) -> tuple[pl.Series, pl.Series]:
        """Return which lines are a record by themselves, and which have no quote left open."""
        frame = pl.DataFrame({"t": text})
        t, d, q = pl.col("t"), self.dialect.delimiter, self.dialect.quote
        plain = ~t.str.contains(q, literal=True)
        marks = pl.when(plain).then(t).otherwise(t.str.replace_all(self.dialect.quoted, ""))
        regular = plain | t.str.contains(self.dialect.record)
        full = (marks.str.count_matches(d, literal=True) == self.width - 1) & (t != "") & (t != "\r")
        answer = frame.select((regular & full).fill_null(False).alias("good"), regular.alias("regular"))
        return answer["good"], answer["regular"]

    def _repair(self, lines: Lines, good: list[bool], regular: pl.Series, last: bool) -> Assembly:
        # Walks only the lines that are not records by themselves.
        text = lines.text.to_list()
        out = Assembly(lines.text)
        replaced: dict[int, str] = {}
        dropped: set[int] = set()
        upto = 0
        for at in [i for i, ok in enumerate(good) if not ok]:
            if at < upto or not (line := text[at]) or line == "\r":
                dropped.update([at] if at >= upto else [])
                continue
            end = at if regular[at] else self.closing(text, at)
            if end is None and not last and len(text) - at < LONGEST_RECORD and self.opening.fullmatch(line):
                out.carry = at
                break
            upto = (at if end is None else end) + 1
            dropped.update(range(at, upto))
            record = "\n".join(line or "" for line in text[at:upto])
            if (kept := self._keep(record)) is not None:
                replaced[at] = kept
            else:
                out.refused.append(self._refusal(record, lines.first + at))
        out.records = self._kept(lines.text[: out.carry], replaced, dropped)
        return out

    def _kept(self, text: pl.Series, replaced: dict[int, str], dropped: set[int]) -> pl.Series:
        if not dropped:
            return text
        kept = [replaced.get(i) if i in dropped else line for i, line in enumerate(text.to_list())]
        return pl.Series("line", kept, dtype=pl.String).drop_nulls()

    def closing(self, text: Sequence[str | None], at: int) -> int | None:
        """Return the line on which a record opened at `at` ends; None when it never does."""
        first = text[at]
        if first is None or not self.opening.fullmatch(first):
            return None
        parts = [first]
        for end in range(at + 1, min(len(text), at + LONGEST_RECORD)):
            line = text[end]
            if line is None:
                return None
            parts.append(line)
            if self.dialect.quote in line and self.whole.fullmatch("\n".join(parts)):
                return end
        return None

    def split(self, record: str) -> list[str] | None:
        """Return the fields as they are written; None when the quotes make no sense."""
        if not self.loose.fullmatch(record):
            return None
        return [match.group(1) for match in self.token.finditer(record.removesuffix("\r"))]

    def _keep(self, record: str) -> str | None:
        """Return the record in well-formed writing, or None when it is not a row."""
        if self.whole.fullmatch(record):
            marks = self.quoted.sub("", record).count(self.dialect.delimiter)
            return record if marks == self.width - 1 else None
        fields = self.split(record)
        if fields is None or len(fields) != self.width:
            return None
        q = self.dialect.quote
        return self.dialect.delimiter.join(
            f"{q}{field.replace(q, q + q)}{q}" if q in field and not field.startswith(q) else field for field in fields
        )

    def _refusal(self, record: str, number: int) -> Refusal:
        fields = self.split(record)
        key = self._key(fields or [])
        reason = (
            "a quote is opened and never closed, or stands inside a quoted field"
            if fields is None
            else f"{len(fields)} columns where the header has {self.width}"
        )
        return Refusal(key, reason, f"{self.name}:{number}", record.removesuffix("\r"))

    def _key(self, fields: list[str]) -> str | None:
        if self.key_at is None or self.key_at >= len(fields):
            return None
        return unquote(fields[self.key_at], self.dialect.quote) or None


def unquote(field: str, quote: str) -> str:
    """Return the value a written field stands for."""
    if len(field) > 1 and field.startswith(quote) and field.endswith(quote):
        return field[1:-1].replace(quote * 2, quote)
    return field
