"""One FilterSet per model for pages and programs alike. What a reader may not see cannot be filtered by."""

from __future__ import annotations

from accounts.filtersets.account import AccountFilter
from accounts.filtersets.cash import AlertFilter, ChainFilter, ExceptionFilter
from accounts.filtersets.strict import CONTROLS, FilterRefused, StrictFilterSet
from accounts.filtersets.typed import DOCUMENT_FILTERS, filterset_of

__all__ = [
    "CONTROLS",
    "DOCUMENT_FILTERS",
    "AccountFilter",
    "AlertFilter",
    "ChainFilter",
    "ExceptionFilter",
    "FilterRefused",
    "StrictFilterSet",
    "filterset_of",
]
