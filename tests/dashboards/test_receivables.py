"""Pages of receivables: by role, with what they can do."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import DunningEntry, Invoice, PaymentPromise
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "status"), [("finance", 200), ("sales", 200), ("executive", 200), ("support", 403), ("marketing", 403)]
)
def test_receivables_are_for_roles_that_see_them(login, customer, role, status):
    customer()
    assert login(role).get("/receivables/").status_code == status


def test_promise_reminder_and_statement_from_the_finance_tab(login, customer):
    account, client = customer(), login("finance")
    invoice = Invoice.objects.get(account=account)
    assert client.get(reverse("tab", args=[account.pk, "finance"])).status_code == 200
    given = {"amount": "1,190.00", "day": "2999-01-01", "invoice": invoice.pk}
    client.post(reverse("agree", args=[account.pk, "promise"]), given)
    client.post(reverse("agree", args=[account.pk, "reminder"]), {"kind": "call"})
    promise = PaymentPromise.objects.get()
    assert (promise.amount, promise.invoice, DunningEntry.objects.get().kind) == (Decimal(1190), invoice, "call")
    client.post(reverse("settle", args=["promise", promise.pk, "withdraw"]))
    promise.refresh_from_db()
    assert promise.state == "withdrawn"
    page = client.get(reverse("statement", args=[account.pk]))
    assert page.status_code == 200
    paper = client.get(reverse("statement", args=[account.pk]), {"as": "pdf"})
    assert (paper["Content-Type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    lines = b"".join(client.get(reverse("statement", args=[account.pk]), {"as": "csv"}).streaming_content)
    assert invoice.number.encode() in lines


def test_a_wrong_amount_is_refused_with_words_and_nothing_kept(login, customer):
    account, client = customer(), login("finance")
    told = client.post(reverse("agree", args=[account.pk, "promise"]), {"amount": "much", "day": "2999-01-01"})
    assert (told.status_code, PaymentPromise.objects.count()) == (302, 0)
    page = client.get(reverse("tab", args=[account.pk, "finance"]))
    assert "is not an amount" in page.content.decode()


def test_statement_and_acts_are_closed_to_roles_without_receivables(login, customer):
    account, client = customer(), login("support")
    assert client.get(reverse("statement", args=[account.pk])).status_code == 403
    assert client.post(reverse("agree", args=[account.pk, "reminder"]), {"kind": "call"}).status_code == 403


def test_another_reps_customer_does_not_exist_for_him(login, customer):
    account, client = customer(sales_territory=None), login("sales")
    assert client.get(reverse("statement", args=[account.pk])).status_code == 404


def test_what_if_answers_on_the_page(login, customer):
    account, client = customer(credit_limit=Decimal(100)), login("finance")
    page = client.get(reverse("tab", args=[account.pk, "finance"]), {"order": "5000"}).content.decode()
    assert "It would be stopped." in page


def test_glossary_and_popover_open_for_everybody(login):
    UserFactory()
    client = login("marketing")
    assert client.get("/metrics/").status_code == 200
    assert client.get("/metrics/", {"q": "overdue"}).status_code == 200
    found = client.get("/metrics/days_beyond_terms/").content.decode()
    assert "Its values are hidden for your role" in found
    assert client.get("/metrics/nothing/").status_code == 404


def test_adoption_is_for_who_runs_the_portal(login):
    assert login("operator").get("/adoption/").status_code == 200
    assert login("sales").get("/adoption/").status_code == 403
