"""Typed readers of environment variables; a bad value ends start-up with one line that names the variable."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

TRUE = ("1", "true", "yes", "on")
FALSE = ("0", "false", "no", "off")
BROKER_SCHEMES = ("redis", "rediss", "redis+socket", "amqp", "amqps", "memory")


class BadValue(SystemExit):
    """A setting that can't be used; printed as one line, without a traceback."""

    def __init__(self, name: str, wanted: str, given: str) -> None:
        super().__init__(f"{name} must be {wanted}, not {given!r}")


def text(name: str, default: str = "") -> str:
    """The variable's text without surrounding blanks, or the default where it is unset or empty."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    """True or false."""
    value = text(name).lower()
    if value not in ("", *TRUE, *FALSE):
        raise BadValue(name, "1 or 0", value)
    return value in TRUE if value else default


def integer(name: str, default: int, minimum: int = 0, maximum: int = 2**31) -> int:
    """A whole number within the limits."""
    value = text(name, str(default))
    wanted = f"a whole number from {minimum} to {maximum}"
    if not value.isdecimal() or not minimum <= int(value) <= maximum:
        raise BadValue(name, wanted, value)
    return int(value)


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    """One of the allowed words."""
    value = text(name, default)
    if value not in allowed:
        raise BadValue(name, "one of " + ", ".join(allowed), value)
    return value


def names(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """The comma-separated words."""
    words = [word.strip() for word in text(name).split(",") if word.strip()]
    return words or list(default)


def folder(name: str, default: Path) -> Path:
    """An absolute folder path, which need not exist yet."""
    path = Path(text(name, str(default))).expanduser().absolute()
    if path.exists() and not path.is_dir():
        raise BadValue(name, "a folder", str(path))
    return path


def database(name: str, default: str) -> dict[str, Any]:
    """Django's settings of the PostgreSQL database that a URL names."""
    value = text(name, default)
    url = _split(name, value, "a URL like postgresql://user:password@host:5432/name")
    if url.scheme not in ("postgresql", "postgres") or not url.path.strip("/"):
        raise BadValue(name, "a URL like postgresql://user:password@host:5432/name", hide_password(value))
    options = dict(parse_qsl(url.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.strip("/")),
        "USER": unquote(url.username or "") or options.pop("user", ""),
        "PASSWORD": unquote(url.password or "") or options.pop("password", ""),
        "HOST": options.pop("host", "") or url.hostname or "",
        "PORT": options.pop("port", "") or str(url.port or ""),
        "OPTIONS": options,
    }


def broker(name: str, default: str) -> str:
    """A broker's URL for Celery: Redis, Valkey or RabbitMQ."""
    value = text(name, default)
    if _split(name, value, "a redis:// or amqp:// URL").scheme not in BROKER_SCHEMES:
        raise BadValue(name, "a redis:// or amqp:// URL", hide_password(value))
    return value


def hide_password(url: str) -> str:
    """The URL as it may be shown."""
    before, at, after = url.rpartition("@")
    if not at or ":" not in before.partition("://")[2]:
        return url
    return before.rpartition(":")[0] + ":…@" + after


def _split(name: str, value: str, wanted: str) -> SplitResult:
    try:
        url = urlsplit(value)
        url.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        raise BadValue(name, wanted, hide_password(value)) from None
    return url
