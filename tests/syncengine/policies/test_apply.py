"""Applying, planning and pulling, on a real database."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django_celery_beat.models import PeriodicTask

from accounts.models import (
    Account,
    AccountLineage,
    AccountSearch,
    AccountSummary,
    AuditEntry,
    CurrencyRate,
    Source,
    SourceState,
    Territory,
)
from syncengine.models import Dirty, PolicyVersion, Stream
from syncengine.policies import current_policies
from syncengine.policies.apply import BASE_FILE, PolicyMistakes, StaleBase, apply_folder, pull
from syncengine.policies.plan import plan_folder
from tests.syncengine.policies.files import HEAD
from tests.syncengine.small_company import SmallCompany

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
DAY = "2026-03-01T08:00:00Z"
REFERENCE = """\
base_currency: EUR
rates: [{currency: USD, date: 2026-01-01, rate: 0.9}]
territories: [{code: dach, label: DACH, countries: [DE]}]
"""

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one source and reference tables."""
    path = tmp_path / "policies"
    path.mkdir()
    (path / "crm.yaml").write_text(HEAD + "    schedule: 5 minutes\n", encoding="utf-8")
    (path / "reference.yaml").write_text(REFERENCE, encoding="utf-8")
    return path


def edit(folder: Path, name: str, before: str, after: str) -> None:
    """Change a policy file."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def run(*arguments: str) -> str:
    """What `manage.py policies` prints."""
    out = io.StringIO()
    call_command("policies", *arguments, stdout=out)
    return out.getvalue()


def test_apply_makes_a_version_with_its_rows(folder: Path) -> None:
    version = apply_folder(folder, by=None, now=NOW, note="first")
    assert current_policies().number == version.number
    source, stream = Source.objects.get(), Stream.objects.get()
    assert (source.name, source.label, source.system) == ("crm", "CRM", "crm")
    assert (stream.source, stream.name, stream.object, stream.active) == (source, "accounts", "account", True)
    task = PeriodicTask.objects.get(task="syncengine.sync_stream")
    assert (task.enabled, json.loads(task.kwargs)) == (True, {"stream_id": stream.pk})
    assert task.interval is not None
    assert task.interval.every == 300
    assert SourceState.objects.get().target_seconds == 7200
    assert Territory.objects.get().countries == ["DE"]
    rates = dict(CurrencyRate.objects.values_list("currency", "rate"))
    assert rates == {"EUR": Decimal(1), "USD": Decimal("0.9")}
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.row_id, entry.detail) == (
        "applied policies",
        version.number,
        {"base": None, "note": "first"},
    )


def test_apply_again_changes_nothing(folder: Path) -> None:
    first = apply_folder(folder, by=None, now=NOW)
    assert apply_folder(folder, by=None, now=NOW) == first
    assert (PolicyVersion.objects.count(), AuditEntry.objects.count()) == (1, 1)


def test_apply_refuses_mistakes_and_leaves_everything(folder: Path) -> None:
    edit(folder, "crm.yaml", "label: CRM", "lable: CRM")
    with pytest.raises(PolicyMistakes) as caught:
        apply_folder(folder, by=None, now=NOW)
    assert str(caught.value) == "crm.yaml:2: the file does not know `lable`; did you mean “label”?"
    assert not PolicyVersion.objects.exists()


def test_numbers_stay_and_what_is_gone_rests(folder: Path) -> None:
    apply_folder(folder, by=None, now=NOW)
    known = (Source.objects.get().pk, Stream.objects.get().pk)
    (folder / "crm.yaml").rename(folder / "crm.off")
    apply_folder(folder, by=None, now=NOW)
    assert (Source.objects.get().retired_at, Stream.objects.get().active) == (NOW, False)
    assert not PeriodicTask.objects.filter(task="syncengine.sync_stream").exists()
    assert SourceState.objects.get().state == "paused"
    (folder / "crm.off").rename(folder / "crm.yaml")
    apply_folder(folder, by=None, now=NOW)
    assert (Source.objects.get().pk, Stream.objects.get().pk) == known
    assert (Source.objects.get().retired_at, Stream.objects.get().active) == (None, True)


def test_stream_cannot_become_another_object(folder: Path) -> None:
    apply_folder(folder, by=None, now=NOW)
    edit(folder, "crm.yaml", "object: account", "object: contact")
    edit(folder, "crm.yaml", ', currency: Cur, credit_limit: {from: Limit, decimal: ","}', "")
    with pytest.raises(PolicyMistakes, match="the stream accounts holds account records, not contact"):
        apply_folder(folder, by=None, now=NOW)
    assert PolicyVersion.objects.count() == 1


def test_stale_base_is_refused(folder: Path, tmp_path: Path) -> None:
    first = apply_folder(folder, by=None, now=NOW)
    mine = tmp_path / "mine"
    mine.mkdir()
    assert pull(mine) == first
    edit(folder, "crm.yaml", "label: CRM", "label: Sales")
    second = apply_folder(folder, by=None, now=NOW)
    edit(mine, "crm.yaml", "label: CRM", "label: Mine")
    with pytest.raises(StaleBase):
        apply_folder(mine, by=None, now=NOW)
    pull(mine)
    edit(mine, "crm.yaml", "label: Sales", "label: Mine")
    third = apply_folder(mine, by=None, now=NOW)
    assert third.base == second.number
    assert (mine / BASE_FILE).read_text(encoding="utf-8") == f"{third.number}\n"


def test_changed_mapping_has_the_stream_read_anew(folder: Path) -> None:
    apply_folder(folder, by=None, now=NOW)
    Stream.objects.update(watermark="w")
    edit(folder, "crm.yaml", "label: CRM", "label: Sales")
    apply_folder(folder, by=None, now=NOW)
    assert Stream.objects.get().watermark == "w"
    edit(folder, "crm.yaml", "currency: Cur", "currency: Currency")
    assert plan_folder(folder, now=NOW).read_anew == (("crm", "accounts"),)
    apply_folder(folder, by=None, now=NOW)
    assert Stream.objects.get().watermark is None


def two_sources_disagree(company: SmallCompany, crm: str = "", erp: str = "") -> Path:
    """One customer that both systems name, differently; and more rows."""
    company.write("crm/accounts", f"C1,{DAY},,Acme Pumpen,+49 30 1,www.acme.de,Köln,50667,Weg 1,DE,", crm)
    company.write("erp/customers", f"10001;{DAY};Acme Pumpen GmbH;acme.de;Köln;50667;Weg 1;DE;;5,00", erp)
    company.sync()
    return company.folder / "policies"


def test_plan_tells_golden_values_and_apply_brings_them(company: SmallCompany) -> None:
    folder = two_sources_disagree(company)
    assert list(Account.objects.values_list("name", flat=True)) == ["Acme Pumpen"]
    edit(folder, "survivorship.yaml", "order: [crm, erp]", "order: [erp, crm]")
    plan = plan_folder(folder, now=company.now)
    assert [(c.object, c.field, c.count, c.samples) for c in plan.golden] == [
        ("account", "name", 1, (("Acme Pumpen GmbH", "Acme Pumpen", "Acme Pumpen GmbH"),))
    ]
    assert [(d.kind, d.place) for d in plan.differences] == [
        ("changed", "survivorship.account.fields.name.order")
    ]
    assert not Dirty.objects.exists()
    apply_folder(folder, by=None, now=company.now)
    company.publish()
    assert list(Account.objects.values_list("name", flat=True)) == ["Acme Pumpen GmbH"]


def test_other_rules_renew_the_figures_of_those_whose_values_change(company: SmallCompany) -> None:
    stale = date(2020, 1, 1)
    folder = two_sources_disagree(
        company,
        f"C2,{DAY},,Brandt Ventile,+49 30 2,www.brandt.de,Bonn,53111,Weg 2,DE,",
        f"10002;{DAY};Brandt Ventile;brandt.de;Bonn;53111;Weg 2;DE;;5,00",
    )
    AccountSummary.objects.update(computed_date=stale)
    AccountSearch.objects.filter(account__name="Acme Pumpen").update(numbers="10001 and what was here before")
    edit(folder, "survivorship.yaml", "order: [crm, erp]", "order: [erp, crm]")

    version = apply_folder(folder, by=None, now=company.now)
    company.publish()

    told = AccountSummary.objects.order_by("account__name").values_list("account__name", "computed_date")
    assert [(name, on == stale) for name, on in told] == [("Acme Pumpen GmbH", False), ("Brandt Ventile", True)]
    assert set(AccountLineage.objects.values_list("policy_version", flat=True)) == {version.number}
    assert AccountSearch.objects.filter(numbers__endswith="was here before").count() == 1


def test_command_checks_applies_plans_and_pulls(folder: Path, tmp_path: Path) -> None:
    assert run("check", str(folder)) == "  CRM: accounts\n✓ No mistakes.\n"
    number = int(run("apply", str(folder), "--note", "go").split()[2])
    assert run("plan", str(folder)) == f"Nothing differs from version {number}.\n"
    edit(folder, "crm.yaml", "label: CRM", "label: Sales")
    assert "sources.crm.label  CRM → Sales\n" in run("plan", str(folder))
    run("pull", str(tmp_path / "pulled"))
    assert sorted(p.name for p in (tmp_path / "pulled").iterdir()) == [
        BASE_FILE,
        "crm.yaml",
        "reference.yaml",
    ]


def test_command_tells_every_mistake_and_fails(folder: Path) -> None:
    edit(folder, "crm.yaml", "label: CRM", "lable: CRM")
    edit(folder, "crm.yaml", "name: Name", "nmae: Name")
    with pytest.raises(CommandError, match="2 mistakes; nothing was applied"):
        run("apply", str(folder))
