"""Quality: who keeps which rule, weighed by revenue, once a day, healed when the source is mended."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from accounts.models import Account, AccountSummary
from syncengine.models import Quality
from syncengine.quality import measure_all
from syncengine.selectors.quality import list_quality
from tests.syncengine.pipeline.test_terms import DAY, edit
from tests.syncengine.small_company import SmallCompany

HOLD = "{rule: range, field: credit_limit, min: 0, severity: hold}"
WITHOUT = f"10001;{DAY};Acme GmbH;acme.de;Köln;50667;Weg 1;DE;;5,00"
WITH = f"10001;{DAY};Acme GmbH;acme.de;Köln;50667;Weg 1;DE;DE136695976;5,00"
OTHER = f"10002;{DAY};Beta AG;beta.de;Bonn;53111;Weg 2;DE;DE811907980;5,00"


def test_score_is_weighed_by_revenue_and_heals(company: SmallCompany) -> None:
    edit(company, "erp", HOLD, f"{HOLD}\n      - {{rule: required, field: tax_id, severity: warn}}")
    company.write("erp/customers", WITHOUT, OTHER)
    company.sync()
    AccountSummary.objects.filter(account=Account.objects.get(name="Acme GmbH")).update(revenue_ttm=Decimal(8000))
    measure_all(now=company.now)

    (erp,) = [found for found in list_quality(today=company.now.date()) if found.source == "erp"]

    assert erp.dimensions["completeness"] == 55.0  # of two rules of weight 10 each, 9 fail one
    assert [(rule.rule, rule.failed, rule.checked) for rule in erp.worst] == [("required:tax_id", 1, 2)]
    assert measure_all(now=company.now) == 0

    company.pass_time(24)
    company.write("erp/customers", WITH, OTHER)
    company.sync()
    measure_all(now=company.now)

    (erp,) = [found for found in list_quality(today=company.now.date()) if found.source == "erp"]
    assert (erp.dimensions["completeness"], erp.worst, len(erp.trend)) == (100.0, [], 2)
    assert Quality.objects.filter(rule="required:tax_id").count() == 2
    assert list_quality(today=company.now.date() - timedelta(days=400)) == []
