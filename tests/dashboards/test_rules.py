"""The rules page: edited, checked, planned, approved by somebody else, applied; and the data dictionary."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.catalogue import roles
from accounts.models import User
from syncengine.models import PolicyDraft, PolicyVersion, Quality, StewardTask, Stream
from syncengine.policies import current_policies
from syncengine.policies.drafts import apply_draft, plan_draft
from tests.syncengine.small_company import SmallCompany, make_small_company

Login = Callable[[str], Client]


@pytest.fixture
def company(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallCompany:
    """A company with rules in force."""
    monkeypatch.setenv("PORTAL_HOME", str(tmp_path))
    return make_small_company(tmp_path)


def step(client: Client, draft: PolicyDraft, act: str, **data: str) -> None:
    client.post(f"/rules/drafts/{draft.pk}/{act}/", data)
    draft.refresh_from_db()


def begun(client: Client) -> PolicyDraft:
    """A new draft with another order of systems."""
    client.post("/rules/drafts/")
    draft = PolicyDraft.objects.get()
    text = draft.documents["survivorship.yaml"].replace("order: [crm, erp]", "order: [erp, crm]")
    step(client, draft, "save", file="survivorship.yaml", text=text, note="The ERP knows names")
    return draft


def planned(client: Client, draft: PolicyDraft) -> None:
    """What the worker does after the page asked for a plan."""
    plan_draft(draft_id=draft.pk, now=timezone.now())
    draft.refresh_from_db()


@pytest.mark.parametrize("role", list(roles()))
def test_rules_are_for_those_whose_work_they_are(login: Login, company: SmallCompany, role: str) -> None:
    status = 200 if role in ("steward", "operator", "administrator") else 403
    assert login(role).get("/rules/").status_code == status


def test_draft_goes_through_four_steps_and_two_people(login: Login, company: SmallCompany) -> None:
    author, other = login("steward"), login("administrator")
    draft = begun(author)
    assert (draft.state, draft.note) == ("draft", "The ERP knows names")
    planned(author, draft)
    page = author.get(f"/rules/drafts/{draft.pk}/").content.decode()
    assert "A second person approves it" in page
    step(author, draft, "approve")
    assert draft.state == "planned"
    step(other, draft, "approve", reason="fine")
    assert (draft.state, draft.judged_by.role) == ("approved", "administrator")

    user = User.objects.get(role="steward")
    apply_draft(draft_id=draft.pk, user=user, now=timezone.now())

    draft.refresh_from_db()
    version = PolicyVersion.objects.latest("number")
    assert (draft.state, draft.version, version.note) == ("applied", version, "The ERP knows names")
    assert current_policies().survivorship["account"].fields["name"].order == ("erp", "crm")
    assert "In force" in author.get(f"/rules/versions/{version.number}/").content.decode()
    packed = zipfile.ZipFile(io.BytesIO(author.get(f"/rules/versions/{version.number}/documents.zip").content))
    assert {name: packed.read(name).decode() for name in packed.namelist()} == {
        **version.documents, ".base": f"{version.number}\n",
    }  # fmt: skip


def test_a_plan_is_a_card_for_a_second_person_alone(login: Login, company: SmallCompany) -> None:
    author, other = login("steward"), login("administrator")
    draft = begun(author)
    planned(author, draft)
    task = StewardTask.objects.get(draft=draft)
    statuses = [author.get(f"/queue/{task.pk}/").status_code, login("finance").get(f"/queue/{task.pk}/").status_code]
    card = other.get(f"/queue/{task.pk}/").content.decode()
    for answer in ({"act": "approve"}, None, {"act": "reject", "reason": "Not yet"}, None):
        path = f"/queue/{task.pk}/" + ("settle/" if answer else "undo/")
        other.post(path, answer or {})
        draft.refresh_from_db()
        statuses.append(draft.state)

    assert statuses == [404, 404, "approved", "planned", "rejected", "planned"]
    assert ["What applying would change" in card, "The ERP knows names" in card] == [True, True]
    assert StewardTask.objects.get(draft=draft).state == "open"


def test_mistakes_are_told_with_their_line_and_edits_undo_approval(login: Login, company: SmallCompany) -> None:
    author = login("steward")
    draft = begun(author)
    planned(author, draft)
    step(author, draft, "save", file="survivorship.yaml", text="survivorship:\n  acount: {}\n", note="x")

    page = author.get(f"/rules/drafts/{draft.pk}/").content.decode()

    assert "survivorship.yaml, line 2" in page
    assert (draft.state, draft.plan) == ("draft", None)


def test_operator_reads_but_does_not_edit_or_approve(login: Login, company: SmallCompany) -> None:
    operator = login("operator")
    operator.post("/rules/drafts/")
    assert not PolicyDraft.objects.exists()
    draft = begun(login("steward"))
    planned(operator, draft)
    step(operator, draft, "approve")
    assert draft.state == "planned"
    assert operator.get(f"/rules/drafts/{draft.pk}/").status_code == 200


def test_rejected_with_a_reason(login: Login, company: SmallCompany) -> None:
    draft = begun(login("steward"))
    planned(Client(), draft)
    other = login("administrator")
    step(other, draft, "reject")
    assert draft.state == "planned"
    step(other, draft, "reject", reason="CRM knows better")
    assert (draft.state, draft.reason) == ("rejected", "CRM knows better")


def test_earlier_version_is_proposed_again(login: Login, company: SmallCompany) -> None:
    number = PolicyVersion.objects.get().number
    login("steward").post("/rules/drafts/", {"version": str(number)})
    assert PolicyDraft.objects.get().note == f"back to version {number}"


def test_list_takes_as_many_queries_for_three_drafts_as_for_one(login: Login, company: SmallCompany) -> None:
    client = login("steward")
    counts = []
    client.get("/rules/")  # reads the rules in force once
    for _ in range(2):
        client.post("/rules/drafts/")
        client.get("/rules/")  # shows what was said after posting
        with CaptureQueriesContext(connection) as captured:
            client.get("/rules/")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_dictionary_is_rendered_from_catalogue_and_rules(login: Login, company: SmallCompany) -> None:
    page = login("sales").get("/dictionary/?object=account&q=legal name").content.decode()
    assert "The registered name of the company" in page


def test_quality_of_the_sources_is_told_with_what_costs_most(login: Login, company: SmallCompany) -> None:
    today = timezone.now()
    stream = Stream.objects.get(name="customers")
    for days, failed in ((1, 4), (0, 1)):
        at = today - timedelta(days=days)
        Quality.objects.create(
            stream=stream, rule="required:tax_id", dimension="completeness", sentence="Tax id must be given",
            day=at.date(), measured_at=at, checked=10, failed=failed, weight=10, failed_weight=failed,
        )  # fmt: skip

    page = login("steward").get("/rules/").content.decode()

    assert ("90.0 %" in page, "ERP customers: 1 of 10" in page, 'href="/sync/erp/"' in page) == (True, True, True)
    # Who may not see runs is led to no page that would refuse them.
    page = login("administrator").get("/rules/").content.decode()
    assert ("90.0 %" in page, "/sync/erp/" in page) == (True, False)


def test_a_file_is_added_from_a_preset_and_taken_out(login: Login, company: SmallCompany) -> None:
    author = login("steward")
    author.post("/rules/drafts/")
    draft = PolicyDraft.objects.get()
    before = set(draft.documents)

    step(author, draft, "add", file="shop.yaml", preset="sql")
    added = author.get(f"/rules/drafts/{draft.pk}/?file=shop.yaml").content.decode()
    shop = draft.documents["shop.yaml"]
    for wrong in ({"file": "Shop"}, {"file": "shop.yaml"}, {"file": "new.yaml", "preset": "../secret"}):
        step(author, draft, "add", **wrong)
    refused = set(draft.documents)
    step(author, draft, "remove", file="crm.yaml")
    page = author.get(f"/rules/drafts/{draft.pk}/").content.decode()

    assert ("ERP_DATABASE_URL" in added, "shop.yaml, line" in added) == (True, True)  # erp is declared already
    assert (shop.startswith("# Tables"), refused - before) == (True, {"shop.yaml"})
    assert set(draft.documents) == before - {"crm.yaml"} | {"shop.yaml"}
    assert "Taken out: crm.yaml" in page


def test_a_source_is_declared_in_an_empty_portal(login: Login, db: None) -> None:
    author = login("administrator")
    first = author.get("/rules/").content.decode()
    author.post("/rules/drafts/")
    draft = PolicyDraft.objects.get()
    empty = author.get(f"/rules/drafts/{draft.pk}/").content.decode()

    step(author, draft, "add", file="crm.yaml", preset="files")
    planned(author, draft)

    assert ("Declare a source" in first, "No file yet" in empty) == (True, True)
    assert (draft.state, list(draft.documents)) == ("planned", ["crm.yaml"])


def test_readers_of_rules_add_no_files(login: Login, company: SmallCompany) -> None:
    login("steward").post("/rules/drafts/")
    draft = PolicyDraft.objects.get()

    step(login("operator"), draft, "add", file="shop.yaml", preset="sql")

    assert "shop.yaml" not in draft.documents
