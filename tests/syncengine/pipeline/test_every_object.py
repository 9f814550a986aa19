"""Every object of the catalogue comes in from a source with every field that a source tells."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from accounts.catalogue import FieldSpec, ObjectSpec, load
from accounts.catalogue.texts import text_of
from syncengine.models import Stream
from syncengine.pipeline import publish_all, run_stream
from syncengine.policies.apply import apply_folder

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SAID = {
    "text": "a word", "integer": "3", "decimal": "2.5", "money": "12.5", "percent": "7.5", "date": "2026-02-01",
    "datetime": "2026-02-01T08:00:00.000000Z",
    "boolean": "true", "country": "DE", "currency": "EUR", "tags": "red;green",
    "email": "ann@brandt.example", "phone": "+49 221 5511", "url": "https://brandt.example", "language": "de",
}  # fmt: skip
STREAM = """
  {name}s:
    object: {name}
    read: {{table: "{name}"}}
    key: key
    fields: {{{fields}}}
"""
HEAD = """
source: all
label: All
kind: sql
system: erp
connection: {{url: "sqlite:///{file}"}}
streams:
"""


def told_fields(spec: ObjectSpec) -> dict[str, str]:
    """Column → what the source says: every plain field, and the references that say whose row it is."""
    plain = [field for field in spec.fields.values() if field.owner != "portal" and field.type != "reference"]
    told = {field.name: said(field) for field in plain if not field.own}
    whose = {"account": "K-account"} if "account" in spec.fields else {}
    parent = {spec.parent: f"K-{spec.parent}"} if spec.kind == "line" and spec.parent else {}
    return told | whose | parent


def said(field: FieldSpec) -> str:
    return field.choices[0] if field.choices else SAID[field.type]


def declare(spec: ObjectSpec) -> str:
    names = ", ".join(f"{name}: {name}" for name in told_fields(spec))
    return STREAM.format(name=spec.name, fields=names)


@pytest.fixture
def read(db: None, tmp_path: Path) -> list[ObjectSpec]:
    """One row of everything in one database, read and published."""
    specs, file = list(load()), tmp_path / "all.sqlite"
    with sqlite3.connect(file) as connection:
        for spec in specs:
            row = {"key": f"K-{spec.name}", **told_fields(spec)}
            columns = ", ".join(f'"{name}" TEXT' for name in row)
            connection.execute(f'CREATE TABLE "{spec.name}" ({columns})')
            connection.execute(f'INSERT INTO "{spec.name}" VALUES ({", ".join("?" * len(row))})', list(row.values()))
    policies = tmp_path / "policies"
    policies.mkdir()
    text = HEAD.format(file=file) + "".join(declare(spec) for spec in specs)
    (policies / "all.yaml").write_text(text, encoding="utf-8")
    (policies / "shared.yaml").write_text("base_currency: EUR\nlegal_entities: []\n", encoding="utf-8")
    apply_folder(policies, by=None, now=NOW)
    for stream in Stream.objects.order_by("pk"):
        run = run_stream(stream.pk, clock=lambda: NOW)
        assert (run.state, run.message, run.created) == ("succeeded", "", 1), stream.name
    publish_all(clock=lambda: NOW)
    return specs


def found(spec: ObjectSpec) -> dict[str, Any]:
    """What the portal holds of it now, in the words of the source."""
    row = apps.get_model("accounts", spec.model).objects.get()
    plain = {name: text_of(spec.fields[name], getattr(row, name)) for name in told_fields(spec)
             if spec.fields[name].type != "reference"}  # fmt: skip
    return plain | {name: f"K-{name}" for name in told_fields(spec)
                    if spec.fields[name].type == "reference" and getattr(row, f"{name}_id") is not None}  # fmt: skip


def test_each_object_arrives_with_all_it_was_told(read: list[ObjectSpec]) -> None:
    assert {spec.name: found(spec) for spec in read} == {spec.name: told_fields(spec) for spec in read}
