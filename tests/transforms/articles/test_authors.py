"""Bylines to names."""

import pytest

from transforms.articles.authors import split_authors


@pytest.mark.parametrize(
    ("byline", "expected"),
    [
        ("by Ann Lee", ("Ann Lee",)),
        ("ANN LEE; BO ROE", ("ANN LEE", "BO ROE")),
        ("Par Jean Dupont et Zoé Martin", ("Jean Dupont", "Zoé Martin")),
        ("Автор: Олена Коваль та Іван Мороз", ("Олена Коваль", "Іван Мороз")),
        ("Reuters", ("Reuters",)),
        ("Ann Lee, Ph.D.", ("Ann Lee",)),
        ("Ann Lee, Ann Lee", ("Ann Lee",)),
        ("https://herald.test/authors/ann", ()),
        ("ann@herald.test", ()),
        ("admin", ()),
        ("Ann Lee May 3, 2024 10:15", ("Ann Lee",)),
        ("", ()),
    ],
)
def test_bylines_are_names(byline: str, expected: tuple[str, ...]) -> None:
    assert split_authors([byline]) == expected


def test_the_number_of_authors_is_bounded() -> None:
    assert len(split_authors([f"Name{chr(65 + n)} Surname" for n in range(26)])) == 10
