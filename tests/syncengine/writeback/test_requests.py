"""What people ask for: alone where they may, else by somebody else's word; pinned, sent once, undone as a new write."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from accounts import proposals
from accounts.models import ChangeRequest
from syncengine.models import OutboxMessage, Pin, StewardTask
from syncengine.writeback.requests import take_requests
from syncengine.writeback.revoke import revoke
from syncengine.writeback.undo import CannotUndo, undo_message
from tests.factories import UserFactory
from tests.syncengine.writeback.two_systems import TwoSystems


def test_an_edit_reaches_every_system_and_holds_until_one_changes_it(systems: TwoSystems) -> None:
    steward = UserFactory(role="steward")
    (request,) = proposals.propose(
        account=systems.customer(), values={"segment": "VIP"}, user=steward, now=systems.now, reason="they said so"
    )

    systems.settle()

    request.refresh_from_db()
    assert (request.state, systems.customer().segment) == ("applied", "VIP")
    assert [systems.row(name, "7", "segment") for name in ("crm", "erp")] == [("VIP",), ("VIP",)]
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {"confirmed"}
    systems.edit("erp", "7", segment="E")
    systems.settle()
    assert (systems.customer().segment, systems.row("crm", "7", "segment")) == ("E", ("E",))
    assert Pin.objects.get().released_at is not None


def test_undo_is_a_new_write_of_the_old_value(systems: TwoSystems) -> None:
    steward = UserFactory(role="steward")
    proposals.propose(account=systems.customer(), values={"segment": "VIP"}, user=steward, now=systems.now)
    systems.settle()
    message = OutboxMessage.objects.get(stream__source__name="erp")

    undo_message(message=message, user=steward, now=systems.clock())
    systems.settle()

    assert systems.row("erp", "7", "segment") == ("A",)
    with pytest.raises(CannotUndo):
        undo_message(message=message, user=steward, now=systems.clock())


def test_finance_decides_on_terms_and_nobody_on_their_own(systems: TwoSystems) -> None:
    clerk, chief, steward = (UserFactory(role=role) for role in ("finance", "finance", "steward"))
    (request,) = proposals.propose(
        account=systems.customer(), values={"payment_terms": "60"}, user=clerk, now=systems.now
    )

    assert (request.state, request.approvers) == ("waiting", ["finance"])
    assert [proposals.may_decide(user, request) for user in (clerk, chief, steward)] == [False, True, False]
    with pytest.raises(proposals.NotYours):
        proposals.approve(request=request, user=clerk, now=systems.now)
    proposals.approve(request=request, user=chief, now=systems.now)
    systems.settle()

    assert systems.customer().payment_terms == "60"
    assert ChangeRequest.objects.get().state == "applied"


@pytest.mark.parametrize("sent", [False, True])
def test_a_decision_is_taken_back_before_and_after_it_was_written(systems: TwoSystems, sent: bool) -> None:
    clerk, chief = UserFactory(role="finance"), UserFactory(role="steward")
    (request,) = proposals.propose(account=systems.customer(), values={"segment": "VIP"}, user=clerk, now=systems.now)
    take_requests(now=systems.clock())
    task = StewardTask.objects.get(request=request)
    proposals.approve(request=request, user=chief, now=systems.clock())
    take_requests(now=systems.clock())
    if sent:
        systems.settle()
        assert systems.row("erp", "7", "segment") == ("VIP",)

    revoke(task=task, user=chief, now=systems.clock())
    systems.settle()

    assert (systems.row("erp", "7", "segment"), systems.customer().segment) == (("A",), "A")
    task.refresh_from_db()
    request.refresh_from_db()
    assert (task.state, request.state) == (("obsolete", "applied") if sent else ("open", "waiting"))
    if not sent:
        proposals.approve(request=request, user=chief, now=systems.clock())
        systems.settle()
        assert systems.row("erp", "7", "segment") == ("VIP",)


def test_a_field_that_is_hidden_cannot_be_asked_for(systems: TwoSystems) -> None:
    with pytest.raises(proposals.CannotChange, match="not yours"):
        proposals.propose(
            account=systems.customer(), values={"tax_id": "1"}, user=UserFactory(role="sales"), now=systems.now
        )


def test_a_steward_undoes_on_the_page_what_nobody_has_changed_since(systems: TwoSystems, client: Client) -> None:
    steward = UserFactory(role="steward")
    proposals.propose(account=systems.customer(), values={"segment": "VIP"}, user=steward, now=systems.now)
    systems.settle()
    first, second = OutboxMessage.objects.order_by("pk")
    page = f"/customers/{systems.customer().pk}/data/"

    client.force_login(UserFactory(role="executive"))
    assert client.post(f"/writes/{first.pk}/undo/").status_code == 403
    client.force_login(steward)
    assert f"/writes/{first.pk}/undo/" in client.get(page).content.decode()
    assert client.post(f"/writes/{first.pk}/undo/").status_code == 302
    systems.now = timezone.now()  # the page's own clock
    systems.settle()

    assert systems.row(first.stream.source.name, "7", "segment") == ("A",)
    systems.edit(second.stream.source.name, "7", segment="Z")
    systems.settle()
    assert f"/writes/{second.pk}/undo/" not in client.get(page).content.decode()
    told = client.post(f"/writes/{second.pk}/undo/", follow=True).content.decode()
    assert "The target has changed the value since" in told
