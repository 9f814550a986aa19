"""The group a customer belongs to, and everybody we know there."""

from __future__ import annotations

from typing import Any

from django.db.models import Max

from accounts.access import may_list, restrict, treatment
from accounts.models import Activity, User
from accounts.selectors import customer as reads
from accounts.selectors.moves import list_arrivals, list_departures
from accounts.selectors.relations import list_relations
from dashboards.panels.section import Panel, Reading, rows_of

FIGURES = (
    ("health_score", "Health"),
    ("revenue_ttm", "Revenue, 12 mo"),
    ("open_pipeline", "Pipeline"),
    ("open_receivable", "Receivable"),
    ("overdue_receivable", "Overdue"),
    ("open_tickets", "Tickets"),
)
MOST = 200


def _group(reading: Reading) -> Any:
    group = reading.group
    related = list_relations(reading.user, reading.customer.account)
    if group is None:
        return {"group": None, "related": related}
    heads = [(name, label) for name, label in FIGURES if name in group.figures]
    rows = [(node, [node.figures.get(name) for name, _ in heads]) for node in group.nodes]
    return {
        "group": group,
        "related": related,
        "heads": heads,
        "rows": rows,
        "sums": [group.sums.get(name) for name, _ in heads],
        "light": "credit_light" in group.figures,
    }


def _everyone(reading: Reading) -> Any:
    people = reads.list_contacts(reading.user, reading.customer.account, limit=MOST)
    if people is None:
        return None
    ids = [row.id for row in people.rows]
    touched, came = _last_touch(reading, ids), list_arrivals(reading.user, ids)
    return {
        "people": [(row, touched.get(row.id), came.get(row.id)) for row in people.rows],
        "more": people.more,
        "left": list_departures(reading.user, reading.customer.account),
        "touches": may_list(reading.user, "activity"),
        "consent_only": treatment(reading.user, "person") == "consent",
    }


def _last_touch(reading: Reading, ids: list[int]) -> dict[int, Any]:
    """When each person was last spoken to, for who sees activities; one query."""
    own = Activity.objects.filter(account=reading.customer.account, contact_ref__contact__in=ids)
    seen = restrict(own, reading.user, "activity", account_path=None)
    return dict(seen.order_by().values_list("contact_ref__contact").annotate(Max("happened_at")))


def _sees_companies(user: User) -> bool:
    return treatment(user, "identity") == "full"


PANELS = (
    Panel("group", "Group", "dashboards/customer/_group.html", _group, _sees_companies),
    Panel("everyone", "People", "dashboards/customer/_everyone.html", _everyone, rows_of("contact")),
)
