"""The glossary of figures, and how a single one is made."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.metrics import load
from accounts.quote_to_cash.kept import get_figure, history_of, list_figures
from accounts.selectors.customer import get_customer
from accounts.selectors.metrics import TOLD_OF, get_metric, list_metrics
from accounts.selectors.money import base_currency
from accounts.workspace.adoption import list_uses
from dashboards.pages import allowed, fragment, page, reader, reads, wants
from dashboards.panels.making import making_of
from dashboards.shell import PAGES
from dashboards.templatetags.figures import words
from dashboards.views.customer import reading_of
from syncengine.selectors.sync import may_see_runs

# What people call a page whose address says it otherwise.
CALLED = {
    "customer": "A customer", "tab": "A customer’s tab", "lineage": "Where a value comes from", "task": "A question",
    "task_next": "The question after it", "evidence": "Evidence of a question", "letter": "A refused record",
    "run": "A run", "stream": "A stream", "source": "A source", "error_group": "A group of errors", "chain": "A chain",
    "exception": "An exception", "alert": "An alert", "product": "A product", "metric": "A figure", "move": "A merge",
    "batch": "A batch", "approval": "A change asked for", "rule_draft": "A draft of the rules",
    "rule_version": "A version of the rules", "admin_user": "A user", "admin_hook": "A webhook",
}  # fmt: skip


@reads
def glossary(request: HttpRequest) -> HttpResponse:
    """Every figure, by what it is told of; narrowed by words."""
    asked = request.GET.get("q", "").lower().split()
    entries = [entry for entry in list_metrics(reader(request)) if _holds(entry.metric, asked)]
    groups = [(label, [entry for entry in entries if entry.metric.of == of]) for of, label in TOLD_OF.items()]
    context = {
        "groups": [group for group in groups if group[1]],
        "q": request.GET.get("q", ""),
        "count": len(entries),
        "figures": list_figures(reader(request)),
        "currency": base_currency(),
    }
    if wants(request, "glossary"):
        return fragment(request, "dashboards/metrics/_groups.html", context)
    return page(request, "dashboards/metrics/page.html", context, current="metrics")


@reads
def metric(request: HttpRequest, name: str) -> HttpResponse:
    """How one figure is made: beside the page, or as a page of its own."""
    entry = get_metric(reader(request), name)
    user, today = reader(request), timezone.localdate()
    asked = request.GET.get("customer", "")
    reading = reading_of(request, get_customer(user, int(asked))) if asked.isdecimal() else None
    context = {
        "making": making_of(reading, name) if reading else None,
        "customer": reading.customer if reading else None,
        "entry": entry,
        "metric": entry.metric,
        "standing": entry.standing,
        "figure": get_figure(user, name, today=today),
        "history": [value for _, value in history_of(user, name)],
        "currency": base_currency(),
    }
    if wants(request, "drawer-body"):
        return fragment(request, "dashboards/metrics/_metric.html", context)
    crumbs = [("Figures", "/metrics/"), (entry.metric.label, None)]
    return page(request, "dashboards/metrics/metric.html", context, current="metrics", crumbs=crumbs)


@allowed(may_see_runs)
def adoption(request: HttpRequest) -> HttpResponse:
    """Which roles use which pages and figures, over 30 days."""
    uses = list_uses(today=timezone.localdate())
    roles = sorted({use.role for use in uses})
    counts = {(use.kind, use.name, use.role): use.count for use in uses}
    names = list(dict.fromkeys((use.kind, use.name) for use in uses))
    rows = [
        (kind, _spoken(kind, name), [(role, counts.get((kind, name, role), 0)) for role in roles])
        for kind, name in names
    ]
    crumbs = [("Sync", "/sync/"), ("Adoption", None)]
    context = {"roles": roles, "rows": rows}
    return page(request, "dashboards/metrics/adoption.html", context, current="sync", crumbs=crumbs)


def _spoken(kind: str, name: str) -> str:
    """What people call a page or a figure."""
    if kind == "figure" and name in load():
        return load()[name].label
    return CALLED.get(name) or (PAGES[name][0] if name in PAGES else str(words(name)))


def _holds(metric: object, words: list[str]) -> bool:
    text = " ".join(str(getattr(metric, name)) for name in ("name", "label", "meaning", "formula", "owner")).lower()
    return all(word in text for word in words)
