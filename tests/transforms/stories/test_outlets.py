"""The outlet table: names, inflected names, hosts, mentions."""

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.stories.outlets import Outlet, OutletTable, load_outlets, met_outlets

SEEDS = Path(__file__).parents[3] / "seeds" / "outlets.toml"


@pytest.fixture(scope="module")
def table() -> OutletTable:
    return load_outlets(SEEDS)


def test_the_shipped_table_holds_the_press_of_many_countries(table: OutletTable) -> None:
    assert len(table.outlets) >= 250
    assert sum(bool(outlet.agency) for outlet in table.outlets) >= 40
    assert len({outlet.country for outlet in table.outlets}) >= 40


def test_the_shipped_table_gives_each_domain_and_agency_code_once(table: OutletTable) -> None:
    domains = [domain for outlet in table.outlets for domain in outlet.domains]
    assert len(domains) == len(set(domains))
    assert all(domain == domain.lower() and "/" not in domain for domain in domains)
    codes = [outlet.agency for outlet in table.outlets if outlet.agency]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Axios", "Axios"),
        ("AXIOS", "Axios"),
        ("the guardian", "The Guardian"),
        ("Guardian", "The Guardian"),
        ("“The Guardian”", "The Guardian"),
        ("AP", "Associated Press"),
        ("The Associated Press", "Associated Press"),
        ("l’AFP", "Agence France-Presse"),
        ("www.bbc.co.uk", "BBC"),
        ("https://edition.cnn.com/x", "CNN"),
        ("USA TODAY", "USA Today"),
        ("ABC News (Online)", "ABC News"),
        ("The Daily Mail newspaper", "Daily Mail"),
        ("Української правди", "Ukrainska Pravda"),
        ("РБК-Україною", "RBC-Ukraine"),
        ("Gazety Wyborczej", "Gazeta Wyborcza"),
        ("Die Zeit", "Die Zeit"),
        ("Der Standard", "Der Standard"),
        ("The Standard", "Evening Standard"),
    ],
)
def test_an_outlet_is_found_by_any_of_its_names(table: OutletTable, name: str, expected: str) -> None:
    found = table.find(name)
    assert found is not None
    assert found.name == expected


@pytest.mark.parametrize("name", ["", " ", "Harbour Post", "the", "example.org", "..."])
def test_an_unknown_name_is_nobody(table: OutletTable, name: str) -> None:
    assert table.find(name) is None


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("bbc.co.uk", "BBC"),
        ("www.bbc.co.uk", "BBC"),
        ("WWW.BBC.CO.UK:443", "BBC"),
        ("http://news.yahoo.com/a", "Yahoo News"),
        ("co.uk", None),
        ("notbbc.co.uk", None),
        ("", None),
    ],
)
def test_a_host_belongs_to_the_outlet_of_its_domain(table: OutletTable, host: str, expected: str | None) -> None:
    found = table.by_domain(host)
    assert (found.name if found else None) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("informs Axios.", ["Axios"]),
        ("The New York Times and the New York Post", ["The New York Times", "New York Post"]),
        ("Reuters/Ipsos", ["Reuters"]),
        ("CNN's Ann Marlow", ["CNN"]),
        ("the Wall Street\nJournal", ["The Wall Street Journal"]),
        ("передає Укрінформу та Європейській правді", ["Ukrinform", "European Pravda"]),
        ("ІНТЕРФАКС-УКРАЇНА", ["Interfax-Ukraine"]),
        ("Barron’s", ["Barron's"]),
        ("AXIOSx, @Reuters, #CNN, x.BBC, axios", []),
        ("nobody", []),
    ],
)
def test_mentions_are_whole_names_in_the_order_of_the_text(table: OutletTable, text: str, expected: list[str]) -> None:
    mentions = table.mentions(text)
    assert [mention.outlet.name for mention in mentions] == expected
    assert all(table.find(text[mention.start : mention.end]) == mention.outlet for mention in mentions)


def test_the_longest_name_wins() -> None:
    table = OutletTable([Outlet(name="Harbour"), Outlet(name="Harbour Post"), Outlet(name="Harbour Post Online")])
    names = [mention.outlet.name for mention in table.mentions("Harbour Post Online, Harbour Post Onl, Harbour")]
    assert names == ["Harbour Post Online", "Harbour Post", "Harbour"]


