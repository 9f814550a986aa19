"""The sync engine as a Django application: tells accounts what it alone can read."""

from __future__ import annotations

from django.apps import AppConfig


class SyncengineConfig(AppConfig):
    name = "syncengine"

    def ready(self) -> None:
        # Late, since both need the loaded models.
        from accounts.selectors.lineage import register_losers
        from syncengine.selectors.losers import list_losers

        register_losers(list_losers)
