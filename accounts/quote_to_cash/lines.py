"""Lines of a chain side by side: quoted, ordered, billed; by product and place in the document."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from accounts.access.fields import Reader
from accounts.frames import rows
from accounts.models import Chain
from accounts.quote_to_cash.slices import Slice

# Grain: one line of one order or quote; a product that stands several times is paired in order.
COMPARED = """
    WITH offered AS (
        SELECT x.product_id, l.quantity, l.discount, l.description,
            coalesce(l.net_amount / nullif(l.quantity, 0), l.unit_price) AS unit, l.position,
            row_number() OVER (PARTITION BY x.product_id ORDER BY l.quote_id, l.position, l.id) AS place
        FROM accounts_quoteline l LEFT JOIN accounts_productcrosswalk x ON x.id = l.product_ref_id
        WHERE l.quote_id = ANY(%(quotes)s) AND l.deleted_at IS NULL
    ), ordered AS (
        SELECT l.id, x.product_id, l.quantity, l.discount, l.description, l.shipped_quantity,
            coalesce(l.net_amount / nullif(l.quantity, 0), l.unit_price) AS unit, l.position,
            row_number() OVER (PARTITION BY x.product_id ORDER BY l.order_id, l.position, l.id) AS place
        FROM accounts_orderline l LEFT JOIN accounts_productcrosswalk x ON x.id = l.product_ref_id
        WHERE l.order_id = ANY(%(orders)s) AND l.deleted_at IS NULL
    ), billed AS (
        SELECT l.order_line_id, sum(l.quantity) AS quantity, sum(l.net_amount) / nullif(sum(l.quantity), 0) AS unit
        FROM accounts_invoiceline l
        WHERE l.invoice_id = ANY(%(invoices)s) AND l.deleted_at IS NULL AND l.order_line_id IS NOT NULL GROUP BY 1
    )
    SELECT coalesce(p.product_code, ''), coalesce(p.name, o.description, q.description, ''), q.quantity, q.unit,
        o.quantity, o.unit, o.shipped_quantity, b.quantity, b.unit
    FROM offered q FULL JOIN ordered o ON o.product_id = q.product_id AND o.place = q.place
    LEFT JOIN billed b ON b.order_line_id = o.id
    LEFT JOIN accounts_product p ON p.id = coalesce(o.product_id, q.product_id)
    ORDER BY o.position NULLS LAST, q.position, 1 LIMIT 200"""
NEAR = Decimal("0.005")


@dataclass(frozen=True)
class Side:
    """What one document says of a line: quantity and net price of one unit."""

    quantity: Decimal | None
    unit: Decimal | None

    @property
    def there(self) -> bool:
        """Whether the document has the line at all."""
        return self.quantity is not None


@dataclass(frozen=True)
class Line:
    """One product along the way; a side the reader does not see is None."""

    code: str
    name: str
    quoted: Side | None
    ordered: Side | None
    billed: Side | None
    shipped: Decimal | None

    @property
    def price_differs(self) -> bool:
        """Whether two documents name different prices."""
        prices = [side.unit for side in (self.quoted, self.ordered, self.billed) if side and side.unit is not None]
        return bool(prices) and max(prices) - min(prices) > abs(max(prices)) * NEAR

    @property
    def quantity_differs(self) -> bool:
        """Whether more was billed than ordered, or ordered otherwise than quoted."""
        quoted, ordered, billed = self.quoted, self.ordered, self.billed
        other = bool(quoted and ordered and quoted.there and ordered.there and quoted.quantity != ordered.quantity)
        over = bool(billed and ordered and (billed.quantity or 0) > (ordered.quantity or 0))
        return other or over


def compare_lines(user: Reader, chain: Chain) -> tuple[Line, ...]:
    """The chain's lines, as far as the reader sees each kind of document."""
    part = Slice(user)
    found = rows(COMPARED, {"quotes": chain.quote_ids if part.sees("pipeline") else [], "orders": chain.order_ids,
                            "invoices": chain.invoice_ids if part.sees("receivable") else []})  # fmt: skip
    return tuple(
        Line(
            row[0], row[1], Side(row[2], row[3]) if part.sees("pipeline") else None, Side(row[4], row[5]),
            Side(row[7], row[8]) if part.sees("receivable") else None, row[6],
        )
        for row in found
    )  # fmt: skip
