"""System checks of what must hold between the rooms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

ROOMS = ("accounts", "syncengine", "dashboards", "portal")  # lowest first
TABLELESS = ("dashboards", "portal")


@register(Tags.models)
def check_rooms_without_tables(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Errors for each model in a room that holds none."""
    return [
        Error(f"{model.__name__} stands in {room}, which holds no tables", obj=model, id="portal.E001")
        for room in TABLELESS
        for model in apps.get_app_config(room).get_models()
    ]


@register(Tags.models)
def check_foreign_keys_point_down(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Errors for each foreign key to a higher room; an import graph can't see keys written as text."""
    return [
        Error(f"{field} points up to {field.related_model}", obj=model, id="portal.E002")
        for room in ROOMS
        for model in apps.get_app_config(room).get_models()
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and _rank(field.related_model) > ROOMS.index(room)
    ]


@register(Tags.security, deploy=True)
def check_https(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """A warning where the portal would speak plain HTTP to the outside."""
    outside = set(settings.ALLOWED_HOSTS) - {"localhost", "127.0.0.1", "[::1]"}
    if outside and not settings.HTTPS:
        return [Warning("PORTAL_HOSTS names outside hosts, but PORTAL_HTTPS is off", id="portal.W001")]
    return []


def _rank(model: Any) -> int:
    label = getattr(getattr(model, "_meta", None), "app_label", "")
    return ROOMS.index(label) if label in ROOMS else -1
