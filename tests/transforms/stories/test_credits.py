"""Whom an article credits, and whom it only names."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.attribution import HELD_OUT, Count, Labelled, credits_of, fixtures, score_fixtures
from transforms.articles.boilerplate import split_tail
from transforms.model import Article, Credit, CreditKind, Link
from transforms.stories.credits import agency_of, find_credits, primary_source
from transforms.stories.outlets import OutletTable, load_outlets

TABLE = load_outlets(Path(__file__).parents[3] / "seeds" / "outlets.toml")
LABELLED = list(fixtures())


def article(text: str = "", title: str = "A plain headline", **fields: Any) -> Article:
    return Article(
        id="a", url=fields.pop("url", "https://outlet.example/a"), title=title, text=text, published=0.0, **fields
    )


def found(text: str = "", title: str = "A plain headline", **fields: Any) -> dict[str, Credit]:
    one = article(text, title, **fields)
    return {credit.name: credit for credit in find_credits(one, *split_tail(text), TABLE)}


def named(text: str, **fields: Any) -> set[str]:
    return set(found(text, **fields))


# --- the labelled articles --------------------------------------------------------------------------------------------


def test_there_are_a_hundred_labelled_articles_in_seven_languages() -> None:
    assert len(LABELLED) >= 100
    assert len({one.id for one in LABELLED}) == len(LABELLED)
    assert len({one.article.lang for one in LABELLED}) == 7


@pytest.mark.parametrize("one", LABELLED, ids=[one.id for one in LABELLED])
def test_a_labelled_article_credits_nobody_beside_its_labels(one: Labelled) -> None:
    names = {credit.name for credit in credits_of(one.article, TABLE)}
    assert names <= one.sources | one.cited


def test_precision_and_recall_over_the_labelled_articles() -> None:
    counts = score_fixtures(TABLE)
    for name in ("credited outlets", "of them sources", "primary source"):
        assert counts[name].precision >= 0.95, counts[name].errors
        assert counts[name].recall >= 0.95, counts[name].errors
    assert counts["agency"].f >= 0.97, counts["agency"].errors


def test_articles_written_apart_from_the_rules_keep_their_figure() -> None:
    """Some rules have been mended on them since; python -m bench.attribution lists what is still wrong."""
    credited = score_fixtures(TABLE, HELD_OUT)["credited outlets"]
    assert credited.right + credited.missed >= 40
    assert credited.precision >= 0.95, credited.errors
    assert credited.recall >= 0.95, credited.errors


def test_a_count_says_its_figures() -> None:
    count = Count()
    assert (count.precision, count.recall) == (1.0, 1.0)
    count.add({"a", "b"}, {"b", "c"}, "x")
    assert (count.precision, count.recall, count.f) == (0.5, 0.5, 0.5)
    assert count.errors == ["x: expected ['a', 'b'], found ['b', 'c']"]
    assert Count(missed=1, false=1).f == 0.0


# --- the wire's own marks ---------------------------------------------------------------------------------------------

WIRE = {
    "dateline": ("WASHINGTON (AP) — The bridge fell.", "AP"),
    "dateline with a date": ("LONDON, April 27 (Reuters) - The bridge fell.", "Reuters"),
    "dateline with a state": ("PASADENA, Calif., Jan. 1 (UPI) -- The bridge fell.", "UPI"),
    "dateline without a place": ("(Reuters) - The bridge fell.", "Reuters"),
    "dateline below the repeated headline": ("A bridge fell.\n\nNew York (AFP) – The bridge fell.", "AFP"),
    "name before the text": ("Reuters - The bridge fell in the night.", "Reuters"),
    "Spanish": ("Madrid, 3 mar (EFE).- El puente cayó.", "EFE"),
    "Italian": ("ROMA, 3 MAR (ANSA) - Il ponte è caduto.", "ANSA"),
    "Russian in slashes": ("МОСКВА, 27 апреля. /ТАСС/. Мост упал.", "TASS"),
    "Russian with a dash": ("МОСКВА, 27 апр — РИА Новости. Мост упал.", "RIA"),
    "byline above the text": ("By JOHN DOE, Associated Press\nThe bridge fell.", "AP"),
    "byline alone": ("The Associated Press\nThe bridge fell.", "AP"),
    "staff": ("Reuters Staff\nThe bridge fell.", "Reuters"),
    "the desk": ("The bridge fell.\n(Reporting by Ann Smith; Editing by John Doe)", "Reuters"),
    "the desk without brackets": ("The bridge fell.\nReporting by Ann Smith in Rome; Editing by John Doe", "Reuters"),
    "one of the desk": ("The bridge fell.\n(Reporting by Ann Smith)", "Reuters"),
    "writers": ("The bridge fell.\nAssociated Press writer Ann Smith contributed to this report.", "AP"),
    "rights": ("The bridge fell.\nCopyright 2018 The Associated Press. All rights reserved.", "AP"),
    "rights sign": ("The bridge fell.\n© 2020 AFP", "AFP"),
    "last word": ("The bridge fell. - Reuters.", "Reuters"),
    "last line": ("The bridge fell.\n(PAP)", "PAP"),
    "initials": ("Die Brücke fiel. (ab/dpa)", "dpa"),
    "initials behind the outlet's own name": ("Die Brücke fiel.\nQuelle: bote.example, jki/dpa", "dpa"),
    "last line but the author's": ("Most runął. (PAP)\nautor: Anna Mazur", "PAP"),
}


@pytest.mark.parametrize(("text", "code"), WIRE.values(), ids=WIRE.keys())
def test_an_agency_s_copy_is_known_by_its_marks(text: str, code: str) -> None:
    given = tuple(found(text).values())
    assert agency_of(given) == agency_of(given, TABLE) == code


NOT_WIRE = {
    "reported": "The bridge fell, the AP reported.",
    "told": "The bridge fell, he told Reuters.",
    "an abbreviation explained": "The advanced placement (AP) exam was held in May.",
    "a caption": "Ann Smith / Reuters.\nThe bridge fell.",
    "a photograph's rights": "The bridge fell.\n© REUTERS/ Stringer The bridge in July",
    "a photograph's rights, said so": "The bridge fell.\nPhoto: © AFP",
    "a contribution": "The bridge fell.\nThe Associated Press contributed to this report.",
    "a sentence's last word": "The bridge fell.\nHe works for Reuters",
    "initials of nobody": "The bridge fell. (xy/zz)",
    "the agency as subject": "Reuters\u2019 new office opened.",
}


@pytest.mark.parametrize("text", NOT_WIRE.values(), ids=NOT_WIRE.keys())
def test_a_mention_of_an_agency_does_not_make_its_copy(text: str) -> None:
    assert agency_of(tuple(found(text).values())) == ""


@pytest.mark.parametrize("author", ["AP", "Associated Press", "By THE ASSOCIATED PRESS", "Ann Smith, Associated Press"])
def test_an_author_names_the_agency(author: str) -> None:
    given = found("The bridge fell.", authors=(author,))
    assert agency_of(tuple(given.values())) == "AP"
    assert given["Associated Press"].evidence == f"byline {author}"


def test_an_author_s_life_is_no_byline() -> None:
    life = "By ANN SMITH. Ann Smith is the wealth editor of CNBC and the author of a book on the richest of the rich."
    assert named("The bridge fell.", authors=(life,)) == set()


def test_an_agency_without_a_code_of_its_own_is_named_in_full() -> None:
    assert agency_of((Credit(name="Meridian Agency", kind=CreditKind.AGENCY),)) == "Meridian Agency"
    assert agency_of(()) == ""


# --- headline ---------------------------------------------------------------------------------------------------------

HEADLINES = {
    "Talks to resume - Axios": ("Axios", 'headline ends "- Axios"'),
    "Talks to resume – Reuters": ("Reuters", 'headline ends "– Reuters"'),
    "Talks to resume | AP": ("Associated Press", 'headline ends "| AP"'),
    "Talks to resume: Axios": ("Axios", 'headline ends ": Axios"'),
    "Talks to resume (Axios)": ("Axios", 'headline ends "( Axios)"'),
    "Most want talks - Reuters poll": ("Reuters", 'headline ends "- Reuters poll"'),
    "Axios: Talks to resume": ("Axios", 'headline begins "Axios:"'),
    "Talks to resume, Axios reports": ("Axios", "Axios reports"),
    "Talks to resume, according to Axios": ("Axios", "according to Axios"),
    "Talks to resume - Harbour Post": ("Harbour Post", 'headline ends "- Harbour Post"'),
}


@pytest.mark.parametrize(("title", "expected"), HEADLINES.items(), ids=HEADLINES.keys())
def test_a_headline_credits(title: str, expected: tuple[str, str]) -> None:
    name, evidence = expected
    given = found("Nothing more is known.", title)
    assert set(given) == {name}
    assert given[name].kind is CreditKind.SOURCE
    assert given[name].evidence == evidence


@pytest.mark.parametrize(
    "title", ["Axios wins a prize", "A day at Reuters", "Talks to resume - officials", "Bild der Woche"]
)
def test_a_headline_that_credits_nobody(title: str) -> None:
    assert named("Nothing more is known.", title=title) == set()


# --- phrases ----------------------------------------------------------------------------------------------------------

PHRASES = [
    "Talks resume, informs Axios.",
    "Talks resume, Axios first reported.",
    "Talks resume, Axios, which first reported the plan, has learned.",
    "Talks resume, according to the American news site Axios.",
    "Talks resume, as reported by “Axios”.",
    "From Axios:\nTalks resume.",
    "Talks resume.\nVia Axios",
    "Talks resume.\n(H/T Axios)",
    "Talks resume.\nThis article originally appeared on Axios.",
    "Talks resume. Axios' Ann Smith reported it.",
    "Talks resume, per axios.com, in May.",
    "Axios is reporting that talks resume.",
    "An official was quoted as saying by the U.S. based Axios that talks resume.",
    "A report by Ann Smith, who found it, of Axios reported that talks resume.",
    "Переговори відновлять, пише Axios.",
    "Переговори відновлять. Про це повідомляє американське видання Axios.",
    "Переговори відновлять, з посиланням на Axios.",
    "Переговори відновлять.\nДжерело: Axios",
    "Переговоры возобновят. Об этом сообщил Axios.",
    "Переговоры возобновят со ссылкой на издание «Axios».",
    "Die Gespräche werden laut Axios fortgesetzt.",
    "Die Gespräche werden fortgesetzt, wie Axios berichtet.",
    "Les discussions reprennent, selon le site Axios.",
    "Las conversaciones se reanudan, según informa el portal Axios.",
    "Rozmowy wracają, jak podaje portal Axios.",
    "I colloqui riprendono, secondo Axios.",
    "As negociações recomeçam, avança o jornal Axios.",
    "De gesprekken gaan verder, meldt de Amerikaanse nieuwssite Axios.",
    "De gesprekken gaan verder, schrijft Axios op gezag van ingewijden.",
    "Las conversaciones se reanudan, de acuerdo con información publicada por Axios.",
    "Les discussions reprennent, d'après des informations du site Axios.",
    "Переговори відновлять, з'ясували журналісти Axios.",
    "Talks resume in May. Read the full story at Axios.",
]


@pytest.mark.parametrize("text", PHRASES)
def test_a_phrase_credits_in_many_languages(text: str) -> None:
    assert named(text) == {"Axios"}


NOBODY = [
    "A BBC spokesman said the station would appeal, according to a BBC spokesman.",
    "The BBC said it would appeal.",
    "CNN was fined on Monday. Its lawyers will appeal.",
    "He has worked for Reuters since 2001 and for the Guardian before.",
    "Its chairman, a former reporter for The New York Times, said that members wanted peace.",
    "Photo: Reuters\nThe bridge fell.",
    "The bridge fell. (Photo by Ann Smith via AFP)",
    "The bridge fell. Image credit: Reuters",
    "Looking forward. — Reuters World (@ReutersWorld) May 3, 2020",
    "The survey was reported by the European Medicines Agency.",
    "According to the Italian newspaper, the bridge fell.",
    "According to people at the scene the bridge fell. The Hill was covered in snow.",
    "The fans told People Power activists to leave.",
    "Nobody was hurt.\nRead also: Bridge falls - Axios",
]


@pytest.mark.parametrize("text", NOBODY)
def test_a_mention_that_credits_nobody(text: str) -> None:
    assert named(text) == set()


def test_unknown_outlets_are_named_by_unmistakable_phrases() -> None:
    assert named("The bridge fell, reports Meridian Agency.") == {"Meridian Agency"}
    assert named("The bridge fell, according to the Daily Ledger newspaper.") == {"Daily Ledger"}
    assert named("The bridge fell.\nSource: Harbour Post") == {"Harbour Post"}
    assert named("The bridge fell, harbourpost.example.com reports.") == {"harbourpost.example.com"}
    assert named("Міст упав, повідомляє Meridian Wire з місця.") == {"Meridian Wire"}
    assert named("Міст упав, пише Orpheus.") == {"Orpheus"}
    assert named("The bridge fell, according to Iowa's Cedar Gazette.") == {"Cedar Gazette"}
    assert named("The bridge fell, said Radio Lisport.") == set()
    assert named("The bridge fell, according to a report from French site iPont.") == {"iPont"}
    assert named("The bridge fell, according to Italian newspaper Il Ponte Rosso.") == {"Il Ponte Rosso"}
    assert named("The bridge fell, according to the video site YouTube.") == set()
    assert named("The bridge fell, reports the Norland Daily Eastern Press.") == {"Norland Daily Eastern Press"}
    assert named("The bridge fell, Radio Lisport reported.") == {"Radio Lisport"}


def test_a_short_form_is_the_outlet_named_before() -> None:
    text = "The bridge fell, the Detroit Free Press reported. A driver told the Free Press that he had heard it."
    assert named(text) == {"Detroit Free Press"}
    assert named("The bridge fell, the Post reported.") == set()


def test_outlets_joined_by_and_share_their_phrase() -> None:
    assert named("The bridge fell, according to ProPublica and the Texas Tribune.") == {
        "ProPublica",
        "The Texas Tribune",
    }


def test_a_later_phrase_credits_one_fact_and_three_the_report() -> None:
    filler = "\n".join(["The valley is wide and many people live in it, most of them on farms by the river."] * 25)
    once = found(f"{filler}\nThe plan costs nine million, Axios reported.")
    assert once["Axios"].kind is CreditKind.CITED
    often = found(
        f"{filler}\nThe plan, Axios reported, is ready.\nAxios wrote of May.\nIt costs nine million, reports Axios."
    )
    assert often["Axios"].kind is CreditKind.SOURCE


def test_a_quote_to_another_outlet_credits_one_fact() -> None:
    given = found('The bridge fell. "It broke," she told the BBC. He told CNN\'s Ann Smith the same.')
    assert {name: credit.kind for name, credit in given.items()} == {"BBC": CreditKind.CITED, "CNN": CreditKind.CITED}
    assert given["BBC"].evidence == "told the BBC."


def test_whoever_confirms_a_report_is_not_its_source() -> None:
    given = found("Talks resume, Axios first reported. CNN later confirmed the plan with two aides.")
    assert {name: credit.kind for name, credit in given.items()} == {
        "Axios": CreditKind.SOURCE,
        "CNN": CreditKind.CITED,
    }


def test_who_told_an_agency_may_be_a_spokesman() -> None:
    assert named("Most runął, poinformował PAP rzecznik kolei.") == {"PAP"}


def test_a_reporter_stands_for_the_outlet() -> None:
    assert named("The bridge fell, according to Paul Marsh of the Guardian.") == {"The Guardian"}
    assert named("Ann Smith of Gawker then describes the fall.") == {"Gawker"}
    assert named("Ann Smith of Gawker was there.") == set()


CHAINS = {
    "The bridge fell, Politeka writes, citing RBC-Ukraine, citing Axios.": {
        "Politeka": "",
        "RBC-Ukraine": "Politeka",
        "Axios": "RBC-Ukraine",
    },
    "The bridge fell, reports UNIAN with reference to Axios.": {"UNIAN": "", "Axios": "UNIAN"},
    "Міст упав, передає УНІАН з посиланням на Axios.": {"UNIAN": "", "Axios": "UNIAN"},
    "Мост упал, пишет РБК, в свою очередь. Об этом сообщает Axios.": {"RBC": "", "Axios": ""},
    "Le pont est tombé, selon Axios, cité par l'AFP.": {"Axios": "Agence France-Presse", "Agence France-Presse": ""},
}


@pytest.mark.parametrize(("text", "via"), CHAINS.items(), ids=CHAINS.keys())
def test_nested_credits_keep_their_chain(text: str, via: dict[str, str]) -> None:
    given = found(text)
    assert {name: credit.via for name, credit in given.items()} == via
    primary = primary_source(tuple(given.values()))
    assert primary is not None
    assert primary.name == "Axios"


def test_its_own_outlet_is_no_link_of_a_chain() -> None:
    text = "Міст упав, повідомляє РБК-Україна з посиланням на Axios."
    given = found(text, outlet="РБК-Україна")
    assert {name: credit.via for name, credit in given.items()} == {"Axios": ""}


def test_a_report_without_sources_has_no_primary_source() -> None:
    assert primary_source(()) is None
    assert primary_source(tuple(found("It fell. It broke, she told the BBC.").values())) is None


def test_what_an_outlet_was_told_in_the_first_sentence_is_its_report() -> None:
    assert found("It will be built anew, she told the BBC. It fell.")["BBC"].kind is CreditKind.SOURCE
    assert found("It fell.", "Mayor tells BBC that it will be built anew")["BBC"].kind is CreditKind.SOURCE


def test_two_phrases_are_enough_where_no_other_source_is_named() -> None:
    filler = "\n".join(["The valley is wide and many people live in it, most of them on farms by the river."] * 25)
    twice = f"{filler}\nIt costs nine million, according to Axios. It is ready, she told Axios."
    assert found(twice)["Axios"].kind is CreditKind.SOURCE
    assert found(f"It fell, Politico reported.\n{twice}")["Axios"].kind is CreditKind.CITED


# --- the page ---------------------------------------------------------------------------------------------------------


def test_a_feed_s_source_is_a_credit() -> None:
    given = found("It fell.", source="Axios", source_url="https://www.axios.com")
    assert given["Axios"].weight == 0.8
    unknown = found("It fell.", source="Corner News", source_url="https://www.corner.example/")
    assert unknown["Corner News"].domain == "corner.example"
    assert found("It fell.", source="Corner News")["Corner News"].domain == ""


def test_a_canonical_link_to_another_site_is_a_credit() -> None:
    other = found("It fell.", canonical_url="https://www.axios.com/a", domain="outlet.example")
    assert other["Axios"].evidence == "canonical link names www.axios.com"
    unknown = found("It fell.", canonical_url="https://www.corner.example/a", domain="outlet.example")
    assert unknown["corner.example"].kind is CreditKind.SOURCE
    assert named("It fell.", canonical_url="https://www.outlet.example/a", domain="outlet.example") == set()
    assert named("It fell.", canonical_url="/a", domain="outlet.example") == set()


LINKS = {
    "its words report": ("It fell, it was said.", "reported", {"Axios"}),
    "a phrase beside it": ("It fell, according to this report.", "this report", {"Axios"}),
    "a phrase behind its place": ("It fell, reports a small site on Monday.", "a small site", {"Axios"}),
    "nothing beside it": ("It fell into the river on Monday.", "the river", set()),
    "not in the text": ("It fell.", "weather", set()),
    "no words": ("It fell.", "", set()),
}


@pytest.mark.parametrize(("text", "anchor", "expected"), LINKS.values(), ids=LINKS.keys())
def test_a_link_to_an_outlet_counts_beside_a_phrase(text: str, anchor: str, expected: set[str]) -> None:
    for position in (0.1, 0.9):
        links = (Link(url="https://www.axios.com/a", anchor=anchor, position=position),)
        assert named(text, links=links) == expected
    assert named(text, links=(Link(url="https://nobody.example/a", anchor=anchor),)) == set()


# --- its own outlet, and invariants -----------------------------------------------------------------------------------

OWN: list[dict[str, Any]] = [
    {"outlet": "Axios"},
    {"outlet": "AXIOS.com"},
    {"domain": "axios.com"},
    {"url": "https://www.axios.com/2020/a"},
]


@pytest.mark.parametrize("fields", OWN)
def test_its_own_outlet_is_never_a_credit(fields: dict[str, Any]) -> None:
    text = "Talks resume, Axios has learned. Source: Axios."
    assert named(text, title="Talks resume - Axios", **fields) == set()


@pytest.mark.parametrize(
    "fields", [{"outlet": "Harbour Post"}, {"domain": "harbour-post.newsroom"}, {"outlet": "The Harbour-Post"}]
)
def test_an_unknown_own_outlet_is_never_a_credit(fields: dict[str, Any]) -> None:
    text = "The bridge fell, the Harbour Post reported.\nSource: Harbour Post"
    assert named(text, title="The bridge fell - Harbour Post", **fields) == set()


_PIECES = (
    "Axios|Reuters|(AP)|the Guardian|AFP|reports|according to|told|citing|Source:|via|,|.|\n|—|- |“|”|'s|of|Ann|The|and|"
    "повідомляє|Укрінформ|со ссылкой на|berichtet|Harbour Post|newspaper|axios.com|(Reporting by A; Editing by B)|©|"
    "Photo:|Copyright|contributed to this report"
)
_WORDS = st.sampled_from(_PIECES.split("|"))
_TEXTS = st.one_of(st.lists(_WORDS, max_size=14).map(" ".join), st.text(max_size=60))


@settings(max_examples=100)
@given(_TEXTS, _TEXTS, st.sampled_from(["", "Axios", "Reuters", "Harbour Post"]))
def test_any_text_gives_sound_credits(text: str, title: str, outlet: str) -> None:
    one = article(text, title, outlet=outlet)
    given = find_credits(one, *split_tail(text), TABLE)
    names = [credit.name for credit in given]
    assert len(names) == len(set(names))
    assert outlet not in names
    for credit in given:
        assert 0 < len(credit.evidence) <= 160
        assert "\n" not in credit.evidence
        assert 0 < credit.weight <= 1
        assert credit.via == "" or (credit.via in names and credit.via != credit.name)
    assert find_credits(one, *split_tail(text), TABLE) == given
    primary = primary_source(given)
    assert primary is None or primary in given


def test_an_empty_table_still_finds_what_the_text_names_plainly() -> None:
    text = "WASHINGTON (AP) — It fell, Associated Press writer Ann Smith says.\n(Reporting by A; Editing by B)\nSource: Harbour Post"
    assert [credit.name for credit in find_credits(article(text), text, "", OutletTable())] == ["Harbour Post"]
