"""What people write on a customer: notes, tasks, following, and reports of wrong data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST

from accounts import workspace
from accounts.access import get_account_or_404
from accounts.models import Account, Note, Task, User
from accounts.models.workspace import NOTE_KINDS
from dashboards.pages import allowed, fragment, reader, wants
from dashboards.shell import may_see_queue
from dashboards.toasts import back, say
from dashboards.undo import ticket
from syncengine.selectors.card import get_card
from syncengine.steward.reports import answer_report, report_problem


@require_POST
@login_required
def write_note(request: HttpRequest, id: int) -> HttpResponse:
    """A note on the customer."""
    user, account, given = reader(request), _account(request, id), request.POST
    kind = given.get("kind", "note")
    try:
        note = workspace.write_note(
            account=account,
            text=given.get("text", ""),
            by=user,
            now=timezone.now(),
            kind=kind if kind in NOTE_KINDS else "note",
            only_my_role=given.get("seen_by") == "role",
        )
    except workspace.EmptyText as error:
        return _refused(request, account, error)
    say(request, "Note logged.", ticket(user, "delete note", id=note.pk))
    return _done(request, account)


@require_POST
@login_required
def change_note(request: HttpRequest, id: int, act: str) -> HttpResponse:
    """Edits, pins or deletes a note."""
    user, note = reader(request), get_object_or_404(Note, pk=id, deleted_at=None)
    account, now = _account(request, note.account_id), timezone.now()
    try:
        if act == "edit":
            workspace.edit_note(note=note, text=request.POST.get("text", ""), by=user, now=now)
            say(request, "Note changed.")
        elif act == "pin":
            workspace.pin_note(note=note, pinned=not note.pinned, by=user, now=now)
            say(request, "Pinned to the top." if not note.pinned else "No longer pinned.")
        elif act == "delete":
            workspace.delete_note(note=note, by=user, now=now)
            say(request, "Note deleted.", ticket(user, "restore note", id=note.pk))
        else:
            raise Http404("No such act.")
    except workspace.EmptyText as error:
        return _refused(request, account, error)
    return _done(request, account)


@require_POST
@login_required
def create_task(request: HttpRequest, id: int) -> HttpResponse:
    """Something to do about the customer, by the person or by somebody else."""
    user, account, given = reader(request), _account(request, id), request.POST
    email = given.get("assignee", "").strip()
    assignee = User.objects.filter(email__iexact=email, is_active=True).first() if email else None
    if email and assignee is None:
        messages.error(request, f"Nobody logs in as {email}. Give the e-mail of somebody who does.")
        return _done(request, account)
    try:
        task = workspace.create_task(
            account=account,
            title=given.get("title", ""),
            by=user,
            now=timezone.now(),
            assignee=assignee,
            due_date=_day(given.get("due_date", "")),
        )
    except (workspace.EmptyText, workspace.NotAllowed) as error:
        return _refused(request, account, error)
    say(request, "Task created.", ticket(user, "delete task", id=task.pk))
    return _done(request, account)


@require_POST
@login_required
def change_task(request: HttpRequest, id: int, act: str) -> HttpResponse:
    """Finishes, reopens or deletes a task."""
    user, task = reader(request), get_object_or_404(Task, pk=id, deleted_at=None)
    account = _account(request, task.account_id)
    acts: dict[str, tuple[Callable[..., None], str, str]] = {
        "done": (workspace.finish_task, "Done.", "reopen task"),
        "reopen": (workspace.reopen_task, "Open again.", ""),
        "delete": (workspace.delete_task, "Task deleted.", "restore task"),
    }
    if act not in acts:
        raise Http404("No such act.")
    change, words, undo = acts[act]
    change(task=task, by=user, now=timezone.now())
    say(request, words, ticket(user, undo, id=task.pk) if undo else "")
    return _done(request, account)


@require_POST
@login_required
def follow(request: HttpRequest, id: int) -> HttpResponse:
    """On or off the person's own list."""
    user, account, now = reader(request), _account(request, id), timezone.now()
    on = not workspace.follows(user, account)
    if not on:
        workspace.unfollow(account=account, by=user, now=now)
        say(request, f"You no longer follow {account}.", ticket(user, "follow", id=account.pk))
    else:
        workspace.follow(account=account, by=user, now=now)
        say(request, f"You follow {account}.", ticket(user, "unfollow", ids=[account.pk]))
    if wants(request, f"star-{account.pk}"):
        return fragment(request, "dashboards/customers/_starred.html", {"id": account.pk, "name": account, "on": on})
    return _done(request, account)


@require_POST
@login_required
def report(request: HttpRequest, id: int) -> HttpResponse:
    """Tells the stewards that something about the customer is wrong."""
    user, account = reader(request), _account(request, id)
    try:
        report_problem(
            account=account,
            field=request.POST.get("field", ""),
            text=request.POST.get("text", ""),
            by=user,
            now=timezone.now(),
        )
    except ValueError as error:
        return _refused(request, account, error)
    say(request, "Reported. A steward looks at it, and you are told here what came of it.")
    return _done(request, account)


@require_POST
@allowed(may_see_queue)
def answer(request: HttpRequest, id: int) -> HttpResponse:
    """What came of a report, in the steward's words."""
    card = get_card(reader(request), id)
    if card is None:
        raise Http404("No such task.")
    try:
        answer_report(
            task=card.task, outcome=request.POST.get("outcome", ""), by=reader(request), now=timezone.now()
        )
    except ValueError as error:
        messages.error(request, str(error))
        return back(request, reverse("queue"))
    say(request, "Answered. The reporter is told.")
    return redirect("queue")


def _account(request: HttpRequest, id: int) -> Account:
    return get_account_or_404(reader(request), id)


def _done(request: HttpRequest, account: Account) -> HttpResponse:
    return back(request, reverse("customer", args=[account.pk]))


def _refused(request: HttpRequest, account: Account, error: Exception) -> HttpResponse:
    messages.error(request, str(error))
    return _done(request, account)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
