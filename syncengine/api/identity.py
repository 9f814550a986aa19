"""How customers came to be one, for programs: merges, the evidence of a pair, why not, and what ties a customer."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.http import Http404
from django.utils import timezone
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import get_account_or_404
from accounts.api import schema
from accounts.api.answer import answer
from accounts.api.base import ReadView, number_of
from accounts.api.fields import limit_of
from accounts.api.lists import page_data
from accounts.selectors.paging import Order, keyset_page
from syncengine.api.filters import MoveFilter
from syncengine.api.identity_data import (
    FormationSerializer,
    MoveAnswerSerializer,
    MovePageSerializer,
    PairSerializer,
    formation_data,
    move_data,
    pair_data,
    revert_data,
)
from syncengine.selectors.formation import get_formation
from syncengine.selectors.merges import list_moves, may_see_moves, visible_names
from syncengine.selectors.pairs import get_pair
from syncengine.selectors.queue import sees_amounts
from syncengine.selectors.reverts import preview_revert

TAGS = ["Identity"]
LATEST = Order("id", F("id"), int, descending=True)
VALUE = "value"


class EvidenceView(ReadView):
    """A read for roles that see how customers came to be; others are told so."""

    def check_permissions(self, request: Request) -> None:
        """Refuse roles that see no evidence."""
        super().check_permissions(request)
        if not may_see_moves(request.user):  # type: ignore[arg-type]  # logged in, as just checked
            raise PermissionDenied("Your role does not see evidence.", "not-for-your-role")


@schema.described(
    operation_id="list_merge", tags=TAGS,
    parameters=[*schema.filter_parameters(MoveFilter), *schema.LIST_PARAMETERS],
    responses={200: MovePageSerializer} | schema.PROBLEMS,
)  # fmt: skip
class MergeListView(EvidenceView):
    """Merges, splits and moves of records between customers."""

    def read(self, request: Request, **kwargs: Any) -> Response:
        """A page of the history, the newest first."""
        user: Any = request.user
        moves = MoveFilter.of(user, request.query_params, list_moves(user)).qs
        page = keyset_page(moves, LATEST, request.query_params.get("cursor"), limit_of(request))
        names, amounts = visible_names(user, page.rows), sees_amounts(user)
        data = [move_data(move, names, amounts=amounts) for move in page.rows]
        return answer(request, data, redacted=[] if amounts else [VALUE], page=page_data(request, page, moves))


@schema.described(operation_id="get_merge", tags=TAGS, responses={200: MoveAnswerSerializer} | schema.PROBLEMS)
class MergeView(EvidenceView):
    """One merge, split or move, and what taking it back would do."""

    def read(self, request: Request, **kwargs: Any) -> Response:
        """Who or what made it, from which pair, and whether it was taken back."""
        user: Any = request.user
        move = list_moves(user).filter(pk=number_of(kwargs["id"])).first()
        if move is None:
            raise Http404("There is no such merge.")
        amounts = sees_amounts(user)
        names = visible_names(user, [move])
        data = move_data(move, names, amounts=amounts)
        seen = {move.from_account_id, move.to_account_id} <= set(names)
        data["revert"] = revert_data(preview_revert(user, move, now=timezone.now())) if seen else None
        return answer(request, data, redacted=[] if amounts else [VALUE])


@schema.described(
    operation_id="explain_pair", tags=TAGS,
    responses={200: schema.answer_of("RecordPair", pair=PairSerializer())} | schema.PROBLEMS,
)  # fmt: skip
class PairView(EvidenceView):
    """Two source records: the waterfall of their score, and why they are one customer or why not."""

    def read(self, request: Request, **kwargs: Any) -> Response:
        """The pair; the order of the two does not matter."""
        user: Any = request.user
        found = get_pair(user, number_of(kwargs["left"]), number_of(kwargs["right"]))
        if found is None:
            raise Http404("There are no such two records.")
        return answer(request, {"pair": pair_data(found)}, redacted=found.redacted)


@schema.described(
    operation_id="explain_account", tags=TAGS,
    responses={200: schema.answer_of("AccountFormation", formation=FormationSerializer())} | schema.PROBLEMS,
)  # fmt: skip
class FormationView(EvidenceView):
    """How a customer formed: its records, what ties them, and the moves that made it."""

    def read(self, request: Request, **kwargs: Any) -> Response:
        """The ties in the order of their strength."""
        user: Any = request.user
        found = get_formation(user, get_account_or_404(user, number_of(kwargs["id"])))
        if found is None:
            raise Http404("There is no such customer.")
        amounts = sees_amounts(user)
        data = formation_data(found, visible_names(user, found.moves), amounts=amounts)
        return answer(request, {"formation": data}, redacted=[] if amounts else [VALUE])
