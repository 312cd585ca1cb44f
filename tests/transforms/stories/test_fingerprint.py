"""What a fingerprint takes from an article."""

import msgspec

from tests.transforms.stories.press import OUTLETS, PORT, TAIL, judged
from transforms.model import Fingerprint
from transforms.stories.fingerprint import LEAD_WORDS, VERSION, fingerprint
from transforms.stories.links import link_key


def test_a_promotional_tail_is_left_out():
    plain, tailed = (judged("a", "Crane falls", text).fingerprint for text in (PORT, PORT + TAIL))
    assert "hlavka" not in tailed.body_terms
    assert tailed.shingles == plain.shingles
    assert tailed.names == plain.names


def test_the_lead_is_the_beginning():
    found = judged("a", "Long", " ".join(f"word{n}" for n in range(300))).fingerprint
    assert len(found.lead_terms) == LEAD_WORDS
    assert found.words == 300


def test_version_and_article_are_named():
    one = judged("a", "Crane falls", PORT)
    assert (one.fingerprint.version, one.fingerprint.article_id) == (VERSION, one.article.id)


def test_only_links_that_lead_elsewhere_are_kept():
    links = (
        "https://www.meridian.example/r/1?utm=2",
        "https://a.example/x",
        "https://blog.a.example/y",
        "https://c.example/",
        "x:[",
    )
    assert judged("a", "t", PORT, links=links).fingerprint.links == ("meridian.example/r/1",)


def test_link_key_of_what_is_no_address_is_empty():
    assert link_key("http://[") == link_key("mailto:a@b.example") == ""


def test_an_empty_article_has_a_fingerprint():
    found = judged("a", "", "").fingerprint
    assert (found.words, found.shingles, found.body_terms) == (0, (), {})


def test_stored_and_read_again_it_is_the_same():
    one = judged("a", "Crane falls", PORT)
    again = msgspec.msgpack.decode(msgspec.msgpack.encode(one.fingerprint), type=Fingerprint)
    assert again == one.fingerprint == fingerprint(one.article, OUTLETS)
