"""Where a story comes from, and how many reports stand on their own."""

from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.articles.boilerplate import split_tail
from transforms.model import Article, Credit, CreditKind, Fingerprint, Membership, Relation
from transforms.stories.credits import find_credits
from transforms.stories.origins import StoryOrigins, story_origins
from transforms.stories.outlets import Outlet, OutletTable, load_outlets
from transforms.stories.ports import KnownArticle

SEEDS = Path(__file__).parents[3] / "seeds" / "outlets.toml"
TABLE = OutletTable(
    [
        Outlet(name="Axios", domains=("axios.com",), owner="Cox"),
        Outlet(name="Reuters", domains=("reuters.com",), owner="Thomson Reuters", agency="Reuters"),
        Outlet(name="Bild", domains=("bild.de",), owner="Springer"),
        Outlet(name="Welt", domains=("welt.de",), owner="Springer"),
        Outlet(name="Post", domains=("post.example",)),
        Outlet(name="Ledger", domains=("ledger.example",)),
        Outlet(name="Herald", domains=("herald.example",)),
    ]
)
FIRST, COPY, NEAR, REWRITE, SAME = (
    Relation.FIRST,
    Relation.COPY,
    Relation.NEAR_COPY,
    Relation.REWRITE,
    Relation.SAME_EVENT,
)
Pair = tuple[KnownArticle, Membership]


def member(
    article_id: str,
    outlet: str,
    at: float,
    relation: Relation = SAME,
    matched: str = "",
    credited: tuple[Credit, ...] = (),
    domain: str = "",
) -> Pair:
    article = Article(
        id=article_id, url=f"https://x/{article_id}", title="", text="", published=at, outlet=outlet, domain=domain
    )
    fingerprint = Fingerprint(
        article_id=article_id,
        version="1",
        vector=b"",
        title_terms={},
        lead_terms={},
        body_terms={},
        names={},
        credits=credited,
    )
    membership = Membership(article_id=article_id, story_id="s", placed="s", relation=relation, matched=matched)
    return KnownArticle(article=article, fingerprint=fingerprint, relevance=(), decided=1, seq=1), membership


def source(
    name: str, *, weight: float = 0.9, kind: CreditKind = CreditKind.SOURCE, via: str = ""
) -> tuple[Credit, ...]:
    return (Credit(name=name, kind=kind, weight=weight, evidence=f"informs {name}", via=via),)


def agency(name: str) -> tuple[Credit, ...]:
    return source(name, kind=CreditKind.AGENCY, weight=1.0)


def origins(*members: Pair) -> StoryOrigins:
    return story_origins(members, TABLE, lambda name, domain: name == "Post")


CASES: dict[str, tuple[list[Pair], str, list[str]]] = {
    "two retellings of a report in no feed": (
        [
            member("a", "Post", 1, FIRST, credited=source("Axios")),
            member("b", "Ledger", 2, REWRITE, "a", source("Axios")),
        ],
        "Axios",
        ["Axios"],
    ),
    "a retelling without a credit shares the others' source": (
        [member("a", "Post", 1, FIRST), member("b", "Ledger", 2, REWRITE, "a", source("Axios"))],
        "Axios",
        ["Axios"],
    ),
    "copies of a wire report": (
        [
            member("a", "Post", 1, FIRST, credited=agency("Reuters")),
            member("b", "Ledger", 2, COPY, "a"),
            member("c", "Herald", 3, NEAR, "b"),
        ],
        "Reuters",
        ["Reuters"],
    ),
    "copies of an outlet's own report": (
        [member("a", "Post", 1, FIRST), member("b", "Ledger", 2, COPY, "a"), member("c", "Herald", 3, NEAR, "a")],
        "Post",
        ["Post"],
    ),
    "reports of one event on their own": (
        [member("a", "Post", 1, FIRST), member("b", "Ledger", 2), member("c", "Herald", 3)],
        "Post",
        ["Post", "Ledger", "Herald"],
    ),
    "the earliest that others retell, not the earliest": (
        [member("a", "Herald", 1, FIRST), member("b", "Post", 2), member("c", "Ledger", 3, REWRITE, "b")],
        "Post",
        ["Post", "Herald"],
    ),
    "a credited outlet's own article is in the story": (
        [member("a", "Axios", 1, FIRST), member("b", "Post", 2, REWRITE, "a", source("Axios"))],
        "Axios",
        ["Axios"],
    ),
    "a credited outlet's own article credits a further one": (
        [
            member("a", "Ledger", 1, FIRST, credited=source("Axios")),
            member("b", "Post", 2, REWRITE, "a", source("Ledger")),
        ],
        "Axios",
        ["Axios"],
    ),
    "outlets that credit each other end somewhere": (
        [
            member("a", "Post", 1, FIRST, credited=source("Ledger")),
            member("b", "Ledger", 2, REWRITE, "a", source("Post")),
        ],
        "Post",
        ["Post", "Ledger"],
    ),
    "the source that most reports end at": (
        [
            member("a", "Post", 1, FIRST, credited=source("Reuters")),
            member("b", "Ledger", 2, credited=source("Axios")),
            member("c", "Herald", 3, credited=source("Axios")),
        ],
        "Axios",
        ["Axios", "Reuters"],
    ),
    "an outlet before an agency where as many end at both": (
        [
            member("a", "Post", 1, FIRST, credited=agency("Reuters")),
            member("b", "Ledger", 2, credited=source("Axios")),
        ],
        "Axios",
        ["Axios", "Reuters"],
    ),
    "one credit late among many reports of their own": (
        [member(str(n), f"Outlet {n}", n, FIRST if n == 1 else SAME) for n in range(1, 6)]
        + [member("z", "Post", 9, credited=source("Axios"))],
        "Outlet 1",
        ["Outlet 1", "Outlet 2", "Outlet 3", "Outlet 4", "Outlet 5", "Axios"],
    ),
    "a contribution is no origin": (
        [member("a", "Post", 1, FIRST, credited=source("Reuters", weight=0.7)), member("b", "Ledger", 2)],
        "Post",
        ["Post", "Ledger"],
    ),
    "a cited fact is no origin": (
        [member("a", "Post", 1, FIRST, credited=source("Reuters", kind=CreditKind.CITED))],
        "Post",
        ["Post"],
    ),
    "two outlets of one owner are one origin": (
        [member("a", "Bild", 1, FIRST), member("b", "Welt", 2), member("c", "Post", 3)],
        "Bild",
        ["Bild", "Post"],
    ),
    "an outlet known by its domain": (
        [member("a", "", 1, FIRST, domain="www.bild.de"), member("b", "", 2, domain="welt.de")],
        "Bild",
        ["Bild"],
    ),
    "an outlet that only its domain names": (
        [member("a", "", 1, FIRST, domain="corner.example")],
        "corner.example",
        ["corner.example"],
    ),
    "nothing is known": ([member("a", "", 1, FIRST), member("b", "", 2)], "", []),
    "a match outside the story": ([member("a", "Post", 1, REWRITE, "gone")], "Post", ["Post"]),
    "no member": ([], "", []),
}


