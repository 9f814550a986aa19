"""A document on A4: heading, facts, tables and notes, with who printed it and when at the foot of each page.

Readable in greyscale: nothing is told by colour alone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

import font_roboto
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepTogether,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

INK, GREY, LINE = HexColor("#18212b"), HexColor("#566270"), HexColor("#cfd6de")
MARGIN = 18 * mm
SIZES = {"a4": A4, "letter": LETTER}
BODY = ParagraphStyle("body", fontName="Roboto", fontSize=9, leading=12, textColor=INK)
SMALL = ParagraphStyle("small", parent=BODY, fontSize=7.5, leading=10, textColor=GREY)
NUMBER = ParagraphStyle("number", parent=BODY, alignment=TA_RIGHT)
HEAD = ParagraphStyle("head", parent=SMALL, fontName="Roboto-Medium")
HEAD_NUMBER = ParagraphStyle("head number", parent=HEAD, alignment=TA_RIGHT)
TITLE = ParagraphStyle("title", parent=BODY, fontName="Roboto-Bold", fontSize=18, leading=22)
HEADING = ParagraphStyle("heading", parent=BODY, fontName="Roboto-Bold", fontSize=10.5, leading=14)
FIGURE = ParagraphStyle("figure", parent=BODY, fontName="Roboto-Bold", fontSize=13, leading=16)


class Sheet:
    """A document that grows section by section; `render` gives its bytes."""

    def __init__(self, *, title: str, subtitle: str = "", foot: str = "", mark: str = "", size: str = "a4") -> None:
        """`foot` is said on each page, `mark` stands pale across it."""
        _register_fonts()
        self.title, self.foot, self.mark, self.size = title, foot, mark, SIZES.get(size, A4)
        self.story: list[Flowable] = [Paragraph(escape(title), TITLE)]
        if subtitle:
            self.story.append(Paragraph(escape(subtitle), SMALL))
        self.story.append(Spacer(1, 5 * mm))

    @property
    def width(self) -> float:
        """What lies between the margins."""
        return float(self.size[0] - 2 * MARGIN)

    def figures(self, figures: Sequence[tuple[str, str, str]]) -> None:
        """Headline figures in a row: label, value, note."""
        cells = [[_text(label, SMALL), _text(value, FIGURE), _text(note, SMALL)] for label, value, note in figures]
        table = Table([cells], colWidths=[self.width / max(len(cells), 1)] * len(cells))
        table.setStyle([("BOX", (0, 0), (-1, -1), 0.5, LINE), ("INNERGRID", (0, 0), (-1, -1), 0.5, LINE)])
        self.story += [table, Spacer(1, 5 * mm)]

    def facts(self, title: str, facts: Sequence[tuple[str, str]]) -> None:
        """Names and values in two columns."""
        cells = [[_text(label, SMALL), _text(value, BODY)] for label, value in facts]
        half = (len(cells) + 1) // 2
        right = [*cells[half:], *([["", ""]] * (2 * half - len(cells)))]
        rows = [left + beside for left, beside in zip(cells[:half], right, strict=True)]
        table = Table(rows, colWidths=[self.width * part for part in (0.16, 0.34, 0.16, 0.34)], style=_plain())
        self._section(title, table)

    def table(
        self, title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], numeric: Collection[int] = ()
    ) -> None:
        """A table; `numeric` columns stand to the right. Its head is repeated on each page."""
        head = [_text(name, HEAD_NUMBER if at in numeric else HEAD) for at, name in enumerate(heads)]
        body = [[_text(cell, NUMBER if at in numeric else BODY) for at, cell in enumerate(row)] for row in rows]
        widths = _widths(heads, rows, self.width)
        self._section(title, Table([head, *body], colWidths=widths, repeatRows=1, style=_ruled()), keep=len(rows) < 12)

    def lines(self, title: str, lines: Sequence[str]) -> None:
        """Sentences, one below the other."""
        self._section(title, *(Paragraph(escape(line), BODY) for line in lines))

    def note(self, text: str) -> None:
        """A small remark."""
        self.story.append(Paragraph(escape(text), SMALL))

    def code(self, url: str, words: str) -> None:
        """A square to scan that leads to the page itself."""
        widget = QrCodeWidget(url, barBorder=0)
        left, bottom, right, top = widget.getBounds()
        side = 20 * mm
        drawing = Drawing(side, side, transform=[side / (right - left), 0, 0, side / (top - bottom), 0, 0])
        drawing.add(widget)
        table = Table([[drawing, Paragraph(escape(words), SMALL)]], colWidths=[24 * mm, self.width - 24 * mm])
        table.setStyle([("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("LEFTPADDING", (0, 0), (0, 0), 0)])
        self.story += [Spacer(1, 4 * mm), KeepTogether([table])]

    def new_part(self, title: str, subtitle: str = "") -> None:
        """What follows starts on a page of its own, under a title of its own."""
        self.story += [PageBreak(), Paragraph(escape(title), TITLE), Paragraph(escape(subtitle), SMALL)]
        self.story.append(Spacer(1, 5 * mm))

    def render(self) -> bytes:
        """The document as PDF."""
        out = BytesIO()
        document = BaseDocTemplate(
            out, pagesize=self.size, title=self.title, leftMargin=MARGIN, rightMargin=MARGIN, author="Concord"
        )
        frame = Frame(MARGIN, 16 * mm, self.width, self.size[1] - 32 * mm, 0, 0, 0, 0)
        document.addPageTemplates([PageTemplate("page", [frame], onPage=self._dress)])
        document.build(self.story)
        return out.getvalue()

    def _section(self, title: str, *parts: Flowable, keep: bool = True) -> None:
        heading = [Paragraph(escape(title), HEADING), Spacer(1, 1.5 * mm)] if title else []
        story: list[Flowable] = [*heading, *parts]
        self.story += [KeepTogether(story) if keep else Spacer(0, 0), *([] if keep else story), Spacer(1, 5 * mm)]

    def _dress(self, canvas: Any, document: Any) -> None:
        canvas.saveState()
        if self.mark:
            canvas.setFont("Roboto-Bold", 34)
            canvas.setFillColor(HexColor("#18212b"), alpha=0.06)
            canvas.translate(self.size[0] / 2, self.size[1] / 2)
            canvas.rotate(38)
            canvas.drawCentredString(0, 0, self.mark)
            canvas.restoreState()
            canvas.saveState()
        canvas.setFont("Roboto", 7)
        canvas.setFillColor(GREY)
        canvas.drawString(MARGIN, 9 * mm, self.foot)
        canvas.drawRightString(self.size[0] - MARGIN, 9 * mm, f"Page {document.page}")
        canvas.restoreState()


@cache
def _register_fonts() -> None:
    """Roboto, since the fonts of PDF itself know no Polish or Czech letters."""
    fonts = font_roboto
    files = {"Roboto": fonts.Roboto, "Roboto-Bold": fonts.RobotoBold, "Roboto-Medium": fonts.RobotoMedium}
    for name, path in files.items():
        pdfmetrics.registerFont(TTFont(name, path))


def _text(value: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(value), style)


def _widths(heads: Sequence[str], rows: Sequence[Sequence[str]], width: float) -> list[float]:
    """Columns as wide as their longest text asks, within reason."""
    longest = [max([len(head), *(len(row[at]) for row in rows)]) for at, head in enumerate(heads)]
    asked = [min(max(length, 7), 34) for length in longest]
    return [width * part / sum(asked) for part in asked]


def _plain() -> list[Any]:
    return [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)]  # fmt: skip


def _ruled() -> list[Any]:
    return [("LINEBELOW", (0, 0), (-1, -2), 0.4, LINE), ("LINEBELOW", (0, 0), (-1, 0), 0.8, GREY),
            ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 3),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3), ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2)]  # fmt: skip
