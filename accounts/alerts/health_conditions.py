"""What alert rules about health look for: today's row against the day that held some days ago."""

from __future__ import annotations

from accounts.health.definition import Definition
from accounts.health.measures import COMPONENTS, MEASURES

# `{health}` is the table of today's health, or of a past day's where rules are tried on history.
# Grain: one touched customer scored today, with the row that held so many days ago.
THEN = """
    SELECT h.account_id, h.profile, h.score AS score, h.coverage, h.scores, h.parts, h.band, h.prior_band,
        d.score AS was, d.coverage AS covered, d.scores AS were, d.parts AS had
    FROM {health} h JOIN touched_accounts t USING (account_id)
    JOIN LATERAL (SELECT * FROM accounts_healthday d WHERE d.account_id = h.account_id
        AND d.day <= %(today)s::date - {days}::int ORDER BY d.day DESC LIMIT 1) d ON d.state = 'scored'
    WHERE h.state = 'scored'"""
# Points lost by measures that had data on both days; the rest of a fall is data that came or went.
BUSINESS = """(SELECT coalesce(sum(p.was - p.here), 0) / 10000.0 FROM unnest(m.had, m.parts) p (was, here)
        WHERE p.was IS NOT NULL AND p.here IS NOT NULL)"""

FAST_DROP = f"""
    SELECT m.account_id, NULL::smallint AS source_id, '' AS subject, NULL::numeric AS value,
        jsonb_build_object('fall', round(m.was - m.score), 'score', round(m.score), 'days', {{days}}::int) AS facts
    FROM ({THEN}) m JOIN accounts_account a ON a.id = m.account_id
    WHERE m.was - m.score >= {{fall}} AND m.coverage >= {{coverage}} AND m.covered >= {{coverage}}
        AND {BUSINESS} >= (m.was - m.score) / 2"""

SLOW_BLEED = f"""
    SELECT m.account_id, NULL::smallint AS source_id, '' AS subject, NULL::numeric AS value,
        jsonb_build_object('fall', round(m.was - m.score), 'score', round(m.score), 'days', {{days}}::int) AS facts
    FROM ({THEN}) m JOIN accounts_account a ON a.id = m.account_id
    WHERE m.was - m.score >= {{fall}} AND m.coverage >= {{coverage}} AND m.covered >= {{coverage}}
        AND {BUSINESS} >= (m.was - m.score) / 2
        AND NOT EXISTS (SELECT FROM accounts_alert f WHERE f.account_id = m.account_id AND f.rule = 'fast_drop'
            AND f.opened_at > %(today)s::date - {{days}}::int AND f.opened_at < %(today)s::date + 1)"""

RECOVERY = f"""
    SELECT m.account_id, NULL::smallint AS source_id, '' AS subject, NULL::numeric AS value,
        jsonb_build_object('rise', round(m.score - m.was), 'score', round(m.score), 'days', {{days}}::int) AS facts
    FROM ({THEN}) m JOIN accounts_account a ON a.id = m.account_id WHERE m.score - m.was >= {{rise}}"""

# The band already holds out against flicker; coming into At risk from another band is the crossing.
BAND_CROSSING = """
    SELECT h.account_id, NULL::smallint AS source_id, '' AS subject, NULL::numeric AS value,
        jsonb_build_object('score', round(h.score)) AS facts
    FROM {health} h JOIN touched_accounts t USING (account_id)
    JOIN accounts_account a ON a.id = h.account_id
    WHERE h.state = 'scored' AND h.band = 'risk' AND (h.prior_band IN ('healthy', 'watch') OR EXISTS (
        SELECT FROM accounts_alert o WHERE o.account_id = h.account_id AND o.rule = 'band_crossing'
            AND o.closed_at IS NULL))"""

# Grain of compared: one component with both its scores, of measures weighed as the profile weighs them.
COMPONENT_CRASH = f"""
    WITH moved AS ({THEN}), weight (profile, weights) AS (VALUES {{weights}}),
    measure (place, component) AS (VALUES {{measures}}),
    compared AS (
        SELECT m.account_id, c.component, sum(s.here * w.weight) / sum(w.weight) / 100 AS score,
            sum(s.was * w.weight) / sum(w.weight) / 100 AS was
        FROM moved m JOIN weight p ON p.profile = m.profile
        CROSS JOIN LATERAL unnest(m.scores, m.were) WITH ORDINALITY s (here, was, place)
        JOIN measure c ON c.place = s.place
        CROSS JOIN LATERAL (SELECT p.weights[s.place]::numeric AS weight) w
        WHERE s.here IS NOT NULL AND s.was IS NOT NULL AND w.weight > 0 GROUP BY 1, 2
    )
    SELECT m.account_id, NULL::smallint AS source_id, m.component AS subject, NULL::numeric AS value,
        jsonb_build_object('component', m.component, 'fall', round(m.was - m.score), 'days', {{days}}::int) AS facts
    FROM compared m JOIN accounts_account a ON a.id = m.account_id WHERE m.was - m.score >= {{fall}}"""

HEALTH_CONDITIONS: dict[str, str] = {
    "fast_drop": FAST_DROP,
    "slow_bleed": SLOW_BLEED,
    "component_crash": COMPONENT_CRASH,
    "band_crossing": BAND_CROSSING,
    "recovery": RECOVERY,
}


def health_values(definition: Definition) -> dict[str, str]:
    """The weights of each profile and the component of each measure, as SQL values."""
    weights = ", ".join(
        f"('{profile.name}', ARRAY[{', '.join(str(int(weight)) for weight in profile.weights)}])"
        for profile in definition.profiles.values()
    )
    measures = ", ".join(
        f"({place}, '{COMPONENTS[measure.component]}')" for place, measure in enumerate(MEASURES, start=1)
    )
    return {"weights": weights, "measures": measures}
