"""Editing policies from the portal: a draft is edited, checked, planned, approved by a second person, applied."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from accounts import audit
from accounts.models import User
from syncengine.models import PolicyDraft, PolicyVersion, StewardTask
from syncengine.policies.apply import PlanMoved, PolicyMistakes, StaleBase, apply_documents, digest_of
from syncengine.policies.current import current_policies, current_version, environment
from syncengine.policies.load import check_documents
from syncengine.policies.mistakes import Mistake
from syncengine.policies.plan import plan_documents
from syncengine.policies.plan.shapes import PolicyPlan
from syncengine.steward.approvals import renew_drafts
from syncengine.steward.wake import wake_lane

STEPS = {"plan": "syncengine.plan_draft", "apply": "syncengine.apply_draft"}
OPEN = ("draft", "planning", "planned", "approved")


class NotAllowed(Exception):
    """The step is not this person's, or not this draft's turn."""


def may_edit(user: User) -> bool:
    """Whose work the company's rules are."""
    return user.role in ("steward", "administrator")


def may_approve(user: User) -> bool:
    """Whose word on somebody else's draft counts."""
    return user.role in current_policies().approvals.by


@transaction.atomic
def save_draft(
    *, documents: Mapping[str, str], user: User, now: datetime, draft_id: int | None = None, note: str = ""
) -> PolicyDraft:
    """A new draft, or other words in an open one; whatever was planned or approved of it counts no more."""
    if not may_edit(user):
        raise NotAllowed("Rules are edited by stewards and administrators.")
    values = {
        "documents": dict(documents), "digest": digest_of(documents), "note": note, "state": "draft",
        "edited_by": user, "edited_at": now, "plan": None, "planned_at": None, "position": None,
        "judged_by": None, "judged_at": None, "reason": "", "trouble": "",
    }  # fmt: skip
    if draft_id is None:
        current = current_version()
        draft = PolicyDraft.objects.create(base=current.number if current else None, **values)
    else:
        draft = _open_draft(draft_id)
        PolicyDraft.objects.filter(pk=draft_id).update(**values)
        draft.refresh_from_db()
    _tell(draft, "edited policies", user, now)
    return draft


def draft_of_version(*, number: int, user: User, now: datetime) -> PolicyDraft:
    """A draft that would put an earlier version in force again."""
    version = PolicyVersion.objects.get(number=number)
    return save_draft(documents=version.documents, user=user, now=now, note=f"back to version {number}")


def mistakes_of(documents: Mapping[str, str]) -> tuple[Mistake, ...]:
    """What is wrong with policy texts, each with its file and line."""
    current_policies()
    return check_documents(documents, environ=environment()).mistakes


def plan_draft(*, draft_id: int, now: datetime) -> PolicyDraft:
    """Tell what a draft would change; a draft with mistakes stays a draft."""
    draft = PolicyDraft.objects.get(pk=draft_id)
    if draft.state not in (*OPEN, "planning"):
        raise NotAllowed(f"The draft is {draft.state}.")
    plan = plan_documents(draft.documents, now=now)
    keep_plan(draft, plan, now=now)
    draft.refresh_from_db()
    return draft


def keep_plan(draft: PolicyDraft, plan: PolicyPlan, *, now: datetime) -> None:
    """Keep a plan with the draft it was made for, unless somebody edited the draft meanwhile."""
    sound = not plan.mistakes
    PolicyDraft.objects.filter(pk=draft.pk, digest=draft.digest).update(
        plan=plan.as_data() if sound else None,
        planned_at=now,
        position=plan.position,
        state="planned" if sound else "draft",
        trouble="\n".join(map(str, plan.mistakes)),
    )
    _renew_cards(now)


def _renew_cards(now: datetime) -> None:
    renew_drafts(now=now, two_people=current_policies().approvals.two_people)


def plan_for(documents: Mapping[str, str], *, base: int | None, now: datetime) -> PolicyPlan:
    """Plan policy texts and keep the plan, so that applying them can be held to it."""
    plan = plan_documents(documents, now=now)
    if not plan.mistakes and plan.differences:
        digest = digest_of(documents)
        draft = PolicyDraft.objects.create(documents=dict(documents), digest=digest, base=base, edited_at=now)
        keep_plan(draft, plan, now=now)
    return plan


@transaction.atomic
def approve_draft(*, draft_id: int, user: User, now: datetime, reason: str = "") -> PolicyDraft:
    """A second person agrees with the draft and its plan."""
    draft = _judgeable(draft_id, user)
    PolicyDraft.objects.filter(pk=draft_id).update(state="approved", judged_by=user, judged_at=now, reason=reason)
    _tell(draft, "approved policies", user, now, reason)
    draft.refresh_from_db()
    return draft


@transaction.atomic
def reject_draft(*, draft_id: int, user: User, now: datetime, reason: str) -> PolicyDraft:
    """A second person does not agree, and says why."""
    draft = _judgeable(draft_id, user)
    if not reason.strip():
        raise NotAllowed("Say why, so that the author can mend it.")
    PolicyDraft.objects.filter(pk=draft_id).update(state="rejected", judged_by=user, judged_at=now, reason=reason)
    _tell(draft, "rejected policies", user, now, reason)
    draft.refresh_from_db()
    return draft