def test_an_empty_table_finds_nothing() -> None:
    assert OutletTable().mentions("Axios and Reuters") == []


def test_outlets_met_extend_the_table_and_never_overrule_it(table: OutletTable) -> None:
    met = [
        Outlet(name="Harbour Post", domains=("harbourpost.example",)),
        Outlet(name="axios", domains=("fake.example",)),
        Outlet(name="New Guardian", domains=("theguardian.com",)),
        Outlet(name=""),
    ]
    extended = table.extended(met)
    assert len(extended.outlets) == len(table.outlets) + 1
    assert [mention.outlet.name for mention in extended.mentions("the Harbour Post")] == ["Harbour Post"]
    assert extended.by_domain("www.harbourpost.example") == met[0]
    assert table.find("Harbour Post") is None
    assert table.extended([]) is table


def test_a_table_survives_pickling(table: OutletTable) -> None:
    copy = pickle.loads(pickle.dumps(table))
    assert copy.outlets == table.outlets
    assert copy.mentions("informs Axios") == table.mentions("informs Axios")


def test_house_is_the_owner_else_the_outlet_itself(table: OutletTable) -> None:
    bild, politico = table.find("Bild"), table.find("Politico")
    assert bild is not None
    assert politico is not None
    assert bild.house == politico.house
    assert Outlet(name="Harbour Post").house == "Harbour Post"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("outlets = [\n", "not valid TOML"),
        ("outlets = 'x'\n", "outlets is 'x'"),
        ("outlets = ['x']\n", "outlet 1 is 'x'"),
        ("outlets = [{ domains = ['a.b'] }]\n", "give it a name"),
        ("outlets = [{ name = ' ' }]\n", "give it a name"),
        ("outlets = [{ name = 'A', site = 'a.b' }]\n", "unknown key 'site'"),
        ("outlets = [{ name = 'A', domains = 'a.b' }]\n", "give a list of strings"),
        ("outlets = [{ name = 'A', domains = [1] }]\n", "give a list of strings"),
        ("outlets = [{ name = 'A', common = 1 }]\n", "give true or false"),
        ("outlets = [{ name = 'A', owner = 1 }]\n", "give a string"),
    ],
)
def test_a_wrong_table_is_refused_with_its_fault(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load_outlets(text)


def test_a_table_may_come_as_text_or_path(tmp_path: Path) -> None:
    text = "outlets = [\n  { name = 'Harbour Post', domains = ['harbourpost.example'] },\n]\n"
    path = tmp_path / "outlets.toml"
    path.write_text(text, encoding="utf-8")
    assert load_outlets(text).outlets == load_outlets(path).outlets == load_outlets(str(path)).outlets


_NAMES = st.text(alphabet="AaBb -.*Жж", min_size=1, max_size=8).filter(lambda name: name.strip(" .*-") != "")


@given(st.lists(_NAMES, max_size=6), st.text(alphabet="AaBb -.Жж\n", max_size=40))
def test_mentions_do_not_overlap_and_stand_where_they_say(names: list[str], text: str) -> None:
    table = OutletTable(Outlet(name=name) for name in names)
    end = 0
    for mention in table.mentions(text):
        assert end <= mention.start < mention.end <= len(text)
        end = mention.end


def test_outlets_met_extend_the_table_by_their_names_and_domains(table: OutletTable) -> None:
    met = [
        ("Harbour Lights", "harbour.example"),
        ("Quayside", ""),
        ("World news | The Guardian", "theguardian.com"),
        ("Top stories: Harbour", "x.example"),
        ("harbour.example", "harbour.example"),
        ("2024", "y.example"),
        ("", "z.example"),
        ("The Guardian", "elsewhere.example"),
    ]
    wider = table.extended(met_outlets(met))
    assert [outlet.name for outlet in wider.outlets[len(table.outlets) :]] == ["Harbour Lights", "Quayside"]
    assert wider.find("harbour lights") == wider.by_domain("www.harbour.example")
    quayside = wider.find("Quayside")
    assert quayside is not None
    assert quayside.common, "one word is an everyday word until a phrase says otherwise"
