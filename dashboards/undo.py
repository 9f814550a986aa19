"""Taking back what was just done: a toast carries a signed ticket that says what to call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core import signing
from django.shortcuts import get_object_or_404

from accounts import workspace
from accounts.access import get_account_or_404
from accounts.models import Note, Task, User

SALT = "undo"
LASTS = 60 * 60  # seconds
Act = Callable[..., str]
ACTS: dict[str, Act] = {}


class TooLate(ValueError):
    """The ticket is another person's, damaged or has expired."""


def ticket(user: User, act: str, **values: Any) -> str:
    """What a toast carries so that its Undo works for this person and a while."""
    return signing.dumps({"user": user.pk, "act": act, "values": values}, salt=SALT, compress=True)


def take_back(user: User, given: str, now: datetime) -> str:
    """Calls what the ticket says; the words for the next toast."""
    try:
        told = signing.loads(given, salt=SALT, max_age=LASTS)
    except signing.BadSignature as error:
        raise TooLate("This can no longer be undone here.") from error
    if told["user"] != user.pk:
        raise TooLate("Only who did it takes it back.")
    return ACTS[told["act"]](user, now, **told["values"])


def act(name: str) -> Callable[[Act], Act]:
    """Registers what a ticket of that name calls."""

    def register(function: Act) -> Act:
        ACTS[name] = function
        return function

    return register


@act("restore note")
def _restore_note(user: User, now: datetime, id: int) -> str:
    workspace.restore_note(note=get_object_or_404(Note, pk=id), by=user, now=now)
    return "The note is back."


@act("delete note")
def _delete_note(user: User, now: datetime, id: int) -> str:
    workspace.delete_note(note=get_object_or_404(Note, pk=id), by=user, now=now)
    return "The note is gone again."


@act("delete task")
def _delete_task(user: User, now: datetime, id: int) -> str:
    workspace.delete_task(task=get_object_or_404(Task, pk=id), by=user, now=now)
    return "The task is gone again."


@act("restore task")
def _restore_task(user: User, now: datetime, id: int) -> str:
    workspace.restore_task(task=get_object_or_404(Task, pk=id), by=user, now=now)
    return "The task is back."


@act("reopen task")
def _reopen_task(user: User, now: datetime, id: int) -> str:
    workspace.reopen_task(task=get_object_or_404(Task, pk=id), by=user, now=now)
    return "The task is open again."


@act("follow")
def _follow(user: User, now: datetime, id: int) -> str:
    workspace.follow(account=get_account_or_404(user, id), by=user, now=now)
    return "You follow the customer again."


@act("unfollow")
def _unfollow(user: User, now: datetime, ids: list[int]) -> str:
    workspace.unfollow_many(ids=ids, by=user, now=now)
    return "No longer on your list."


@act("bring back")
def _bring_back(user: User, now: datetime, line: str) -> str:
    workspace.bring_back(line=line, by=user, now=now)
    return "It stands on your home again."


@act("save view")
def _save_view(user: User, now: datetime, **values: Any) -> str:
    team = user.groups.filter(pk=values.pop("team")).first()
    return f"{workspace.save_view(by=user, now=now, team=team, **values).name} is back."
