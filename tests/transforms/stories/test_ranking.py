"""A ranking is its pairs in order, whatever came and went."""

from hypothesis import given
from hypothesis import strategies as st

from transforms.stories.ranking import Ranking

_IDS = st.text("ab", max_size=3)
_LIKENESSES = st.sampled_from([0.0, 0.25, 0.5, 1.0])


@given(st.dictionaries(_IDS, _LIKENESSES, max_size=8), st.dictionaries(_IDS, _LIKENESSES, max_size=8), st.sets(_IDS))
def test_it_holds_what_was_added_and_not_removed_in_order(first, added, removed):
    added = {article_id: likeness for article_id, likeness in added.items() if article_id not in first}
    held = {**first, **added}
    ranking = Ranking((likeness, article_id) for article_id, likeness in first.items())
    for article_id, likeness in added.items():
        ranking.add(likeness, article_id)
    for article_id in removed & held.keys():
        ranking.remove(held.pop(article_id), article_id)
    assert ranking.likenesses() == sorted(held.values(), reverse=True)
    assert ranking.pairs() == [(value, name) for name, value in sorted(held.items(), key=lambda one: (-one[1], one[0]))]
