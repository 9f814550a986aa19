"""An index for each rule of uniqueness, so that judging a batch never walks the whole table."""

from __future__ import annotations

from accounts.catalogue import load
from accounts.frames import rows
from accounts.golden.own_columns import alter
from accounts.golden.shape import GOLDEN, table_of
from syncengine.canonical import table
from syncengine.policies.shapes import PolicySet, Rule

TEXTS = ("text", "choice", "country", "currency", "email", "phone", "url")  # compared as they are stored


def keep_unique_indexes(policies: PolicySet) -> None:
    """Make the indexes that rules ask for and that are not there; those nobody asks for any more do no harm."""
    streams = [stream for source in policies.sources.values() for stream in source.streams.values()]
    rules = [*policies.rules, *(rule for stream in streams for rule in stream.rules)]
    for rule in rules:
        if rule.kind == "unique":
            _keep(rule)


def _keep(rule: Rule) -> None:
    specs = [load()[rule.object].fields[name] for name in rule.fields]
    place = (table if rule.object in GOLDEN else table_of)(rule.object)
    name = f"unique_{rule.object}_{'_'.join(rule.fields)}"[:63]
    if any(spec.type not in TEXTS for spec in specs) or rows("SELECT to_regclass(%s)", [name])[0][0]:
        return
    columns = ", ".join(["{}"] * len(specs))
    alter(f"CREATE INDEX {{}} ON {{}} ({columns}) WHERE {{}} IS NOT NULL",
          name, place, *(spec.name for spec in specs), specs[0].name)  # fmt: skip
