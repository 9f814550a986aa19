"""Values with their shape kept and the rest hidden, for roles that need only recognise that one is there."""

from __future__ import annotations

from datetime import date
from typing import Any

GAP = "…"


def mask(value: Any, type: str) -> Any:
    """The value as a masked role sees it; what is unknown stays unknown."""
    if value is None:
        return None
    if isinstance(value, (list, tuple)):
        return [mask(item, "text") for item in value]
    return _MASKS.get(type, _gap)(value)


def _gap(value: Any) -> str:
    return GAP


def _phone(value: Any) -> str:
    """Country prefix and the last two digits: `+49 … 17`."""
    text = str(value).strip()
    prefix = text[:3] if text.startswith("+") else ""
    return f"{prefix} {GAP} {text[-2:]}".strip()


def _email(value: Any) -> str:
    local, _, domain = str(value).partition("@")
    ending = domain.rpartition(".")[2]
    return f"{local[:1]}{GAP}@{domain[:1]}{GAP}.{ending}" if domain else f"{local[:1]}{GAP}"


def _words(value: Any) -> str:
    """The first letter of each word, so that length and number of words can be told."""
    return " ".join(f"{word[:1]}{GAP}" for word in str(value).split()) or GAP


def _day(value: Any) -> str:
    year = value.year if isinstance(value, date) else str(value)[:4]
    return f"{year}-{GAP}"


_MASKS = {
    "phone": _phone,
    "email": _email,
    "text": _words,
    "url": _words,
    "date": _day,
    "datetime": _day,
}
