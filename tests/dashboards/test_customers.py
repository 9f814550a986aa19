"""The list of customers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, AccountFigures, AccountSummary, AuditEntry, SavedView
from tests.factories import AlertFactory

Login = Callable[[str], Client]
Make = Callable[..., Account]


def test_list_names_customers_of_the_territory(login: Login, customer: Make) -> None:
    customer("Acme Pumps")
    customer("Far Away", sales_territory=None)

    page = login("sales").get("/customers/").content.decode()

    assert ("Acme Pumps" in page, "Far Away" in page) == (True, False)


def test_list_takes_as_many_queries_for_three_rows_as_for_one(login: Login, customer: Make) -> None:
    client = login("finance")
    counts = []
    for names in (["One"], ["Two", "Three"]):
        for name in names:
            customer(name)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get("/customers/")
        counts.append(len(queries))

    assert counts == [counts[0], counts[0]]
    assert counts[0] <= 25  # four of them bound how long counting may take


def test_fragment_is_the_results_alone(login: Login, customer: Make) -> None:
    customer("Acme Pumps")
    client = login("finance")

    part = client.get("/customers/", headers={"HX-Request": "true", "HX-Target": "results"}).content.decode()

    assert part.lstrip().startswith('<div id="results"')
    assert "<html" not in part
    assert "Acme Pumps" in part


def test_search_forgives_a_wrong_letter(login: Login, customer: Make) -> None:
    customer("Kessler Maschinenbau")
    customer("Acme Pumps")

    page = login("finance").get("/customers/", {"q": "Kesler Maschinenbau"}).content.decode()

    assert ("Kessler Maschinenbau" in page, "Acme Pumps" in page) == (True, False)


def test_sort_says_its_direction(login: Login, customer: Make) -> None:
    customer("Acme Pumps")

    page = login("finance").get("/customers/", {"sort": "-revenue"}).content.decode()

    assert page.count('aria-sort="descending"') == 1


@pytest.mark.parametrize("query", [{"sort": "nonsense"}, {"nonsense": "1"}, {"cursor": "x"}])
def test_what_makes_no_sense_is_refused(login: Login, query: dict[str, str]) -> None:
    assert login("finance").get("/customers/", query).status_code == 400


def test_amounts_overdue_are_absent_for_support(login: Login, customer: Make) -> None:
    customer()

    page = login("support").get("/customers/").content.decode()

    assert "1,190" not in page


def test_nothing_found_offers_to_clear_the_filters(login: Login, customer: Make) -> None:
    customer()

    page = login("finance").get("/customers/", {"country": "ZZ"}).content.decode()

    assert "No customer matches" in page


def test_export_is_what_is_shown_and_is_audited(login: Login, customer: Make) -> None:
    customer("=SUM(A1)")
    response = login("finance").get("/customers/export.csv")

    lines = b"".join(response.streaming_content).decode().splitlines()  # type: ignore[attr-defined]

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert len(lines) == 2
    assert "'=SUM(A1)" in lines[1]
    assert AuditEntry.objects.filter(action="customers exported").count() == 1


def test_stranger_is_sent_to_the_login(client: Client, db: None) -> None:
    assert client.get("/customers/").headers["Location"] == "/login/?next=/customers/"


def test_chosen_columns_are_shown_in_their_order_and_exported_so(login: Login, customer: Make) -> None:
    customer("Acme Pumps")
    client = login("finance")

    page = client.get("/customers/", {"columns": "name,open_orders,owner"})
    lines = b"".join(client.get("/customers/export.csv", {"columns": "name,open_orders,owner"}).streaming_content)  # type: ignore[attr-defined]

    assert [head.name for head in page.context["listing"].heads] == ["name", "open_orders", "owner"]
    assert lines.decode().splitlines()[0] == "id,name,open_orders,owner"


def test_chosen_column_a_role_may_not_see_is_left_out(login: Login, customer: Make) -> None:
    customer()

    page = login("support").get("/customers/", {"columns": "name,open_receivable,city"})

    assert [head.name for head in page.context["listing"].heads] == ["name", "city"]


@pytest.mark.parametrize(
    ("move", "order"), [("up:owner", "name,owner,city"), ("down:city", "name,owner,city"), ("", "name,city,owner")]
)
def test_columns_move_without_dragging(login: Login, db: None, move: str, order: str) -> None:
    chosen = {"state": "?country=DE", "col": ["name", "city", "owner"], "move": move}

    response = login("finance").get("/customers/columns/", chosen)

    assert response.headers["Location"] == f"/customers/?country=DE&columns={order.replace(',', '%2C')}"


def test_groups_sum_to_the_whole(login: Login, customer: Make) -> None:
    for name, owner in (("One", "Anna"), ("Two", "Anna"), ("Three", None)):
        customer(name, owner=owner)

    groups = login("finance").get("/customers/", {"group": "owner"}).context["groups"]

    assert [(row.label, row.count, row.sums[0][0]) for row in groups.rows] == [
        ("Anna", 2, 24_000),
        ("No owner", 1, 12_000),
    ]


def test_parent_beyond_the_territories_is_not_named(login: Login, customer: Make) -> None:
    parent = customer("Secret Holding", sales_territory=None)
    customer("Branch", parent=parent)

    page = login("sales").get("/customers/", {"group": "parent"}).content.decode()

    assert ("Secret Holding" in page, "beyond your territories" in page) == (False, True)


def test_view_is_kept_shown_as_a_tab_and_can_be_brought_back(login: Login, customer: Make) -> None:
    customer()
    client = login("finance")

    state = "?country=DE&columns=name%2Ccity"
    kept = client.post("/customers/views/", {"state": state, "name": "Germans"}, follow=True)
    view = SavedView.objects.get()
    gone = client.post(f"/customers/views/{view.pk}/delete/", follow=True)
    ticket = next(iter(gone.context["messages"])).extra_tags
    client.post("/undo/", {"ticket": ticket})

    assert [tab.label for tab in kept.context["views"] if tab.current] == ["Germans"]
    assert SavedView.objects.get().columns == ["name", "city"]


def test_ticked_customers_are_followed_and_undone(login: Login, customer: Make) -> None:
    first, _second = customer("One"), customer("Two")
    client = login("finance")

    page = client.post("/customers/bulk/", {"id": [first.pk], "do": "follow"}, follow=True)
    mine = [row.id for row in client.get("/customers/", {"mine": "true"}).context["page"].rows]
    client.post("/undo/", {"ticket": next(iter(page.context["messages"])).extra_tags})

    assert mine == [first.pk]
    assert client.get("/customers/", {"mine": "true"}).context["page"].rows == ()


def test_undo_is_refused_to_another_person(login: Login, customer: Make) -> None:
    account = customer()
    page = login("finance").post(f"/customers/{account.pk}/follow/", follow=True)
    ticket = next(iter(page.context["messages"])).extra_tags

    answer = login("support").post("/undo/", {"ticket": ticket}, follow=True)

    assert [message.level_tag for message in answer.context["messages"]] == ["error"]


def test_bulk_reaches_only_customers_in_sight(login: Login, customer: Make) -> None:
    hidden = customer("Far Away", sales_territory=None)

    login("sales").post("/customers/bulk/", {"id": [hidden.pk], "do": "follow"})

    assert hidden.followers.count() == 0


def test_list_opens_a_customer_beside_it(login: Login, customer: Make) -> None:
    account = customer("Acme Pumps")

    part = login("finance").get(
        f"/customers/{account.pk}/peek/", headers={"HX-Request": "true", "HX-Target": "drawer-body"}
    )

    assert ("Acme Pumps" in part.content.decode(), "<html" in part.content.decode()) == (True, False)


def test_paying_later_shows_who_an_alert_tells_of(login: Login, customer: Make) -> None:
    late, _ = customer("Late"), customer("Prompt")
    AlertFactory(account=late, rule="paying_later", facts={"late": 40, "change": 20})

    page = login("finance").get("/customers/?paying_later=true")
    hidden = login("support").get("/customers/?paying_later=true")

    assert ([row.id for row in page.context["page"].rows], hidden.status_code) == ([late.pk], 400)


def test_question_is_asked_in_a_field_and_put_right_in_place(login: Login, customer: Make) -> None:
    account = customer("Acme Pumps")
    AccountSummary.objects.update_or_create(account=account, defaults={"revenue_ttm": 500})
    client = login("finance")

    found = client.get("/customers/", {"where": "revenue_ttm >= 500"})
    wrong = client.get("/customers/", {"where": "revenu_ttm >= 500"})
    half = client.get("/customers/question/", {"where": "revenue_ttm >"}, headers={"HX-Request": "true"})

    assert (found.status_code, wrong.status_code, half.status_code) == (200, 400, 200)
    assert "Acme Pumps" in found.content.decode()
    assert "did you mean revenue_ttm?" in wrong.content.decode()
    assert "Acme Pumps" not in wrong.content.decode()
    assert "the question stops where a value is missing" in half.content.decode()


def test_question_offers_only_figures_the_role_sees(login: Login, customer: Make) -> None:
    customer()
    offered = [
        'data-name="gross_margin"' in login(role).get("/customers/").content.decode() for role in ("finance", "sales")
    ]
    assert offered == [True, False]


def test_margin_by_segment_is_a_view_of_who_sees_margin(login: Login, customer: Make) -> None:
    for margin, revenue in ((10, 100), (90, 100)):
        AccountFigures.objects.create(account=customer(segment="A"), margin=margin, margin_revenue=revenue)

    seen, hidden = (
        login(role).get("/customers/", {"group": "segment"}).content.decode() for role in ("finance", "sales")
    )

    assert ("50.0" in seen, "Margin by segment" in seen) == (True, True)
    assert ("50.0" in hidden, "Margin by segment" in hidden) == (False, False)
