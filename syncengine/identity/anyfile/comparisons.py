"""What is compared where a file may hold companies, their sites and persons: data, each level with a sentence."""

from __future__ import annotations

from syncengine.identity.comparisons import COMPARISONS, NEAR, Comparison, Level

_BY_NAME = {comparison.name: comparison for comparison in COMPARISONS}
BOTH_PERSONS = "(l.person AND r.person)"
ONE_SLIP = "(least(length(l.{0}), length(r.{0})) >= 4 AND damerau_levenshtein(l.{0}, r.{0}) = 1)"
SWAPPED = "(l.given_sound = r.family_sound AND l.family_sound = r.given_sound)"

NAME = Comparison(
    "name",
    f"l.name IS NULL OR r.name IS NULL OR {BOTH_PERSONS}",
    tuple(level for level in _BY_NAME["name"].levels),
)

FAMILY = Comparison(
    "family",
    f"NOT {BOTH_PERSONS} OR l.family IS NULL OR r.family IS NULL",
    (
        Level("same", "l.family = r.family", "The family names are the same.", "family"),
        Level("swapped", SWAPPED, "Given and family name stand in the other order.", "family"),
        Level(
            "sounds",
            "l.family_sound = r.family_sound OR l.family_bones = r.family_bones",
            "The family names sound alike.",
        ),
        Level(
            "close",
            f"jaro_winkler_similarity(l.family, r.family) >= 0.9 OR {ONE_SLIP.format('family')}",
            "The family names differ by little.",
        ),
        Level(
            "contained",
            "list_contains(l.parts, r.family) AND length(r.family) > 1 OR "
            "list_contains(r.parts, l.family) AND length(l.family) > 1",
            "One family name is part of the other name.",
        ),
        Level("different", "TRUE", "The family names are different."),
    ),
)
GIVEN = Comparison(
    "given",
    f"NOT {BOTH_PERSONS} OR l.given IS NULL OR r.given IS NULL",
    (
        Level("same", "l.given = r.given", "The given names are the same.", "given"),
        Level("swapped", SWAPPED, "Given and family name stand in the other order.", "given"),
        Level(
            "initial",
            "length(l.given) = 1 AND list_contains(r.initials, l.given) OR "
            "length(r.given) = 1 AND list_contains(l.initials, r.given)",
            "One given name is the initial of the other.",
        ),
        Level("short_form", "list_has_any(l.roots, r.roots)", "One given name is short for the other."),
        Level(
            "sounds",
            "l.given_sound = r.given_sound OR NOT (l.given_known AND r.given_known) AND l.given_bones = r.given_bones",
            "The given names sound alike.",
        ),
        Level(
            "begins",
            "least(length(l.given), length(r.given)) >= 3 AND "
            "(starts_with(l.given, r.given) OR starts_with(r.given, l.given))",
            "One given name is the beginning of the other.",
        ),
        Level(
            "close",
            "NOT (l.given_known AND r.given_known) AND (jaro_winkler_similarity(l.given, r.given) >= 0.85 "
            f"AND abs(length(l.given) - length(r.given)) <= 2 OR {ONE_SLIP.format('given')})",
            "The given names differ by little.",
        ),
        Level(
            "middle",
            "length(l.given) > 1 AND length(r.given) > 1 AND "
            "(list_contains(l.parts, r.given) OR list_contains(r.parts, l.given))",
            "One given name is a middle name of the other.",
        ),
        Level("different", "TRUE", "The given names are different."),
    ),
)
GENERATION = Comparison(
    "generation",
    "l.generation IS NULL OR r.generation IS NULL",
    (
        Level("same", "l.generation = r.generation", "They are of the same generation."),
        Level("different", "TRUE", "They are of different generations: senior and junior."),
    ),
)
TURNED_DAY = "left(l.birth, 4) || right(l.birth, 2) || substr(l.birth, 5, 2) = r.birth"
BIRTH = Comparison(
    "birth",
    # A date that no calendar has is mistyped: it says something only where it is nearly the other.
    "l.birth IS NULL OR r.birth IS NULL OR NOT (l.birth_real AND r.birth_real) "
    "AND damerau_levenshtein(l.birth, r.birth) > 1",
    (
        Level("same", "l.birth = r.birth", "They were born on the same day.", "birth", True),
        Level("turned", TURNED_DAY, "The dates of birth differ in the order of day and month.", supports=True),
        Level("near", "damerau_levenshtein(l.birth, r.birth) = 1", "The dates of birth differ by one digit."),
        Level(
            "near_turned",
            "damerau_levenshtein(left(l.birth, 4) || right(l.birth, 2) || substr(l.birth, 5, 2), r.birth) = 1",
            "The dates of birth differ by one digit and the order of day and month.",
        ),
        Level(
            "year",
            "left(l.birth, 4) = left(r.birth, 4) AND (right(l.birth, 4) = '0101' OR right(r.birth, 4) = '0101')",
            "They were born in the same year; one date tells only the year.",
        ),
        Level("different", "TRUE", "They were born on different days."),
    ),
)
PERSON_ID = Comparison(
    "person_id",
    "l.ids IS NULL OR r.ids IS NULL OR NOT list_has_any(l.ids, r.ids) AND NOT list_has_any(l.id_shapes, r.id_shapes)",
    (
        Level("same", "list_has_any(l.ids, r.ids)", "They have the same personal number.", "id", True),
        Level("near", NEAR.format("id_1"), "The personal numbers differ by one character."),
        Level("different", "TRUE", "The personal numbers are different."),
    ),
)
SAME_ROAD = (
    "(l.road_core = r.road_core OR jaro_winkler_similarity(l.road_core, r.road_core) >= 0.88 "
    "OR starts_with(l.road_core, r.road_core || ' ') OR starts_with(r.road_core, l.road_core || ' '))"
)
STREET = Comparison(
    "street",
    "l.road IS NULL OR r.road IS NULL",
    (
        Level("same", "l.street_key = r.street_key", "Street and house number are the same.", "street", True),
        Level("near", f"l.house = r.house AND {SAME_ROAD}", "The streets differ by little.", supports=True),
        Level(
            "no_house",
            "(l.house IS NULL OR r.house IS NULL) AND l.road_core = r.road_core",
            "The street is the same; a house number is not told.",
        ),
        Level(
            "near_house",
            f"{NEAR.format('house')} AND {SAME_ROAD}",
            "House numbers of one street differ by one digit.",
        ),
        Level("same_road", SAME_ROAD, "They are at different numbers of one street."),
        Level("same_house", "l.house = r.house", "The house numbers are the same, the streets differ."),
        Level("different", "TRUE", "The streets are different."),
    ),
)
TOWN = Comparison(
    "town",
    "(l.postcode IS NULL OR r.postcode IS NULL) AND (l.city IS NULL OR r.city IS NULL) "
    "AND NOT coalesce(l.country <> r.country, FALSE)",
    (
        Level("same_postcode", "l.postcode = r.postcode", "They have the same postcode.", "postcode"),
        Level("same_city", "l.city = r.city", "They are in the same city.", "city"),
        Level("near_city", "jaro_winkler_similarity(l.city, r.city) >= 0.9", "The names of the cities are alike."),
        Level("near_postcode", NEAR.format("postcode"), "The postcodes differ by one character."),
        Level("other_country", "l.country <> r.country", "They are in different countries."),
        Level("different", "TRUE", "They are in different towns."),
    ),
)

FILE_COMPARISONS = (
    NAME, FAMILY, GIVEN, GENERATION, BIRTH, PERSON_ID, _BY_NAME["web"], _BY_NAME["phone"], _BY_NAME["tax"],
    _BY_NAME["registration"], STREET, TOWN,
)  # fmt: skip
