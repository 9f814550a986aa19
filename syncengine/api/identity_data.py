"""Merges, pairs and how customers formed, as programs get them, and their part of the schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from accounts.api import schema
from syncengine.models import CanonicalAccount, Move
from syncengine.selectors.formation import Formation
from syncengine.selectors.pairs import Pair
from syncengine.selectors.reverts import RevertPreview

TEXT = serializers.CharField
IDS = serializers.ListField(child=TEXT())


class RecordSerializer(serializers.Serializer[Any]):
    """A source record."""

    id = TEXT()
    source = TEXT()  # type: ignore[assignment]  # the field of that name
    key = TEXT()
    account = TEXT(allow_null=True)
    live = serializers.BooleanField(help_text="False where the source has deleted it")


class MoveSerializer(serializers.Serializer[Any]):
    """Records that went from one customer to another."""

    id = TEXT()
    kind = TEXT(help_text="merge, split or move")
    at = serializers.DateTimeField()
    from_account = TEXT(allow_null=True, help_text="Null for a customer beyond the caller's territories")
    to_account = TEXT(allow_null=True, help_text="Null for a customer beyond the caller's territories")
    records = IDS
    by = TEXT(help_text="auto, or person")
    decided_by = TEXT(allow_null=True)
    decision = TEXT(allow_null=True)
    batch = TEXT(allow_null=True)
    pair = serializers.ListField(child=TEXT(), allow_null=True, help_text="The pair of records it follows from")
    match_weight = serializers.FloatField(allow_null=True)
    rule = TEXT(allow_blank=True)
    match_version = serializers.IntegerField(allow_null=True)
    cause = TEXT(allow_blank=True)
    reverted = serializers.BooleanField()
    value = serializers.DecimalField(max_digits=20, decimal_places=2, required=False)


class MovePageSerializer(serializers.Serializer[Any]):
    """A page of merges."""

    data = MoveSerializer(many=True)  # type: ignore[assignment]  # the field of that name
    page = schema.PageSerializer()
    meta = schema.MetaSerializer()


class RevertSerializer(serializers.Serializer[Any]):
    """What taking a merge back would do."""

    possible = serializers.BooleanField(help_text="Whether it can be taken back as a whole")
    leaving = IDS
    staying = IDS
    not_placed = serializers.ListField(child=TEXT(), help_text="What came since and nobody can place but a person")


class OneMoveSerializer(MoveSerializer):
    """One merge, with what taking it back would do."""

    revert = RevertSerializer(allow_null=True, help_text="Null where the customer is beyond the caller's territories")


class MoveAnswerSerializer(serializers.Serializer[Any]):
    """One merge."""

    data = OneMoveSerializer()  # type: ignore[assignment]  # the field of that name
    meta = schema.MetaSerializer()


class ReasonSerializer(serializers.Serializer[Any]):
    """Why, or why not."""

    code = TEXT()
    sentence = TEXT()


class ComparisonSerializer(serializers.Serializer[Any]):
    """One comparison: what it found and how many bits it adds or takes."""

    comparison = TEXT()
    level = TEXT()
    sentence = TEXT()
    weight = serializers.FloatField()


class PairSerializer(serializers.Serializer[Any]):
    """Two records with the way from prior to final; steps of what the role may not see are left out."""

    records = RecordSerializer(many=True)
    together = serializers.BooleanField(help_text="Whether they are one customer today")
    reasons = ReasonSerializer(many=True)
    prior_weight = serializers.FloatField(required=False)
    steps = ComparisonSerializer(many=True)
    match_weight = serializers.FloatField(required=False)
    match_probability = serializers.FloatField(required=False)
    task = TEXT(allow_null=True, help_text="The open question about them")


class TieSerializer(serializers.Serializer[Any]):
    """What ties two records of a customer."""

    records = IDS
    by = TEXT(help_text="person, identifier or score")
    sentence = TEXT()
    match_probability = serializers.FloatField(allow_null=True)
    weakest = serializers.BooleanField(help_text="Without it the customer falls in two")


class FormationSerializer(serializers.Serializer[Any]):
    """How a customer formed."""

    records = RecordSerializer(many=True)
    ties = TieSerializer(many=True)
    alone = serializers.ListField(child=TEXT(), help_text="Records that nothing ties: gone at their source, or alone")
    moves = MoveSerializer(many=True)
    more = serializers.BooleanField(help_text="Whether there are records beyond the first hundred")


def record_data(record: CanonicalAccount) -> dict[str, Any]:
    """A record by its id, source and key."""
    walk = record.crosswalk
    account = str(walk.account_id) if walk.account_id else None
    return {"id": str(record.pk), "source": walk.source.name, "key": record.key, "account": account,
            "live": record.live}  # fmt: skip


def move_data(move: Move, names: Mapping[int, str], *, amounts: bool) -> dict[str, Any]:
    """A move; customers beyond the reader's territories and amounts beyond the role are left out."""
    decision = move.decision
    sides = {
        "from_account": str(move.from_account_id) if move.from_account_id in names else None,
        "to_account": str(move.to_account_id) if move.to_account_id in names else None,
    }
    data = {"id": str(move.pk), "kind": move.kind, "at": move.at, **sides,
            "records": [str(record) for record in move.records],
            "by": "person" if decision else "auto",
            "decided_by": str(decision.made_by) if decision and decision.made_by else None,
            "decision": str(decision.pk) if decision else None,
            "batch": str(decision.batch_id) if decision and decision.batch_id else None,
            "pair": [str(move.record_l), str(move.record_r)] if move.record_l else None,
            "match_weight": move.match_weight, "rule": move.rule, "match_version": move.match_version,
            "cause": move.cause, "reverted": move.reverted_by_id is not None}  # fmt: skip
    return data | ({"value": str(move.value)} if amounts else {})


def revert_data(preview: RevertPreview) -> dict[str, Any]:
    """What taking a move back would do."""
    sides = {"leaving": preview.leaving, "staying": preview.staying}
    ids = {name: [str(record.pk) for record in records] for name, records in sides.items()}
    return {"possible": preview.possible, **ids, "not_placed": preview.unplaced}


def pair_data(pair: Pair) -> dict[str, Any]:
    """A pair; what the reader's role hides is left out of the steps, and then of the sums too."""
    found = pair.explanation
    hidden = bool(pair.redacted)
    steps = [
        {"comparison": s.comparison, "level": s.level, "sentence": s.sentence, "weight": s.weight}
        for s in (found.steps if found else ())
        if s.comparison not in pair.redacted
    ]
    sums = {} if found is None or hidden else {
        "prior_weight": found.prior_weight, "match_weight": found.match_weight,
        "match_probability": found.match_probability,
    }  # fmt: skip
    reasons = [{"code": reason.code, "sentence": reason.sentence} for reason in pair.reasons]
    return {"records": [record_data(pair.left), record_data(pair.right)], "together": pair.together,
            "reasons": reasons, "steps": steps, **sums,
            "task": str(pair.task_id) if pair.task_id else None}  # fmt: skip


def formation_data(found: Formation, names: Mapping[int, str], *, amounts: bool) -> dict[str, Any]:
    """Records, ties and moves of a customer."""
    ties = [
        {"records": [str(tie.record_l), str(tie.record_r)], "by": tie.by, "sentence": tie.sentence,
         "match_probability": tie.probability, "weakest": tie.weakest}
        for tie in found.ties
    ]  # fmt: skip
    return {"records": [record_data(record) for record in found.records], "ties": ties,
            "alone": [str(record) for record in found.alone],
            "moves": [move_data(move, names, amounts=amounts) for move in found.moves],
            "more": found.more}  # fmt: skip