@transaction.atomic
def reconsider_draft(*, draft_id: int, user: User, now: datetime) -> PolicyDraft:
    """The second person takes their word back; the draft waits for one again, unless it is in force already."""
    draft = PolicyDraft.objects.select_for_update().get(pk=draft_id)
    if not may_approve(user) or draft.edited_by_id == user.pk:
        raise NotAllowed("Whoever may judge the draft takes the word back.")
    if draft.state not in ("approved", "rejected") or draft.plan is None:
        raise NotAllowed(f"The draft is {draft.state}; what is in force is changed back by going back to a version.")
    PolicyDraft.objects.filter(pk=draft_id).update(state="planned", judged_by=None, judged_at=None, reason="")
    cards = StewardTask.objects.filter(draft=draft).order_by("-pk").values("pk")[:1]
    StewardTask.objects.filter(pk__in=cards).update(state="open", outcome="", closed_at=None, closed_by=None)
    _tell(draft, "took a word on policies back", user, now)
    draft.refresh_from_db()
    return draft


@transaction.atomic
def withdraw_draft(*, draft_id: int, user: User, now: datetime) -> PolicyDraft:
    """The author takes the draft back."""
    draft = _open_draft(draft_id)
    if draft.edited_by_id != user.pk:
        raise NotAllowed("Only the author takes a draft back; others reject it.")
    PolicyDraft.objects.filter(pk=draft_id).update(state="withdrawn")
    _tell(draft, "withdrew policies", user, now)
    draft.refresh_from_db()
    return draft


def apply_draft(*, draft_id: int, user: User, now: datetime) -> PolicyDraft:
    """Put a draft in force; what stops it is kept with the draft in words."""
    draft = PolicyDraft.objects.get(pk=draft_id)
    _check_turn(draft, user)
    try:
        with transaction.atomic():
            version = apply_documents(
                draft.documents, by=user, now=now, base=draft.base or 0, note=draft.note,
                planned=(draft.plan or {}).get("counts", {}),
            )  # fmt: skip
            PolicyDraft.objects.filter(pk=draft_id).update(state="applied", version=version, trouble="")
    except (StaleBase, PlanMoved, PolicyMistakes) as error:
        PolicyDraft.objects.filter(pk=draft_id).update(state="draft", plan=None, judged_by=None, trouble=str(error))
    draft.refresh_from_db()
    return draft


def _check_turn(draft: PolicyDraft, user: User) -> None:
    if not may_edit(user) and not may_approve(user):
        raise NotAllowed("Rules are applied by stewards and administrators.")
    needed = "approved" if current_policies().approvals.two_people else "planned"
    if draft.state not in {needed, "approved", "applying"}:
        raise NotAllowed(f"The draft is {draft.state}; it must be {needed} first.")
    if needed == "approved" and draft.judged_by_id is None:
        raise NotAllowed("Nobody has approved the draft.")


def _judgeable(draft_id: int, user: User) -> PolicyDraft:
    draft = PolicyDraft.objects.select_for_update().get(pk=draft_id)
    if not may_approve(user):
        raise NotAllowed("Your role does not approve policies.")
    if draft.state != "planned":
        raise NotAllowed(f"The draft is {draft.state}; a plan is approved together with its figures.")
    if draft.edited_by_id == user.pk:
        raise NotAllowed("Nobody approves their own draft.")
    return draft


def _open_draft(draft_id: int) -> PolicyDraft:
    draft = PolicyDraft.objects.select_for_update().get(pk=draft_id)
    if draft.state not in OPEN:
        raise NotAllowed(f"The draft is {draft.state} and can no longer be changed.")
    return draft


def _tell(draft: PolicyDraft, action: str, user: User, now: datetime, reason: str = "") -> None:
    """Every step of a draft is told, and the card that asks for it follows."""
    detail = {"base": draft.base, "note": draft.note, "reason": reason}
    audit.record(user=user, action=action, object="policy draft", row_id=draft.pk, detail=detail, at=now)
    _renew_cards(now)


def begin(*, step: str, draft_id: int, user: User, now: datetime) -> None:
    """Have a worker plan or apply a draft; where no worker can be reached, do it at once."""
    with transaction.atomic():
        draft = _open_draft(draft_id)
        if step == "apply":
            _check_turn(draft, user)
        elif not may_edit(user) and not may_approve(user):
            raise NotAllowed("Rules are planned by stewards and administrators.")
        state = {"plan": "planning", "apply": "applying"}[step]
        PolicyDraft.objects.filter(pk=draft_id).update(state=state, trouble="")
        transaction.on_commit(lambda: _send(step, draft_id, user, now))


def _send(step: str, draft_id: int, user: User, now: datetime) -> None:
    try:
        current_app.send_task(
            STEPS[step], kwargs={"draft_id": draft_id, "user_id": user.pk}, retry=False, ignore_result=True
        )
    except OperationalError:
        run_step(step=step, draft_id=draft_id, user=user, now=now)


def run_step(*, step: str, draft_id: int, user: User, now: datetime) -> None:
    """What the worker does; whatever stops it is told with the draft."""
    try:
        if step == "plan":
            plan_draft(draft_id=draft_id, now=now)
        else:
            apply_draft(draft_id=draft_id, user=user, now=now)
            wake_lane()
    except Exception as error:
        PolicyDraft.objects.filter(pk=draft_id).update(state="draft", trouble=f"It failed: {error}")
        raise
