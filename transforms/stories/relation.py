"""How an article stands to the article of its story that it resembles most."""

from transforms.model import Relation, Share
from transforms.stories.similarity import (
    Profile,
    containment,
    link_shared,
    numbers_shared,
    quotes_shared,
    resemblance,
    source_shared,
    titles_shared,
)

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

STUB = 8
"""A text of fewer hashes in its sketch (about 20 words) may be a line that stands under many reports ("More follows
shortly"): it is a copy only of a text with the same headline."""
HEADLINE = 0.5
"""Share of the shorter headline's words in the other that makes it the same."""
FIGURES = 6
"""Texts with so many numbers each ..."""
SAME_FIGURES = 0.4
"""... and a smaller share of them in common are filled in from one template, as market reports are: none is a copy."""


def relation(earlier: Profile, later: Profile, likeness: Share = 1.0) -> Relation:
    """What the later article is to the earlier one of its story.

    Args:
        earlier: as compared.
        later: as compared.
        likeness: theirs as found at the later one's decision, where the profiles are not those compared then: wording
            beyond it is boilerplate on both, for shared wording counts as likeness.
    """
    contained = min(containment(earlier, later), likeness)
    if contained >= NEAR and not _only_looks_copied(earlier, later):
        alike = resemblance(earlier, later)
        if alike >= SAME or (contained >= CUT and alike >= WHOLE):
            return Relation.COPY
        return Relation.NEAR_COPY
    if source_shared(earlier, later) or link_shared(earlier, later) or _taken_over(earlier, later, contained):
        return Relation.REWRITE
    return Relation.SAME_EVENT


def _taken_over(earlier: Profile, later: Profile, contained: float) -> bool:
    """Does the later one tell the earlier one's report in its own words, by the wording that is left?"""
    if _only_looks_copied(earlier, later):
        return False
    return contained >= BORROWED or quotes_shared(earlier, later) >= QUOTED


def _only_looks_copied(earlier: Profile, later: Profile) -> bool:
    """Is so much wording the same because of a standing line or a template?"""
    return _is_stub(earlier, later) or _from_template(earlier, later)


def _is_stub(earlier: Profile, later: Profile) -> bool:
    few = min(len(earlier.shingles), len(later.shingles)) < STUB
    return few and titles_shared(earlier, later) < HEADLINE


def _from_template(earlier: Profile, later: Profile) -> bool:
    many = min(len(earlier.numbers), len(later.numbers)) >= FIGURES
    return many and numbers_shared(earlier, later) < SAME_FIGURES
