"""Values that a declaration names but never holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from syncengine.connectors.errors import ConnectorError

VARIABLE = re.compile(r"\$\{(\w+)\}")


@runtime_checkable
class NamedSecret(Protocol):
    """What a loader makes of `{secret: NAME}`; nothing else in a connection carries a name."""

    name: str


def resolve_secrets(value: Any, environ: Mapping[str, str]) -> Any:
    """Return the value with each `{secret: NAME}` and `${NAME}` replaced from the environment."""
    if isinstance(value, NamedSecret):
        return read_variable(value.name, environ)
    if isinstance(value, Mapping):
        if set(value) == {"secret"}:
            return read_variable(str(value["secret"]), environ)
        return {key: resolve_secrets(inner, environ) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [resolve_secrets(inner, environ) for inner in value]
    if isinstance(value, str):
        return VARIABLE.sub(lambda match: read_variable(match.group(1), environ), value)
    return value


def read_variable(name: str, environ: Mapping[str, str]) -> str:
    """Return an environment variable or say which one is missing."""
    if name not in environ:
        raise ConnectorError(f"the environment variable {name} is not set; the source's connection needs it")
    return environ[name]
