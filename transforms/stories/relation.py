"""How an article stands to the article of its story that it resembles most."""

from transforms.model import Relation
from transforms.stories.similarity import Profile, containment, link_shared, quotes_shared, resemblance, source_shared

SAME = 0.8
"""Share of all their word 5-grams that both texts have, from which one is a copy of the other."""
CUT = 0.95
"""A copy, too, is a text whose 5-grams are in the other to this share: cut, and nothing written anew ..."""
WHOLE = 0.5
"""... while this share of all their 5-grams is common to both."""
NEAR = 0.52
"""Contained to this share: edited, cut and added to, but still the same text."""
BORROWED = 0.08
"""Contained to this share: sentences taken over."""
QUOTED = 0.3
"""Share of quoted words in common from which the quotes come from one report."""


def relation(earlier: Profile, later: Profile) -> Relation:
    """What the later article is to the earlier one of its story."""
    contained = containment(earlier, later)
    alike = resemblance(earlier, later)
    if alike >= SAME or (contained >= CUT and alike >= WHOLE):
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
