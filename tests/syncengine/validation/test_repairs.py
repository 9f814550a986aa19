"""What a wrong value was probably meant to be."""

from __future__ import annotations

from decimal import Decimal

import pytest

from accounts.catalogue import load
from syncengine.policies import Rule
from syncengine.validation.repairs import suggest

FIELDS = load()["account"].fields


@pytest.mark.parametrize(
    ("rule", "field", "value", "better"),
    [
        (Rule("format"), "email", "info(at)acme.de", "info@acme.de"),
        (Rule("format"), "email", "info@acme,de", "info@acme.de"),
        (Rule("format"), "email", "nobody", None),
        (Rule("format"), "phone", "0049 (0)30 / 12 34 56", "+4930123456"),
        (Rule("format"), "website", "www,acme.de/", "www.acme.de"),
        (Rule("format"), "country", "Germany", "DE"),
        (Rule("tax_id"), "tax_id", "de 136.695.976", "DE136695976"),
        (Rule("one_of", values=("active", "dormant")), "status", "activ", "active"),
        (Rule("address"), "postcode", "D-5O667", "50667"),
        (Rule("range", min=Decimal(0)), "credit_limit", "-5,00", "5,00"),
        (Rule("required"), "name", "x", None),
    ],
)
def test_suggestion(rule: Rule, field: str, value: str, better: str | None) -> None:
    assert suggest(rule, FIELDS[field], value) == better
