"""Refusals that programs can act on: each has a code, and errors name what they are about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rest_framework.exceptions import APIException

from accounts.filtersets import FilterRefused
from accounts.selectors.customers import BadSort
from accounts.selectors.paging import BadCursor


class Refused(APIException):
    """A request that cannot be answered as asked."""

    status_code = 400
    default_code = "refused"

    def __init__(self, detail: str, code: str, errors: list[dict[str, str]] | None = None) -> None:
        super().__init__(detail, code)
        self.errors = errors or []


@contextmanager
def refusals() -> Iterator[None]:
    """Refusals of reads as answers with a code."""
    try:
        yield
    except FilterRefused as error:
        errors = [
            {"parameter": name, "code": "filter-refused", "message": " ".join(why)}
            for name, why in error.errors.items()
        ]
        raise Refused("Some filters were refused.", "filter-refused", errors) from error
    except BadCursor as error:
        raise Refused(str(error), "bad-cursor") from error
    except BadSort as error:
        raise Refused(str(error), "bad-sort") from error
