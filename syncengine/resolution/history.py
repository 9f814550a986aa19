"""What a publish did to customers: every merge, split and move of records, with what caused it.

Grain: one row for the records that went from one customer to another in one publish; births leave none.
"""

from __future__ import annotations

from datetime import datetime

from accounts.frames import execute, rows
from accounts.golden.crosswalk import MOVED

# A customer that has no records left was merged; one that had none before, or is new, was split off.
KIND = """
    CASE WHEN NOT EXISTS (SELECT FROM accounts_accountcrosswalk x WHERE x.account_id = m.old_id) THEN 'merge'
         WHEN NOT EXISTS (SELECT FROM accounts_accountcrosswalk x WHERE x.account_id = m.new_id
                           AND NOT EXISTS (SELECT FROM moved_records w WHERE w.record_id = x.id)) THEN 'split'
         ELSE 'move' END
"""
# The person's word that a move follows from, if any: the newest one between what moved and what it came to or left.
DECISION = """
    SELECT d.id FROM syncengine_decision d
     WHERE d.closed_at IS NULL AND NOT d.pending
       AND (d.kind = 'same') = (g.kind <> 'split') AND d.kind <> 'unsure'
       AND ((d.records_l && g.records AND d.records_r && g.rest)
         OR (d.records_r && g.records AND d.records_l && g.rest))
     ORDER BY d.id DESC LIMIT 1
"""
# The strongest pair that ties what moved to what it came to.
PAIR = """
    SELECT p.record_l, p.record_r, p.match_weight, p.rule, p.match_version FROM unnest(g.records) r
      JOIN syncengine_matchpair p ON p.record_l = r OR p.record_r = r
     WHERE g.kind <> 'split' AND p.tier < 3
       AND (CASE WHEN p.record_l = r THEN p.record_r ELSE p.record_l END) = ANY(g.rest)
     ORDER BY p.tier, p.match_weight DESC, p.record_l, p.record_r LIMIT 1
"""
WRITE = f"""
    WITH moved AS (
        SELECT m.old_id, m.new_id, {KIND} AS kind, array_agg(m.record_id ORDER BY m.record_id) AS records
          FROM {MOVED} m WHERE m.old_id IS NOT NULL GROUP BY m.old_id, m.new_id
    ), g AS (
        SELECT v.*, coalesce((SELECT array_agg(x.id ORDER BY x.id) FROM accounts_accountcrosswalk x
                 WHERE x.account_id = CASE WHEN v.kind = 'split' THEN v.old_id ELSE v.new_id END
                   AND NOT x.id = ANY(v.records)), '{{}}') AS rest
          FROM moved v
    )
    INSERT INTO syncengine_move (at, kind, from_account_id, to_account_id, records, rest, record_l, record_r,
                                 match_weight, rule, match_version, decision_id, value, cause)
    SELECT %(at)s, g.kind, g.old_id, g.new_id, g.records, g.rest, p.record_l, p.record_r, p.match_weight,
           coalesce(p.rule, ''), p.match_version, ({DECISION}),
           coalesce(s.revenue_ttm, 0) + coalesce(s.open_receivable, 0), %(cause)s
      FROM g LEFT JOIN LATERAL ({PAIR}) p ON true LEFT JOIN accounts_accountsummary s ON s.account_id = g.old_id
     ORDER BY g.old_id, g.new_id
"""


def keep_moves(*, now: datetime, cause: str) -> int:
    """Write down which customers the last linking merged and split; needs the records it moved, staged."""
    if not rows(f"SELECT 1 FROM {MOVED} WHERE old_id IS NOT NULL LIMIT 1"):
        return 0
    return execute(WRITE, {"at": now, "cause": cause})
