"""What became of the customer itself, as branches of its timeline: bands of health, credit holds, changed values."""

from __future__ import annotations

from accounts.access import field_access, figure_access, treatment
from accounts.access.fields import Reader
from accounts.catalogue import load

HOLD, REASON = "credit_hold", "credit_hold_reason"


def own_kinds(user: Reader) -> list[str]:
    """The branches the user sees."""
    seen = ["health"] if treatment(user, "health") == "full" else []
    seen += ["hold"] if figure_access(user, "credit_light") else []
    return seen + (["change"] if treatment(user, "provenance") == "full" and told_fields(user) else [])


def told_fields(user: Reader) -> list[str]:
    """Fields of a customer whose changes the user may read of; its hold is told by itself."""
    access = field_access(user, "account")
    return [name for name in load()["account"].fields if name not in (HOLD, REASON) and access.allows(name)]


def own_values(user: Reader) -> dict[str, object]:
    """What the branches ask for."""
    return {"fields": told_fields(user), "reasons": field_access(user, "account").allows(REASON)}


# Grain of days: one row a day on which the score changed, with the band of the change before.
HEALTH = """(SELECT 'health', to_char(day, 'YYYYMMDD')::bigint, day::timestamp AT TIME ZONE 'UTC',
    was, band, NULL::numeric, NULL::text, NULL::integer, true,
    NULL::text FROM (SELECT day, band, lag(band) OVER (ORDER BY day) AS was FROM accounts_healthday
        WHERE account_id = %(account)s) days
    WHERE band <> was AND day <= (%(now)s AT TIME ZONE 'UTC')::date
        AND (day::timestamp AT TIME ZONE 'UTC', 'health', to_char(day, 'YYYYMMDD')::bigint)
            < (%(now)s, %(object)s, %(id)s) ORDER BY day DESC LIMIT %(limit)s)"""
# Grain of image: one row a change of the customer, with how it stood before and after.
IMAGE = f"""(SELECT id, changed_at, before, coalesce(lead(before) OVER (ORDER BY changed_at, id),
        (SELECT to_jsonb(a) FROM accounts_account a WHERE a.id = %(account)s)) AS after
    FROM accounts_change WHERE object = {load()["account"].code} AND row_id = %(account)s) image"""
HOLDS = f"""(SELECT 'hold', id, changed_at,
    CASE WHEN %(reasons)s THEN coalesce(after->>'credit_hold_reason', '') ELSE '' END,
    CASE WHEN (after->>'{HOLD}')::boolean THEN 'put on hold' ELSE 'released' END, NULL::numeric, NULL::text,
    NULL::integer, false, NULL::text FROM {IMAGE}
    WHERE (after->>'{HOLD}')::boolean IS DISTINCT FROM (before->>'{HOLD}')::boolean AND before ? '{HOLD}'
        AND (changed_at, 'hold', id) < (%(now)s, %(object)s, %(id)s) ORDER BY changed_at DESC LIMIT %(limit)s)"""
CHANGES = (
    """(SELECT 'change', id, changed_at, fields, NULL::text, NULL::numeric,
    NULL::text, NULL::integer, false, NULL::text FROM """
    + IMAGE
    + """ CROSS JOIN LATERAL (
        SELECT string_agg(key, ',' ORDER BY key) AS fields FROM jsonb_each(before) field
        WHERE key = ANY(%(fields)s) AND value IS DISTINCT FROM after->key) changed
    WHERE fields IS NOT NULL AND (changed_at, 'change', id) < (%(now)s, %(object)s, %(id)s)
    ORDER BY changed_at DESC LIMIT %(limit)s)"""
)
OWN = {"health": HEALTH, "hold": HOLDS, "change": CHANGES}
