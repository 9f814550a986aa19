"""How a delimited file separates its fields, found out from its first lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

from syncengine.connectors.files.spec import FileSpec

CANDIDATES = (",", ";", "\t", "|")
LINES = 200


@dataclass(frozen=True, slots=True)
class Dialect:
    """Delimiter and quote of a file, and how many lines stand before its header."""

    delimiter: str
    quote: str
    skip: int

    @property
    def field(self) -> str:
        """Return the pattern of one well-formed field."""
        d, q = re.escape(self.delimiter), re.escape(self.quote)
        return f"(?:{q}(?:[^{q}]|{q}{q})*{q}|(?:[^{q}{d}\n][^{d}\n{q}]*)?)"

    @property
    def record(self) -> str:
        """Return the pattern of a whole well-formed record; fields may hold line ends."""
        return f"^{self.field}(?:{re.escape(self.delimiter)}{self.field})*\r?$"

    @property
    def quoted(self) -> str:
        """Return the pattern of one quoted field."""
        q = re.escape(self.quote)
        return f"{q}(?:[^{q}]|{q}{q})*{q}"


def sniff(head: str, spec: FileSpec, *, tabs: bool = False) -> Dialect:
    """Return the dialect of the text; what the declaration says is not doubted."""
    named = re.match(r"sep=(.)\r?\n", head, re.IGNORECASE)
    skip = spec.skip + (1 if named else 0)
    lines = [line for line in head.split("\n")[skip : skip + LINES] if line.strip()]
    if len(lines) > 1 and not head.endswith("\n"):
        lines.pop()
    delimiter = spec.delimiter or (named.group(1) if named else _delimiter(lines, tabs))
    return Dialect(delimiter, spec.quote or _quote(lines, delimiter), skip)


def _delimiter(lines: list[str], tabs: bool) -> str:
    order = ("\t", *CANDIDATES) if tabs else CANDIDATES
    return max(order, key=lambda mark: _agreement(lines, mark))


def _agreement(lines: list[str], mark: str) -> tuple[float, int]:
    """Return how many lines have as many marks as the header, and how many those are."""
    bare = [re.sub(r'"(?:[^"]|"")*"', "", line) for line in lines]
    counts = [line.count(mark) for line in bare]
    if not counts or counts[0] == 0:
        return 0.0, 0
    share = sum(count == counts[0] for count in counts) / len(counts)
    return (1.0 if share > 0.8 else share), counts[0]


def _quote(lines: list[str], delimiter: str) -> str:
    fields = [field.strip() for line in lines for field in line.split(delimiter)]
    wrapped = {q: sum(len(f) > 1 and f.startswith(q) and f.endswith(q) for f in fields) for q in ('"', "'")}
    return "'" if wrapped["'"] > wrapped['"'] and wrapped['"'] == 0 else '"'
