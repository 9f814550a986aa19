"""Policy texts edited in answer to drift: only the words concerned change."""

from __future__ import annotations

import pytest

from syncengine.policies.remap import NotMappable, mapped, renamed, translated

TEXT = """
source: crm
streams:
  accounts:
    object: account
    key: Id   # their own
    fields:
      name: Name  # as printed
      segment: {from: Class, values: {1: A}}
      phone: Phone

  contacts: {object: contact, key: Id, fields: {name: Name, email: Mail}}
"""
WHERE = {"source": "crm", "stream": "accounts"}


def changed(documents: dict[str, str]) -> list[str]:
    return [line.strip() for line in documents["crm"].splitlines() if line not in TEXT.splitlines()]


def test_a_column_is_read_under_its_new_name_wherever_it_was_read() -> None:
    assert changed(renamed({"crm": TEXT}, **WHERE, column="Id", to="Record Id")) == ["key: Record Id   # their own"]
    assert changed(renamed({"crm": TEXT}, **WHERE, column="Class", to="2nd")) == [
        'segment: {from: "2nd", values: {1: A}}'
    ]


def test_a_new_column_is_mapped_in_either_form_of_list() -> None:
    assert changed(mapped({"crm": TEXT}, **WHERE, column="Web", field="website")) == ["website: Web"]
    flow = mapped({"crm": TEXT}, source="crm", stream="contacts", column="Tel", field="phone")
    assert changed(flow) == [
        "contacts: {object: contact, key: Id, fields: {name: Name, email: Mail, phone: Tel}}"
    ]


def test_a_new_value_is_translated() -> None:
    assert changed(translated({"crm": TEXT}, **WHERE, column="Class", value="2", to="B")) == [
        'segment: {from: Class, values: {1: A, "2": B}}'
    ]
    assert changed(translated({"crm": TEXT}, **WHERE, column="Phone", value="none", to="no")) == [
        'phone: {from: Phone, values: {none: "no"}}'
    ]


def test_what_has_no_place_is_said() -> None:
    for wrong in (
        lambda: renamed({"crm": TEXT}, **WHERE, column="Fax", to="X"),
        lambda: mapped({"crm": TEXT}, **WHERE, column="X", field="name"),
        lambda: mapped({"crm": TEXT}, source="erp", stream="x", column="X", field="name"),
    ):
        with pytest.raises(NotMappable):
            wrong()
