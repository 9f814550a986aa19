"""Guards in a run: what fired is kept with it, and too many merges at once are stopped and asked about."""

from __future__ import annotations

import pytest

from accounts.models import Tolerance, User
from syncengine.models import Firing, Hold, MatchVersion, Move, Run, StewardTask, Stop
from syncengine.selectors.guards import get_stop, list_fired
from syncengine.steward.decisions import undo
from syncengine.steward.stops import settle_stop
from tests.syncengine.resolution.test_decisions import CRM, ERP, FAR_CRM, later, owner
from tests.syncengine.small_company import SmallCompany


@pytest.fixture
def ann(db: None) -> User:
    return User.objects.create_user("ann@example.org", "a-long-password", role="steward")


def stopped(company: SmallCompany) -> StewardTask:
    """Two customers that a change would merge, in a company that lets no run merge any by itself."""
    company.write("crm/accounts", FAR_CRM)
    company.write("erp/customers", ERP)
    company.sync()
    Tolerance.objects.create(name="guard_run", percent=0, amount=0)
    company.write("crm/accounts", later(CRM))
    company.sync()
    return StewardTask.objects.get(kind="guard")


def test_too_many_merges_are_stopped_and_asked_about_once(company: SmallCompany) -> None:
    task = stopped(company)
    stop = Stop.objects.get()
    assert (task.reason, stop.merges, stop.records) == (stop.sentence, 1, 1)
    assert stop.sentence == "1 of 2 records would change their customer in one run; above 0 a person decides."
    assert (owner("C1") != owner("10001"), Move.objects.count()) == (True, 0)


def test_what_a_person_lets_through_merges_and_can_be_taken_back(company: SmallCompany, ann: User) -> None:
    task = stopped(company)
    assert settle_stop(task=task, act="allow", user=ann, now=company.clock()) == 1
    company.publish()
    merged = owner("C1") == owner("10001")
    undo(task=StewardTask.objects.get(pk=task.pk), user=ann, now=company.clock())
    company.publish()
    assert (merged, owner("C1") == owner("10001")) == (True, False)
    assert [t.state for t in StewardTask.objects.filter(kind="guard")] == ["open"]


def test_stopped_merges_are_asked_one_by_one_or_stay_apart(company: SmallCompany, ann: User) -> None:
    task = stopped(company)
    settle_stop(task=task, act="single", user=ann, now=company.clock())
    company.publish()
    single = StewardTask.objects.get(kind="guard", state="open")
    undo(task=task, user=ann, now=company.clock())
    company.publish()
    single.refresh_from_db()
    settle_stop(task=task, act="apart", user=ann, now=company.clock())
    company.publish()
    assert (single.state, owner("C1") != owner("10001"), Hold.objects.get().state) == ("obsolete", True, "open")
    assert not StewardTask.objects.filter(kind="guard", state="open").exists()


def test_a_stop_goes_when_its_merges_are_asked_for_no_more(company: SmallCompany) -> None:
    stopped(company)
    company.write("crm/accounts", later(FAR_CRM.replace("Acme Pumpen", "Borealis"), 10))
    company.sync()
    assert (Stop.objects.get().state, StewardTask.objects.get(kind="guard").state) == ("obsolete", "obsolete")


def test_guards_that_fire_are_kept_with_the_run(company: SmallCompany, ann: User) -> None:
    Tolerance.objects.create(name="guard_key", amount=2)
    names = ("Acme", "Borealis", "Cygnus", "Dorado")
    lines = [f"C{n},2026-03-01T08:00:00Z,,{name},+49 221 111,,,,,DE," for n, name in enumerate(names)]
    company.write("crm/accounts", "\n".join(lines))
    company.sync()
    fired = list_fired(ann)
    assert [(row.label, row.subject, row.records) for row in fired] == [("Value that too many share", "phone", 4)]
    assert list_fired(ann, run=Run.objects.get(pk=fired[0].run_id)) == fired
    company.write("crm/accounts", later("C9,2026-03-01T08:00:00Z,,Zeta,+49 221 111,,,,,DE,"))
    company.sync()
    again = list_fired(ann)
    assert [(row.subject, row.run_id > fired[0].run_id) for row in again] == [("phone", True)]


def test_placeholders_are_named_only_to_who_sees_the_values(company: SmallCompany, ann: User) -> None:
    run = Run.objects.create(kind="publish", started_at=company.now)
    Firing.objects.create(run=run, guard="placeholder", subject="tax:811907980", records=30, sentence="Told 30 times.")
    operator = User.objects.create_user("ops@example.org", "a-long-password", role="operator")
    assert [row.subject for row in list_fired(ann)] == ["tax:811907980"]
    assert [row.subject for row in list_fired(operator)] == [""]


def test_changed_limits_resolve_everything_anew(company: SmallCompany) -> None:
    company.write("crm/accounts", CRM)
    company.write("erp/customers", ERP)
    company.sync()
    before = (owner("C1") == owner("10001"), MatchVersion.objects.get().limits["automatic"])
    Tolerance.objects.create(name="match_automatic", percent=100)
    company.write("crm/accounts", later("C2,2026-03-01T08:00:00Z,,Zeta,,,Bonn,53111,Weg 9,DE,"))
    company.sync()
    assert (before, MatchVersion.objects.get().limits["automatic"]) == ((True, 0.98), 1.0)


def test_only_who_sees_evidence_sees_a_stop(company: SmallCompany, ann: User) -> None:
    task = stopped(company)
    marketer = User.objects.create_user("mia@example.org", "a-long-password", role="marketing")
    seen = get_stop(ann, task.evidence["stop"])
    assert (seen is not None and len(seen.holds), get_stop(marketer, task.evidence["stop"])) == (1, None)
