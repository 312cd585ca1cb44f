import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from transforms.topics.words import LONGEST_WORD, fold, patterns, spans, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kim Jong-un's visit", ["kim", "jong", "un", "s", "visit"]),
        ("Żółw Łódź Ærø", ["zolw", "lodz", "aero"]),
        ("STRASSE Straße", ["strasse", "strasse"]),
        ("İstanbul Diyarbakır", ["istanbul", "diyarbakir"]),
        ("Київ п'ять Ёлка", ["киів", "п", "ять", "елка"]),
        ("北京 wheat小麦", ["北", "京", "wheat", "小", "麦"]),
        ("がくせい", ["が", "く", "せ", "い"]),
        ("ประเทศ", list("ประเทศ")),
        ("북한은 한국", ["북한은", "한국"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("مُحَمَّد", ["محمد"]),
        ("co\u00adop\u200berate", ["cooperate"]),
        ("snake_case 1,000.5", ["snake", "case", "1", "000", "5"]),
        ("e\u0301te\u0301", ["ete"]),
        ("... — !", []),
    ],
)
def test_words_are_folded_and_split(text, expected):
    assert tokens(text) == expected


@given(st.text())
def test_every_word_has_its_place(text):
    assert len(tokens(text)) == len(spans(text))


@given(st.text(alphabet=st.characters(codec="ascii")))
def test_the_short_way_for_ascii_agrees_with_the_long_one(text):
    assert [text[start:end].lower()[:LONGEST_WORD] for start, end in spans(text)] == tokens(text)


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(exclude_characters="*?")))
@example("\u0345")
@example("\u0345a")
def test_a_term_is_split_as_a_text_is(text):
    assert list(patterns(text)) == [word for word in tokens(text) if word]


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("econom*", ("econom*",)),
        ("port clos*", ("port", "clos*")),
        ("ORGANI?ATION", ("organi?ation",)),
        ("北朝鮮*", ("北", "朝", "鮮")),
        ("*", ("*",)),
    ],
)
def test_wildcards_stay_in_a_term(term, expected):
    assert patterns(term) == expected


def test_a_word_without_end_is_cut():
    assert tokens("a" * 1000) == ["a" * LONGEST_WORD]
    assert tokens("я" * 1000) == ["я" * LONGEST_WORD]
