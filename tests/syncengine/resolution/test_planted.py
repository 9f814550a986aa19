"""Planted pairs: known answers mixed into the queue, which measure people and change no customer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import Tolerance, User
from syncengine.models import Decision, PlantedPair, StewardTask
from syncengine.selectors.card import get_card
from syncengine.selectors.people import list_people
from syncengine.selectors.precision import get_planted, list_by_rule, list_labelled
from syncengine.steward.batches import Slice
from syncengine.steward.decisions import decide_duplicate, undo
from syncengine.steward.planted import STOOD, plant
from tests.syncengine.resolution.test_decisions import CRM, ERP, later, owner, record
from tests.syncengine.small_company import SmallCompany


@pytest.fixture
def ann(db: None) -> User:
    return User.objects.create_user("ann@example.org", "a-long-password", role="steward")


def planted(company: SmallCompany, ann: User) -> StewardTask:
    """A pair that a person called different long ago, asked again as a test."""
    Tolerance.objects.create(name="planted", percent=100)
    company.write("crm/accounts", CRM)
    company.write("erp/customers", ERP)
    company.sync()
    task = StewardTask.objects.create(
        kind="duplicate", subject="asked", account_id=owner("C1"), records=[record("C1"), record("10001")],
        confidence=0.9, opened_at=company.now, rule="name:same",
    )  # fmt: skip
    decide_duplicate(task=task, kind="different", user=ann, now=company.clock())
    company.publish()
    Decision.objects.update(made_at=company.now - STOOD - timedelta(days=1))
    assert plant(now=company.clock()) == 1
    return StewardTask.objects.get(subject__startswith="planted")


def test_pairs_are_planted_at_the_rate_and_once(company: SmallCompany, ann: User) -> None:
    task = planted(company, ann)
    pair = PlantedPair.objects.get()
    assert (pair.task, pair.truth, plant(now=company.clock())) == (task, "different", 0)
    Tolerance.objects.update(percent=0)
    PlantedPair.objects.all().delete()
    assert plant(now=company.clock()) == 0


def test_an_answer_is_measured_and_moves_nobody(company: SmallCompany, ann: User) -> None:
    task = planted(company, ann)
    before = (owner("C1"), owner("10001"), Decision.objects.count())
    assert decide_duplicate(task=task, kind="same", user=ann, now=company.clock()) is None
    company.publish()
    assert (owner("C1"), owner("10001"), Decision.objects.count()) == before
    assert (get_planted().right, get_planted().total) == (0, 1)
    person = list_people(since=company.now - timedelta(days=9))[0]
    assert (person.name, person.answered, person.planted.right, person.planted.total) == (str(ann), 2, 0, 1)
    undo(task=StewardTask.objects.get(pk=task.pk), user=ann, now=company.clock())
    assert get_planted().total == 0


def test_a_planted_pair_looks_like_any_other_and_counts_for_no_rule(company: SmallCompany, ann: User) -> None:
    task = planted(company, ann)
    card = get_card(ann, task.pk)
    assert card is not None
    assert [side.account_name for side in card.sides] == ["Acme Pumpen", "Acme Pumpen GmbH"]
    assert list(Slice(least=0).tasks()) == []
    before = list_by_rule(since=company.now - timedelta(days=9))
    decide_duplicate(task=task, kind="different", user=ann, now=company.clock())
    assert list_by_rule(since=company.now - timedelta(days=9)) == before


def test_an_open_test_survives_later_rounds(company: SmallCompany, ann: User) -> None:
    task = planted(company, ann)
    company.write("crm/accounts", later(CRM))
    company.sync()
    task.refresh_from_db()
    assert task.state == "open"


def test_precision_and_recall_on_what_people_judged(company: SmallCompany, ann: User) -> None:
    planted(company, ann)
    told = [(line.label, line.right, line.total) for line in list_labelled()]
    assert told == [
        ("merged by themselves, rightly", 0, 1),
        ("the same, merged by themselves", 0, 0),
        ("the same, merged or asked", 0, 0),
    ]
