"""What each figure means: one registry that access, pages, API and agents read. No Django here."""

from __future__ import annotations

from accounts.metrics.registry import BrokenMetric, Metric, Registry, load

__all__ = ["BrokenMetric", "Metric", "Registry", "load"]
