"""The group a customer belongs to, from its topmost company down, with sums of what the reader may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from accounts.access import figure_access, shown_figures, visible_accounts
from accounts.access.fields import Reader
from accounts.models import Account
from accounts.selectors.customer_figures import figures_of
from accounts.selectors.customers import JOINED

SUMMED = ("revenue_ttm", "open_pipeline", "open_receivable", "overdue_receivable", "open_tickets")
SHOWN = ("credit_light", "health_score", *SUMMED)
DEEPEST, MOST = 20, 500

# Grain: one row a live company of the group, in the order of the tree; a cycle ends where it closes.
TREE = """
    WITH RECURSIVE up AS (
        SELECT id, parent_id, 0 AS height FROM accounts_account WHERE id = %(id)s
         UNION ALL
        SELECT a.id, a.parent_id, height + 1 FROM accounts_account a JOIN up ON a.id = up.parent_id
         WHERE height < %(deepest)s AND a.id <> %(id)s
    ), tree AS (
        SELECT id, 0 AS depth, ARRAY[id] AS path, ARRAY[''] AS names
          FROM (SELECT id FROM up ORDER BY height DESC LIMIT 1) top
         UNION ALL
        SELECT a.id, depth + 1, path || a.id, names || fold(coalesce(a.name, ''))
          FROM accounts_account a JOIN tree ON a.parent_id = tree.id
         WHERE a.merged_into_id IS NULL AND depth < %(deepest)s AND a.id <> ALL (path)
    )
    SELECT id, depth FROM tree ORDER BY names, path LIMIT %(most)s
"""


@dataclass(frozen=True)
class Node:
    """One company of a group; without a name where the reader may not see it."""

    id: int | None
    depth: int
    name: str
    place: str
    figures: Mapping[str, Any]


@dataclass(frozen=True)
class CompanyGroup:
    """The tree, the sums over what is seen of it, and how much that is."""

    nodes: tuple[Node, ...]
    sums: Mapping[str, Decimal]
    seen: int
    total: int
    figures: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether the reader sees every company of the group."""
        return self.seen == self.total


def get_group(user: Reader, account: Account) -> CompanyGroup | None:
    """The customer's group; None for a company that stands alone. Two queries, however large the group."""
    with connection.cursor() as cursor:
        cursor.execute(TREE, {"id": account.pk, "deepest": DEEPEST, "most": MOST})
        places = cursor.fetchall()
    if len(places) < 2:
        return None
    ids = [id for id, _ in places]
    seen = {row.pk: row for row in visible_accounts(user).filter(pk__in=ids).select_related(*JOINED)}
    nodes = tuple(_node(user, seen.get(id), depth) for id, depth in places)
    names = tuple(name for name in SHOWN if figure_access(user, name))
    sums = {
        name: sum((node.figures.get(name) or Decimal(0) for node in nodes), Decimal(0))
        for name in names
        if name in SUMMED
    }
    return CompanyGroup(nodes, sums, len(seen), len(places), names)


def _node(user: Reader, account: Account | None, depth: int) -> Node:
    if account is None:
        return Node(None, depth, "", "", {})
    figures = shown_figures(figures_of(account, SHOWN), user).values
    place = ", ".join(part for part in (account.city, account.country) if part)
    return Node(account.pk, depth, str(account), place, figures)
