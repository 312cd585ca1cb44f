"""How an article stands to the article of its story that it resembles most."""

from transforms.model import Relation
from transforms.stories.similarity import Profile, containment, link_shared, quotes_shared, resemblance, source_shared

CONTAINED = 0.8
"""Share of the shorter text's word 5-grams that the longer holds, from which its wording is simply taken over ..."""
WHOLE = 0.5
"""... a copy where both have this share of all their 5-grams in common; else it was cut or added to: a near copy."""
NEAR = 0.3
"""Contained to this share: edited, cut and added to, but still the same text."""
BORROWED = 0.08
"""Contained to this share: sentences taken over."""
QUOTED = 0.3
"""Share of quoted words in common from which the quotes come from one report."""


def relation(earlier: Profile, later: Profile) -> Relation:
    """What the later article is to the earlier one of its story."""
    contained = containment(earlier, later)
    if contained >= CONTAINED and resemblance(earlier, later) >= WHOLE:
        return Relation.COPY
    if contained >= NEAR:
        return Relation.NEAR_COPY
    if (
        source_shared(earlier, later)
        or link_shared(earlier, later)
        or contained >= BORROWED
        or quotes_shared(earlier, later) >= QUOTED
    ):
        return Relation.REWRITE
    return Relation.SAME_EVENT
