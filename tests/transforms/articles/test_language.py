"""Languages: by the text, by the page's word only between neighbours."""

import pytest

from transforms.articles.language import detect_language, language_code


@pytest.mark.parametrize(
    ("text", "hint", "expected"),
    [
        ("The council voted to rebuild the harbour", "", "en"),
        ("The council voted to rebuild the harbour", "uk-UA", "en"),
        ("Міська рада проголосувала за відбудову порту", "", "uk"),
        ("Міська рада проголосувала за відбудову порту", "ru", "uk"),
        ("Городской совет проголосовал за восстановление порта, заявил мэр", "", "ru"),
        ("Городской совет проголосовал за восстановление порта, заявил мэр", "uk", "ru"),
        ("Гарадскі савет прагаласаваў за аднаўленне порта", "", "be"),
        ("Общинският съвет гласува за възстановяване на пристанището", "", "bg"),
        ("Der Stadtrat hat für den Wiederaufbau des Hafens gestimmt", "", "de"),
        ("Gradsko vijeće glasalo je za obnovu luke", "hr", "hr"),
        ("Bystyret stemte for å gjenoppbygge havnen", "nb-NO", "no"),
        ("市议会投票决定重建旧港口", "", "zh"),
        ("市議会は港の再建を決めた。工事は九月に始まる", "", "ja"),
        ("Мэр", "ru", "ru"),
        ("12:45 — 13:00", "", "und"),
        ("", "", "und"),
        ("", "en", "en"),
    ],
)
def test_the_text_is_believed_first(text: str, hint: str, expected: str) -> None:
    assert detect_language(text, hint) == expected


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        ("en-US", "en"),
        ("uk_UA", "uk"),
        ("ua", "uk"),
        ("NB", "no"),
        ("iw", "he"),
        ("x-default", ""),
        ("", ""),
        ("english", ""),
    ],
)
def test_declared_languages_are_codes(declared: str, code: str) -> None:
    assert language_code(declared) == code
