"""What a source's failure means for us: try again, put the declaration right, or accept the refusal."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")

ATTEMPTS = 5
LONGEST_PAUSE = 60.0


class Kind(StrEnum):
    """What may be done about a failure."""

    RETRY = "retry"
    CONFIGURATION = "configuration"
    REFUSED = "refused"


class ConnectorError(Exception):
    """A source could not be reached or read: where, why, and what to do; never a server's traceback."""

    def __init__(
        self,
        message: str,
        *,
        kind: Kind = Kind.CONFIGURATION,
        where: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.kind = kind
        self.where = where
        self.retry_after = retry_after


# HTTP status → what it means; a status that is not named falls to the entry of its hundred.
HTTP_KINDS: Mapping[int, Kind] = {
    400: Kind.REFUSED,
    401: Kind.CONFIGURATION,
    403: Kind.CONFIGURATION,
    404: Kind.CONFIGURATION,
    405: Kind.CONFIGURATION,
    408: Kind.RETRY,
    423: Kind.RETRY,
    425: Kind.RETRY,
    429: Kind.RETRY,
    501: Kind.CONFIGURATION,
    3: Kind.CONFIGURATION,
    4: Kind.REFUSED,
    5: Kind.RETRY,
}

HTTP_ADVICE: Mapping[int, str] = {
    401: "the server does not accept the user or the secret: check both",
    403: "the user may not read this: grant the right in the source system",
    404: "the address does not exist on this server: check url and database",
    429: "the server asks to slow down",
    3: "the server points elsewhere: use the address it redirects to",
    4: "the server refuses the request",
    5: "the server fails at the moment",
}


def http_error(status: int, *, where: str, headers: Mapping[str, str]) -> ConnectorError:
    """Return the error an HTTP status stands for."""
    kind = HTTP_KINDS.get(status) or HTTP_KINDS.get(status // 100, Kind.REFUSED)
    advice = HTTP_ADVICE.get(status) or HTTP_ADVICE.get(status // 100, "the answer is not understood")
    pause = read_retry_after(headers.get("retry-after"), now=time.time())
    return ConnectorError(f"{advice} (HTTP {status})", kind=kind, where=where, retry_after=pause)


def read_retry_after(value: str | None, *, now: float) -> float | None:
    """Return the seconds a Retry-After header asks for, as a number or as a date."""
    if not value:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except ValueError:
        return None


def with_retries(
    call: Callable[[], T],
    *,
    attempts: int = ATTEMPTS,
    sleep: Callable[[float], None] = time.sleep,
    jitter: Callable[[], float] = random.random,
) -> T:
    """Return what the call returns, trying again with growing, jittered pauses what may pass later."""
    for attempt in range(1, attempts):
        try:
            return call()
        except ConnectorError as error:
            if error.kind is not Kind.RETRY:
                raise
            sleep(_pause(error, attempt, jitter()))
    return call()


def _pause(error: ConnectorError, attempt: int, jitter: float) -> float:
    # A server that names its pause is believed, up to a minute: longer waits belong to the schedule.
    asked = error.retry_after
    grown = 0.5 * 2**attempt * (0.5 + jitter)
    return min(LONGEST_PAUSE, grown if asked is None else asked + jitter)
