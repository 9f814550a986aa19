"""Lists and single rows of every catalogue object, made from its shape and its filters."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.fields import field_access, may_list
from accounts.api import schema
from accounts.api.answer import answer
from accounts.api.base import ReadView, number_of
from accounts.api.errors import Refused
from accounts.api.fields import limit_of, wanted_of
from accounts.api.rows import row_of, shape_of, visible_rows, with_references
from accounts.catalogue import load
from accounts.filtersets import StrictFilterSet, filterset_of
from accounts.models import columns
from accounts.selectors.counting import count_rows, estimate_rows
from accounts.selectors.documents import LATEST
from accounts.selectors.paging import PARSERS, Order, Page, keyset_page


class ListView(ReadView):
    """A list of one object."""

    object: str

    def read(self, request: Request, **kwargs: Any) -> Response:
        """The rows the caller may see and asked for, a page of them."""
        wanted = wanted_of(request, shape_of(self.object).names)
        rows = self.filterset().of(request.user, request.query_params, visible_rows(request.user, self.object)).qs
        page = keyset_page(
            with_references(rows, self.object), self.order(request), request.query_params.get("cursor"),
            limit_of(request),
        )  # fmt: skip
        data = [wanted.pick(row_of(request.user, self.object, row)[0]) for row in page.rows]
        return answer(request, data, redacted=redacted_of(request, self.object), page=page_data(request, page, rows))

    @classmethod
    def filterset(cls) -> type[StrictFilterSet]:
        """The filters of the object."""
        return filterset_of(cls.object)

    def order(self, request: Request) -> Order:
        """The newest row first, unless sort= asks for another order."""
        sort = request.query_params.get("sort", "-id")
        order = sorts_of(self.object).get(sort.removeprefix("-"))
        if order is None:
            raise Refused(f"Sort by {', '.join(sorts_of(self.object))}, with - for descending.", "bad-sort")
        needed = "updated_since" if order.name.endswith("ed_at") else "account"
        if order.name != "id" and needed not in request.query_params:
            raise Refused(f"Sorting by {order.name} needs the filter {needed}.", "bad-sort")
        return order.reversed() if sort.startswith("-") else order


class RowView(ReadView):
    """One row of one object."""

    object: str

    def read(self, request: Request, **kwargs: Any) -> Response:
        """The row, if the caller may see it."""
        wanted = wanted_of(request, shape_of(self.object).names)
        rows = visible_rows(request.user, self.object)
        row = with_references(rows, self.object).filter(pk=number_of(kwargs["id"])).first()
        if row is None:
            raise Http404(f"There is no such {load()[self.object].label.lower()}.")
        values, redacted = row_of(request.user, self.object, row)
        return answer(request, wanted.pick(values), redacted=redacted)


def sorts_of(object: str) -> dict[str, Order]:
    """Orders a list can have: by id, by time of change, and by date within one customer."""
    changed = "published_at" if "published_at" in shape_of(object).names else "changed_at"
    found = {"id": Order("id", F("id"), int), changed: Order(changed, F(changed), datetime.fromisoformat)}
    if (name := LATEST.get(object)) and load()[object].fields[name].type == "date":
        found[name] = Order(name, columns.or_never(name), PARSERS["date"])
    return found


def page_data(request: Request, page: Page[Any], rows: QuerySet[Any]) -> dict[str, Any]:
    """Cursors, and how many rows where count= asks for it."""
    data: dict[str, Any] = {"next": page.next, "previous": page.previous, "has_more": page.next is not None}
    count = request.query_params.get("count")
    if count not in (None, "exact", "estimate"):
        raise Refused("count is exact or estimate.", "bad-count")
    if count:
        total = (count_rows if count == "exact" else estimate_rows)(rows)
        data["total"] = {"value": total.value, "exact": total.exact}
    return data


def redacted_of(request: Request, object: str) -> list[str]:
    """Names of the fields of an object that the caller never sees; all, where no rows are seen."""
    hidden = set(field_access(request.user, object).redacted)
    everything = not may_list(request.user, object)
    return [
        name
        for name, (_, field) in shape_of(object).paths.items()
        if field is not None and (everything or field in hidden)
    ]


def views_of(object: str) -> tuple[type[ListView], type[RowView]]:
    """The list view and the row view of an object, with their part of the schema."""
    spec = load()[object]
    listed: Any = type(f"{spec.model}ListView", (ListView,), {"object": object, "__doc__": f"{spec.plural}."})
    single = type(f"{spec.model}View", (RowView,), {"object": object, "__doc__": f"{spec.label}."})
    sort = OpenApiParameter("sort", str, description=f"{', '.join(sorts_of(object))}; - for descending")
    described = schema.described(
        operation_id=f"list_{object}",
        parameters=[
            *schema.filter_parameters(listed.filterset()),
            sort,
            *schema.LIST_PARAMETERS,
            *schema.FIELD_PARAMETERS,
        ],
        responses={200: schema.page_of(object)} | schema.PROBLEMS,
        tags=[spec.plural],
    )(listed)
    one = schema.described(
        operation_id=f"get_{object}",
        parameters=schema.FIELD_PARAMETERS,
        responses={200: schema.one_of(object)} | schema.PROBLEMS,
        tags=[spec.plural],
    )(single)
    return described, one
