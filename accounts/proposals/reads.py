"""Requests as people read them: before and after, why, by which policy, and what hangs on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.access import field_access, shown_figures, visible_accounts
from accounts.catalogue import FieldSpec, ObjectSpec, load
from accounts.models import Account, AccountSummary, ChangeRequest, User
from accounts.proposals.decide import may_decide


@dataclass(frozen=True, slots=True)
class Wish:
    """One value as it is and as it should be; both None where the reader may not see the field."""

    field: FieldSpec
    before: str | None
    after: str | None
    hidden: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """A request with what its reader may see of it."""

    request: ChangeRequest
    wishes: tuple[Wish, ...]
    impact: dict[str, Any]
    decidable: bool
    about: str = "Customer"

    @property
    def title(self) -> str:
        """The fields it is about, or the paper that is to be made."""
        if self.request.detail.get("create"):
            return f"{self.about} to be created"
        return ", ".join(wish.field.label for wish in self.wishes)


def list_for_account(user: User, account: Account, *, limit: int = 20) -> list[Proposal]:
    """What was asked for a customer, the latest first."""
    found = ChangeRequest.objects.filter(account=account).select_related("requested_by", "decided_by", "account")
    return [_proposal(user, request, {}) for request in found.order_by("-id")[:limit]]


def get_proposal(user: User, request_id: int) -> Proposal | None:
    """One request, or None where the user may see neither the customer nor the request's fields."""
    found = ChangeRequest.objects.select_related("account", "requested_by", "decided_by").filter(pk=request_id).first()
    if found is None or not visible_accounts(user).filter(pk=found.account_id).exists():
        return None
    summary = AccountSummary.objects.filter(account_id=found.account_id).values().first()
    figures = {name: value for name, value in summary.items()} if summary else {}
    proposal = _proposal(user, found, shown_figures(figures, user).values)
    seen = not proposal.wishes or any(not wish.hidden for wish in proposal.wishes)
    return proposal if seen else None


def fields_of(request: ChangeRequest) -> str:
    """The fields a request is about in a few words, for lists; the labels hide nothing, the values stand elsewhere."""
    spec = about(request)
    if request.detail.get("create"):
        return f"{spec.label.lower()} to be created"
    fields = [spec.by_code[change["field"]] for change in request.changes]
    labels = [field.label.lower() for field in fields if field.type != "reference"]
    rest = f" and {len(labels) - 2} more" if len(labels) > 2 else ""
    return ", ".join(labels[:2]) + rest if labels else "review before it reaches the ERP"


def about(request: ChangeRequest) -> ObjectSpec:
    """The object whose values a request is about: the customer's own, or a paper that is to be made elsewhere."""
    return load().by_code.get(request.detail.get("object", 0), load()["account"])


def _proposal(user: User, request: ChangeRequest, impact: dict[str, Any]) -> Proposal:
    spec = about(request)
    fields, access = spec.by_code, field_access(user, spec.name)
    wishes = []
    for change in request.changes:
        field = fields[change["field"]]
        if field.type == "reference":  # an id of ours, which tells a person nothing; the customer stands above
            continue
        seen = access.allows(field.name)
        wishes.append(Wish(field, change["before"] if seen else None, change["after"] if seen else None, not seen))
    return Proposal(request, tuple(wishes), impact, request.state == "waiting" and may_decide(user, request),
                    spec.label)  # fmt: skip
