"""Questions over figures: what they mean, what they refuse, and that they stay values."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.filtersets import AccountFilter, FilterRefused
from accounts.metrics.language import BadQuestion, askable, names_of, parse
from accounts.models import AccountFigures
from accounts.selectors.breakdown import NoBreakdown, break_down
from tests.factories import UserFactory

INJECTIONS = (
    "1=1; DROP TABLE accounts_account", "revenue_ttm > 0; --", "revenue_ttm > 0 /* x */", "revenue_ttm > (SELECT 1)",
    "revenue_ttm > 0 UNION SELECT password FROM accounts_user", "revenue_ttm > pg_sleep(10)",
    "country = 'a' OR 'a'='a'",
    "country = 'x''; DROP TABLE accounts_account; --'", 'country = "DE"', "country = E'\\x27'", "country = $$DE$$",
    "password = 'x'", "summary__account__email = 'x'", "account.password = 'x'", "revenue_ttm > 0::int",
    "revenue_ttm > 0 OR TRUE", "revenue_ttm > CASE WHEN 1 THEN 1 END", "revenue_ttm > 1e999", "country in ('a') --",
    "country = 'a\\' OR 1=1", "revenue_ttm > %s", "revenue_ttm > {0}", "country ilike '%'", "`revenue_ttm` > 0",
)  # fmt: skip


@pytest.mark.parametrize("text", INJECTIONS)
def test_what_is_no_question_is_refused_before_any_database_sees_it(text):
    with pytest.raises(BadQuestion):
        parse(text)


@pytest.mark.django_db
def test_quoted_text_travels_as_a_parameter(customer, login):
    customer(country="DE")
    text = "country = '; DROP TABLE accounts_account; --'"
    rows = AccountFilter.of(login("finance"), {"where": text}).qs
    sql, params = rows.query.sql_with_params()
    assert ("DROP" in sql, "; DROP TABLE accounts_account; --" in params, list(rows)) == (False, True, [])


@settings(max_examples=200)
@given(st.text(max_size=60))
def test_any_text_is_a_question_or_refused_with_a_place(text):
    try:
        assert names_of(parse(text)) <= set(askable())
    except BadQuestion as error:
        assert str(error).startswith("At letter ")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "At letter 1: the question stops where a figure is missing."),
        ("revenu_ttm > 5", "At letter 1: 'revenu_ttm' is no figure one can ask for; did you mean revenue_ttm?"),
        ("revenue_ttm > 'x'", "At letter 15: revenue_ttm is a number and cannot be compared with a text."),
        ("country > 'x'", "At letter 9: country is text; compare it with =, != or in (…)."),
        ("revenue_ttm > 5 5", "At letter 17: '5' is too much; join comparisons with and, or."),
        ("(revenue_ttm > 5", "At letter 17: ')' is missing."),
        ("last_order_date > 2026-02-31", "At letter 19: 2026-02-31 is no day."),
        ("(" * 30 + "csat > 1" + ")" * 30, "At letter 22: brackets go at most 20 deep."),
    ],
)
def test_mistakes_are_named_with_their_place(text, why):
    with pytest.raises(BadQuestion) as refused:
        parse(text)
    assert str(refused.value) == why


@pytest.fixture
def asked(customer, login):
    """Names of the customers a question is true of."""
    for name, country, revenue, figures in (
        ("Big", "DE", 5000, {"contract_value": Decimal(90_000), "oldest_open_ticket_days": 30}),
        ("Small", "FR", 50, {"contract_value": Decimal(10), "oldest_open_ticket_days": 2}),
        ("Unknown", None, None, {}),
    ):
        account = customer(name=name, country=country, summary={"revenue_ttm": revenue and Decimal(revenue)})
        AccountFigures.objects.create(account=account, **figures)
    return lambda text: sorted(
        AccountFilter.of(login("finance"), {"where": text}).qs.values_list("name", flat=True)
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("contract_value > 50000 and oldest_open_ticket_days > 14", ["Big"]),
        ("revenue_ttm >= 50", ["Big", "Small"]),
        ("not revenue_ttm >= 1000", ["Small"]),  # of whom nothing is known nothing is true
        ("revenue_ttm is empty", ["Unknown"]),
        ("revenue_ttm is not empty and country != 'DE'", ["Small"]),
        ("country in ('DE', 'FR') and not (revenue_ttm < 100 or revenue_ttm = 7)", ["Big"]),
        ("contract_value > 10 * revenue_ttm", ["Big"]),
        ("country = 'FR' or revenue_ttm > 4999.99", ["Big", "Small"]),
        ("country not in ('DE')", ["Small"]),
        ("last_order_date >= 2020-01-01 AND days_to_pay is empty and revenue_ttm > contract_value", ["Small"]),
    ],
)
def test_questions_mean_what_they_say(asked, text, names):
    assert asked(text) == names


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "text"), [("sales", "gross_margin > 10"), ("marketing", "revenue_ttm > 1"),
                                            ("support", "csat > 1 or overdue_receivable > 0")])  # fmt: skip
def test_nobody_asks_about_what_the_role_does_not_see(role, text):
    with pytest.raises(FilterRefused) as refused:
        _ = AccountFilter.of(UserFactory(role=role), {"where": text}).qs
    assert "your role does not see" in str(refused.value)


@pytest.mark.django_db
def test_margin_by_segment_is_the_share_of_sums_in_one_query(customer, login):
    for segment, margin, revenue in (("A", 10, 100), ("A", 90, 100), ("B", 5, 1000), ("C", None, None)):
        account = customer(segment=segment)
        AccountFigures.objects.create(account=account, margin=margin, margin_revenue=revenue)
    user = login("finance")
    rows = AccountFilter.of(user, {}).qs
    with CaptureQueriesContext(connection) as queries:
        found = break_down(user, rows, "gross_margin", "segment")
    assert [(part.value, part.customers, part.amount) for part in found] == [
        ("A", 2, Decimal(50)), ("B", 1, Decimal("0.5")), ("C", 1, None),
    ]  # fmt: skip
    assert len(queries) == 1
    refused = (("gross_margin", "segment", "sales"), ("csat", "segment", "support"), ("margin", "x", "finance"))
    for name, by, who in refused:
        with pytest.raises(NoBreakdown):
            break_down(login(who), rows, name, by)
