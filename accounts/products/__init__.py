"""Products: what is there, what is promised, what is asked for, what sells where, and at which prices."""

from __future__ import annotations

from accounts.products.figures import renew_products
from accounts.products.reads import BadQuery, ProductPage, ProductRow, get_product, list_products

__all__ = ["BadQuery", "ProductPage", "ProductRow", "get_product", "list_products", "renew_products"]
