"""Pages of products by role."""

from __future__ import annotations

import pytest

from accounts.products import renew_products
from tests.factories import ProductFactory
from tests.factories.world import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("role", "status"), [("operations", 200), ("sales", 200), ("finance", 200), ("operator", 403)])
def test_products_open_for_roles_that_see_them(login, role, status):
    product = ProductFactory()
    renew_products(at=NOW, today=TODAY)
    client = login(role)
    assert client.get("/products/").status_code == status
    assert client.get(f"/products/{product.pk}/").status_code == status


def test_a_list_that_does_not_exist_is_a_bad_request(login):
    assert login("finance").get("/products/?view=moon").status_code == 400
