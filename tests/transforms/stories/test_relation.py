"""How an article stands to the one that it resembles: what a copy may change, and what only looks like one."""

import pytest

from tests.transforms.stories.press import BANK, BANK_RETOLD, FIRE, PORT, PORT_RETOLD, STRIKE, judged
from transforms.config import StoriesConfig
from transforms.model import Relation
from transforms.stories.likeness import pair_likeness
from transforms.stories.memory import StoriesMemory
from transforms.stories.relation import relation

BLOCK = """The Lantern is read in forty countries and belongs to nobody but its readers. Every morning at six our newsroom
gathers the reports that matter, checks them and puts them into plain words. If you value such work, tell a friend about it,
write to the desk with what you have seen, and keep a copy of this page: the archive stays open to all, without a fee."""
MARKET = """The Marisk exchange closed {0} on {1}. The leading index stood at {2} points at the end of trading, a change of
{3} percent from the day before. {4} shares rose and {5} fell; turnover came to {6} million crowns. A barrel of oil cost {7}
dollars in the evening. Trading resumes at nine in the morning. The figures are those of the exchange and are given without
warranty; readers who want to follow single shares during the day find them in the tables of this page."""
MONDAY = MARKET.format("higher", "Monday", "4312.55", "1.24", 31, 14, 512, "71.30")
TUESDAY = MARKET.format("lower", "Tuesday", "4290.18", "0.52", 17, 28, 467, "70.85")
STUB = "This is a developing story. More details follow shortly on this page."


def told(
    earlier: str, later: str, earlier_title: str = "Harbour closed", later_title: str = "Evening news"
) -> Relation:
    alike = pair_likeness(
        judged("a", earlier_title, earlier), judged("b", later_title, later), StoriesMemory(StoriesConfig())
    )
    return relation(alike.theirs, alike.mine)


def openings(*texts: str) -> str:
    return "\n".join(f"1{place}:15. {text.splitlines()[0]}" for place, text in enumerate(texts))


def edited(text: str, every: int) -> str:
    words = text.split(" ")
    return " ".join("otherwise" if place % every == every // 2 else word for place, word in enumerate(words))


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        pytest.param(PORT, Relation.COPY, id="all of it"),
        pytest.param("\n".join(PORT.splitlines()[:5]), Relation.COPY, id="the last third cut"),
        pytest.param("\n".join(PORT.splitlines()[:2]), Relation.NEAR_COPY, id="cut to a third"),
        pytest.param(edited(PORT, 20), Relation.NEAR_COPY, id="one word in twenty edited"),
        pytest.param(edited(PORT, 12), Relation.NEAR_COPY, id="one word in twelve edited"),
        pytest.param(f"{PORT}\n{BLOCK}", Relation.COPY, id="with another outlet's block behind it"),
        pytest.param(f"{BLOCK}\n{PORT}", Relation.COPY, id="with another outlet's block before it"),
        pytest.param(PORT_RETOLD, Relation.REWRITE, id="in other words, with its quote"),
    ],
)
def test_a_copy_stays_one_when_it_is_cut_edited_or_framed(later, expected):
    assert told(PORT, later) is expected


@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        pytest.param(MONDAY, TUESDAY, Relation.SAME_EVENT, id="two market reports from one template"),
        pytest.param(STUB, STUB, Relation.SAME_EVENT, id="the same line under two headlines"),
        pytest.param(f"{STRIKE}\n{BLOCK}", f"{FIRE}\n{BLOCK}", Relation.SAME_EVENT, id="one block on two reports"),
        pytest.param(
            PORT, openings(STRIKE, BANK, PORT, FIRE), Relation.REWRITE, id="a live blog that opens with it too"
        ),
        pytest.param(
            openings(BANK, STRIKE), openings(FIRE, PORT_RETOLD), Relation.SAME_EVENT, id="live blogs of two days"
        ),
    ],
)
def test_what_only_looks_like_a_copy_is_none(earlier, later, expected):
    assert told(earlier, later) is expected
    assert told(later, earlier) is expected


def test_a_template_with_the_same_figures_is_a_copy():
    assert told(MONDAY, MONDAY.replace("Trading resumes", "The market opens again")) is Relation.COPY


def test_a_line_with_the_same_headline_is_a_copy():
    assert told(STUB, STUB, "Crane falls in Karlshavn port", "Crane falls in Karlshavn") is Relation.COPY


def test_another_event_of_the_same_kind_is_no_rewrite():
    assert told(BANK_RETOLD, FIRE) is Relation.SAME_EVENT
