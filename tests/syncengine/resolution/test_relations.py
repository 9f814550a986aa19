"""Relations are proposed from what two customers share, confirmed by people, and rolled up once each."""

from __future__ import annotations

from decimal import Decimal

import pytest

from accounts.models import Account, AccountCrosswalk, AccountSummary, Order, Relation, User
from accounts.selectors.group import get_group
from syncengine.models import StewardTask
from syncengine.policies.apply import apply_folder
from syncengine.steward.decisions import decide_duplicate
from syncengine.steward.relations import propose_relations
from tests.syncengine.resolution.test_decisions import ERP, owner
from tests.syncengine.small_company import ERP as ERP_POLICY
from tests.syncengine.small_company import SmallCompany

SISTER = "C1,2026-03-01T08:00:00Z,,Borealis Glas,,www.acme-pumpen.de,Hamburg,20095,Am Kai 4,DE,"


@pytest.fixture
def ann(db: None) -> User:
    return User.objects.create_user("ann@example.org", "a-long-password", role="steward")


def asked() -> list[tuple[str, str, str]]:
    found = StewardTask.objects.filter(kind="relation").order_by("pk")
    return [(task.state, task.reason, task.evidence.get("relation", "")) for task in found]


def two(company: SmallCompany) -> None:
    company.write("crm/accounts", SISTER)
    company.write("erp/customers", ERP)
    company.sync()


def test_customers_of_one_domain_are_proposed_once_and_closed_when_it_goes(company: SmallCompany) -> None:
    two(company)
    words = "Same web or mail domain, and yet two customers: rather one group"
    assert (propose_relations(now=company.clock()), propose_relations(now=company.clock())) == (1, 0)
    assert asked() == [("open", words, "")]
    company.write("crm/accounts", SISTER.replace("www.acme-pumpen.de", "borealis.example").replace("T08", "T09"))
    company.sync()
    still = asked()[0][0]
    propose_relations(now=company.clock())
    assert (still, asked()[0][0]) == ("open", "obsolete")


def test_a_confirmed_parent_makes_a_group_whose_sums_count_each_once(company: SmallCompany, ann: User) -> None:
    two(company)
    propose_relations(now=company.clock())
    task = StewardTask.objects.get(kind="relation")
    decide_duplicate(task=task, kind="related", relation="parent", user=ann, now=company.clock())
    company.publish()
    AccountSummary.objects.update(revenue_ttm=Decimal(100))
    reader = User.objects.create_user("eve@example.org", "a-long-password", role="executive")
    group = get_group(reader, Account.objects.get(pk=owner("C1")))
    assert group is not None
    assert ([node.depth for node in group.nodes], group.sums["revenue_ttm"]) == ([0, 1], Decimal(200))
    assert (Relation.objects.get().kind, propose_relations(now=company.clock())) == ("parent", 0)


def test_who_pays_for_another_is_proposed_as_such(company: SmallCompany, ann: User) -> None:
    company.write("crm/accounts", SISTER.replace("www.acme-pumpen.de", "borealis.example"))
    company.write("erp/customers", ERP)
    company.write("erp/orders", "\n".join(f"A{n};2026-03-01T08:00:00Z;;10001;2026-02-01;100,50;USD" for n in range(3)))
    company.sync()
    assert propose_relations(now=company.clock()) == 0
    Order.objects.update(bill_to_ref=AccountCrosswalk.objects.get(key="C1"))
    assert propose_relations(now=company.clock()) == 1
    assert asked() == [("open", "3 orders of a year are billed to the other", "bill_to")]
    task = StewardTask.objects.get(kind="relation")
    decide_duplicate(task=task, kind="related", relation="bill_to", turned=task.evidence["turned"], user=ann,
                     now=company.clock())  # fmt: skip
    company.publish()
    found = Relation.objects.get()
    assert (found.account_id, found.other_account_id, found.kind) == (owner("10001"), owner("C1"), "bill_to")


