"""Up to six figures of a customer, chosen by what the reader's role asks first."""

from __future__ import annotations

from dashboards.panels.headlines.headline import Headline
from dashboards.panels.headlines.roles import headlines

__all__ = ["Headline", "headlines"]
