"""What is compared, keyed and kept for a person: whoever changes it says so, for stored pairs follow from it."""

from __future__ import annotations

from hashlib import md5

from syncengine.identity.blocking import BLOCKING_RULES
from syncengine.identity.comparisons import COMPARISONS, FEATURES
from syncengine.identity.rules import RULES, SUPPORTED, VETOES


def test_a_changed_rule_raises_the_number_that_makes_stored_pairs_anew() -> None:
    told = repr((BLOCKING_RULES, COMPARISONS, FEATURES, VETOES, SUPPORTED))

    assert (RULES, md5(told.encode()).hexdigest()[:8]) == (4, "d58c1f7d"), "raise RULES and write the new digest here"
