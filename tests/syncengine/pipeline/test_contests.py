"""A system that keeps changing what another one owns is told so, with a proposed end to it."""

from __future__ import annotations

from syncengine.models import FieldContest
from syncengine.selectors.contests import list_contested
from tests.syncengine.pipeline.test_terms import DAY
from tests.syncengine.small_company import SmallCompany


def test_habit_is_told_and_a_single_change_is_not(company: SmallCompany) -> None:
    company.write("crm/accounts", f"C1,{DAY},,Acme Pumpen,+49 30 1,www.acme.de,Köln,50667,Weg 1,DE,")
    company.write("erp/customers", f"10001;{DAY};Acme Pumpen GmbH;acme.de;Köln;50667;Weg 1;DE;;5,00")
    company.sync()
    for hour, city in enumerate(("Bonn", "Ulm", "Ulm", "Jena"), start=9):
        at = f"2026-03-01T{hour:02}:00:00Z"
        company.write("crm/accounts", f"C1,{at},,Acme Pumpen,,www.acme.de,{city},50667,Weg 1,DE,")
        company.sync()
        times = FieldContest.objects.values_list("times", flat=True)
        assert list(times) == [{9: 1, 10: 2, 11: 2, 12: 3}[hour]]
        assert len(list_contested()) == (hour == 12)

    (found,) = list_contested()

    assert (found.source, found.field, found.owner, found.records, found.times) == ("CRM", "City", "ERP", 1, 3)
    assert found.proposal == "Make the field read-only in CRM, or put CRM before ERP in the rule."
