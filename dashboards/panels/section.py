"""What a section of a customer's page is: one read, one template, one permission."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

import structlog
from django.db import transaction
from django.utils.dateparse import parse_date

from accounts.access import figure_access, may_list, treatment
from accounts.health.reads import Health, get_health
from accounts.models import User
from accounts.selectors import customer as reads
from accounts.selectors.group import CompanyGroup, get_group

Seen = Callable[[User], bool]
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Reading:
    """Who reads about which customer, on which day, with what the address asks for."""

    user: User
    customer: reads.Customer
    today: date
    now: datetime
    currency: str
    params: Mapping[str, str] = field(default_factory=dict)
    apart: bool = False  # whether each section is read by itself, since one has failed

    @property
    def figures(self) -> Mapping[str, Any]:
        """The figures this reader may see."""
        return self.customer.figures

    @cached_property
    def health(self) -> Health | None:
        """Health today and how it moved between two days of the address, read once for all sections that tell of it."""
        start, end = (parse_date(self.params.get(name, "")) for name in ("from", "to"))
        return get_health(self.user, self.customer.account, today=self.today, start=start, end=end)

    @cached_property
    def group(self) -> CompanyGroup | None:
        """The group of companies around the customer, None where it stands alone."""
        return get_group(self.user, self.customer.account)


@dataclass(frozen=True)
class Panel:
    """A section: `seen` says whose it is, `read` gives what its template shows, None where there is no such thing."""

    name: str
    title: str
    template: str
    read: Callable[[Reading], Any]
    seen: Seen = lambda user: True


@dataclass(frozen=True)
class Filled:
    """A panel with what was read for it."""

    panel: Panel
    content: Any
    failed: bool = False


def fill(reading: Reading, panels: Iterable[Panel]) -> list[Filled]:
    """The panels the reader's role has, with what they show."""
    read = _read_apart if reading.apart else _read
    filled = (read(reading, panel) for panel in panels if panel.seen(reading.user))
    return [one for one in filled if one.failed or one.content is not None]


def _read(reading: Reading, panel: Panel) -> Filled:
    return Filled(panel, panel.read(reading))


def _read_apart(reading: Reading, panel: Panel) -> Filled:
    """The panel by itself: if it fails, in whatever way, the others still stand."""
    try:
        with transaction.atomic():
            return _read(reading, panel)
    except Exception:
        log.exception("a section could not be read", section=panel.name)
        return Filled(panel, None, failed=True)


def rows_of(*objects: str) -> Seen:
    """For who sees rows of at least one of the objects."""
    return lambda user: any(may_list(user, name) for name in objects)


def figure_of(name: str) -> Seen:
    """For who sees the figure."""
    return lambda user: figure_access(user, name)


def class_of(name: str, *treatments: str) -> Seen:
    """For who sees the sensitivity class in full, or in one of the ways named."""
    return lambda user: treatment(user, name) in (treatments or ("full",))
