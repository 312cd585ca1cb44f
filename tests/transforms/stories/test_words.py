"""Words, names, numbers, quotes and sketches of texts in many scripts."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.stories.names import MOST_QUOTES, find_names, find_numbers, find_quotes
from transforms.stories.shingles import BOUND, shared, shared_with_each, sketch
from transforms.stories.terms import background_share, count_terms, split_words
from transforms.stories.vectors import DIMENSIONS, embed, unpack


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The crane fell.", ["the", "crane", "fell"]),
        ("L’État n'a rien dit", ["l’état", "n'a", "rien", "dit"]),
        ("Straßenbahn in Köln", ["straßenbahn", "in", "köln"]),
        ("Президент підписав з'їзд", ["президент", "підписав", "з'їзд"]),
        ("Врач-эксперт 2024", ["врач", "эксперт", "2024"]),
        ("東京都は", ["東京", "京都", "都は"]),
        ("हिन्दी समाचार", ["हिन्दी", "समाचार"]),
        ("…!?", []),
    ],
)
def test_text_is_split_into_words_of_its_script(text, words):
    assert split_words(text) == words


def test_terms_are_counted_without_possessives_and_single_letters():
    assert count_terms(["aaby's", "aaby", "a", "crane"]) == {"aaby": 2, "crane": 1}


def test_terms_stand_in_order_of_the_alphabet():
    assert list(count_terms(["quay", "crane", "barge"])) == ["barge", "crane", "quay"]


@pytest.mark.parametrize("lang", ["en", "de", "es", "fr", "ru", "uk"])
def test_background_knows_that_ordinary_words_are_ordinary(lang):
    ordinary = {"en": "the", "de": "und", "es": "que", "fr": "les", "ru": "что", "uk": "що"}[lang]
    assert background_share(ordinary, lang) > 0.5
    assert background_share("qwzxqwzx", lang) < 0.001


def test_background_of_an_unknown_language_takes_all_words_for_rare():
    assert background_share("the", "xx") == background_share("qwzxqwzx", "xx")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Yesterday Signe Aaby spoke. Aaby left.", {"aaby": 2, "signe": 1}),
        ("The port closed. The Port of Karlshavn is closed.", {"karlshavn": 1}),
        ("He met Aaby's deputy.", {"aaby": 1}),
        ("Вчора Залужний приїхав до Києва", {"залужний": 1, "києва": 1}),
        ("“Nobody knows,” said Hlavka", {"hlavka": 1}),
        ("nothing here", {}),
    ],
)
def test_names_are_capitalised_words_inside_sentences(text, names):
    assert find_names(text) == names


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("some 40,000 tonnes, 12.5 million", ("12.5", "40000")),
        ("12,5 Millionen und 40.000 Tonnen", ("12.5", "40000")),
        ("7 of 9 and the B52", ()),
    ],
)
def test_numbers_are_read_in_both_notations(text, numbers):
    assert find_numbers(text) == numbers


@pytest.mark.parametrize(
    "text",
    [
        '"We will not let a ship in", she said',
        "“We will not let a ship in” she said",
        "«We will not let a ship in», she said",
        "„We will not let a ship in“, she said",
    ],
)
def test_quotes_are_found_in_the_marks_of_many_countries(text):
    assert find_quotes(text) == ("we will not let a ship in",)


def test_short_quotes_are_figures_of_speech_and_there_is_a_most():
    assert find_quotes('a "very special thing" happened') == ()
    assert len(find_quotes("\n".join(f'"we will let ship number {n} in"' for n in range(50)))) == MOST_QUOTES


def test_a_quote_counts_once():
    assert len(find_quotes('"we will let it in now" and "We will let it in now"')) == 1


WORDS = st.lists(st.sampled_from(["crane", "port", "grain", "storm", "quay", "ship", "wheat", "silo"]), max_size=60)


@given(WORDS)
def test_sketch_is_sorted_bounded_and_repeatable(words):
    kept = sketch(words)
    assert list(kept) == sorted(set(kept))
    assert all(0 <= one < BOUND for one in kept)
    assert kept == sketch(list(words))


@given(WORDS, WORDS)
def test_sketch_of_a_part_lies_in_the_sketch_of_the_whole(start, end):
    part = sketch(start) if len(start) >= 5 else ()
    assert set(part) <= set(sketch(start + end))


def test_sketch_of_a_few_words_is_at_most_one_shingle():
    assert len(sketch(["storm"], bound=(1 << 64) - 1)) == 1
    assert sketch([]) == ()


@given(st.sets(st.integers(0, 50)), st.sets(st.integers(0, 50)))
def test_shared_counts_the_hashes_in_both(a, b):
    left, right = (np.array(sorted(one), dtype=np.uint64) for one in (a, b))
    assert shared(left, right) == len(a & b)


HASHES = st.sets(st.integers(0, 40).map(lambda number: (number << 15) % (1 << 32)))


@given(HASHES, st.lists(HASHES, min_size=1, max_size=4))
def test_shared_with_each_counts_as_shared_does(a, others):
    mine, *theirs = (np.array(sorted(one), dtype=np.uint32) for one in (a, *others))
    assert shared_with_each(mine, theirs).tolist() == [shared(mine, other) for other in theirs]


def test_vector_is_of_unit_length_and_near_for_the_same_matter():
    port, ship, bank = (
        unpack(embed(text)) for text in ("storm shuts the port", "ships and harbour", "credit fraud audit")
    )
    assert port.shape == (DIMENSIONS,)
    assert abs(float(port @ port) - 1) < 1e-5
    assert port @ ship > port @ bank


def test_vector_of_no_text_is_zero():
    assert not unpack(embed("")).any()


def test_fingerprints_do_not_depend_on_the_hash_seed():
    program = (
        "from tests.transforms.stories.press import judged, PORT, TAIL\n"
        "import msgspec, hashlib\n"
        "print(hashlib.sha256(msgspec.msgpack.encode(judged('a', 'Crane falls', PORT + TAIL).fingerprint)).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1
