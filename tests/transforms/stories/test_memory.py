"""A memory is a function of the rows it holds."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.stories.press import FIRE, PORT, filled, judged, known_of, reports, take
from transforms.config import StoriesConfig
from transforms.stories.decide import decide
from transforms.stories.index import PARTS, TermIndex, Terms
from transforms.stories.likeness import pair_likeness
from transforms.stories.memory import StoriesMemory
from transforms.stories.reasons import signals_of
from transforms.stories.similarity import packed, words_of
from transforms.stories.terms import stem_counts

RUSSIAN = {
    "one": "Порт в Карлсхавне закрыт: упал кран, сказала начальница порта.",
    "other": "Из Карлсхавна не выходят суда, кран упал ночью.",
}
"""One name in two cases."""
DAY = 24 * 60
LATE = judged("late", "Fire destroys film archive", FIRE, minutes=8 * DAY + 12)


def rebuilt(memory: StoriesMemory) -> StoriesMemory:
    """Another memory from the same rows, as a store gives them."""
    other = StoriesMemory(memory.config)
    for story in memory.stories():
        other.put_story(story)
    stored = {one.article.id: one for one in [*reports(), LATE]}
    members = [known for story in memory.stories() for known in memory.members(story.id)]
    for known in sorted(members, key=lambda one: one.decided):
        one = stored[known.article.id]
        other.remember(known_of(one, known.decided), memory.membership(one.article.id))
    other.keep_apart(memory._apart)
    other.keep_together(memory._together)
    return other


def same(a: StoriesMemory, b: StoriesMemory) -> bool:
    probe = judged(
        "probe", "Karlshavn basin and Brenner Bank", "Hlavka and Aaby met in Karlshavn about grain. " * 3, minutes=40
    )
    ids = [one.article.id for one in reports() if a.article(one.article.id)]
    return (
        a.stories() == b.stories()
        and [a.membership(one) for one in ids] == [b.membership(one) for one in ids]
        and [a.ranked(one) for one in ids] == [b.ranked(one) for one in ids]
        and decide(probe, a) == decide(probe, b)
    )


def test_rebuilt_from_its_rows_it_is_the_same():
    memory = filled(*reports())
    assert same(memory, rebuilt(memory))


def test_rebuilt_after_articles_have_left_it_is_the_same():
    memory = filled(*reports())
    take(memory, LATE, 7)
    memory.evict()
    assert 0 < len(memory) < 7
    assert same(memory, rebuilt(memory))


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(6)), st.integers(0, 5))
def test_what_came_and_went_leaves_no_trace(order, leaves):
    articles = reports()
    memory = filled(*articles)
    gone = articles[leaves]
    expected = StoriesMemory(StoriesConfig())
    for place in order:
        one = articles[place]
        expected.put_story(memory.story(memory.membership(one.article.id).story_id))
    for number, one in enumerate(articles, start=1):
        if one is not gone:
            expected.remember(known_of(one, number), memory.membership(one.article.id))
    early = msgspec.structs.replace(gone.article, published=gone.article.published - 30 * 86400.0)
    memory.remember(known_of(msgspec.structs.replace(gone, article=early), leaves + 1), memory.membership(early.id))
    memory.evict()
    assert memory.article(gone.article.id) is None
    ids = [one.article.id for one in articles if one is not gone]
    assert [memory.ranked(one) for one in ids] == [expected.ranked(one) for one in ids]
    probe = judged("probe", "Karlshavn", FIRE, minutes=41)
    assert decide(probe, memory).likeness == decide(probe, expected).likeness


@pytest.mark.parametrize(("lang", "held"), [("en", "karlshavn"), ("ru", "karls")])
def test_the_words_of_a_held_article_are_told_by_its_profile(lang, held):
    one = judged("a", "Crane collapse shuts Karlshavn basin", PORT, lang=lang)
    memory = filled(one)
    assert not memory.article(one.article.id).fingerprint.body_terms
    words = words_of(memory.remembered(one.article.id).profile, memory.index)
    print_ = one.fingerprint
    title, lead, body, names = (
        stem_counts(counts, lang) for counts in (print_.title_terms, print_.lead_terms, print_.body_terms, print_.names)
    )
    assert words == (body.keys() | title.keys(), lead.keys() | title.keys(), names, title.keys())
    assert held in words.names
    assert memory.sketch(one.article.id).tolist() == packed(print_.shingles).tolist()


def test_reasons_say_words_as_the_article_writes_them():
    one, other = (judged(name, "Порт", f"Суда ждут. {text}", lang="ru") for name, text in RUSSIAN.items())
    memory = filled(one)
    alike = pair_likeness(one, other, memory)
    names = next(s for s in signals_of(other.fingerprint, alike, memory.index, memory.weights) if s.name == "names")
    assert names.text == "1 names in both (Карлсхавна)"


def test_what_is_older_than_window_and_a_day_leaves():
    memory = filled(*reports())
    late = judged("late", "Fire", FIRE, minutes=8 * DAY + 12)
    take(memory, late, 7)
    assert memory.highwater == late.article.published
    memory.evict()
    assert [memory.article(one.article.id) is None for one in reports()] == [True, True, True, False, False, False]
    memory.evict(memory.highwater)
    assert len(memory) == 1
    assert len(memory.stories()) == 1


def test_a_story_with_members_left_stays():
    memory = filled(*reports())
    story = memory.membership(reports()[3].article.id).story_id
    memory.evict(reports()[1].article.published)
    assert memory.story(story) is not None
    assert [known.article.outlet for known in memory.members(story)] == ["Courier"]


def test_the_index_is_made_anew_when_most_of_it_has_left():
    memory = filled(*reports())
    index = memory.index
    first = reports()[0]
    for _ in range(1010):  # each revision leaves a row behind
        memory.remember(known_of(first, 1), memory.membership(first.article.id))
    memory.evict()
    assert memory.index is not index
    assert same(memory, rebuilt(memory))


def test_a_revision_replaces_the_text_and_keeps_the_place():
    memory = filled(*reports())
    before = reports()[0]
    place = memory.membership(before.article.id)
    revised = judged("harbourpost", "Crane collapse", FIRE)
    memory.remember(known_of(revised, 1), place)
    assert len(memory) == 6
    assert memory.article(before.article.id).article.title == "Crane collapse"
    assert memory.membership(before.article.id) == place
    assert memory.ranked(before.article.id)


def test_an_article_that_moves_is_a_member_there():
    memory = filled(*reports())
    one, other = (memory.membership(reports()[place].article.id) for place in (0, 1))
    memory.move(msgspec.structs.replace(one, story_id=other.story_id))
    assert one.article_id in memory.member_ids(other.story_id)
    assert one.article_id not in memory.member_ids(one.story_id)


def test_members_stand_in_order_of_decision():
    memory = filled(*reports())
    story = memory.membership(reports()[0].article.id).story_id
    assert [known.decided for known in memory.members(story)] == [1, 4]


def test_what_is_not_held_is_none():
    memory = StoriesMemory(StoriesConfig())
    assert (memory.article("x"), memory.membership("x"), memory.story("x"), memory.members("x")) == (
        None,
        None,
        None,
        [],
    )
    with pytest.raises(KeyError):
        memory.remembered("x")


def test_hands_change_their_mind():
    memory = StoriesMemory(StoriesConfig())
    memory.keep_apart([("a", "s")])
    memory.keep_together([("a", "s")])
    assert memory.is_together("a", "s")
    assert not memory.is_apart("a", "s")
    memory.keep_apart([("a", "s")])
    assert (memory.is_together("a", "s"), memory.is_apart("a", "s"), memory.is_by_hand("a", "t")) == (False, True, True)


def counted(slots, **parts):
    """Terms of an article whose text holds each slot once, and whose other parts so many of the first."""
    sizes = {"text": len(slots), **parts}
    bags = tuple(slots[: sizes.get(part, 0)] for part in PARTS)
    return Terms(bags, tuple(np.ones(len(bag), dtype=np.uint8) for bag in bags))


def test_an_index_grows_and_compares_part_by_part():
    index = TermIndex()
    words = counted(index.slots([f"word{number}" for number in range(3000)], "en"), lead=10)
    nothing = counted(words.slots[0][:0])
    index.add(words, 0.0)
    same, empty = index.compare(words, [words, nothing]).cosines().round(4).tolist()
    assert same == [1.0, 1.0, 0.0, 0.0]
    assert empty == [0.0, 0.0, 0.0, 0.0]
    assert not index.compare(nothing, [words]).cosines().any()
    assert len(index.search(nothing, 0.0, 1.0, 5)[0]) == 0
    assert (index.weights(words.slots[0]) > 0).all()


def test_a_search_that_reads_only_the_rarest_lists_finds_what_reading_all_would():
    """What is left unread is looked up for the best candidates."""
    index = TermIndex()
    documents = [
        counted(index.slots([f"rare{number % 40}", f"some{number % 7}", "common", f"own{number}"], "en"))
        for number in range(400)
    ]
    for document in documents:
        index.add(document, 0.0)
    probe = counted(index.slots(["rare3", "some3", "common"], "en"))
    whole = dict(zip(*(found.tolist() for found in index.search(probe, 0.0, 0.0, 5)), strict=True))
    cut = dict(zip(*(found.tolist() for found in index.search(probe, 0.0, 0.0, 5, entries=30)), strict=True))
    assert cut == pytest.approx(whole)
    assert min(whole) % 40 == 3


def test_a_search_keeps_to_the_time():
    index = TermIndex()
    document = counted(index.slots(["crane", "barge"], "en"))
    rows = [index.add(document, time) for time in (0.0, 5.0, 9.0)]
    assert index.search(document, 1.0, 9.0, 5)[0].tolist() == rows[1:]
    index.discount(rows[1], document)
    assert index.search(document, 1.0, 9.0, 5)[0].tolist() == rows[2:]
