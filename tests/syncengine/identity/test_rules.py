"""What is compared, keyed and kept for a person: whoever changes it says so, for stored pairs follow from it."""

from __future__ import annotations

from hashlib import md5

from syncengine.identity.blocking import BLOCKING_RULES
from syncengine.identity.comparisons import COMPARISONS, FEATURES
from syncengine.identity.rules import RULES, VETOES, supported


def test_a_changed_rule_raises_the_number_that_makes_stored_pairs_anew() -> None:
    vetoes = [(veto.sentence, str(veto.holds())) for veto in VETOES]
    told = repr((BLOCKING_RULES, COMPARISONS, FEATURES, vetoes, str(supported())))

    assert (RULES, md5(told.encode()).hexdigest()[:8]) == (3, "b4027fa5"), "raise RULES and write the new digest here"
