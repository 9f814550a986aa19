"""What people write on a customer's page, and the paper they take along."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from accounts.models import Account, AuditEntry, Note, Task, Visit
from syncengine.models import StewardTask
from syncengine.steward.tasks import renew_refused
from tests.factories import UserFactory

Login = Callable[[str], Client]
Make = Callable[..., Account]


def said(response: object) -> list[str]:
    """The toasts of an answer."""
    return [str(message) for message in get_messages(response.wsgi_request)]  # type: ignore[attr-defined]


def test_note_is_logged_shown_and_undone(login: Login, customer: Make) -> None:
    account, client = customer(), login("sales")
    page = client.post(f"/customers/{account.pk}/notes/", {"text": "They move to Bonn", "kind": "call"}, follow=True)

    ticket = next(iter(page.context["messages"])).extra_tags
    after = client.post("/undo/", {"ticket": ticket}, headers={"Referer": f"/customers/{account.pk}/"}, follow=True)

    assert "They move to Bonn" in page.content.decode()
    assert "They move to Bonn" not in after.content.decode()


def test_note_stands_on_the_timeline_beside_documents(login: Login, customer: Make) -> None:
    account, client = customer(), login("finance")
    client.post(f"/customers/{account.pk}/notes/", {"text": "Promised by phone", "kind": "note"})

    both = client.get(f"/customers/{account.pk}/timeline/").content.decode()
    orders = client.get(f"/customers/{account.pk}/timeline/?kinds=order")

    titles = [event.title for month in orders.context["main"][0].content["months"] for event in month.events]
    assert ("Promised by phone" in both, "INV-" in both) == (True, True)
    assert titles == [f"SO-{account.pk}"]


def test_timeline_goes_on_where_its_page_ended(login: Login, customer: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    account, client = customer(), login("finance")
    monkeypatch.setattr("dashboards.panels.happenings.SHOWN", 1)
    seen, query = [], ""
    for _ in range(4):
        content = client.get(f"/customers/{account.pk}/timeline/{query}").context["main"][0].content
        seen += [event.title for month in content["months"] for event in month.events]
        query = content["older"]
        if not query:
            break

    assert len(seen) == len(set(seen)) == 2


def test_timeline_tells_what_is_new_since_the_last_visit(login: Login, customer: Make) -> None:
    account, client = customer(), login("finance")
    client.get(f"/customers/{account.pk}/")
    client.post(f"/customers/{account.pk}/notes/", {"text": "Fresh"})
    Visit.objects.update(at="2026-01-01T00:00:00Z")
    content = client.get(f"/customers/{account.pk}/timeline/?new=1").context["main"][0].content

    assert next(event.title for month in content["months"] for event in month.events) == "Fresh"


def test_task_for_somebody_who_does_not_exist_is_refused_with_words(login: Login, customer: Make) -> None:
    account = customer()

    answer = login("finance").post(
        f"/customers/{account.pk}/tasks/", {"title": "Call", "assignee": "nobody@example.com"}
    )

    assert said(answer) == ["Nobody logs in as nobody@example.com. Give the e-mail of somebody who does."]
    assert Task.objects.count() == 0


def test_task_is_ticked_off_on_the_page(login: Login, customer: Make) -> None:
    account, client = customer(), login("finance")
    client.post(f"/customers/{account.pk}/tasks/", {"title": "Call Erika", "due_date": "2026-12-01"})
    task = Task.objects.get()

    client.post(f"/todo/{task.pk}/done/")
    task.refresh_from_db()

    assert task.done_by is not None


def test_notes_of_others_cannot_be_changed(login: Login, customer: Make) -> None:
    account = customer()
    note = Note.objects.create(
        account=account, text="Mine", author=UserFactory(), author_label="x", written_at="2026-01-01T00:00:00Z"
    )

    assert login("finance").post(f"/notes/{note.pk}/edit/", {"text": "Yours"}).status_code == 403


def test_reported_problem_is_a_stewards_task(login: Login, customer: Make) -> None:
    account, client = customer(), login("sales")

    client.post(f"/customers/{account.pk}/report/", {"field": "phone", "text": "Nobody answers there"})
    again = client.post(f"/customers/{account.pk}/report/", {"field": "phone", "text": "Still wrong"})
    hidden = client.post(f"/customers/{account.pk}/report/", {"field": "tax_id", "text": "Wrong"})

    task = StewardTask.objects.get()
    assert (task.kind, task.account, task.evidence["said"]) == (
        "validation", account, ["Nobody answers there", "Still wrong"])  # fmt: skip
    assert said(again) and said(hidden)[-1] == "There is no such field."


@pytest.mark.parametrize("role", ["sales", "finance", "support", "steward", "operator"])
def test_brief_for_the_customer_holds_less_than_the_internal_one(login: Login, customer: Make, role: str) -> None:
    account, client = customer(payment_terms="30 days"), login(role)
    client.post(f"/customers/{account.pk}/notes/", {"text": "Our own opinion"})

    inside = client.get(f"/customers/{account.pk}/brief/").content.decode()
    handed = client.get(f"/customers/{account.pk}/brief/?for=customer").content.decode()
    handed = handed[handed.index("<article") : handed.index("</article>")]

    own_view = ("Our own opinion", "Retrofit", "anna@concord.example", "€50,000", "Health", "INTERNAL")
    assert [words for words in own_view if words in handed] == []
    assert ("SO-" in inside) == ("SO-" in handed)


def test_brief_is_a_pdf_that_names_its_printer_and_is_audited(login: Login, customer: Make) -> None:
    account = customer("Łódź Pompy")

    answer = login("finance").get(f"/customers/{account.pk}/brief/?as=pdf")

    entry = AuditEntry.objects.get(action="brief made")
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert (entry.row_id, entry.detail["as"]) == (account.pk, "pdf")


def test_briefs_of_several_customers_stay_in_sight(login: Login, customer: Make) -> None:
    near, far = customer("Near"), customer("Far", sales_territory=None)
    client = login("sales")

    assert client.get(f"/customers/briefs/?id={near.pk}").status_code == 200
    assert client.get(f"/customers/briefs/?id={near.pk}&id={far.pk}").status_code == 404


def test_reporter_is_told_what_came_of_it(login: Login, customer: Make) -> None:
    account, seller, steward = customer("Acme Pumps"), login("sales"), login("steward")
    seller.post(f"/customers/{account.pk}/report/", {"field": "phone", "text": "Nobody answers there"})
    task = StewardTask.objects.get()
    renew_refused(now=timezone.now())  # what settles refused records leaves reports alone

    card = steward.get(f"/queue/{task.pk}/").content.decode()
    steward.post(f"/reports/{task.pk}/answer/", {"outcome": "Asked them; it is 5512 now"})

    assert "Nobody answers there" in card
    assert "Asked them; it is 5512 now" in seller.get("/").content.decode()
    assert login("finance").post(f"/reports/{task.pk}/answer/", {"outcome": "x"}).status_code == 403


def test_star_of_a_row_follows_and_stops(login: Login, customer: Make) -> None:
    account, client = customer(), login("sales")
    star = {"HX-Request": "true", "HX-Target": f"star-{account.pk}"}

    first, second = (client.post(f"/customers/{account.pk}/follow/", headers=star).content.decode() for _ in range(2))

    assert ['aria-pressed="true"' in first, 'aria-pressed="true"' in second] == [True, False]
    assert (f"You follow {account}." in first, "hx-swap-oob" in first) == (True, True)


def test_starred_customers_are_marked_in_the_list(login: Login, customer: Make) -> None:
    account, other, client = customer(), customer("Brandt"), login("sales")
    client.post(f"/customers/{account.pk}/follow/")

    context = client.get("/customers/").context

    assert (context["stars"], other.pk in context["stars"]) == ({account.pk}, False)
