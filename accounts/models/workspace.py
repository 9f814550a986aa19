"""People's own things: notes, tasks, whom they follow, what they looked at, and the lists they keep.

Each keeps the customer it was written on. When customers merge, reads gather what was written on all of
them; when they part again, everything is where it was.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models.user import ROLES

NOTE_KINDS = ("note", "call", "meeting", "mail")
SHARES = ("private", "role", "team", "everyone")


def _person(name: str, on_delete: object = models.SET_NULL) -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete, null=True, blank=True, related_name=name)  # type: ignore[arg-type]


class Note(models.Model):
    """What somebody wrote about a customer; a deleted one stays, so that deleting can be undone."""

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="notes")
    kind = models.TextField(choices=[(kind, kind) for kind in NOTE_KINDS], default="note")
    text = models.TextField()
    seen_by = models.TextField(blank=True, default="")  # a role, or everybody who sees the customer
    pinned = models.BooleanField(default=False)
    author = _person("+")
    author_label = models.TextField()
    written_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="note_says_something"),
            models.CheckConstraint(condition=Q(kind__in=NOTE_KINDS), name="note_kind_known"),
            models.CheckConstraint(condition=Q(seen_by__in=("", *ROLES)), name="note_role_known"),
        ]
        indexes = [
            models.Index(fields=["account", "-written_at"], name="note_account", condition=Q(deleted_at__isnull=True))
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Task(models.Model):
    """Something a person has to do about a customer."""

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="tasks")
    title = models.TextField()
    due_date = models.DateField(null=True, blank=True)
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tasks")
    created_by = _person("+")
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = _person("+")
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(title=""), name="task_says_something")]
        indexes = [
            models.Index(
                fields=["assignee", "due_date"],
                name="task_open_of",
                condition=Q(done_at__isnull=True, deleted_at__isnull=True),
            ),
            models.Index(fields=["account"], name="task_account", condition=Q(deleted_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.title


class Follow(models.Model):
    """A customer on somebody's own list: seen under Mine, and told about."""

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="followers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="follows")
    since_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "account"], name="follow_once")]

    def __str__(self) -> str:
        return f"{self.user} follows {self.account}"


class Visit(models.Model):
    """When somebody last looked at a customer, and the time before: what came since is new to them."""

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="visits")
    at = models.DateTimeField()
    before_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "account"], name="visit_once")]
        indexes = [models.Index(fields=["user", "-at"], name="visit_latest")]

    def __str__(self) -> str:
        return f"{self.user} saw {self.account}"


class SavedView(models.Model):
    """A list somebody keeps: filters, sort, columns, grouping and row height under a name."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="views")
    page = models.TextField(default="customers")
    name = models.TextField()
    share = models.TextField(choices=[(share, share) for share in SHARES], default="private")
    role = models.TextField(blank=True, default="")
    team = models.ForeignKey("auth.Group", models.CASCADE, null=True, blank=True, related_name="+")
    filters = models.JSONField(default=dict)
    sort = models.TextField(blank=True, default="")
    columns = ArrayField(models.TextField(), default=list)
    grouping = models.TextField(blank=True, default="")
    density = models.TextField(blank=True, default="")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "page", "name"], name="view_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="view_has_a_name"),
            models.CheckConstraint(condition=Q(share__in=SHARES), name="view_share_known"),
            models.CheckConstraint(condition=~Q(share="role") | Q(role__in=ROLES), name="view_of_a_role"),
            models.CheckConstraint(condition=~Q(share="team") | Q(team__isnull=False), name="view_of_a_team"),
        ]

    def __str__(self) -> str:
        return self.name


class PutAside(models.Model):
    """A line of home that somebody does not want to see for a while: `alert:7`, `exception:3`, `overdue:12`."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="put_aside")
    line = models.TextField()
    until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "line"], name="put_aside_once")]

    def __str__(self) -> str:
        return f"{self.line} until {self.until:%Y-%m-%d}"
