"""What a fingerprint takes from an article."""

import msgspec
import pytest

from tests.transforms.stories.press import OUTLETS, PORT, TAIL, judged
from transforms.model import Fingerprint
from transforms.stories.fingerprint import LEAD_WORDS, VERSION, fingerprint
from transforms.stories.links import link_key
from transforms.stories.terms import READ_CHARACTERS, read_part


def test_a_promotional_tail_is_left_out():
    plain, tailed = (judged("a", "Crane falls", text).fingerprint for text in (PORT, PORT + TAIL))
    assert "hlavka" not in tailed.body_terms
    assert tailed.shingles == plain.shingles
    assert tailed.names == plain.names


def test_the_lead_is_the_beginning():
    found = judged("a", "Long", " ".join(f"word{n}" for n in range(300))).fingerprint
    assert len(found.lead_terms) == LEAD_WORDS
    assert found.words == 300


def test_of_a_long_text_the_beginning_is_read_and_the_wording_whole():
    names = [f"Name{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(200)]
    text = " ".join(f"the harbour of {name} was open again today." for name in names)
    found = judged("a", "Long", text).fingerprint
    assert 0 < len(text) - READ_CHARACTERS < len(text) / 2
    assert "nameaa" in found.names
    assert names[-1].lower() not in found.body_terms
    assert found.words == 8 * len(names)
    copied = judged("b", "Cut", text[-3000:]).fingerprint
    assert len(set(copied.shingles) & set(found.shingles)) > 0.9 * len(copied.shingles)


def test_a_long_text_without_spaces_is_read():
    found = judged("a", "港口", "港口因风暴关闭，船只停泊。" * 800).fingerprint
    assert "港口" in found.body_terms
    assert found.words > READ_CHARACTERS / 2


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("x" * READ_CHARACTERS, READ_CHARACTERS),
        ("x" * (READ_CHARACTERS + 1), READ_CHARACTERS),
        ("ab " * READ_CHARACTERS, READ_CHARACTERS - READ_CHARACTERS % 3 - 1),
        ("a " + "x" * (2 * READ_CHARACTERS), READ_CHARACTERS),
    ],
)
def test_a_text_is_cut_between_words_where_it_has_some(text, cut):
    assert read_part(text) == text[:cut]


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
