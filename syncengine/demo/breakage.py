"""Lines that are no records, as crashes and careless hands leave them: every first export has them."""

from __future__ import annotations

SHOP = "1000002;1000002;1000002"  # sold to, billed to, shipped to

BROKEN: dict[str, str] = {
    "erp/payments.csv": "ZE99000001;1000002\n;1000004;Z;03.02.2026;120,00;0,00;EUR;card;DE01;\n",
    "erp/order_lines.csv": 'AB99000001-1;AB99000001;1;P1001;"Pump, unfinished;pcs;2\n',
    "erp/orders.csv": (
        f"AB99000002;{SHOP};PO-1;;W;31.02.2026;01.03.2026;01.03.2026;20;;;"
        "1.000,00;EUR;ZB30;DAP;Clara Wirth;DE01;01.03.2026;\n"
        f"AB99000003;{SHOP};PO-2;;W;02.03.2026;09.03.2026;09.03.2026;20;;;"
        "12,5x;EUR;ZB30;DAP;Clara Wirth;DE01;02.03.2026;\n"
    ),
    "crm/activities.csv": (
        "00TDn9900000000001,001Dn0000000104729,,,call,in,When was it?,,Jule Ahrens,false\n"
        "00TDn9900000000002,,,,call,in,Half a line\n"
    ),
    "helpdesk/tickets.jsonl": '{"id": "T0", "number": "T-0", "subject": "Cut in the mid\n',
}
