"""What a merge would make of a customer is what publishing has made of it, with a word on every field."""

from __future__ import annotations

from accounts.models import Account, AccountCrosswalk
from syncengine.selectors.previews import Survivor, preview_values
from tests.syncengine.resolution.test_decisions import CRM, ERP
from tests.syncengine.small_company import SmallCompany


def test_a_preview_tells_the_golden_values_and_that_nobody_tells_the_others(company: SmallCompany) -> None:
    company.write("crm/accounts", CRM)
    company.write("erp/customers", ERP)
    company.sync()
    account = Account.objects.get()
    records = list(AccountCrosswalk.objects.values_list("pk", flat=True))
    told = preview_values(records, now=company.now)
    assert {name: told[name].value for name in ("name", "city", "email", "duns")} == {
        name: getattr(account, name) for name in ("name", "city", "email", "duns")
    }
    assert told["name"].record_id in records
    assert told["duns"] == Survivor(None, None, "")
