"""Planted pairs: pairs whose truth is known, mixed into the queue at the company's rate to measure the answers.

The truth is a person's word that has stood for a month, or an identifier that only one company has. Answering a
planted pair changes no customer.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.frames import execute, rows
from accounts.reference import get_tolerance
from syncengine.models import StewardTask
from syncengine.steward.deadlines import deadlines

STOOD = timedelta(days=30)
PREFIX = "planted "
SURE_RULES = ("tax:same", "registration:same", "duns:same")
FEW = 500  # identifier pairs looked at for one planting
# Grain: a known pair nobody was asked about as a test before; truths take turns.
KNOWN = """
    SELECT k.*, row_number() OVER (PARTITION BY truth ORDER BY md5(k.record_l || '-' || k.record_r)) AS turn FROM (
        SELECT p.record_l, p.record_r, p.match_probability, p.rule, d.kind AS truth
          FROM syncengine_decision d, unnest(d.records_l) l, unnest(d.records_r) r, syncengine_matchpair p
         WHERE d.kind IN ('same', 'different') AND d.closed_at IS NULL AND NOT d.pending AND d.made_at < %(before)s
           AND p.record_l = least(l, r) AND p.record_r = greatest(l, r)
         UNION ALL
        (SELECT p.record_l, p.record_r, p.match_probability, p.rule, 'same' FROM syncengine_matchpair p
          WHERE p.tier = 1 AND p.rule = ANY(%(sure)s) LIMIT %(few)s)
    ) k
     WHERE NOT EXISTS (SELECT FROM syncengine_plantedpair t WHERE t.record_l = k.record_l AND t.record_r = k.record_r)
"""
PLANT = f"""
    WITH known AS ({KNOWN}), picked AS (
        SELECT DISTINCT ON (k.record_l, k.record_r) k.*, x.account_id, y.account_id AS other_id,
               coalesce(a.name, a.legal_name, a.key) AS name_l, coalesce(b.name, b.legal_name, b.key) AS name_r
          FROM known k JOIN accounts_accountcrosswalk x ON x.id = k.record_l
          JOIN accounts_accountcrosswalk y ON y.id = k.record_r
          JOIN syncengine_canonicalaccount a ON a.crosswalk_id = k.record_l
          JOIN syncengine_canonicalaccount b ON b.crosswalk_id = k.record_r
         WHERE a.live AND b.live AND (x.account_id = y.account_id) = (k.truth = 'same')
         ORDER BY k.record_l, k.record_r, k.turn
    ), chosen AS (SELECT * FROM picked ORDER BY turn, truth, record_l LIMIT %(wanted)s), task AS (
        INSERT INTO syncengine_stewardtask (kind, subject, state, account_id, other_account_id, records, confidence,
               reason, evidence, evidence_digest, rule, value_at_stake, urgency, opened_at, due_at, outcome)
        SELECT 'duplicate', '{PREFIX}' || record_l || '-' || record_r, 'open', account_id,
               nullif(other_id, account_id), ARRAY[record_l, record_r], match_probability, rule,
               jsonb_build_object('planted', true, 'names', jsonb_build_array(name_l, name_r)), '', rule, 0, 'other',
               %(now)s, %(due)s, ''
          FROM chosen ON CONFLICT DO NOTHING RETURNING id, records
    )
    INSERT INTO syncengine_plantedpair (record_l, record_r, truth, task_id, planted_at)
    SELECT c.record_l, c.record_r, c.truth, t.id, %(now)s
      FROM chosen c JOIN task t ON t.records = ARRAY[c.record_l, c.record_r]
"""


def is_planted(task: StewardTask) -> bool:
    """Whether a task is a test of who answers it."""
    return task.kind == "duplicate" and task.subject.startswith(PREFIX)


def plant(*, now: datetime) -> int:
    """Bring the share of planted pairs among all duplicates asked up to the company's rate; how many were added."""
    share = get_tolerance("planted").percent
    if not share:
        return 0
    asked, planted = rows(
        "SELECT count(*) FILTER (WHERE subject NOT LIKE %(planted)s), count(*) FILTER (WHERE subject LIKE %(planted)s) "
        "FROM syncengine_stewardtask WHERE kind = 'duplicate'",
        {"planted": f"{PREFIX}%"},
    )[0]
    wanted = int(asked * share / 100) - planted
    if wanted <= 0:
        return 0
    given = {"before": now - STOOD, "sure": list(SURE_RULES), "few": FEW, "wanted": wanted, "now": now}
    return execute(PLANT, given | {"due": deadlines(now)["other"]})
