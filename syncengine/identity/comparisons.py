"""What is compared in a pair of records and which answers are told apart: data, each level with a sentence.

Conditions are DuckDB SQL over columns of the left (`l.`) and right (`r.`) record and over the named FEATURES.
The first level that holds counts; a comparison whose `missing` holds neither helps nor hurts.
"""

from __future__ import annotations

from dataclasses import dataclass

TOKENS = 5  # the rarest words of a name that are compared


@dataclass(frozen=True, slots=True)
class Level:
    """One answer of a comparison. `frequency` names the value whose rarity sets the weight."""

    name: str
    condition: str
    sentence: str
    frequency: str = ""
    supports: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """Levels from the strongest to the last, which always holds."""

    name: str
    missing: str
    levels: tuple[Level, ...]


def _shared() -> str:
    right = ", ".join(f"r.t{n}" for n in range(1, TOKENS + 1))
    return " + ".join(f"(CASE WHEN l.t{n} IN ({right}) THEN l.w{n} ELSE 0 END)" for n in range(1, TOKENS + 1))


FEATURES = {
    "shared": _shared(),
    "jaro": "coalesce(jaro_winkler_similarity(l.name, r.name), 0)",
}
UNION = "greatest(l.w_all + r.w_all - shared, 0.01)"
SMALLER = "greatest(least(l.w_all, r.w_all), 0.01)"
RAREST = (("t1", "t1"), ("t1", "t2"), ("t2", "t1"))


def _near_words(least: float) -> str:
    """A long word that many have makes names of strangers alike: the rarest words have to be so as well."""
    return " OR ".join(f"jaro_winkler_similarity(l.{a}, r.{b}) >= {least}" for a, b in RAREST)


# Numbers of one country whose check digits are right on both sides differ because their holders do.
BOTH_SURE = "(l.{0}_sure AND r.{0}_sure)"
UNSURE = "(l.{0}_sure IS FALSE OR r.{0}_sure IS FALSE)"
NEAR = "abs(length(l.{0}) - length(r.{0})) <= 1 AND damerau_levenshtein(l.{0}, r.{0}) = 1"
SAME_TOWN = "(l.postcode = r.postcode OR l.city = r.city)"
NO_TOWN = "(l.postcode IS NULL OR r.postcode IS NULL) AND (l.city IS NULL OR r.city IS NULL)"
NO_STREET = "(l.street_key IS NULL OR r.street_key IS NULL)"

