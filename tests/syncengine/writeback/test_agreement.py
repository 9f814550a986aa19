"""A change on one side reaches the other once, and comes back as nobody's news."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from accounts.models import Account, AccountCrosswalk
from syncengine.models import Echo, OutboxMessage, StewardTask
from tests.syncengine.writeback.two_systems import TwoSystems


def states() -> list[str]:
    return list(OutboxMessage.objects.order_by("pk").values_list("state", flat=True))


def test_a_change_reaches_the_other_system_once(systems: TwoSystems) -> None:
    systems.edit("crm", "7", segment="B")

    systems.settle()

    assert systems.row("erp", "7", "segment") == ("B",)
    assert systems.customer().segment == "B"
    assert (systems.writes("erp"), systems.writes("crm")) == (1, 1)
    assert states() == ["confirmed"]


def test_an_echo_is_nobodys_news(systems: TwoSystems) -> None:
    systems.edit("crm", "7", segment="B")
    systems.settle()
    systems.edit("erp", "7", city="Bonn")  # makes the ERP's record the newer one

    systems.settle()
    systems.edit("crm", "7", segment="C")
    systems.settle()

    assert systems.customer().segment == "C"
    assert systems.row("erp", "7", "segment", "city") == ("C", "Bonn")
    assert states() == ["confirmed", "confirmed"]
    assert Echo.objects.filter(closed_at=None).count() == 1


def test_the_target_may_change_what_was_written(systems: TwoSystems) -> None:
    systems.edit("crm", "7", segment="B")
    systems.settle()

    systems.edit("erp", "7", segment="D")
    systems.settle()

    assert (systems.row("crm", "7", "segment"), systems.customer().segment) == (("D",), "D")
    assert states() == ["confirmed", "confirmed"]


def test_what_changed_meanwhile_is_a_question_not_an_overwrite(systems: TwoSystems) -> None:
    systems.edit("crm", "7", segment="B")
    systems.read()
    systems.edit("erp", "7", segment="Z")

    systems.send()

    task = StewardTask.objects.get(kind="conflict")
    assert systems.row("erp", "7", "segment") == ("Z",)
    assert states()[0] == "conflict"
    assert task.evidence["values"] == [
        {"field": 15, "label": "Segment", "wanted": "B", "base": "A", "current": "Z"}
    ]


def test_what_nobody_disputes_is_written_beside_what_somebody_does(systems: TwoSystems) -> None:
    systems.edit("crm", "7", segment="B", phone="+49 221 5599")
    systems.read()  # planned with both
    systems.edit("erp", "7", phone="+49 221 5522")

    counts = systems.send()

    assert (counts["conflict"], counts["confirmed"]) == (1, 1)
    assert systems.row("erp", "7", "segment", "phone") == ("B", "+49 221 5522")
    task = StewardTask.objects.get(kind="conflict", state="open")
    assert [value["label"] for value in task.evidence["values"]] == ["Phone"]


def test_another_field_changed_meanwhile_is_no_conflict(systems: TwoSystems) -> None:
    systems.edit("crm", "7", segment="B")
    systems.read()
    systems.edit("erp", "7", city="Bonn")

    systems.send()

    assert systems.row("erp", "7", "segment", "city") == ("B", "Bonn")
    assert StewardTask.objects.count() == 0


def test_several_fields_travel_together(systems: TwoSystems) -> None:
    systems.edit("crm", "7", segment="B", name="Brandt Anlagenbau GmbH")

    systems.settle()

    assert systems.row("erp", "7", "name", "segment") == ("Brandt Anlagenbau GmbH", "B")
    assert systems.writes("erp") == 1
    assert OutboxMessage.objects.get().fields.count() == 2


def test_a_telephone_number_is_not_rewritten_for_its_spaces(systems: TwoSystems) -> None:
    systems.edit("crm", "7", phone="+49 (221) 55-11")

    systems.settle()

    assert (states(), systems.row("erp", "7", "phone")) == ([], ("+49 221 5511",))


def test_an_unmerge_cancels_what_it_overtook(systems: TwoSystems) -> None:
    systems.edit("crm", "7", segment="B")
    systems.read()
    record = OutboxMessage.objects.get().record_id
    other = Account.objects.create(name="Other", created_at=systems.now, changed_at=systems.now)
    AccountCrosswalk.objects.filter(pk=record).update(account=other)

    systems.send()

    assert states() == ["cancelled"]
    assert systems.row("erp", "7", "segment") == ("A",)


def test_a_rehearsal_tells_everything_and_changes_nothing(
    systems: TwoSystems, capsys: pytest.CaptureFixture[str]
) -> None:
    systems.edit("crm", "7", segment="B")
    systems.read()

    call_command("writeback", "erp", dry_run=True)

    told = capsys.readouterr().out
    assert "erp.accounts: 1 values of 1 records differ; 0 records wait for an approval." in told
    assert "7 segment: 'A' -> 'B'" in told
    assert systems.row("erp", "7", "segment") == ("A",)
