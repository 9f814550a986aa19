"""Refused records settled by people: waived, edited with a diff first, left to the source, dismissed."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from accounts.models import AuditEntry, User
from syncengine import refused
from syncengine.models import CanonicalAccount, DeadLetter
from syncengine.pipeline import replay
from syncengine.pipeline.replay import preview
from syncengine.validation.waivers import lift, open_waivers, waive
from tests.factories import UserFactory
from tests.syncengine.small_company import SmallCompany

DAY = "2026-03-01T08:00:00Z"


@pytest.fixture
def user(db: None) -> User:
    """Somebody who settles things."""
    return UserFactory(role="steward")


@pytest.fixture
def letter(company: SmallCompany) -> DeadLetter:
    """A customer whose credit limit is below zero: held."""
    company.write("erp/customers", f"10001;{DAY};Acme Pumpen GmbH;acme.de;Köln;50667;Weg 1;DE;;-5,00")
    company.sync()
    return DeadLetter.objects.get()


def waive_it(letter: DeadLetter, company: SmallCompany, user: User, **options: bool) -> int:
    """Thirty days of grace for the letter's rule."""
    until = company.now + timedelta(days=30)
    return waive(letter_id=letter.pk, until=until, reason="agreed", user=user, now=company.now, **options).pk


def test_waived_rule_lets_the_record_pass_and_lifting_ends_it(
    company: SmallCompany, letter: DeadLetter, user: User
) -> None:
    waiver = waive_it(letter, company, user)
    replay([letter.pk], clock=company.clock)
    assert CanonicalAccount.objects.get().credit_limit == -5
    assert open_waivers(letter.stream_id, now=company.now).rows() == [("10001", "range:credit_limit")]
    assert open_waivers(letter.stream_id, now=company.now + timedelta(days=31)).height == 0

    lift(waiver_id=waiver, user=user, now=company.now)

    assert open_waivers(letter.stream_id, now=company.now).height == 0
    company.write("erp/customers", f"10001;{DAY};Acme Pumpen GmbH;acme.de;Köln;50667;Weg 1;DE;;-6,00")
    company.sync()
    assert DeadLetter.objects.filter(state="open").count() == 1
    assert sorted(AuditEntry.objects.values_list("action", flat=True))[1:] == ["lifted a waiver", "waived a rule"]


def test_waiver_of_a_rule_counts_for_every_record(company: SmallCompany, letter: DeadLetter, user: User) -> None:
    waive_it(letter, company, user, every_record=True)
    company.write("erp/customers", f"10002;{DAY};Beta AG;beta.de;Bonn;53111;Weg 2;DE;;-7,00")

    company.sync()

    assert list(CanonicalAccount.objects.values_list("key", flat=True)) == ["10002"]


@pytest.mark.parametrize(("days", "reason"), [(-1, "agreed"), (1, " ")])
def test_waiver_needs_an_end_and_a_reason(
    company: SmallCompany, letter: DeadLetter, user: User, days: int, reason: str
) -> None:
    until = company.now + timedelta(days=days)
    with pytest.raises(ValidationError):
        waive(letter_id=letter.pk, until=until, reason=reason, user=user, now=company.now)


def test_edit_shows_its_diff_first_and_replay_takes_it(company: SmallCompany, letter: DeadLetter, user: User) -> None:
    payload = json.dumps(json.loads(letter.payload) | {"Limit": "50,00"})

    before = preview(letter.pk, now=company.now)
    after = preview(letter.pk, payload, now=company.now)

    assert (before.taken, after.taken) == (False, True)
    assert ("credit_limit", "", "50") in after.changes
    refused.edit(letter_id=letter.pk, payload=payload, reason="typing mistake", user=user, now=company.now)
    replay([letter.pk], clock=company.clock)
    assert CanonicalAccount.objects.get().credit_limit == 50
    letter.refresh_from_db()
    assert (letter.state, json.loads(letter.payload)["Limit"]) == ("replayed", "-5,00")


@pytest.mark.parametrize("payload", ["no json", "[1]", '{"Colour": "red"}'])
def test_edit_must_be_a_record_of_the_source(
    company: SmallCompany, letter: DeadLetter, user: User, payload: str
) -> None:
    with pytest.raises(refused.NotEditable):
        refused.edit(letter_id=letter.pk, payload=payload, reason="", user=user, now=company.now)


def test_left_to_the_source_it_closes_when_the_source_is_mended(
    company: SmallCompany, letter: DeadLetter, user: User
) -> None:
    refused.await_source(letter_id=letter.pk, reason="told the ERP team", user=user, now=company.now)
    company.write("erp/customers", "10001;2026-03-02T08:00:00Z;Acme Pumpen GmbH;acme.de;Köln;50667;Weg 1;DE;;5,00")

    company.sync()

    letter.refresh_from_db()
    assert (letter.state, letter.waits_for_source) == ("resolved", True)


def test_dismissed_is_settled(company: SmallCompany, letter: DeadLetter, user: User) -> None:
    refused.dismiss(letter_id=letter.pk, reason="test entry", user=user, now=company.now)

    with pytest.raises(refused.NotEditable, match="dismissed before"):
        refused.dismiss(letter_id=letter.pk, reason="again", user=user, now=company.now)
