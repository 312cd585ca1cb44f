"""Articles of different languages are recognised by names and numbers, and only where that is asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.in_process import judge_lines, replay_in_process
from bench.labelled import LANGUAGES, event_of, labelled, replay_lines
from bench.scores import bcubed
from transforms.articles.saved import saved_article
from transforms.config import StoriesConfig
from transforms.model import Fingerprint
from transforms.stories.across import AcrossIndex, anchors_of, shared_anchors, sound_of
from transforms.stories.fingerprint import fingerprint
from transforms.stories.outlets import OutletTable

TEXTS = {
    "en": "Yesterday the prosecutor Anna Vestergren held the ship Borea off Hamsund. It carries 1410 tonnes of barley.",
    "de": "Gestern hielt die Anklägerin Anna Vestergren den Frachter Borea vor Hamsund fest. Er hat 1410 Tonnen Gerste an Bord.",
    "ru": "Вчера прокурор Анна Вестергрен задержала судно Борея у Хамсунда. На борту 1410 тонн ячменя.",
    "fr": "Hier le maire Lucien Barbier a ouvert le marché de Pontrieux. Il compte 27 étals.",
}


def print_of(lang: str) -> Fingerprint:
    article = saved_article(f"https://{lang}.example/1", "", TEXTS[lang], lang=lang, published=0.0)
    return fingerprint(article, OutletTable())


def index_of(*langs: str) -> AcrossIndex:
    index = AcrossIndex()
    for lang in langs:
        index.add(lang, lang, 0.0, print_of(lang))
    return index


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Vestergren", "Вестергрен"),
        ("Hamsund", "Хамсунда"),
        ("Orbel", "Орбелу"),
        ("Quiroga", "Кирога"),
        ("Ashuri", "Ашури"),
        ("Meridian", "Меридіан"),
        ("Málaga", "Малага"),
    ],
)
def test_one_name_sounds_alike_in_every_script(one: str, other: str) -> None:
    assert sound_of(one) == sound_of(other)


@pytest.mark.parametrize(("one", "other"), [("Vestergren", "Vandermeer"), ("Hamsund", "Marlow"), ("Орбел", "Лоум")])
def test_different_names_sound_different(one: str, other: str) -> None:
    assert sound_of(one) != sound_of(other)


@given(st.text(max_size=30))
def test_any_name_has_a_short_sound(name: str) -> None:
    assert len(sound_of(name)) <= 4


def test_articles_of_one_event_find_each_other_over_languages() -> None:
    index = index_of("en", "ru", "fr")
    assert [other for _, other in index.alike("de", "de", 0.0, print_of("de"), 60.0)] == ["en", "ru"]
    assert shared_anchors(print_of("ru"), print_of("en")) == ["1410", "вестергрен", "хамсунда"]


def test_two_articles_alone_are_as_alike_as_in_a_memory() -> None:
    index = index_of("en", "ru", "fr")
    found = {other: value for value, other in index.alike("de", "de", 0.0, print_of("de"), 60.0)}
    for lang in ("en", "ru", "fr"):
        assert index.likeness(print_of(lang), print_of("de")) == pytest.approx(found.get(lang, 0.0))


def test_only_other_languages_inside_the_window_are_looked_at() -> None:
    index = index_of("en", "de")
    assert [other for _, other in index.alike("new", "de", 0.0, print_of("de"), 60.0)] == ["en"]
    assert index.alike("new", "de", 61.0, print_of("de"), 60.0) == []


def test_what_is_let_go_leaves_no_trace() -> None:
    index = index_of("en", "ru", "fr")
    index.discard("ru")
    index.discard("fr")
    assert index.alike("de", "de", 0.0, print_of("de"), 60.0) == index_of("en").alike(
        "de", "de", 0.0, print_of("de"), 60.0
    )


def test_the_order_of_coming_changes_nothing() -> None:
    asked = ("de", "de", 0.0, print_of("de"), 60.0)
    assert index_of("en", "ru", "fr").alike(*asked) == index_of("fr", "ru", "en").alike(*asked)


def test_an_article_without_names_and_numbers_is_like_none() -> None:
    empty = fingerprint(
        saved_article("https://x.example/1", "", "nothing here", lang="en", published=0.0), OutletTable()
    )
    assert anchors_of(empty) == {}
    assert index_of("ru").alike("x", "en", 0.0, empty, 60.0) == []


def test_events_of_the_labelled_stories_are_found_over_languages() -> None:
    articles = [article for lang in LANGUAGES for article in labelled(lang)]
    judged = judge_lines(replay_lines(articles, "digest"))
    places = replay_in_process(judged, config=StoriesConfig(across_languages=True))
    found = {article_id: place.story_id for article_id, place in places.items()}
    assert bcubed({article.id: event_of(article) for article in articles}, found).f >= 0.84
