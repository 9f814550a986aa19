"""People's own things: who may write them, each write with its audit entry, and which rows a customer gathers."""

from __future__ import annotations

from accounts.workspace.aside import BadLine, bring_back, lines_aside, put_aside
from accounts.workspace.family import account_family
from accounts.workspace.follows import (
    FOLLOWED,
    follow,
    follow_many,
    followed_accounts,
    followed_among,
    follows,
    unfollow,
    unfollow_many,
)
from accounts.workspace.notes import (
    delete_note,
    edit_note,
    pin_note,
    restore_note,
    visible_notes,
    write_note,
)
from accounts.workspace.rules import EmptyText, NotAllowed
from accounts.workspace.tasks import create_task, delete_task, finish_task, reopen_task, restore_task, visible_tasks
from accounts.workspace.views import delete_view, save_view, visible_views
from accounts.workspace.visits import last_visit, note_visit

__all__ = [
    "FOLLOWED",
    "BadLine",
    "EmptyText",
    "NotAllowed",
    "account_family",
    "bring_back",
    "create_task",
    "delete_note",
    "delete_task",
    "delete_view",
    "edit_note",
    "finish_task",
    "follow",
    "follow_many",
    "followed_accounts",
    "followed_among",
    "follows",
    "last_visit",
    "lines_aside",
    "note_visit",
    "pin_note",
    "put_aside",
    "reopen_task",
    "restore_note",
    "restore_task",
    "save_view",
    "unfollow",
    "unfollow_many",
    "visible_notes",
    "visible_tasks",
    "visible_views",
    "write_note",
]
