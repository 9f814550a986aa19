"""Relations proposed to stewards: customers that share an identifier, a name or a domain, or pay for each other.

Grain: one proposal for two customers, with the strongest thing they share. Whoever is one customer, one group,
judged or asked about already is not proposed.
"""

from __future__ import annotations

from datetime import datetime

from accounts.frames import execute
from syncengine.identity import BLOCKING_RULES
from syncengine.resolution.keys import are_lost
from syncengine.resolution.limits import company_policy
from syncengine.steward.deadlines import deadlines
from syncengine.steward.kin import STAGED, stage_kin

PREFIX = "accounts "
OFTEN = 3  # documents from which paying or receiving for another is no accident
# blocking rule -> what is said of two customers that share its key
SHARED = {
    "tax": "Same tax number, and yet two customers: rather a branch or a division",
    "registration": "Same register number, and yet two customers: rather a branch or a division",
    "duns": "Same D-U-N-S number, and yet two customers: rather a branch or a division",
    "domain": "Same web or mail domain, and yet two customers: rather one group",
}
PLACES = {rule.name: place for place, rule in enumerate(BLOCKING_RULES, start=1)}
# Grain: a customer that shares a key with the oldest holder of it; keys that too many hold say nothing.
BY_KEY = """
    SELECT x.account_id, g.head AS other_id, {relation} AS relation, {rank} AS rank, '{words}' AS reason
      FROM (SELECT k.key, min(x.account_id) AS head FROM syncengine_matchkey k
              JOIN accounts_accountcrosswalk x ON x.id = k.crosswalk_id WHERE k.place = {place} GROUP BY 1
            HAVING count(*) <= %(cap)s AND min(x.account_id) <> max(x.account_id)) g
      JOIN syncengine_matchkey m ON m.key = g.key
      JOIN accounts_accountcrosswalk x ON x.id = m.crosswalk_id
      JOIN accounts_account i ON i.id = x.account_id JOIN accounts_account h ON h.id = g.head
     WHERE x.account_id <> g.head
"""
# A number is of one company: what has it elsewhere is a branch; abroad it is rather a company of its own.
BY_COUNTRY = "CASE WHEN i.country <> h.country THEN 'parent' ELSE 'branch' END"
UNTOLD = "''"
BY_NAME = f"SELECT account_id, other_id, relation, {{rank}} AS rank, reason FROM {STAGED}"
# Grain: a customer and the one its documents of a year name beside it.
BY_DOCUMENT = """
    SELECT s.account_id, b.account_id AS other_id, '{relation}' AS relation, {rank} AS rank,
           count(*) || ' {words}' AS reason
      FROM {table} d JOIN accounts_accountcrosswalk s ON s.id = d.account_ref_id
      JOIN accounts_accountcrosswalk b ON b.id = d.{reference}_id
     WHERE d.{reference}_id <> d.account_ref_id AND d.{dated} > %(since)s AND s.account_id <> b.account_id
     GROUP BY 1, 2 HAVING count(*) >= %(often)s
"""
DOCUMENTS = (
    ("accounts_order", "bill_to_ref", "order_date", "bill_to", "orders of a year are billed to the other"),
    ("accounts_invoice", "bill_to_ref", "invoice_date", "bill_to", "invoices of a year go to the other"),
    ("accounts_order", "ship_to_ref", "order_date", "ship_to", "orders of a year are sent to the other"),
)
APART = """
    NOT EXISTS (SELECT FROM accounts_relation r
                 WHERE (r.account_id, r.other_account_id) IN ((f.low, f.high), (f.high, f.low)))
    AND NOT (a.parent_id IS NOT NULL AND a.parent_id = b.parent_id)
    AND a.parent_id IS DISTINCT FROM b.id AND b.parent_id IS DISTINCT FROM a.id
    AND NOT EXISTS (SELECT FROM syncengine_stewardtask t WHERE t.state = 'open' AND t.subject NOT LIKE %(mine)s
        AND t.kind IN ('duplicate', 'relation', 'guard', 'approval')
        AND (t.account_id, t.other_account_id) IN ((f.low, f.high), (f.high, f.low)))
    AND NOT EXISTS (SELECT FROM syncengine_decision d WHERE d.closed_at IS NULL AND d.kind <> 'unsure'
        AND ((d.records_l && l.records AND d.records_r && r.records)
          OR (d.records_l && r.records AND d.records_r && l.records)))
"""
FIND = """
    CREATE TEMP TABLE proposed_relations ON COMMIT DROP AS
    SELECT f.*, l.records[1] AS record_l, r.records[1] AS record_r FROM (
        SELECT DISTINCT ON (low, high) * FROM (
            SELECT least(account_id, other_id) AS low, greatest(account_id, other_id) AS high, relation, reason, rank,
                   account_id > other_id AS turned FROM ({found}) c) x
         ORDER BY low, high, rank) f
      JOIN accounts_account a ON a.id = f.low JOIN accounts_account b ON b.id = f.high,
      LATERAL ({records} f.low) l, LATERAL ({records} f.high) r
     WHERE a.merged_into_id IS NULL AND b.merged_into_id IS NULL AND {apart}
"""
RECORDS = "SELECT array_agg(x.id ORDER BY x.id) AS records FROM accounts_accountcrosswalk x WHERE x.account_id ="
CLOSE = """
    UPDATE syncengine_stewardtask t SET state = 'obsolete', closed_at = %(now)s, outcome = 'settled by itself'
     WHERE t.state = 'open' AND t.kind = 'relation' AND t.subject LIKE %(mine)s
       AND NOT EXISTS (SELECT FROM proposed_relations p WHERE t.subject = {subject})
"""
OPEN = """
    INSERT INTO syncengine_stewardtask (kind, subject, state, account_id, other_account_id, records, reason, evidence,
           evidence_digest, value_at_stake, urgency, opened_at, due_at, outcome)
    SELECT 'relation', {subject}, 'open', p.low, p.high, ARRAY[p.record_l, p.record_r], p.reason,
           jsonb_build_object('relation', p.relation, 'turned', p.turned), p.relation || p.rank, 0, 'other', %(now)s,
           %(due)s, ''
      FROM proposed_relations p
     WHERE NOT EXISTS (SELECT FROM syncengine_stewardtask t WHERE t.kind = 'relation' AND t.subject = {subject}
             AND (t.state = 'open' OR (t.state = 'done' AND t.evidence_digest = p.relation || p.rank)))
     ORDER BY p.low, p.high ON CONFLICT DO NOTHING
"""
SUBJECT = f"'{PREFIX}' || p.low || '-' || p.high"


