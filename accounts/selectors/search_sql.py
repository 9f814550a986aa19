"""The statements of customer search, the surest first. Each yields account_id, step, what matched, score.

Rows are taken as the index gives them and capped inside, so that a common word costs no more than a rare
one: at a million customers a similarity sorted over all candidates took 120–390 ms, capped 10–30.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

from django.db import connection

from accounts.access import scope_of
from accounts.access.fields import Reader

SCOPE = "AND (a.sales_territory_id = ANY(%(territories)s) OR a.id = ANY(%(shares)s))"

# OFFSET 0 keeps the planner from turning the look-up of each candidate into a hash of all customers.
LIVE = """SELECT a.id FROM accounts_account a
           WHERE a.id = s.account_id AND a.merged_into_id IS NULL {scope} OFFSET 0"""

# Grain: one row a record whose number or key is exactly the text.
EXACT = """
    SELECT a.id, 'number', n.value, 1.0
      FROM (SELECT account_id, value FROM accounts_identifier
             WHERE value IN (%(text)s, upper(%(text)s), lower(%(text)s)) AND scheme = ANY(%(schemes)s)
            UNION
            SELECT x.account_id, x.key FROM accounts_source s
              JOIN accounts_accountcrosswalk x ON x.source_id = s.id AND x.key = %(text)s
             WHERE x.account_id IS NOT NULL AND x.deleted_at IS NULL) n
      JOIN accounts_account a ON a.id = n.account_id
     WHERE a.merged_into_id IS NULL {scope}
     LIMIT %(limit)s
"""

# Grain: one row a customer from the text on in the order of names; the caller keeps those that start with it.
PREFIX = """
    SELECT a.id, 'name', a.name, 1.0 FROM accounts_account a
     WHERE fold(coalesce(a.name, '')) >= fold(%(text)s) AND a.merged_into_id IS NULL {scope}
     ORDER BY fold(coalesce(a.name, '')), a.id LIMIT %(limit)s
"""

# Grain: one row a customer whose folded names hold every word of the text, in any order.
CONTAINS = """
    SELECT id, 'part', names, word_similarity(fold(%(text)s), names) FROM (
        SELECT s.account_id AS id, s.names FROM accounts_accountsearch s CROSS JOIN LATERAL ({live}) live
         WHERE {words}
         LIMIT 200) capped
     ORDER BY 4 DESC, id LIMIT %(limit)s
"""

# Grain: one row a customer one of whose numbers holds the text. What the reader may not see must not be
# found either, so candidates are checked against the numbers and keys that are the reader's to see.
NUMBERS = """
    SELECT id, 'number', found, 0.5 FROM (
        SELECT c.id, coalesce(
            (SELECT min(i.value) FROM accounts_identifier i
              WHERE i.account_id = c.id AND i.scheme = ANY(%(schemes)s) AND lower(i.value) LIKE %(pattern)s),
            (SELECT min(x.key) FROM accounts_accountcrosswalk x
              WHERE x.account_id = c.id AND x.deleted_at IS NULL AND lower(x.key) LIKE %(pattern)s)) AS found
          FROM (SELECT s.account_id AS id FROM accounts_accountsearch s CROSS JOIN LATERAL ({live}) live
                 WHERE s.numbers LIKE %(pattern)s
                 LIMIT 200) c) checked
     WHERE found IS NOT NULL LIMIT %(limit)s
"""

# Grain: one row a customer whose folded names hold the patterns and, where one is told, something near what is wrong.
NEAR = """
    SELECT account_id, 'similar', names, word_similarity(fold(%(text)s), names)
      FROM near_names(%(wrong)s, %(held)s::text[], %(beside)s::text[], %(cap)s, %(everything)s,
                      %(territories)s::bigint[], %(shares)s::bigint[])
     ORDER BY 4 DESC, account_id LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Found:
    """A customer that a statement found, and what of it held the text."""

    account_id: int
    step: str
    matched: str
    score: float


def run(statement: str, values: dict[str, Any], user: Reader) -> list[Found]:
    """What one of the statements finds among the customers the user sees; names hold every `word…`."""
    scope = "" if scope_of(user).everything else SCOPE
    words = " AND ".join(f"s.names LIKE %({name})s" for name in values if name.startswith("word"))
    sql = statement.replace("{live}", LIVE).replace("{scope}", scope).replace("{words}", words)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [Found(row[0], row[1], row[2] or "", float(row[3])) for row in cursor.fetchall()]


def holding(word: str) -> str:
    """The pattern of names that hold a word."""
    return f"%{escape(word)}%"


def fold(text: str) -> str:
    """Lower case without accents, as the database's fold() does for the letters of Europe."""
    spelled = text.lower().replace("ß", "ss").replace("ø", "o").replace("ł", "l").replace("æ", "ae")
    parts = unicodedata.normalize("NFKD", spelled.replace("œ", "oe").replace("đ", "d"))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def escape(text: str) -> str:
    """The text as LIKE takes it literally."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
