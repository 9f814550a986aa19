"""Notes, tasks, follows, views and visits: who may write them, and that they survive merge and undo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from accounts import workspace
from accounts.access import visible_accounts
from accounts.models import Account, AuditEntry, Follow, SavedView, User
from tests.factories import AccountFactory, UserFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
Granted = Callable[[Account, str], User]


def merge(account: Account, into: Account) -> None:
    """One customer becomes part of another, as publish leaves it."""
    Account.objects.filter(pk=account.pk).update(merged_into=into)


def test_note_is_written_with_its_audit_entry(granted: Granted) -> None:
    account = AccountFactory()
    user = granted(account, "sales")

    note = workspace.write_note(account=account, text="  They move to Bonn. ", by=user, now=NOW)

    entry = AuditEntry.objects.get(action="note written")
    assert (note.text, entry.row_id, entry.detail) == ("They move to Bonn.", account.pk, {"note": note.pk})


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 10_001])
def test_note_must_say_something_that_fits(granted: Granted, text: str) -> None:
    account = AccountFactory()

    with pytest.raises(workspace.EmptyText):
        workspace.write_note(account=account, text=text, by=granted(account, "finance"), now=NOW)


@pytest.mark.parametrize("role", ["sales", "operator"])
def test_who_does_not_see_the_customer_writes_nothing(role: str) -> None:
    with pytest.raises(workspace.NotAllowed):
        workspace.write_note(account=AccountFactory(), text="Hello", by=UserFactory(role=role), now=NOW)


def test_notes_of_merged_customers_are_shown_on_the_survivor_and_go_back_with_them() -> None:
    survivor, merged, earlier = AccountFactory(), AccountFactory(), AccountFactory()
    user = UserFactory()
    note = workspace.write_note(account=earlier, text="Prefers mail", by=user, now=NOW)
    merge(earlier, merged)
    merge(merged, survivor)

    gathered = list(workspace.visible_notes(user, survivor))
    Account.objects.filter(pk=merged.pk).update(merged_into=None)

    assert gathered == [note]
    assert list(workspace.visible_notes(user, survivor)) == []
    assert list(workspace.visible_notes(user, merged)) == [note]


def test_note_kept_to_a_role_is_read_by_it_alone() -> None:
    account, author = AccountFactory(), UserFactory(role="finance")
    note = workspace.write_note(account=account, text="Insurer asks", by=author, now=NOW, only_my_role=True)

    readers = {role: list(workspace.visible_notes(UserFactory(role=role), account)) for role in ("finance", "support")}

    assert readers == {"finance": [note], "support": []}


def test_deleting_a_note_can_be_undone_by_its_author_alone() -> None:
    account, author = AccountFactory(), UserFactory()
    note = workspace.write_note(account=account, text="Hello", by=author, now=NOW)

    with pytest.raises(workspace.NotAllowed):
        workspace.delete_note(note=note, by=UserFactory(), now=NOW)
    workspace.delete_note(note=note, by=author, now=NOW)
    gone = list(workspace.visible_notes(author, account))
    workspace.restore_note(note=note, by=author, now=NOW)

    assert (gone, list(workspace.visible_notes(author, account))) == ([], [note])


def test_edited_note_keeps_its_former_words_in_the_log() -> None:
    author = UserFactory()
    note = workspace.write_note(account=AccountFactory(), text="Old", by=author, now=NOW)

    workspace.edit_note(note=note, text="New", by=author, now=NOW)

    assert AuditEntry.objects.get(action="note edited").detail == {"note": note.pk, "former": "Old"}


def test_task_goes_only_to_who_sees_the_customer() -> None:
    account, manager = AccountFactory(), UserFactory()

    with pytest.raises(workspace.NotAllowed):
        workspace.create_task(
            account=account, title="Call", by=manager, now=NOW, assignee=UserFactory(role="sales")
        )


def test_task_is_done_and_reopened() -> None:
    account, user = AccountFactory(), UserFactory()
    task = workspace.create_task(account=account, title="Call", by=user, now=NOW)

    workspace.finish_task(task=task, by=user, now=NOW)
    done = workspace.visible_tasks(user, account).get().done_by
    workspace.reopen_task(task=task, by=user, now=NOW)

    assert (done, workspace.visible_tasks(user, account).get().done_at) == (user, None)


def test_follow_reaches_the_survivor() -> None:
    survivor, merged, user = AccountFactory(), AccountFactory(), UserFactory()
    workspace.follow(account=merged, by=user, now=NOW)
    merge(merged, survivor)

    assert workspace.follows(user, survivor)
    assert list(visible_accounts(user).filter(pk__in=workspace.followed_accounts(user))) == [survivor]
    workspace.unfollow(account=survivor, by=user, now=NOW)
    assert Follow.objects.count() == 0


def test_following_many_tells_whom_so_that_it_can_be_undone() -> None:
    user, first, second = UserFactory(), AccountFactory(), AccountFactory()
    workspace.follow(account=first, by=user, now=NOW)

    ids = workspace.follow_many(accounts=visible_accounts(user), by=user, now=NOW)
    workspace.unfollow_many(ids=ids, by=user, now=NOW)

    assert ids == [second.pk]
    assert list(Follow.objects.values_list("account_id", flat=True)) == [first.pk]


def test_visit_remembers_the_time_before() -> None:
    account, user = AccountFactory(), UserFactory()
    hours = [NOW - timedelta(hours=5), NOW - timedelta(hours=4, minutes=58), NOW]

    workspace.note_visit(account=account, by=user, now=hours[0])
    first = workspace.last_visit(user, account, hours[0])
    workspace.note_visit(account=account, by=user, now=hours[1])  # the same visit goes on
    before = workspace.last_visit(user, account, hours[2])
    workspace.note_visit(account=account, by=user, now=hours[2])

    assert first is None
    assert before == workspace.last_visit(user, account, hours[2]) == hours[1]


def test_views_are_seen_by_those_they_are_shared_with() -> None:
    owner, team = UserFactory(role="finance"), Group.objects.create(name="Collectors")
    owner.groups.add(team)
    mate = UserFactory(role="support")
    mate.groups.add(team)
    for share in ("private", "role", "team", "everyone"):
        workspace.save_view(name=share, by=owner, now=NOW, filters={}, share=share, team=team)

    seen = {
        who: {view.name for view in workspace.visible_views(user, "customers")}
        for who, user in (("mate", mate), ("peer", UserFactory(role="finance")), ("other", UserFactory(role="support")))
    }

    assert seen == {"mate": {"team", "everyone"}, "peer": {"role", "everyone"}, "other": {"everyone"}}


def test_saving_under_the_same_name_changes_the_view() -> None:
    owner = UserFactory()
    for country in ("DE", "AT"):
        view = workspace.save_view(name="Mine", by=owner, now=NOW, filters={"country": country})

    assert (SavedView.objects.count(), view.filters) == (1, {"country": "AT"})
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == ["view saved", "view changed"]


def test_view_is_deleted_by_its_owner_alone() -> None:
    view = workspace.save_view(name="Mine", by=UserFactory(), now=NOW, filters={})

    with pytest.raises(workspace.NotAllowed):
        workspace.delete_view(view=view, by=UserFactory(), now=NOW)