def propose_relations(*, now: datetime) -> int:
    """Ask about customers that belong together without being one; how many questions are new."""
    if are_lost():  # the next round makes them anew; until then nothing can be said of what records share
        return 0
    execute("DROP TABLE IF EXISTS proposed_relations")
    stage_kin()
    since = now.replace(year=now.year - 1, day=min(now.day, 28)).date()
    given = {"cap": company_policy().key_cap, "often": OFTEN, "since": since, "mine": f"{PREFIX}%"}
    execute(FIND.format(found=_found(), apart=APART, records=RECORDS), given)
    told = given | {"now": now, "due": deadlines(now)["other"]}
    execute(CLOSE.format(subject=SUBJECT), told)
    return execute(OPEN.format(subject=SUBJECT), told)


def _found() -> str:
    """Every way two customers show that they belong together, the strongest with the lowest rank."""
    documents = [
        BY_DOCUMENT.format(table=table, reference=reference, dated=dated, relation=relation, words=words, rank=rank)
        for rank, (table, reference, dated, relation, words) in enumerate(DOCUMENTS)
    ]
    keys = [
        BY_KEY.format(place=PLACES[name], words=words, rank=rank, relation=UNTOLD if name == "domain" else BY_COUNTRY)
        for rank, (name, words) in enumerate(SHARED.items(), start=len(DOCUMENTS))
    ]
    # Before the domain, which says less, and behind the numbers.
    names = BY_NAME.format(rank=len(DOCUMENTS) + len(SHARED) - 1.5)
    return " UNION ALL ".join([*documents, *keys, names])
