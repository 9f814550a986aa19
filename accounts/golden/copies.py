"""Copies of documents: one that names its original counts only while the original does not.

A CRM often holds what the ERP owns. Such a row keeps its customer as long as it is all that is known of the document;
once the original is there, for the same customer, the copy belongs to nobody and so is in no sum, list or chain.
"""

from __future__ import annotations

from datetime import date, datetime

from accounts.frames import execute

TABLES = ("accounts_order", "accounts_invoice")
# Grain: one copy of a touched customer, with whom it counts for now.
SETTLE = """
    UPDATE {table} c SET account_id = n.account_id
    FROM (SELECT c.id, CASE WHEN NOT EXISTS (SELECT FROM {table} o WHERE o.number = c.original_number
                AND o.source_id <> c.source_id AND o.account_id = t.account_id AND o.original_number IS NULL
                AND o.deleted_at IS NULL) THEN t.account_id END AS account_id
        FROM touched_accounts t JOIN accounts_accountcrosswalk x ON x.account_id = t.account_id
        JOIN {table} c ON c.account_ref_id = x.id WHERE c.original_number IS NOT NULL) n
    WHERE c.id = n.id AND c.account_id IS DISTINCT FROM n.account_id"""
# Of a document `{0}`: that it is no copy of another one that counts.
COUNTS = "({0}.original_number IS NULL OR {0}.account_id IS NOT NULL)"


def settle_copies(*, at: datetime, today: date) -> int:
    """Let each copy of touched customers count only where its original does not; how many changed."""
    return sum(execute(SETTLE.format(table=table)) for table in TABLES)
