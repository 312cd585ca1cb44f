"""Canonical links: believed only as far as they can be."""

import msgspec
import pytest

from transforms.articles.identity import believable, fold_title, identity_claims, settle_identity
from transforms.articles.urls import article_id, normalise_url, url_key
from transforms.model import Article
from transforms.stories.ports import Claim

MAIN = "https://herald.test/harbour-vote-2024"
COPY = "https://herald.test/sections/city/harbour-vote-2024"
OTHER = "https://gazette.test/harbour-vote-2024"


def article(url: str = COPY, canonical: str = MAIN, title: str = "Council votes to rebuild harbour") -> Article:
    return Article(id=article_id(url), url=url, title=title, text="x", published=1.0, canonical_url=canonical)


class Claims:
    """The claims table, as a dictionary."""

    def __init__(self) -> None:
        self.rows: dict[str, Claim] = {}

    def settle(self, one: Article) -> str:
        taken = {}
        for key, title in identity_claims(one):
            claim = self.rows.setdefault(key, Claim(key=key, article_id=one.id, title=title))
            if claim.title != title:
                claim = self.rows[key] = msgspec.structs.replace(claim, contested=True)
            taken[key] = claim
        return settle_identity(one, taken)


@pytest.mark.parametrize(
    ("canonical", "url", "expected"),
    [
        (MAIN, COPY, True),
        ("https://www.herald.test/x-1", "https://m.herald.test/x-1", True),
        (OTHER, COPY, False),
        ("https://herald.test/", COPY, False),
        ("https://herald.test/index.html", COPY, False),
        ("", COPY, False),
    ],
)
def test_a_canonical_link_is_believable_inside_its_site(canonical: str, url: str, expected: bool) -> None:
    assert believable(canonical, url) is expected


def test_an_article_claims_its_own_and_its_believable_canonical_url() -> None:
    title = "council votes to rebuild harbour"
    assert identity_claims(article()) == ((url_key(COPY), title), (url_key(MAIN), title))
    assert identity_claims(article(canonical=OTHER)) == ((url_key(COPY), title),)
    assert identity_claims(article(url=MAIN)) == ((url_key(MAIN), title),)


def test_variants_with_one_canonical_link_are_one_article_whichever_comes_first() -> None:
    claims = Claims()
    first = claims.settle(article(COPY))
    assert claims.settle(article(MAIN)) == first
    assert claims.settle(article("https://herald.test/amp/harbour-vote-2024-x")) == first


def test_a_canonical_link_that_two_titles_claim_names_nothing() -> None:
    claims = Claims()
    first = claims.settle(article(COPY, title="Council votes"))
    second = claims.settle(article("https://herald.test/weather-1", title="Rain in the west"))
    third = claims.settle(article("https://herald.test/weather-2", title="Sun in the east"))
    assert len({first, second, third}) == 3
    assert second == article_id(normalise_url("https://herald.test/weather-1"))


def test_another_sites_canonical_link_is_no_identity() -> None:
    claims = Claims()
    assert claims.settle(article(OTHER, canonical="")) != claims.settle(article(COPY, canonical=OTHER))


def test_a_new_headline_under_the_same_address_is_the_same_article() -> None:
    claims = Claims()
    first = claims.settle(article(MAIN, title="Council to vote"))
    assert claims.settle(article(MAIN, title="Council has voted")) == first


def test_a_claim_that_was_never_made_leaves_the_articles_own_id() -> None:
    assert settle_identity(article(canonical=""), {}) == article_id(COPY)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Council votes!", "COUNCIL VOTES"),
        ("Council votes | The Herald", "Council votes"),
        ("Council votes - The Herald", "Council votes"),
        ("Élection à Genève", "Election a Geneve"),
        ("«Рада» проголосувала", "Рада проголосувала"),
    ],
)
def test_titles_are_folded(one: str, other: str) -> None:
    assert fold_title(one) == fold_title(other)
