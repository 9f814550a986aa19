"""Refused records in groups: what went wrong the same way stands together and is replayed together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from dashboards.templatetags.figures import sentence
from syncengine.models import DeadLetter

QUOTED = re.compile(r"“[^”]*”")
SHOWN = 5
UNREADABLE = "read"  # what was never a record can't be replayed; the next read of the source tries anew


@dataclass(frozen=True)
class Letter:
    """One refused record with its reason as its reader may see it."""

    row: DeadLetter
    reason: str


@dataclass(frozen=True)
class Group:
    """Records of one stream that were refused by the same rule."""

    title: str
    letters: Sequence[Letter]

    @property
    def first(self) -> DeadLetter:
        """The latest of them."""
        return self.letters[0].row

    @property
    def shown(self) -> Sequence[Letter]:
        """The latest few."""
        return self.letters[:SHOWN]

    @property
    def replayable(self) -> bool:
        """Whether there is a record to replay."""
        return self.first.stage != UNREADABLE


def group_refused(rows: Iterable[DeadLetter], *, values: bool) -> list[Group]:
    """Groups by stream and rule, the largest first; without `values`, what stands in quotes is hidden."""
    letters = sorted(rows, key=lambda row: (*_cause(row), -row.pk))
    groups = [_group(list(found), values) for _, found in groupby(letters, key=_cause)]
    return sorted(groups, key=lambda group: -len(group.letters))


def _cause(row: DeadLetter) -> tuple[int, str, str]:
    return row.stream_id, row.stage, row.rule or row.reason


def _group(rows: Sequence[DeadLetter], values: bool) -> Group:
    letters = [Letter(row, row.reason if values else QUOTED.sub("“…”", row.reason)) for row in rows]
    reasons = {letter.reason for letter in letters}
    title = letters[0].reason if len(reasons) == 1 else QUOTED.sub("“…”", letters[0].reason)
    return Group(sentence(title), letters)
