"""Figures equal a slow recomputation from documents, whatever happened to the documents meanwhile."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import Account, AccountFigures, AccountMonths, AccountSummary, EntityFigures, Invoice
from accounts.models.summary import FILTERED
from tests.accounts.golden.companies import TABLES, Company
from tests.accounts.golden.plain import listed, whole
from tests.accounts.golden.plain_documents import rounded
from tests.accounts.golden.plain_money import money
from tests.accounts.golden.plain_sales import months
from tests.factories.world import NOW, TODAY

# Random companies are small already; making a failing one smaller takes minutes of database time.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
BUCKETS = ("not_due", "overdue_1_30", "overdue_31_60", "overdue_61_90", "overdue_over_90")


def _near(kept: object, told: object) -> bool:
    """Equal to the last place that is kept."""
    if isinstance(kept, Decimal) and isinstance(told, Decimal):
        return abs(kept - told) <= Decimal("0.001") * max(1, abs(told) / 1000)
    return kept == told


def _differences(company: Company) -> dict[str, tuple[object, object]]:
    """Every figure that is not what the documents say."""
    found = {}
    for account in Account.objects.filter(pk__in=[account.pk for account in company.accounts]):
        kept, told = AccountFigures.objects.get(pk=account.pk), whole(account, TODAY)
        for name, value in told.items():
            if not _near(getattr(kept, name), rounded(value)):
                found[f"{account.pk}.{name}"] = (getattr(kept, name), value)
        summary, kept_months = AccountSummary.objects.get(pk=account.pk), AccountMonths.objects.filter(pk=account.pk)
        for name, value in listed(account, TODAY).items():
            if not _near(getattr(summary, name), rounded(value)):
                found[f"{account.pk}.list.{name}"] = (getattr(summary, name), value)
        if (had := kept_months.values_list("revenue_months", flat=True).first()) != (told := months(account, TODAY)):
            found[f"{account.pk}.months"] = (had, told)
        for row in EntityFigures.objects.filter(account=account):
            for name, value in money(account, TODAY, row.legal_entity).items():
                if not _near(getattr(row, name), rounded(value)):
                    found[f"{account.pk}.{row.legal_entity}.{name}"] = (getattr(row, name), value)
    return found


class TestFigures(TestCase):
    @settings(max_examples=8, phases=PHASES)
    @given(seed=st.integers(0, 10**6), papers=st.integers(0, 40))
    @example(seed=1630, papers=17)  # a day's rate, whose last places count once for each day that money is late
    def test_figures_are_what_the_documents_say_through_merges_late_papers_and_deletions(self, seed, papers):
        company = Company(seed, papers)
        company.renew()
        assert _differences(company) == {}
        second = [row.key for model in TABLES for row in model.objects.filter(account=company.accounts[1])]
        company.merge(into=0, gone=1)
        company.renew(*company.accounts[:2])
        assert _differences(company) == {}
        company.add()
        company.unmerge(kept=0, back=1, keys=second)
        for model in TABLES:
            model.objects.filter(pk__in=model.objects.order_by("pk").values("pk")[:1]).update(deleted_at=NOW)
        company.renew()
        assert _differences(company) == {}

    @settings(max_examples=6, phases=PHASES)
    @given(seed=st.integers(0, 10**6), papers=st.integers(1, 40))
    @example(seed=88, papers=32)  # amounts at a day's rate, whose last places were rounded after they were added up
    def test_parts_add_up(self, seed, papers):
        company = Company(seed, papers)
        company.renew()
        for row in [*AccountFigures.objects.all(), *EntityFigures.objects.all()]:
            assert sum((getattr(row, name) or 0) for name in BUCKETS) == (row.open_receivable or 0)
            parts = (row.open_receivable, row.shipped_not_invoiced, row.backlog)
            ahead = (row.unapplied_cash, row.deposits)
            assert sum(part or 0 for part in parts) - sum(part or 0 for part in ahead) == (row.exposure or 0)
        for figures in AccountFigures.objects.all():
            children = EntityFigures.objects.filter(account_id=figures.pk)
            for name in ("revenue_ttm", "open_receivable", "exposure", "late_amount"):
                assert sum((getattr(child, name) or 0) for child in children) == (getattr(figures, name) or 0)

    @settings(max_examples=3, phases=PHASES)
    @given(seed=st.integers(0, 10**6))
    def test_renewing_again_changes_nothing(self, seed):
        company = Company(seed, 25)
        assert company.renew() >= 3
        assert company.renew() == 0


@pytest.mark.django_db
def test_no_figure_is_left_out_of_the_recomputation():
    company = Company(3, 30)
    company.renew()
    account = company.accounts[0]
    copied = {*FILTERED, "name_key", "account", "computed_date", "open_tasks"}
    of_lists = {field.name for field in AccountSummary._meta.fields} - copied
    told = whole(account, TODAY)
    assert {field.name for field in AccountFigures._meta.fields} - {"account"} == set(told)
    assert of_lists == {*listed(account, TODAY), *(of_lists & set(told))}


@pytest.mark.django_db
def test_lists_and_pages_keep_the_same_sums():
    company = Company(7, 60)
    company.renew()
    for summary in AccountSummary.objects.all():
        figures = AccountFigures.objects.get(pk=summary.pk)
        for name in ("revenue_ttm", "open_receivable", "overdue_receivable", "exposure", "available_credit"):
            assert rounded(getattr(summary, name)) == rounded(getattr(figures, name))


@pytest.mark.django_db
def test_no_limit_is_null_and_an_exceeded_one_negative():
    company = Company(1, 0)
    Invoice.objects.create(
        source=company.source, key="I", published_at=NOW, account=company.accounts[1], status="open",
        open_amount=Decimal(1000), base_open_amount=Decimal(1000), invoice_date=TODAY,
    )  # fmt: skip
    company.renew()
    kept = {row.pk: row.available_credit for row in AccountFigures.objects.all()}
    assert [kept[account.pk] for account in company.accounts] == [None, Decimal(-600), Decimal(0)]
