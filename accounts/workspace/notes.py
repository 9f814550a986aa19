"""Notes on customers."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts import audit
from accounts.access import scope_of, treatment
from accounts.models import Account, Note, User
from accounts.workspace.family import account_family
from accounts.workspace.rules import NotAllowed, clean_text, require_sight


def visible_notes(user: User, account: Account) -> QuerySet[Note]:
    """Notes on the customer and those merged into it that the user may read, pinned first, then the latest."""
    if treatment(user, "identity") != "full" or not scope_of(user).covers(account):
        return Note.objects.none()
    seen = Q(seen_by__in=("", user.role)) | Q(author=user)
    notes = Note.objects.filter(seen, account__in=account_family(account), deleted_at__isnull=True)
    return notes.order_by("-pinned", "-written_at", "-id")


@transaction.atomic
def write_note(
    *, account: Account, text: str, by: User, now: datetime, kind: str = "note", only_my_role: bool = False
) -> Note:
    """A new note; read by everybody who sees the customer unless it is kept to the author's role."""
    require_sight(by, account)
    note = Note.objects.create(
        account=account,
        kind=kind,
        text=clean_text(text, "The note"),
        seen_by=by.role if only_my_role else "",
        author=by,
        author_label=str(by),
        written_at=now,
    )
    audit.record(user=by, action="note written", object="account", row_id=account.pk, detail={"note": note.pk}, at=now)
    return note


@transaction.atomic
def edit_note(*, note: Note, text: str, by: User, now: datetime) -> None:
    """Other words for one's own note; the former ones stay in the audit log."""
    note = _own(note, by)
    former, note.text, note.edited_at = note.text, clean_text(text, "The note"), now
    note.save(update_fields=["text", "edited_at"])
    detail = {"note": note.pk, "former": former}
    audit.record(user=by, action="note edited", object="account", row_id=note.account_id, detail=detail, at=now)


@transaction.atomic
def pin_note(*, note: Note, pinned: bool, by: User, now: datetime) -> None:
    """The note stands first on the customer's page, or no longer does."""
    require_sight(by, note.account)
    note.pinned = pinned
    note.save(update_fields=["pinned"])
    action = "note pinned" if pinned else "note unpinned"
    audit.record(user=by, action=action, object="account", row_id=note.account_id, detail={"note": note.pk}, at=now)


@transaction.atomic
def delete_note(*, note: Note, by: User, now: datetime) -> None:
    """The note is no longer shown; it can be restored."""
    note = _own(note, by)
    note.deleted_at = now
    note.save(update_fields=["deleted_at"])
    audit.record(
        user=by, action="note deleted", object="account", row_id=note.account_id, detail={"note": note.pk}, at=now
    )


@transaction.atomic
def restore_note(*, note: Note, by: User, now: datetime) -> None:
    """A deleted note is shown again."""
    note = _own(note, by)
    note.deleted_at = None
    note.save(update_fields=["deleted_at"])
    audit.record(
        user=by, action="note restored", object="account", row_id=note.account_id, detail={"note": note.pk}, at=now
    )


def _own(note: Note, by: User) -> Note:
    note = Note.objects.select_for_update().get(pk=note.pk)
    if note.author_id != by.pk:
        raise NotAllowed("Only who wrote a note changes or deletes it.")
    return note
