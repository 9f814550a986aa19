"""Documents on paper: what is drawn here is asked for by account briefs and statements alike."""

from __future__ import annotations

from dashboards.pdf.sheet import Sheet

__all__ = ["Sheet"]
