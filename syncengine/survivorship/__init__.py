"""Which record's value stands for each field of each cluster; a pure function over canonical rows.

One implementation serves the bulk load, the single change and the dry run: they differ only in who
reads the rows and who writes the result.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import polars as pl

from accounts.catalogue import ObjectSpec
from syncengine.records import Survived
from syncengine.survivorship.conflicts import find_conflicts
from syncengine.survivorship.normal import normalised
from syncengine.survivorship.pins import pinned
from syncengine.survivorship.rules import PINNED, RULES, FieldRule
from syncengine.survivorship.standing import let_stand
from syncengine.survivorship.winners import alone, members_of, together

__all__ = ["PINNED", "RULES", "FieldRule", "normalised", "survive"]


def survive(
    records: pl.DataFrame,
    spec: ObjectSpec,
    rules: Mapping[str, FieldRule],
    pins: pl.DataFrame,
    *,
    standing: pl.DataFrame | None = None,
    now: datetime | None = None,
) -> Survived:
    """Golden values of each cluster.

    `records` has cluster, record_id, source (id), key, observed, live, the value columns of the object and,
    where they are known, `invalid` (codes of fields that broke a rule) and `clocks` (when each field changed,
    by code); `pins` has cluster, field (code), value (text); `standing` has cluster and the golden values that
    stand today of guarded fields. The answer does not depend on row order.
    """
    fields = [field for field in spec.fields.values() if field.column in records.columns]
    members = members_of(records)
    several = members.filter(pl.col("size") > 1)
    golden = pl.concat(
        [alone(members.filter(pl.col("size") == 1), spec, fields), together(several, spec, fields, rules)],
        how="vertical_relaxed",
    )
    conflicts, waiting = find_conflicts(several, fields, rules), None
    if standing is not None:
        golden, waiting = let_stand(golden, spec, rules, standing, now)
    return Survived(pinned(golden, spec, pins), conflicts, waiting)