@pytest.mark.parametrize(("members", "origin", "independent"), CASES.values(), ids=CASES.keys())
def test_a_story_s_origin_and_independent_origins(members: list[Pair], origin: str, independent: list[str]) -> None:
    found = origins(*members)
    assert (found.origin.name if found.origin else "") == origin
    assert [one.name for one in found.independent] == independent


def test_evidence_says_who_credits_whom_and_how_often() -> None:
    found = origins(
        member("a", "Post", 1, FIRST, credited=source("Axios", via="Herald")),
        member("b", "Ledger", 2, REWRITE, "a", source("Axios")),
        member("c", "Herald", 3),
    )
    assert found.origin is not None
    assert found.origin.evidence == "credited via Herald by 2 of 3: informs Axios (Post)"
    assert found.independent[1].evidence == "its own report, credits nobody (Herald)"
    assert found.origin.domain == ""


def test_evidence_of_copies_counts_them() -> None:
    found = origins(
        member("a", "Post", 1, FIRST), member("b", "Ledger", 2, COPY, "a"), member("c", "Herald", 3, COPY, "a")
    )
    assert found.origin is not None
    assert found.origin.evidence == "earliest of 3 that tell one report; credits nobody"


def test_an_origin_says_whether_a_feed_brings_it() -> None:
    found = origins(member("a", "Post", 1, FIRST), member("b", "Ledger", 2))
    assert [one.in_feeds for one in found.independent] == [True, False]


def test_two_retellings_end_at_the_outlet_that_both_credit() -> None:
    """From text to origin, with the shipped table."""
    table = load_outlets(SEEDS)
    texts = {
        "Politeka": (
            "Grain talks: ministers prepare",
            "Ministers prepare talks. This was reported by Axios, citing two officials.\nSource: Axios.\n"  # noqa: ISC004
            "Latest news:\nLet's remember Politeka wrote, Gold Prices: Reuters Sees a Rise.",
        ),
        "RBC-Ukraine": (
            "Ministers weigh grain talks - Axios",
            "Talks are being prepared, informs Axios.\nNobody spoke.",
        ),
    }
    members = []
    for number, (outlet, (title, text)) in enumerate(texts.items()):
        article = Article(
            id=str(number), url=f"https://{number}.example", title=title, text=text, published=number, outlet=outlet
        )
        found = find_credits(article, *split_tail(text), table)
        relation, matched = (FIRST, "") if number == 0 else (REWRITE, "0")
        members.append(member(str(number), outlet, number, relation, matched, found))
    result = story_origins(members, table, lambda name, domain: False)
    assert [one.name for one in result.independent] == ["Axios"]
    assert result.origin is not None
    assert result.origin.domain == "axios.com"
    assert not result.origin.in_feeds
    assert result.origin.evidence == "credited by 2 of 2: Source: Axios. (Politeka)"


_OUTLETS = st.sampled_from(["Post", "Ledger", "Axios", "Bild", "Welt", "Unknown", ""])
_CREDITS = st.one_of(st.just(()), _OUTLETS.filter(bool).map(source), st.just(agency("Reuters")))
_MEMBERS = st.lists(st.tuples(_OUTLETS, st.sampled_from(list(Relation)), st.integers(0, 8), _CREDITS), max_size=9)


@settings(max_examples=100)
@given(_MEMBERS, st.randoms(use_true_random=False))
def test_order_does_not_matter_and_the_origin_is_independent(drawn: list[Any], random: Random) -> None:
    members = [
        member(str(n), outlet, n % 4, relation, str(matched), credited)
        for n, (outlet, relation, matched, credited) in enumerate(drawn)
    ]
    found = origins(*members)
    shuffled = list(members)
    random.shuffle(shuffled)
    assert origins(*shuffled) == found
    assert (found.origin is None) == (not found.independent)
    if found.origin:
        assert found.independent[0] == found.origin
    houses = [(TABLE.find(one.name) or Outlet(name=one.name)).house for one in found.independent]
    assert len(houses) == len(set(houses))
    assert all(one.evidence for one in found.independent)
    assert len(found.independent) <= len(members)
