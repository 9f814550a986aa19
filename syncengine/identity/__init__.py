"""Which source records are the same customer, contact or product. No Django here.

standardise → match_keys → score → partition; explain says why; a Model holds every number.
Training stands apart in `training.train`, since it alone needs Splink at run time.
"""

from syncengine.identity.blocking import BLOCKING_RULES, match_keys, meeting
from syncengine.identity.clusters import partition, refused_pairs, veto_values
from syncengine.identity.contacts import partition_contacts
from syncengine.identity.explain import Explanation, Step, explain
from syncengine.identity.firings import breaks, firings
from syncengine.identity.frequencies import fit_frequencies
from syncengine.identity.guards import AUTOMATIC, EXACT, POLICY, REVIEW, Policy
from syncengine.identity.linker import candidates, score, score_candidates, score_pairs
from syncengine.identity.model import Model, default_model
from syncengine.identity.products import partition_products
from syncengine.identity.rules import RULES, sentence
from syncengine.identity.standardise import standardise
from syncengine.identity.weighing import comparable, side_by_side

__all__ = [
    "AUTOMATIC",
    "BLOCKING_RULES",
    "EXACT",
    "POLICY",
    "REVIEW",
    "RULES",
    "Explanation",
    "Model",
    "Policy",
    "Step",
    "breaks",
    "candidates",
    "comparable",
    "default_model",
    "explain",
    "firings",
    "fit_frequencies",
    "match_keys",
    "meeting",
    "partition",
    "partition_contacts",
    "partition_products",
    "refused_pairs",
    "score",
    "score_candidates",
    "score_pairs",
    "sentence",
    "side_by_side",
    "standardise",
    "veto_values",
]
