"""Boilerplate that two texts share says nothing of their stories."""

import pytest

from tests.transforms.stories.press import BANK, FIRE, PORT, PORT_RETOLD, STRIKE, filled, judged
from transforms.config import StoriesConfig
from transforms.model import Relation
from transforms.stories.likeness import pair_likeness
from transforms.stories.memory import StoriesMemory
from transforms.stories.relation import relation
from transforms.stories.shared_ends import KEPT_WORDS, common_ends, end_hashes
from transforms.stories.shingles import hash_words

FOREIGN = (
    " Vellen Digital reaches four million readers a month through its partner sites in nine countries. "
    "“We will keep every promise that we made to our readers,” its founder Olaf Brandt said in March 2019. "
    "The house was named Publisher of the Year by the Karlshavn Press Club. "
    "Members read without advertising and receive the Sunday magazine by post."
)
"""A block that no list of promotional phrases knows, on the line of a text's last sentence."""


def likeness(one: str, other: str) -> float:
    """Of two texts with headlines that have nothing in common."""
    a = judged("a", "Basin shut", one)
    b = judged("b", "Lender parts with its head", other, minutes=5)
    return pair_likeness(a, b, StoriesMemory(StoriesConfig())).value


@pytest.mark.parametrize(("one", "other"), [(PORT, BANK), (STRIKE, FIRE), (PORT, PORT_RETOLD), (BANK, BANK)])
@pytest.mark.parametrize("hung", ["{text}{block}", "{block}\n{text}"])
def test_a_block_on_both_changes_nothing(one, other, hung):
    plain = likeness(one, other)
    with_block = likeness(hung.format(text=one, block=FOREIGN), hung.format(text=other, block=FOREIGN))
    assert with_block == pytest.approx(plain, abs=0.03)


def test_two_texts_with_one_block_are_no_copies():
    a = judged("a", "Basin shut", PORT[:200] + "." + FOREIGN)
    b = judged("b", "Lender parts with its head", BANK[:200] + "." + FOREIGN, minutes=5)
    alike = pair_likeness(a, b, StoriesMemory(StoriesConfig()))
    assert relation(alike.theirs, alike.mine) is Relation.SAME_EVENT


def test_a_repair_takes_no_block_for_a_copy():
    """It has no texts to look for blocks in, but the likeness that was found when there were."""
    a, b = (judged(name, name, text[:200] + "." + FOREIGN) for name, text in (("Basin shut", PORT), ("Bank", BANK)))
    memory = StoriesMemory(StoriesConfig())
    earlier, later = memory.profile(a), memory.profile(b)
    found = pair_likeness(a, b, memory).value
    assert relation(earlier, later) is Relation.NEAR_COPY
    assert relation(earlier, later, found) not in {Relation.COPY, Relation.NEAR_COPY}


def test_a_copy_with_a_new_beginning_keeps_its_wording():
    lines = PORT.splitlines()
    assert likeness(PORT, "\n".join(["The harbour office shut it at once.", *lines[1:]])) > 0.7


def test_a_block_on_every_article_joins_nothing():
    texts = {
        "Basin shut": PORT,
        "Lender parts with its head": BANK,
        "Walk-out on Friday": STRIKE,
        "Archive burns": FIRE,
    }
    articles = [
        judged(f"a{number}", title, text + FOREIGN, minutes=number)
        for number, (title, text) in enumerate(texts.items())
    ]
    memory = filled(*articles)
    assert len(memory.stories()) == len(texts)


def ends_of(one: str, other: str) -> tuple[int, int]:
    memory = StoriesMemory(StoriesConfig())
    return common_ends(memory.profile(judged("a", "t", one)), memory.profile(judged("b", "t", other)))


ALIKE = "all of these words stand at one end of both texts whatever else is said"
"""15 words."""


@pytest.mark.parametrize(
    ("a", "b", "ends"),
    [
        (f"The crane fell. {ALIKE}", f"A bank failed today, {ALIKE}", (0, 15)),
        (f"{ALIKE}. The crane fell.", f"{ALIKE}: a bank failed", (15, 0)),
        (f"{ALIKE} crane {ALIKE}", f"{ALIKE} bank {ALIKE}", (15, 15)),
        ("The crane fell on the quay", "The bank fell on the quay", (0, 0)),
        ("", ALIKE, (0, 0)),
    ],
)
def test_what_two_texts_begin_and_end_with(a, b, ends):
    assert ends_of(a, b) == ends


def test_only_so_many_words_are_kept_of_each_end():
    words = [f"word{number}" for number in range(1000)]
    first, last = end_hashes(words, hash_words(words))
    assert len(first) == len(last) == 2 * KEPT_WORDS
    assert first != last
