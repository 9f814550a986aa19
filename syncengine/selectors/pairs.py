"""Why two records are one customer, or why not: what people said, what holds them apart, what the score lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from django.db.models import Q

from accounts.access import treatment, visible_accounts
from accounts.frames import rows
from accounts.models import AccountCrosswalk, User
from syncengine.canonical import read_canonical
from syncengine.identity import (
    BLOCKING_RULES,
    REVIEW,
    Explanation,
    Policy,
    default_model,
    explain,
    match_keys,
    standardise,
    veto_values,
)
from syncengine.models import CanonicalAccount, Decision, Hold, MatchPair, StewardTask
from syncengine.resolution.limits import company_policy
from syncengine.resolution.living import MATCHED
from syncengine.resolution.models import in_force, load_model

VETO_HIDDEN = "An identifier that a company has once differs."
TAX_VETO = "They have different tax numbers in one country."
REGISTER_VETO = "They stand under different numbers in one country's register."
VETOES = {
    "tax": TAX_VETO, "register": REGISTER_VETO, "duns": "They have different D-U-N-S numbers, and a company has one.",
}  # fmt: skip
HIDDEN = {"tax": "tax", "registration": "tax"}  # comparison -> class of the fields it compares


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason, as a code for programs and a sentence for people."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records, whether they are one customer, why or why not, and the steps of their score."""

    left: CanonicalAccount
    right: CanonicalAccount
    together: bool
    reasons: tuple[Reason, ...]
    explanation: Explanation | None
    task_id: int | None
    redacted: tuple[str, ...]


def explain_records(left: int, right: int) -> Explanation | None:
    """The steps of a pair's score from what the two say today; None unless both live. Writes nothing."""
    records = read_canonical("account", f"c.live AND c.crosswalk_id IN ({int(left)}, {int(right)})", columns=MATCHED)
    if records.height != 2:
        return None
    number = in_force()
    # Reading never makes a version, so without any it is the default model that explains.
    return explain(standardise(records), left, right, default_model() if number is None else load_model(number))


def get_pair(user: User, left: int, right: int) -> Pair | None:
    """Everything about a pair of records, or None where the reader may not see both."""
    low, high = sorted((left, right))
    if low == high or treatment(user, "provenance") != "full":
        return None
    seen = visible_accounts(user).values("pk")
    found = CanonicalAccount.objects.filter(pk__in=[low, high], crosswalk__account__in=seen)
    records = list(found.select_related("crosswalk__account", "crosswalk__source").order_by("pk"))
    if len(records) != 2:
        return None
    together = records[0].crosswalk.account_id == records[1].crosswalk.account_id
    policy, explanation = company_policy(), explain_records(low, high)
    task = StewardTask.objects.filter(records=[low, high], state="open").order_by("pk").first()
    reasons = _told(low, high)
    if not together:
        reasons += _held(low, high) or ([] if reasons else _scored(records, explanation, policy))
    elif not reasons:
        reasons = _joined(records)
    hidden = [name for name, kind in HIDDEN.items() if treatment(user, kind) != "full"]
    if hidden:
        reasons = [Reason(r.code, VETO_HIDDEN) if r.sentence in (TAX_VETO, REGISTER_VETO) else r for r in reasons]
    return Pair(records[0], records[1], together, tuple(reasons), explanation, task.pk if task else None, tuple(hidden))


def _across(low: int, high: int) -> Q:
    there = Q(records_l__contains=[low], records_r__contains=[high])
    return there | Q(records_l__contains=[high], records_r__contains=[low])


def _told(low: int, high: int) -> list[Reason]:
    """What people said of the two."""
    found = Decision.objects.filter(_across(low, high), closed_at=None).select_related("made_by").order_by("-pk")
    return [_word(decision) for decision in found if decision.kind != "unsure"]


def _word(decision: Decision) -> Reason:
    said = f"{decision.made_by or 'Somebody'} said {decision.kind} on {decision.made_at:%d %b %Y}"
    if decision.pending:
        return Reason("waiting", f"{said}; a second person has to agree first.")
    return Reason(decision.kind, f"{said}: {decision.reason}." if decision.reason else f"{said}.")


