"""The files of a draft: one more, begun as a preset has it or empty, or one less."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from accounts.models import User
from syncengine import presets
from syncengine.models import PolicyDraft
from syncengine.policies.drafts import NotAllowed, save_draft

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}\.yaml")
FOLDER = Path(presets.__path__[0])


def list_presets() -> list[str]:
    """What a new file may begin with."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def add_document(*, draft_id: int, name: str, preset: str, user: User, now: datetime) -> PolicyDraft:
    """The draft with a new file; raises NotAllowed for a name that is no file's or taken, and an unknown preset."""
    draft = PolicyDraft.objects.get(pk=draft_id)
    if not NAME.fullmatch(name):
        raise NotAllowed(f"“{name}” cannot name a file. Use small letters, digits, - and _, and end it in .yaml.")
    if name in draft.documents:
        raise NotAllowed(f"{name} is there already. Change it, or choose another name.")
    if preset and preset not in list_presets():
        raise NotAllowed(f"There is no preset “{preset}”. Choose one of {', '.join(list_presets())}.")
    text = (FOLDER / f"{preset}.yaml").read_text(encoding="utf-8") if preset else ""
    return save_draft(
        documents={**draft.documents, name: text}, user=user, now=now, draft_id=draft_id, note=draft.note
    )


def remove_document(*, draft_id: int, name: str, user: User, now: datetime) -> PolicyDraft:
    """The draft without a file; what it declared ends with the version that the draft becomes."""
    draft = PolicyDraft.objects.get(pk=draft_id)
    if name not in draft.documents:
        raise NotAllowed(f"The draft has no file “{name}”.")
    left = {known: text for known, text in draft.documents.items() if known != name}
    return save_draft(documents=left, user=user, now=now, draft_id=draft_id, note=draft.note)
