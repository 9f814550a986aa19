"""Reasons written alone are the very ones that weighing the whole customer gives."""

from __future__ import annotations

from itertools import product

import pytest

from accounts.catalogue import load
from accounts.frames import execute, rows
from accounts.models import Account, Change
from accounts.models.change import LINEAGE_CODE
from syncengine.landing import POLICY_CAUSE, REASONS_CAUSE
from syncengine.models import CanonicalAccount, Dirty
from syncengine.policies.apply import apply_folder
from syncengine.steward.pins import pin_value
from syncengine.survivorship import RULES
from tests.factories import UserFactory
from tests.syncengine.small_company import SURVIVORSHIP, SmallCompany

pytestmark = pytest.mark.django_db
DAY = "2026-03-01T08:00:00Z"
NAME = "name: {strategy: system_of_record, order: [crm, erp]}"
FIRMS = (
    "Acme Pumpen", "Brandt Ventile", "Celler Stahl", "Dorn Optik", "Ebert Textil", "Falk Druck", "Gerber Glas",
    "Hansen Reederei", "Ihle Papier", "Jansen Holz", "Kessler Technik", "Lorenz Chemie",
)
OTHER_RULES = (
    (NAME, "name: {strategy: system_of_record, order: [erp, crm]}"),
    (NAME, "name: {strategy: longest}"),
    (NAME, f"{NAME}\n      phone: {{strategy: longest}}\n      street: {{strategy: longest, order: [crm, erp]}}"),
    (NAME, "name: {strategy: manual, order: [erp, crm]}"),
)  # fmt: skip
STANDING = (
    "SELECT a.id, a.name, a.street, a.postcode, a.disputed, l.sources, l.keys, l.winners, l.rules "
    "FROM accounts_account a JOIN accounts_accountlineage l ON l.account_id = a.id ORDER BY a.id"
)


@pytest.fixture
def told_twice(company: SmallCompany) -> SmallCompany:
    """Customers of two systems that agree or not on name and street, or of which one says nothing."""
    crm, erp = [], []
    cases = product(("", " GmbH"), ("Weg {0}", "Weg {0}a", ""), ("Weg {0}", ""))
    for n, (form, street, other) in enumerate(cases, start=10):
        name, site = FIRMS[n - 10], FIRMS[n - 10].split()[0].lower()
        crm.append(f"C{n},{DAY},,{name},+49 30 {n}77{n},www.{site}.de,Köln,506{n},{street.format(n)},DE,")
        erp.append(f"{n};{DAY};{name}{form};{site}.de;Köln;506{n};{other.format(n)};DE;;5,00")
    company.write("crm/accounts", *crm)
    company.write("erp/customers", *erp)
    company.sync()
    assert Account.objects.filter(record_count=2).count() == len(crm)
    return company


def change_rules(company: SmallCompany, before: str, after: str) -> list[str]:
    """Put another rule in force; what is queued by it, cause by cause."""
    file = company.folder / "policies" / "survivorship.yaml"
    file.write_text(SURVIVORSHIP.replace(before, after), encoding="utf-8")
    apply_folder(file.parent, by=None, now=company.clock())
    return list(Dirty.objects.order_by("pk").values_list("cause", flat=True))


def weigh_everybody(company: SmallCompany) -> list[tuple[object, ...]]:
    """What stands once every customer has been weighed whole."""
    execute(
        "INSERT INTO syncengine_dirty (object, record_id, cause, landed_at) "
        "SELECT %s, id, %s, %s FROM accounts_accountcrosswalk",
        [load()["account"].code, POLICY_CAUSE, company.now],
    )
    company.publish()
    return rows(STANDING)


@pytest.mark.parametrize("rule", OTHER_RULES)
def test_other_rules_leave_what_weighing_everybody_gives(told_twice: SmallCompany, rule: tuple[str, str]) -> None:
    pinned = CanonicalAccount.objects.get(key="C12")
    code = load()["account"].fields["name"].code
    pin_value(record_id=pinned.crosswalk_id, field=code, from_record=None, value="Celler",
              user=UserFactory(role="steward"), now=told_twice.now, reason="so it says on the door")  # fmt: skip
    weigh_everybody(told_twice)
    before = rows(STANDING)

    queued = change_rules(told_twice, *rule)
    told_twice.publish()
    after = rows(STANDING)

    assert any(cause.startswith(REASONS_CAUSE) for cause in queued)
    assert (after != before, after == weigh_everybody(told_twice)) == (True, True)


def test_a_reason_alone_leaves_the_customer_and_keeps_what_was(told_twice: SmallCompany) -> None:
    agreed = dict(Account.objects.filter(lineage__isnull=False).values_list("pk", "changed_at"))
    before, moment = {row[0]: row[1:] for row in rows(STANDING)}, told_twice.clock()

    queued = change_rules(told_twice, *OTHER_RULES[0])
    told_twice.publish()

    moved = {row[0] for row in rows(STANDING) if row[1:] != before[row[0]] and row[1] == before[row[0]][0]}
    unchanged = dict(Account.objects.filter(pk__in=moved).values_list("pk", "changed_at"))
    kept = Change.objects.filter(changed_at__gt=moment, row_id__in=moved).values_list("object", flat=True)
    assert len(moved) == queued.count(f"{REASONS_CAUSE}{load()['account'].fields['name'].code}") == 6
    assert unchanged == {pk: agreed[pk] for pk in moved}
    assert list(kept) == [load()["account"].code + LINEAGE_CODE] * 6


def test_arrays_from_before_a_field_was_declared_are_lengthened(told_twice: SmallCompany) -> None:
    code = load()["account"].fields["name"].code
    whole = {row[0]: (row[7][:code], row[8][:code]) for row in weigh_everybody(told_twice)}
    cut = "UPDATE accounts_accountlineage SET winners = winners[1:%s], rules = rules[1:%s]"
    execute(cut, [code - 1, code - 1])

    change_rules(told_twice, *OTHER_RULES[0])
    told_twice.publish()

    alone = {row[0]: (row[7], row[8]) for row in rows(STANDING) if len(row[7]) == code}
    assert len(alone) == 6
    assert {rules[-1] for _, rules in alone.values()} == {RULES["system_of_record"]}
    assert [pk for pk, (winners, _) in alone.items() if winners[-1] in (0, whole[pk][0][-1])] == []


def test_a_value_that_changes_meanwhile_is_left_to_its_own_publish(told_twice: SmallCompany) -> None:
    change_rules(told_twice, *OTHER_RULES[0])
    told_twice.pass_time()
    told_twice.write("erp/customers", "10;2026-03-02T12:00:00Z;Acme Systems;acme.de;Köln;50610;Weg 10;DE;;5,00")
    told_twice.sync()

    found = rows(STANDING)

    assert "Acme Systems" in [row[1] for row in found]
    assert found == weigh_everybody(told_twice)