COMPARISONS = (
    Comparison(
        "name",
        "l.name IS NULL OR r.name IS NULL",
        (
            Level(
                "other_place",
                "l.base = r.base AND l.place <> r.place",
                "The same company name, but of different places: rather sister companies.",
            ),
            Level("same", "l.name_key = r.name_key OR l.joined = r.joined", "The names are the same.", "name"),
            Level(
                "other_name",
                "list_has_any(l.all_names, r.all_names)",
                "One goes by a name that the other is known by.",
            ),
            Level(
                "part",
                "l.base = r.base AND (l.place, l.division) IS DISTINCT FROM (r.place, r.division)",
                "One name is the other with a place or division behind it.",
            ),
            Level(
                "close",
                f"shared / {UNION} >= 0.85 OR jaro >= 0.95 AND ({_near_words(0.9)})",
                "The names differ by little.",
            ),
            Level(
                "contained",
                f"shared / {SMALLER} >= 0.95 AND shared >= 0.6",
                "One name has all rare words of the other.",
            ),
            Level("alike", f"shared / {UNION} >= 0.5 OR jaro >= 0.88 AND ({_near_words(0.8)})", "The names are alike."),
            Level("some_words", "shared >= 0.5", "The names share a rare word."),
            Level("different", "TRUE", "The names are different."),
        ),
    ),
    Comparison(
        "web",
        "l.email IS DISTINCT FROM r.email AND (l.domain IS NULL OR r.domain IS NULL) OR "
        "(l.email IS NULL AND r.email IS NULL AND (l.domain IS NULL OR r.domain IS NULL))",
        (
            Level("same_mail", "l.email = r.email", "The e-mail addresses are the same.", "email", True),
            Level("same_domain", "l.domain = r.domain", "The web or mail domains are the same.", "domain", True),
            Level("same_stem", "l.stem = r.stem", "The domains differ only in their ending.", supports=True),
            Level("different", "TRUE", "The domains are different."),
        ),
    ),
    Comparison(
        "phone",
        "l.phone IS NULL OR r.phone IS NULL",
        (
            Level(
                "same",
                "(l.phone = r.phone OR (length(l.phone) = 7 OR length(r.phone) = 7) AND "
                "right(l.phone, 7) = right(r.phone, 7)) AND (l.dial = r.dial) IS NOT FALSE",
                "The telephone numbers are the same.",
                "phone",
                True,
            ),
            Level(
                "switchboard",
                "l.trunk = r.trunk AND (l.dial = r.dial) IS NOT FALSE",
                "The telephone numbers differ only in the extension.",
                supports=True,
            ),
            Level("different", "TRUE", "The telephone numbers are different."),
        ),
    ),
    Comparison(
        "tax",
        # A number that cannot be right, or of another kind, says nothing by differing.
        "l.tax IS NULL OR r.tax IS NULL OR l.tax <> r.tax AND (l.tax_kind <> r.tax_kind OR "
        f"{UNSURE.format('tax')} AND NOT ({NEAR.format('tax')}))",
        (
            # First, so that levels stored before keep their numbers.
            Level("unsure", f"l.tax = r.tax AND {UNSURE.format('tax')}", "The tax numbers are the same, yet invalid."),
            Level("same", "l.tax = r.tax", "The tax numbers are the same.", "tax", True),
            Level(
                "near",
                f"{BOTH_SURE.format('tax')} IS NOT TRUE AND {NEAR.format('tax')}",
                "The tax numbers differ by one character.",
            ),
            Level("abroad", "l.tax_country <> r.tax_country", "The tax numbers are of different countries."),
            Level("different", "TRUE", "The tax numbers are different."),
        ),
    ),
    Comparison(
        "registration",
        "l.registration IS NULL OR r.registration IS NULL OR l.registration <> r.registration AND "
        f"{UNSURE.format('registration')} AND NOT ({NEAR.format('registration')})",
        (
            Level(
                "unsure",
                f"l.registration = r.registration AND {UNSURE.format('registration')}",
                "The register numbers are the same, yet invalid.",
            ),
            Level(
                "same",
                "l.registration = r.registration",
                "The register numbers are the same.",
                "registration",
                True,
            ),
            Level(
                "near",
                f"{BOTH_SURE.format('registration')} IS NOT TRUE AND {NEAR.format('registration')}",
                "The register numbers differ by one character.",
            ),
            Level("different", "TRUE", "The register numbers are different."),
        ),
    ),
    Comparison(
        "duns",
        "l.duns IS NULL OR r.duns IS NULL",
        (
            Level("same", "l.duns = r.duns", "The D-U-N-S numbers are the same.", "duns", True),
            Level("near", NEAR.format("duns"), "The D-U-N-S numbers differ by one character."),
            Level("different", "TRUE", "The D-U-N-S numbers are different."),
        ),
    ),
    Comparison(
        "address",
        "(l.street_key IS NULL OR r.street_key IS NULL) AND (l.postcode IS NULL OR r.postcode IS NULL) "
        "AND (l.city IS NULL OR r.city IS NULL) AND (l.country IS NULL OR r.country IS NULL)",
        (
            # First, so that levels stored before keep their numbers.
            Level(
                "near_street",
                f"l.street_key <> r.street_key AND l.house = r.house AND {NO_TOWN} "
                "AND jaro_winkler_similarity(l.road, r.road) >= 0.88",
                "Street and house number differ by little; the town is not told.",
                supports=True,
            ),
            Level(
                "near_town",
                f"l.street_key = r.street_key AND {SAME_TOWN} IS NOT TRUE AND (l.country = r.country) IS NOT FALSE "
                f"AND (jaro_winkler_similarity(l.city, r.city) >= 0.9 OR {NEAR.format('postcode')})",
                "Street and house number are the same, the towns differ by little.",
                supports=True,
            ),
            Level(
                "near_house",
                f"l.road = r.road AND {NEAR.format('house')} AND {SAME_TOWN}",
                "House numbers of one street differ by one digit.",
            ),
            Level(
                "same",
                f"l.street_key = r.street_key AND {SAME_TOWN}",
                "The addresses are the same.",
                "address",
                True,
            ),
            Level(
                "near",
                f"l.house = r.house AND jaro_winkler_similarity(l.road, r.road) >= 0.88 AND {SAME_TOWN}",
                "The addresses differ by little.",
                supports=True,
            ),
            Level(
                "same_street",
                f"l.street_key = r.street_key AND {NO_TOWN}",
                "Street and house number are the same; the town is not told.",
                "address",
                True,
            ),
            Level(
                "same_postcode",
                f"l.postcode = r.postcode AND {NO_STREET}",
                "They have the same postcode.",
                supports=True,
            ),
            Level("same_city", f"l.city = r.city AND {NO_STREET}", "They are in the same city.", supports=True),
            Level("moved", SAME_TOWN, "They are in different streets of one town."),
            Level("other_country", "l.country <> r.country", "They are in different countries."),
            Level("other_town", "l.postcode <> r.postcode OR l.city <> r.city", "They are in different towns."),
            Level("other_street", f"NOT {NO_STREET}", "They are in different streets."),
            Level("same_country", "TRUE", "They are in the same country."),
        ),
    ),
)


def level_number(comparison: str, level: str) -> int:
    """The number a level has in stored evidence: the last is 0, a missing value -1."""
    levels = next(c for c in COMPARISONS if c.name == comparison).levels
    return len(levels) - 1 - [item.name for item in levels].index(level)


def level_of(comparison: Comparison, number: int) -> Level | None:
    """The level a stored number stands for; None where a value was missing."""
    return None if number < 0 else comparison.levels[len(comparison.levels) - 1 - number]
