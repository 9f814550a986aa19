"""What is told of several customers together equals their documents, each customer counted once."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.grants import grant_territory
from accounts.models import Account
from accounts.quote_to_cash.company import PORTFOLIO
from accounts.receivables import ageing_by, get_portfolio
from accounts.receivables.portfolio import SUMS, Portfolio
from accounts.selectors.company import sum_revenue_months
from accounts.selectors.group import get_group
from tests.accounts.golden.companies import Company
from tests.accounts.golden.plain import listed
from tests.accounts.golden.plain_documents import ZERO
from tests.accounts.golden.plain_money import money
from tests.accounts.golden.plain_portfolio import portfolio
from tests.accounts.golden.plain_sales import months
from tests.factories import TerritoryFactory, UserFactory
from tests.factories.world import TODAY

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


def _near(kept: Decimal | None, told: Decimal | None) -> bool:
    if kept is None or told is None:
        return kept is told
    return abs(kept - told) <= Decimal("0.01") * max(1, abs(told) / 1000)


def _total(company: Company, name: str) -> Decimal:
    return sum((money(account, TODAY)[name] or ZERO for account in company.accounts), ZERO)


def _strayed(kept: Portfolio, told: dict[str, Decimal | None]) -> dict[str, tuple[object, object]]:
    """Headlines that are not what the documents say."""
    found = {name: figure(kept) for name, figure in PORTFOLIO.items()} | {"net": kept.net}
    assert set(found) == set(told)
    return {name: (value, told[name]) for name, value in found.items() if not _near(value, told[name])}


class TestRollUps(TestCase):
    @settings(max_examples=5, phases=PHASES)
    @given(seed=st.integers(0, 10**6), papers=st.integers(0, 40))
    def test_the_portfolio_is_what_all_documents_say_and_its_groups_add_up(self, seed, papers):
        company, clerk = Company(seed, papers), UserFactory(role="finance")
        for account, country in zip(company.accounts, ("DE", "FR", "DE"), strict=True):
            Account.objects.filter(pk=account.pk).update(country=country)
        company.renew()
        kept = get_portfolio(clerk)
        assert kept is not None
        assert [name for name in SUMS if not _near(kept[name], _total(company, name))] == []
        assert _strayed(kept, portfolio(company.accounts, TODAY)) == {}
        groups = ageing_by(clerk, "country")
        for name in ("open_receivable", "overdue_receivable", *("not_due", "overdue_1_30", "overdue_over_90")):
            assert sum((part[name] for _, part in groups), ZERO) == kept[name]

    @settings(max_examples=4, phases=PHASES)
    @given(seed=st.integers(0, 10**6), papers=st.integers(0, 40))
    def test_a_reader_is_told_of_the_customers_within_reach_alone(self, seed, papers):
        company, seller = Company(seed, papers), UserFactory(role="sales")
        mine = TerritoryFactory()
        grant_territory(to=seller, territory=mine, by=None)
        Account.objects.filter(pk__in=[account.pk for account in company.accounts[:2]]).update(sales_territory=mine)
        company.renew()
        kept = get_portfolio(seller)
        assert kept is not None
        assert _strayed(kept, portfolio(company.accounts[:2], TODAY)) == {}

    @settings(max_examples=5, phases=PHASES)
    @given(seed=st.integers(0, 10**6), papers=st.integers(0, 40))
    def test_a_group_sums_each_of_its_companies_once(self, seed, papers):
        company, reader = Company(seed, papers), UserFactory(role="finance")
        top, daughter, granddaughter = company.accounts
        Account.objects.filter(pk=daughter.pk).update(parent=top)
        Account.objects.filter(pk=granddaughter.pk).update(parent=daughter)
        company.renew()
        for account in company.accounts:
            group = get_group(reader, Account.objects.get(pk=account.pk))
            assert group is not None
            assert (group.seen, group.total, len({node.id for node in group.nodes})) == (3, 3, 3)
            for name in ("revenue_ttm", "open_receivable", "overdue_receivable"):
                assert _near(Decimal(group.sums[name]), _total(company, name))
            deals = sum(((listed(each, TODAY)["open_pipeline"] or ZERO) for each in company.accounts), ZERO)
            assert _near(Decimal(group.sums["open_pipeline"]), deals)

    @settings(max_examples=4, phases=PHASES)
    @given(seed=st.integers(0, 10**6), papers=st.integers(0, 40))
    def test_months_of_the_company_are_those_of_its_customers(self, seed, papers):
        company = Company(seed, papers)
        company.renew()
        each = [told for account in company.accounts if (told := months(account, TODAY))]
        found = sum_revenue_months(UserFactory(role="finance"))
        assert (list(found[0]) if found else []) == [sum(column, ZERO) for column in zip(*each, strict=True)]
