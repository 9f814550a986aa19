"""The signing key of an installation that was given none."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def read_or_create(home: Path) -> str:
    """The key kept in PORTAL_HOME, made on first use and readable only by its owner."""
    path = home / "secret_key"
    if not path.exists():
        _write_once(path)
    return path.read_text().strip()


def _write_once(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(50))
    try:
        os.link(draft, path)  # fails where another process was first, whose key then counts
    except FileExistsError:
        pass
    finally:
        draft.unlink()
