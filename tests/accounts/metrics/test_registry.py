"""Figures are defined once, whole, and by what the catalogue knows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.access import FIGURES, figure_access
from accounts.metrics import BrokenMetric, load
from accounts.metrics.inputs import standings
from accounts.metrics.registry import read
from accounts.models import AccountFigures, AccountMonths, AccountSummary, ProductFigures
from tests.factories import AccountFactory, SourceFactory, SourceStateFactory, UserFactory
from tests.factories.world import NOW

KEPT = {"list": AccountSummary, "figures": AccountFigures, "months": AccountMonths}
# What every commercial and technical indicator of the product is called here.
INDICATORS = (
    "call_success_rate", "sync_latency", "error_rate", "freshness", "completeness", "duplicate_count",
    "time_to_detect", "time_to_recover", "quote_to_cash_days", "order_accuracy", "order_error_rate",
    "quote_accuracy", "fulfilment_days", "on_time_in_full", "inventory_accuracy", "invoice_matching",
    "deal_velocity", "revenue_at_risk", "active_customers_sales", "active_customers_finance",
    "active_customers_support", "active_customers_marketing", "first_contact_resolution", "resolution_hours",
    "portfolio_csat", "quality_completeness", "quality_validity", "quality_uniqueness", "quality_consistency",
    "quality_timeliness", "quality_integrity", "adoption",
)  # fmt: skip


@pytest.mark.parametrize("name", INDICATORS)
def test_every_indicator_says_what_is_in_it_and_over_which_days(name):
    metric = load()[name]
    assert metric.formula
    assert metric.meaning
    assert metric.window
    assert metric.includes or metric.excludes


def test_every_figure_is_a_column_where_it_says_it_is_kept():
    for name, metric in load().of("customer").items():
        if metric.kept in KEPT:
            assert name in {field.name for field in KEPT[metric.kept]._meta.get_fields()}, name


def test_every_column_of_a_customers_figures_is_defined():
    own = {"account", "late_amount", "late_money_days", "late_items", "paid_amount", "paid_money_days", "paid_items"}
    columns = {field.name for field in AccountFigures._meta.get_fields()} - own
    assert sorted(columns - set(load().metrics)) == []


def test_product_figures_are_columns():
    columns = {field.name for field in ProductFigures._meta.get_fields()} | {"after_pipeline"}
    assert set(load().of("product")) <= columns


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: {label: A}", "x.yaml: a lacks formula, meaning, of, owner, sources, unit."),
        ("a: {label: A, of: moon, unit: count, meaning: m, formula: f, owner: o, sources: [], class: order}",
         "x.yaml: a has of 'moon'; take one of customer, portfolio, product, operation."),
        ("a: {label: A, of: customer, unit: count, meaning: m, formula: f, owner: o, class: order, "
         "sources: [invoice.x]}",
         "x.yaml: a names invoice.x, which the catalogue does not know."),
        ("a: {label: A, of: customer, unit: money, meaning: m, formula: f, owner: o, class: order, sources: []}",
         "x.yaml: a has tax ''; take one of net; gross; gross where billed, else net."),
        ("a: {label: A, colour: red}", "x.yaml: a has unknown keys colour."),
    ],
)  # fmt: skip
def test_mistakes_are_named_with_file_and_figure(tmp_path, text, why):
    path = tmp_path / "x.yaml"
    path.write_text(text)
    with pytest.raises(BrokenMetric) as broken:
        read((path,))
    assert str(broken.value) == why


@pytest.mark.django_db
def test_a_figure_says_which_inputs_nobody_delivers_and_how_old_the_worst_source_is():
    old, new = SourceFactory(name="crm"), SourceFactory(name="erp")
    SourceStateFactory(source=old, object="invoice", data_at=NOW - timedelta(days=2))
    SourceStateFactory(source=new, object="invoice", data_at=NOW)
    standing = standings([load()["days_to_pay"]], now=NOW)["days_to_pay"]
    assert (standing.missing, standing.as_of, standing.worst_source, standing.coverage) == (
        (), NOW - timedelta(days=2), "CRM", 100,
    )  # fmt: skip
    counted = standings([load()["inventory_accuracy"]], now=NOW)["inventory_accuracy"]
    assert counted.missing == ("counted stock by product and warehouse", "on hand of stock")


@pytest.mark.django_db
def test_roles_see_figures_by_class_and_summary():
    sales, support = UserFactory(role="sales"), UserFactory(role="support")
    assert (figure_access(sales, "margin"), figure_access(sales, "credit_light")) == (False, True)
    assert (figure_access(support, "has_overdue"), figure_access(support, "overdue_receivable")) == (True, False)
    assert all(FIGURES[name].of == "customer" for name in FIGURES)


@pytest.mark.django_db
def test_every_figure_tells_its_age_coverage_and_oldest_source_on_page_and_in_the_api(client):
    objects = {object for metric in load() for object in metric.objects}
    old = SourceFactory(name="crm")
    for object in sorted(objects):
        SourceStateFactory(source=old, object=object, stream=object, data_at=NOW)
    client.force_login(UserFactory(role="executive"))
    listed = {row["name"]: row for row in client.get("/api/v1/metrics").json()["data"]["metrics"]}
    assert set(listed) == set(load().metrics)
    for name, metric in load().metrics.items():
        told = listed[name]
        oldest = "CRM" if metric.objects else "the portal itself"
        assert (told["worst_source"], told["as_of"] is None, isinstance(told["coverage"], int)) == (oldest, False, True)
        shown = client.get(f"/metrics/{name}/").content.decode()
        aged = f"{oldest} being the oldest" if metric.objects else f"Now</time>, kept by {oldest}"
        for words in (f"<dt>Inputs there</dt><dd>{told['coverage']} %</dd>", "<dt>As of</dt><dd><time", aged):
            assert words in shown, (name, words)


@pytest.mark.django_db
def test_a_customers_figures_come_with_what_they_rest_on(client):
    client.force_login(UserFactory(role="finance"))
    account = AccountFactory()
    meta = client.get(f"/api/v1/accounts/{account.pk}?expand=figures").json()["meta"]
    assert meta["figures"]["open_receivable"] == {"as_of": None, "coverage": 0, "worst_source": None}
    assert "adoption" not in meta["figures"]
