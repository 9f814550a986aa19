"""Rules at volume: a plan, a changed ownership rule applied and taken back, and thirty rules over many rows."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from time import perf_counter

import polars as pl

from accounts.catalogue import load
from accounts.frames import rows
from syncengine.models import PolicyVersion
from syncengine.pipeline import publish_all
from syncengine.policies import Rule
from syncengine.policies.apply import apply_documents, revert_to
from syncengine.policies.plan import plan_documents
from syncengine.records import CANONICAL_HEAD, CANONICAL_TYPES
from syncengine.validation import validate

FILE = "survivorship.yaml"
OWNERS = (
    "street: {strategy: system_of_record, order: [erp, crm, helpdesk, ai]}",
    "street: {strategy: system_of_record, order: [crm, erp, helpdesk, ai]}",
)
JUDGED = ("name", "legal_name", "email", "phone", "website", "country", "postcode", "city", "street", "tax_id")


def look_at_rules(size: int) -> None:
    """Print the seconds of each."""
    golden = rows("SELECT count(*) FROM accounts_account WHERE merged_into_id IS NULL")[0][0]
    version = PolicyVersion.objects.latest("number")
    documents = dict(version.documents)
    changed = documents | {FILE: documents[FILE].replace(*OWNERS)}
    started = perf_counter()
    plan = plan_documents(changed, now=datetime.now(UTC))
    count = sum(change.count for change in plan.golden)
    _tell(f"plan over {golden:,} golden records ({count:,} values)", started)
    started = perf_counter()
    apply_documents(changed, by=None, now=datetime.now(UTC), base=version.number)
    publish_all()
    _tell("changed ownership applied and published", started)
    revert_to(version.number, by=None, now=datetime.now(UTC))
    publish_all()
    _judge(size)


def _judge(size: int) -> None:
    frame, rules = _rows(size), _rules()
    started = perf_counter()
    found = validate(frame, rules, load(), object_name="account", now=datetime.now(UTC))
    _tell(f"{len(rules)} rules over {size:,} rows ({len(found.warnings):,} doubted)", started)


def _rows(size: int) -> pl.DataFrame:
    """Sound customers, one in a thousand without a postal code of its country."""
    number = pl.int_range(size, eager=True)
    text = number.cast(pl.String)
    odd = number % 1000 == 0
    values = {
        "name": "Customer " + text, "legal_name": "Customer " + text + " GmbH", "email": "info@c" + text + ".de",
        "phone": "+49 30 " + text.str.zfill(7), "website": "www.c" + text + ".de",
        "postcode": pl.select(pl.when(odd).then(pl.lit("1")).otherwise(pl.lit("50667"))).to_series(),
        "tax_id": "DE" + text.str.zfill(9),
    }  # fmt: skip
    same = {"country": "DE", "city": "Köln", "street": "Weg 1", "deleted": False}
    frame = pl.DataFrame({"key": text, **values}).with_columns(**{name: pl.lit(v) for name, v in same.items()})
    frame = frame.with_columns(credit_limit=pl.lit(5000).cast(CANONICAL_TYPES["money"]))
    return frame.with_columns(pl.lit(None, CANONICAL_HEAD[c]).alias(c) for c in ("source_version", "modified_at"))


def _rules() -> list[Rule]:
    warn = {"severity": "warn", "object": "account", "sentence": "so it is"}
    rules = [Rule("required", (name,), **warn) for name in JUDGED]  # type: ignore[arg-type]
    rules += [Rule("length", (name,), max=Decimal(200), **warn) for name in JUDGED[:7]]  # type: ignore[arg-type]
    rules += [Rule("format", (name,), **warn) for name in ("email", "phone", "website", "country")]  # type: ignore[arg-type]
    rules += [Rule("unique", (name,), **warn) for name in ("tax_id", "email", "name")]  # type: ignore[arg-type]
    rules += [Rule("pattern", (name,), pattern=".*[0-9].*", **warn) for name in ("phone", "tax_id")]  # type: ignore[arg-type]
    rules += [
        Rule("tax_id", ("tax_id",), **warn),  # type: ignore[arg-type]
        Rule("address", ("street", "postcode", "city", "country"), **warn),  # type: ignore[arg-type]
        Rule("one_of", ("country",), values=("DE", "AT", "CH"), **warn),  # type: ignore[arg-type]
        Rule("range", ("credit_limit",), min=Decimal(0), max=Decimal(10**6), **warn),  # type: ignore[arg-type]
    ]
    return rules


def _tell(what: str, started: float) -> None:
    print(f"  {what:<70} {perf_counter() - started:8.2f} s", flush=True)
