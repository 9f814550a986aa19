"""What a worker does before its first request, so that nobody waits for it (two seconds for a first page)."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.template.loader import get_template
from django.urls import get_resolver


def warm_up() -> int:
    """Import every view and compile every page; how many templates."""
    get_resolver().url_patterns  # noqa: B018 - asking for them imports what they name
    names = list_templates()
    for name in names:
        get_template(name)
    return len(names)


def list_templates() -> list[str]:
    """The names of the portal's pages and their parts."""
    folders = [Path(folder) for engine in settings.TEMPLATES for folder in engine["DIRS"]]
    return sorted(str(path.relative_to(folder)) for folder in folders for path in folder.rglob("*.html"))
