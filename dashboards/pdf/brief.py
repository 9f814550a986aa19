"""Briefs on paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dashboards.pdf.sheet import Sheet

if TYPE_CHECKING:
    from dashboards.panels.brief import Brief


def brief_pdf(briefs: Sequence[tuple[Brief, str]], size: str = "a4") -> bytes:
    """One document of briefs, each with the address of its live page."""
    first = briefs[0][0]
    sheet = Sheet(title=first.name, subtitle=first.subtitle, foot=first.foot, mark=first.mark, size=size)
    for place, (brief, url) in enumerate(briefs):
        if place:
            sheet.new_part(brief.name, brief.subtitle)
        _write(sheet, brief, url)
    return sheet.render()


def _write(sheet: Sheet, brief: Brief, url: str) -> None:
    if brief.figures:
        sheet.figures([(item.label, item.value, item.note) for item in brief.figures])
    if brief.warnings:
        sheet.lines("Now", brief.warnings)
    sheet.facts("About", brief.facts)
    for table in brief.tables:
        if table.rows:
            sheet.table(table.title, table.heads, table.rows, table.numeric)
            if table.note:
                sheet.note(table.note)
        else:
            sheet.lines(table.title, ["None."])
    for title, lines in brief.lines:
        sheet.lines(title, lines)
    words = f"{brief.as_of}. " if brief.as_of else ""
    if brief.hidden:
        words += "Hidden for your role: " + ", ".join(name.replace("_", " ") for name in brief.hidden) + ". "
    if brief.audience == "internal":
        sheet.code(url, words + "The square leads to the live page.")
    else:
        sheet.note(words)
