"""What a source sends against what its stream expects: columns gone, new, or renamed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field


class ConfigurationError(Exception):
    """A stream cannot be mapped as it is declared; the declaration or the source must change."""


@dataclass(frozen=True)
class Drift:
    """Columns that are missing, columns nobody mapped, and likely new names of the missing ones."""

    missing: tuple[str, ...] = ()
    unmapped: tuple[str, ...] = ()
    renamed: dict[str, str] = field(default_factory=dict)


def drift(expected: Iterable[str], present: Iterable[str]) -> Drift:
    """How the columns present differ from those expected."""
    wanted, there = dict.fromkeys(expected), dict.fromkeys(present)
    missing = tuple(name for name in wanted if name not in there)
    unmapped = tuple(name for name in there if name not in wanted)
    return Drift(missing, unmapped, likely_names(missing, unmapped))


def likely_names(missing: Iterable[str], unmapped: Iterable[str]) -> dict[str, str]:
    """Which of the names that came is probably which of those that went."""
    by_plain = {_plain(name): name for name in unmapped}
    close = {name: difflib.get_close_matches(_plain(name), by_plain, n=1, cutoff=0.7) for name in missing}
    return {name: by_plain[found[0]] for name, found in close.items() if found}


def _plain(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def missing_columns_error(stream: str, found: Drift, present: Iterable[str]) -> ConfigurationError:
    """The error that names the stream, the columns it misses, and what there is instead."""
    hints = [f"“{name}”" + _hint(found, name) for name in found.missing]
    there = ", ".join(f"“{name}”" for name in present) or "none"
    return ConfigurationError(f"{stream}: the source no longer sends {', '.join(hints)}. Columns present: {there}")


def _hint(found: Drift, name: str) -> str:
    return f" (is it now “{found.renamed[name]}”?)" if name in found.renamed else ""
