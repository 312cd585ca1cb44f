"""Boilerplate that two texts share says nothing of their stories."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.stories.press import BANK, FIRE, PORT, PORT_RETOLD, STRIKE, filled, judged
from transforms.config import StoriesConfig
from transforms.stories.blocks import block_hashes, common_ends, split_blocks
from transforms.stories.likeness import pair_likeness
from transforms.stories.memory import StoriesMemory
from transforms.stories.relation import relation
from transforms.model import Relation

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


@pytest.mark.parametrize(
    ("a", "b", "ends"),
    [
        ((1, 2, 3, 9), (4, 5, 9), (0, 1)),
        ((7, 1, 2), (7, 3), (1, 0)),
        ((7, 1, 9), (7, 2, 9), (1, 1)),
        ((1, 2), (3, 4), (0, 0)),
        ((1, 9), (9,), (0, 0)),
        ((1, 2, 3), (1, 2, 3), (0, 0)),
        ((), (1,), (0, 0)),
    ],
)
def test_what_two_texts_begin_and_end_with(a, b, ends):
    assert common_ends(a, b) == ends


@given(st.text(alphabet="ab .!?\n”", max_size=60))
def test_sentences_hold_all_that_is_no_space(text):
    blocks = split_blocks(text)
    assert "".join("".join(blocks).split()) == "".join(text.split())
    assert len(block_hashes(text)) == len(blocks)