def test_two_customers_under_one_tax_number_are_proposed_as_kin(company: SmallCompany) -> None:
    """One number told in two countries merges nobody by itself: abroad it is rather a company of its own."""
    company.write("crm/accounts", SISTER.replace("www.acme-pumpen.de", "borealis.example"))
    company.write(
        "erp/customers",
        "\n".join([
            ERP.replace("DE;;", "DE;DE136695976;"),
            "10002;2026-03-01T08:00:00Z;Zeta Rohre GmbH;zeta-rohre.at;Wien;1010;Ring 2;AT;DE136695976;5000,00",
        ]),
    )  # fmt: skip
    company.sync()
    assert owner("10001") != owner("10002")
    assert propose_relations(now=company.clock()) == 1
    words = "Same tax number, and yet two customers: rather a branch or a division"
    assert ("open", words, "parent") in asked()


@pytest.mark.parametrize(
    ("field", "number", "called"),
    [("registration_id", "HRB 12345", "register number"), ("duns", "315000554", "D-U-N-S number")],
)
def test_two_customers_under_one_registered_number_are_proposed_as_kin(
    company: SmallCompany, field: str, number: str, called: str
) -> None:
    apply_text(company, ERP_POLICY.replace("tax_id: Vat", f"{field}: Vat"))
    company.write(
        "erp/customers",
        "\n".join([
            ERP.replace("DE;;", f"DE;{number};"),
            f"10002;2026-03-01T08:00:00Z;Zeta Rohre GmbH;zeta-rohre.at;Wien;1010;Ring 2;AT;{number};5000,00",
        ]),
    )  # fmt: skip
    company.sync()
    assert owner("10001") != owner("10002")
    assert propose_relations(now=company.clock()) == 1
    assert asked() == [("open", f"Same {called}, and yet two customers: rather a branch or a division", "parent")]


def apply_text(company: SmallCompany, erp: str) -> None:
    """The ERP's policy as it is told here."""
    (company.folder / "policies" / "erp.yaml").write_text(erp, encoding="utf-8")
    apply_folder(company.folder / "policies", by=None, now=company.clock())


def test_a_branch_is_proposed_by_its_name_confirmed_and_rolled_up(company: SmallCompany, ann: User) -> None:
    told = SISTER.replace("Borealis Glas", "Acme Pumpen Bayern").replace("www.acme-pumpen.de", "")
    company.write("crm/accounts", told)
    company.write("erp/customers", ERP)
    company.sync()
    assert propose_relations(now=company.clock()) == 1
    assert asked() == [("open", "Its name is the other's with a place behind it", "branch")]
    task = StewardTask.objects.get(kind="relation")
    decide_duplicate(task=task, kind="related", relation="branch", turned=task.evidence["turned"], user=ann,
                     now=company.clock())  # fmt: skip
    company.publish()
    assert Relation.objects.values_list("account_id", "other_account_id", "kind").get() == (
        owner("C1"), owner("10001"), "branch",
    )  # fmt: skip
    AccountSummary.objects.update(revenue_ttm=Decimal(100))
    reader = User.objects.create_user("eve@example.org", "a-long-password", role="executive")
    group = get_group(reader, Account.objects.get(pk=owner("C1")))
    assert group is not None
    assert ([node.id for node in group.nodes], group.sums["revenue_ttm"]) == (
        [owner("10001"), owner("C1")], Decimal(200),
    )  # fmt: skip
    assert propose_relations(now=company.clock()) == 0


def test_who_receives_for_another_is_proposed_as_such(company: SmallCompany) -> None:
    company.write("crm/accounts", SISTER.replace("www.acme-pumpen.de", "borealis.example"))
    company.write("erp/customers", ERP)
    company.write("erp/orders", "\n".join(f"A{n};2026-03-01T08:00:00Z;;10001;2026-02-01;100,50;USD" for n in range(3)))
    company.sync()
    Order.objects.update(ship_to_ref=AccountCrosswalk.objects.get(key="C1"))
    assert propose_relations(now=company.clock()) == 1
    assert asked() == [("open", "3 orders of a year are sent to the other", "ship_to")]
