"""Looking after the sync: errors in groups, drift, proofs, the freshness promise, and one record's way."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client

from accounts.models import SourceState
from accounts.models.alert import Alert
from syncengine.models import DeadLetter, ErrorGroup, FreshnessCheck, Quality, SchemaDrift, Stream
from syncengine.operations.completeness import prove_completeness
from syncengine.operations.drift import decide_drift
from syncengine.operations.freshness import BUDGET, budgets, look
from syncengine.operations.groups import handle_group
from syncengine.operations.watch import watch_operations
from syncengine.pipeline import run_stream
from syncengine.selectors.trace import trace
from syncengine.selectors.unmatched import Unmatched, list_unmatched
from tests.factories import UserFactory
from tests.syncengine.small_company import SmallCompany
from tests.syncengine.writeback.two_systems import TwoSystems

DAY = "2026-03-01T08:00:00Z"


def test_what_is_refused_the_same_way_is_one_group_and_opens_again(company: SmallCompany) -> None:
    rows = [f"{n};2026-02-01T08:00:00Z;Kunde {n};;;;;DE;;-{n},00" for n in (1, 2, 3)]
    company.write("erp/customers", *rows)
    company.read("erp.customers")

    group = ErrorGroup.objects.get()
    assert (group.count, group.state, group.letters.count()) == (3, "new", 3)
    handle_group(group=group, act="fixed", user=UserFactory(role="operator"), now=company.now)
    company.write("erp/customers", "4;2026-02-01T08:00:00Z;Kunde 4;;;;;DE;;-4,00")
    company.read("erp.customers")

    group.refresh_from_db()
    assert (group.state, group.fixed_in, group.count) == ("new", None, 4)


def test_a_column_that_goes_is_drift_and_can_block_the_stream(systems: TwoSystems) -> None:
    systems.run("crm", "ALTER TABLE customer RENAME COLUMN marker TO sign")
    systems.read()

    drifts = {drift.column: drift for drift in SchemaDrift.objects.all()}
    assert {name: (d.kind, d.mapped, d.state) for name, d in drifts.items()} == {
        "marker": ("removed", False, "open"), "sign": ("added", False, "accepted"),
    }  # fmt: skip
    watch_operations(at=systems.now)
    assert Alert.objects.get(rule="drift").facts["what"] == "marker removed"
    decide_drift(drift=drifts["marker"], answer="block", user=UserFactory(role="operator"), now=systems.now)


    run = run_stream(drifts["marker"].stream_id, clock=systems.clock)
    assert (run.state, "blocked since marker" in run.message) == ("stopped", True)


def test_a_column_with_a_likely_new_name_is_called_renamed(systems: TwoSystems) -> None:
    systems.run("crm", "ALTER TABLE customer RENAME COLUMN marker TO marker_2")
    systems.read()

    assert [(d.column, d.kind, d.now, d.state) for d in SchemaDrift.objects.all()] == [
        ("marker", "renamed", "marker_2", "open")
    ]


def test_a_new_value_in_a_mapped_column_is_drift_in_log_and_alerts(company: SmallCompany) -> None:
    usual = [f"{n};2026-02-01T08:00:00Z;Kunde {n};;{'Bonn' if n % 2 else 'Köln'};;;DE;;1,00" for n in range(250)]
    company.write("erp/customers", *usual)
    company.read("erp.customers")
    company.write("erp/customers", *usual, "999;2026-02-01T08:00:00Z;Kunde;;Ulm;;;DE;;1,00")
    run = company.read("erp.customers")

    drift = SchemaDrift.objects.get()
    assert (drift.column, drift.kind, drift.now, drift.mapped, drift.state) == ("City", "values", "Ulm", True, "open")
    assert [line.text for line in run.lines.filter(level="warn")] == ["City has new values: Ulm"]
    watch_operations(at=company.now)
    assert Alert.objects.get(rule="drift").facts["what"] == "City has new values"


def test_a_falling_quality_score_is_raised_and_over_when_it_recovers(systems: TwoSystems) -> None:
    stream = Stream.objects.get(source__name="crm")
    for day, failed in ((2, 0), (1, 0), (0, 40)):
        when = systems.now - timedelta(days=day)
        Quality.objects.create(stream=stream, rule="required", dimension="completeness", day=when.date(), checked=100,
                               measured_at=when, failed=failed, weight=100, failed_weight=failed)  # fmt: skip
    watch_operations(at=systems.now)

    alert = Alert.objects.get(rule="quality_falling", source=stream.source)
    assert (alert.facts, alert.closed_at) == ({"score": 60.0, "before": 100.0}, None)
    Quality.objects.update(failed_weight=0)
    watch_operations(at=systems.now)
    alert.refresh_from_db()
    assert alert.closed_at == systems.now


def test_completeness_is_proved_by_key(systems: TwoSystems) -> None:
    stream = Stream.objects.get(source__name="crm")
    systems.put("crm", "8", name="Neu GmbH")
    systems.run("crm", "DELETE FROM customer WHERE id = '7'")

    proof = prove_completeness(stream.pk, now=systems.now)

    assert (proof.listed, proof.known, proof.missing_keys, proof.extra_keys) == (1, 1, ["8"], ["7"])
    assert not proof.complete


def test_the_freshness_budget_counts_late_looks(systems: TwoSystems) -> None:
    stream = Stream.objects.get(source__name="crm")
    SourceState.objects.update(data_at=systems.now)
    look(now=systems.now)
    SourceState.objects.filter(source__name="crm").update(data_at=systems.now - timedelta(days=2))
    look(now=systems.now + timedelta(minutes=15))
    look(now=systems.now + timedelta(minutes=16))

    budget = budgets(now=systems.now + timedelta(minutes=16))[stream.pk]

    assert (budget.checks, budget.late, budget.left) == (2, 1, (BUDGET - 1) / BUDGET)
    look(now=systems.now + timedelta(days=29))
    assert FreshnessCheck.objects.count() == 2


def test_a_record_is_followed_from_its_source_to_the_customer_and_back(systems: TwoSystems) -> None:
    systems.edit("crm", "7", segment="B")
    systems.settle()

    (found,) = trace(UserFactory(role="steward"), "7", source="erp")

    assert [step.name for step in found.steps] == [
        "First seen", "Landed", "Matched", "Customer", "Echo", "Written back",
    ]  # fmt: skip
    assert found.account_id == systems.customer().pk
    assert trace(UserFactory(role="sales"), "7") == []


def test_payloads_are_not_traced_for_who_may_not_see_them(company: SmallCompany) -> None:
    company.write("erp/customers", "1;2026-02-01T08:00:00Z;Kunde 1;;;;;DE;;-1,00")
    company.read("erp.customers")

    assert DeadLetter.objects.count() == 1
    assert trace(UserFactory(role="operator"), "1") == []


def test_documents_of_an_unknown_customer_are_shown_by_its_key_until_it_arrives(
    company: SmallCompany, client: Client
) -> None:
    company.write("erp/orders", *[f"SO-{n};{DAY};;10009;2026-02-01;9,00;EUR" for n in range(1, 5)])
    company.write("erp/customers", f"10001;{DAY};Acme;acme.de;Köln;50667;Weg 1;DE;;5,00")
    company.sync()
    stream = Stream.objects.get(name="orders")
    operator, sales = UserFactory(role="operator"), UserFactory(role="sales")
    found = list_unmatched(operator, stream)
    client.force_login(operator)
    page = client.get(f"/sync/streams/{stream.pk}/").content.decode()

    customers = [f"10001;{DAY};Acme;acme.de;Köln;50667;Weg 1;DE;;5,00",
                 f"10009;{DAY};Brandt;brandt.de;Bonn;53111;Weg 2;DE;;5,00"]  # fmt: skip
    company.write("erp/customers", *customers)
    company.sync()

    assert found == [Unmatched("10009", 4, ("SO-4", "SO-3", "SO-2"))]
    assert ("Customer unknown" in page, "10009" in page) == (True, True)
    assert (list_unmatched(operator, stream), list_unmatched(sales, stream)) == ([], [])