def _held(low: int, high: int) -> list[Reason]:
    holds = Hold.objects.filter(_across(low, high), state="open").order_by("pk")
    return [Reason("held", f"The merge waits for a person: {', '.join(hold.reasons)}.") for hold in holds]


def _joined(records: Sequence[CanonicalAccount]) -> list[Reason]:
    """Why two of one customer are together where nobody said so: their own pair, or others between them."""
    pair = MatchPair.objects.filter(record_l=records[0].pk, record_r=records[1].pk, tier__lt=REVIEW).first()
    if pair is not None:
        how = "by an identifier" if pair.tier == 1 else f"with probability {pair.match_probability:.3f}"
        return [Reason("score", f"Joined by themselves {how}.")]
    if not all(record.live for record in records):
        return [Reason("gone", "One of them is gone at its source and stays with the customer it was in.")]
    return [Reason("by_others", "Not by themselves: other records of the customer tie them together.")]


def _scored(records: Sequence[CanonicalAccount], explanation: Explanation | None, policy: Policy) -> list[Reason]:
    """Why the engine alone does not merge them."""
    if explanation is None:
        return [Reason("gone", "One of them is gone at its source; it joins nothing any more.")]
    vetoes = _vetoes(records)
    if vetoes:
        return vetoes
    shown = f"{explanation.match_probability:.3f}"
    if explanation.match_probability < policy.review:
        return [Reason("unlikely", f"Their probability of {shown} is below {policy.review:g}, where people are asked.")]
    if not _compared(records, policy):
        return [Reason("not_compared", "They share no value that few enough records have, so they are not compared.")]
    if explanation.tier == REVIEW and explanation.match_probability < policy.automatic:
        return [Reason("review", f"Their probability of {shown} is below {policy.automatic:g}: a person decides.")]
    if explanation.tier == REVIEW:
        return [Reason("unsupported", explanation.refusal or "They are kept for a person.")]
    return [Reason("cluster", "Other records of the two customers contradict, or the customer would be too large.")]


def _vetoes(records: Sequence[CanonicalAccount]) -> list[Reason]:
    """Values that one customer has once and that differ between all records of the two customers."""
    owners = {record.crosswalk.account_id for record in records}
    walks = AccountCrosswalk.objects.filter(account__in=owners).values_list("pk", "account_id")
    home = dict(walks)
    told = veto_values(standardise(_living(list(home))))
    said: dict[str, dict[int, set[str]]] = {}
    for record, kind, value in told.select("record_id", "kind", "value").iter_rows():  # the records of two customers
        said.setdefault(kind, {}).setdefault(home[record] or 0, set()).add(value)
    clash = [kind for kind, sides in said.items() if len(sides) == 2 and len(set.union(*sides.values())) > 1]
    return [Reason("veto", VETOES[kind.partition(" ")[0]]) for kind in sorted(clash)]


def _living(records: Sequence[int]) -> pl.DataFrame:
    members = ", ".join(str(int(record)) for record in records)
    return read_canonical("account", f"c.live AND c.crosswalk_id IN ({members})", columns=MATCHED)


def _compared(records: Sequence[CanonicalAccount], policy: Policy) -> bool:
    """Whether they share a blocking key that no more records hold than the limit."""
    keys = match_keys(standardise(_living([record.pk for record in records]))).drop("record_id")
    shared = [
        (left, rule.most(policy.key_cap))
        for rule, left, right in zip(BLOCKING_RULES, *keys.rows(), strict=True)
        if left is not None and left == right
    ]
    return any(_held_by_few(key, most) for key, most in shared)


def _held_by_few(key: int, cap: int) -> bool:
    query = f"SELECT count(*) FROM (SELECT FROM syncengine_matchkey WHERE key = %s LIMIT {cap + 1}) x"
    return int(rows(query, [key])[0][0]) <= cap
