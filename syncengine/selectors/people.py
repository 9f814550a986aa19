"""How the people of the desk answer: known pairs answered right, and agreement where two were asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.frames import rows
from syncengine.selectors.precision import Precision

# Grain: a person's answer to a task that somebody else answered too, with whether all of them said the same.
TWICE = """
    SELECT given_by_id, agreed FROM (
        SELECT given_by_id, count(*) OVER task AS answers, (min(answer) OVER task = max(answer) OVER task) AS agreed
          FROM (SELECT task_id, given_by_id, answer FROM syncengine_opinion WHERE answer <> 'unsure' UNION
                SELECT t.id, t.closed_by_id, t.outcome FROM syncengine_stewardtask t
                 WHERE t.outcome IN ('same', 'different')
                   AND EXISTS (SELECT FROM syncengine_opinion o WHERE o.task_id = t.id AND o.answer <> 'unsure')) x
        WINDOW task AS (PARTITION BY task_id)) y WHERE answers > 1
"""


@dataclass(frozen=True, slots=True)
class Steward:
    """One person: how much they answered, planted pairs answered right, and agreement with others."""

    name: str
    answered: int
    taken_back: int
    planted: Precision
    agreement: Precision


def list_people(*, since: datetime) -> list[Steward]:
    """Everybody who has answered since a moment, the busiest first; one query."""
    found = rows(
        "SELECT coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.email), t.answered, "
        "(SELECT count(*) FROM syncengine_decision d WHERE d.made_by_id = u.id AND d.closed_at >= %(since)s), "
        "t.right, t.planted, coalesce(g.agreed, 0), coalesce(g.twice, 0) FROM ("
        "SELECT t.closed_by_id, count(*) AS answered, count(p.id) AS planted, "
        "count(p.id) FILTER (WHERE p.truth = t.outcome) AS right FROM syncengine_stewardtask t "
        "LEFT JOIN syncengine_plantedpair p ON p.task_id = t.id "
        "WHERE t.state = 'done' AND t.closed_at >= %(since)s GROUP BY 1) t "
        "JOIN accounts_user u ON u.id = t.closed_by_id LEFT JOIN ("
        f"SELECT given_by_id, count(*) AS twice, count(*) FILTER (WHERE agreed) AS agreed FROM ({TWICE}) x GROUP BY 1"
        ") g ON g.given_by_id = u.id ORDER BY t.answered DESC, 1",
        {"since": since},
    )
    return [
        Steward(name, answered, back, Precision("planted", right, planted), Precision("two people", agreed, twice))
        for name, answered, back, right, planted, agreed, twice in found
    ]
