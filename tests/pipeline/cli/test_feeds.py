"""Feeds added to a person's file as it is, listed, and looked at without a trace, against the newsroom on loopback."""

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cli.feed_list import add_to_list
from pipeline.newsroom.server import Newsroom
from pipeline.settings.errors import SettingsError
from pipeline.settings.feeds import load_feeds
from pipeline.store import open_store
from tests.pipeline.cli.conftest import SETTINGS, Say
from transforms.model import Feed, FeedCursor, FeedStatus

ATOM = "http://meridian.newsroom/atom.xml"
HTML = "http://tribune.newsroom/feed.xml"
GONE = "http://gone-gazette.newsroom/rss"
MOVED = "http://valley-times.newsroom/feeds/all.xml"
URL = "https://new.example/rss?a=1&b=2"
NEW = Feed(url=URL, name='Ann & "Bob"')


@pytest.fixture
def followed(bare_desk: Path, newsroom: Newsroom) -> Path:
    """The desk, reaching the newsroom."""
    network = f'[network]\nallow = ["127.0.0.0/8"]\n[network.hosts]\n"*.newsroom" = "127.0.0.1:{newsroom.port}"\n'
    (bare_desk / "settings.toml").write_text(SETTINGS + network, encoding="utf-8")
    return bare_desk


# --- the file

LISTS = {
    "an empty one": (b"", "{url} {name}\n"),
    "one without end": (b"# mine\nhttps://a.example/rss", "# mine\nhttps://a.example/rss\n{url} {name}\n"),
    "DOS lines": (b"https://a.example/rss A\r\n", "https://a.example/rss A\r\n{url} {name}\r\n"),
}


@pytest.mark.parametrize(("before", "after"), LISTS.values(), ids=LISTS.keys())
def test_a_plain_list_gets_one_line_more(tmp_path: Path, before: bytes, after: str) -> None:
    path = tmp_path / "feeds.txt"
    path.write_bytes(before)
    assert add_to_list(path, NEW)
    assert path.read_bytes().decode() == after.format(url=NEW.url, name=NEW.name)


OPML = """<?xml version="1.0"?>
<!-- mine, </body> and all -->
<opml version='2.0'><head><title>T</title></head>
\t<body>
\t\t<outline text='Group'>
\t\t\t<outline xmlUrl="https://a.example/rss"   text="A"/>
\t\t</outline>
\t</body>
\t<!-- the end </body> -->
</opml>
"""
OUTLINE = '<outline type="rss" text=\'Ann &amp; "Bob"\' xmlUrl="https://new.example/rss?a=1&amp;b=2"/>'


def test_opml_keeps_every_character_and_gets_one_outline_more(tmp_path: Path) -> None:
    path = tmp_path / "feeds.opml"
    path.write_text(OPML)
    path.chmod(0o640)
    assert add_to_list(path, NEW)
    lines = path.read_text().splitlines()
    assert lines[7] == f"\t\t{OUTLINE}"
    assert "\n".join(lines[:7] + lines[8:]) + "\n" == OPML
    assert path.stat().st_mode & 0o777 == 0o640
    assert {feed.url: feed.name for feed in load_feeds(path)} == {"https://a.example/rss": "A", URL: NEW.name}


@pytest.mark.parametrize(
    "before",
    [
        "<opml><body/></opml>",
        "<opml><body></body></opml>",
        "<opml><body><outline xmlUrl='https://a.example/rss'/></body></opml>",
        "<opml>\r\n<body>\r\n<outline xmlUrl='https://a.example/rss'/>\r\n</body>\r\n</opml>\r\n",
        "<o:opml xmlns:o='x'><o:body ></o:body ></o:opml>",
        "\ufeff<opml><BODY>\n</BODY></opml>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_opml_of_many_shapes_can_be_added_to(tmp_path: Path, before: str, encoding: str) -> None:
    path = tmp_path / "feeds.opml"
    before = (
        before if encoding == "utf-8" else f"<?xml version='1.0' encoding='{encoding}'?>{before.lstrip(chr(0xFEFF))}"
    )
    path.write_bytes(before.encode(encoding))
    known = {feed.url for feed in load_feeds(path)}
    assert add_to_list(path, Feed(url=URL, name="Вісник"))
    assert {feed.url for feed in load_feeds(path)} == known | {URL}
    assert "Вісник" in {feed.name for feed in load_feeds(path)}


@pytest.mark.parametrize("name", ["feeds.opml", "feeds.txt"])
def test_where_there_is_no_file_one_is_made(tmp_path: Path, name: str) -> None:
    path = tmp_path / "folder" / name
    assert add_to_list(path, Feed(url=URL), "Its own title")
    assert [(feed.url, feed.name) for feed in load_feeds(path)] == [
        (URL, "Its own title" if name == "feeds.opml" else "")
    ]


@pytest.mark.parametrize("name", ["feeds.opml", "feeds.txt"])
def test_a_feed_that_is_there_in_another_spelling_is_not_added(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    add_to_list(path, Feed(url="https://new.example/rss"))
    before = path.read_bytes()
    assert not add_to_list(path, Feed(url="https://NEW.example:443/rss#top"))
    assert path.read_bytes() == before


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("")
    (tmp_path / "feeds.txt").symlink_to(tmp_path / "real.txt")
    assert add_to_list(tmp_path / "feeds.txt", NEW)
    assert (tmp_path / "feeds.txt").is_symlink()
    assert URL in (tmp_path / "real.txt").read_text()


@pytest.mark.parametrize("content", ["<opml></opml>", "<opml><body>", "no url here"])
def test_a_file_that_cannot_be_added_to_stays_as_it_is(tmp_path: Path, content: str) -> None:
    path = tmp_path / "feeds.opml"
    path.write_text(content)
    with pytest.raises(SettingsError, match=r"feeds\.opml"):
        add_to_list(path, NEW)
    assert path.read_text() == content
    assert [entry.name for entry in tmp_path.iterdir()] == ["feeds.opml"]


def test_many_at_once_lose_none(tmp_path: Path) -> None:
    path = tmp_path / "feeds.opml"
    urls = {f"https://new.example/{number}" for number in range(12)}
    threads = [threading.Thread(target=add_to_list, args=(path, Feed(url=url))) for url in urls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {feed.url for feed in load_feeds(path)} == urls


@given(name=st.text(max_size=60))
def test_any_name_is_written_so_that_it_is_read_again(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    shown = " ".join("".join(one if one.isprintable() else " " for one in name).split())
    folder = tmp_path_factory.mktemp("names")
    for file in ("feeds.opml", "feeds.txt"):
        assert add_to_list(folder / file, Feed(url=URL, name=shown))
        (feed,) = load_feeds(folder / file)
        assert feed.url == URL
        assert feed.name == shown or file == "feeds.txt" or not shown


# --- add


def test_a_feed_is_asked_and_put_on_the_list_and_into_the_store(followed: Path, say: Say, newsroom: Newsroom) -> None:
    assert say("migrate").code == 0
    before = len(newsroom.requests)
    found = say("feeds", "add", ATOM, "--json").json()
    assert len(newsroom.requests) == before + 1
    assert (found["added"], found["feed"]["url"], found["found"]["kind"]) == (True, ATOM, "Atom")
    assert (followed / "feeds.txt").read_text() == f"# none yet\n{ATOM}\n"
    store = open_store(f"sqlite:///{followed}/kept.db")
    assert [listed.cursor.feed.url for listed in store.feeds.listed()] == [ATOM]
    store.close()
    again = say("feeds", "add", ATOM)
    assert (again.code, len(newsroom.requests)) == (0, before + 1)
    assert "on the list already" in again.out


def test_where_a_page_is_the_feeds_it_offers_are_named_and_nothing_is_added(followed: Path, say: Say) -> None:
    found = say("feeds", "add", HTML)
    assert (found.code, found.out, found.err.count("\n")) == (1, "", 1)
    assert "http://tribune.newsroom/rss.xml" in found.err
    assert (followed / "feeds.txt").read_text() == "# none yet\n"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (GONE, "410"),
        ("http://meridian.newsroom/nothing", "404"),
        ("http://nowhere.newsroom/rss", "404"),
        ("http://127.0.0.1:9/rss", "port 9"),
    ],
)
def test_what_cannot_be_had_is_not_added_but_on_demand(followed: Path, say: Say, url: str, told: str) -> None:
    found = say("feeds", "add", url)
    assert (found.code, found.err.count("\n")) == (1, 1)
    assert told in found.err
    assert url not in (followed / "feeds.txt").read_text()
    assert say("feeds", "add", url, "--no-check", "--name", "Later").code == 0
    assert f"{url} Later\n" in (followed / "feeds.txt").read_text()


def test_a_feed_that_has_moved_is_added_and_its_new_address_told(followed: Path, say: Say) -> None:
    assert "http://valley-times.newsroom/feeds/news.xml" in say("feeds", "add", MOVED).out


@pytest.mark.parametrize(
    "words", [("nonsense",), ("https://open.example/rss",), ("http://u:p@meridian.newsroom/",), ()]
)
def test_wrong_addresses_and_a_missing_contact_are_wrong_use(followed: Path, say: Say, words: tuple[str, ...]) -> None:
    found = say("feeds", "add", *words)
    assert (found.code, found.err.count("\n")) == (2, 1)


# --- list


def test_feeds_are_listed_with_how_they_fare(followed: Path, say: Say) -> None:
    (followed / "feeds.txt").write_text(f"{ATOM} Meridian\n{GONE}\n{HTML}\n")
    fresh = say("feeds", "list", "--json").json()
    assert [(feed["url"], feed["status"]) for feed in fresh] == [(url, "new") for url in sorted((ATOM, GONE, HTML))]
    store = open_store(f"sqlite:///{followed}/kept.db")
    store.feeds.sync_feeds([Feed(url=ATOM, name="Meridian"), Feed(url=GONE)])
    common = {"version": 1, "last_poll": 1e9}
    good = FeedCursor(Feed(ATOM), status=FeedStatus.OK, last_success=1e9, last_new_entry=9e8, next_poll=4e9, **common)
    gone = FeedCursor(Feed(GONE), status=FeedStatus.GONE, failures=1, cause="410, feed retired", **common)
    store.feeds.touch([good, gone])
    store.close()
    by_url = {feed["url"]: feed for feed in say("feeds", "list", "--json").json()}
    assert by_url[ATOM]["last_success"] == 1e9
    assert by_url[ATOM]["next_poll"] == 4e9
    assert (by_url[GONE]["next_poll"], by_url[GONE]["cause"]) == (None, "410, feed retired")
    printed = say("feeds", "list").out
    assert "ok          Meridian  " in printed
    assert "last success 9 Sep 01:46 UTC, last new entry 9 Jul 16:00 UTC, next poll in" in printed
    assert "no further poll" in printed
    assert "410, feed retired" in printed


def test_an_empty_list_says_how_to_fill_it(bare_desk: Path, say: Say) -> None:
    assert "wirewatch feeds add" in say("feeds", "list").out
    (bare_desk / "feeds.txt").unlink()
    assert say("feeds", "list").code == 2


# --- check


def test_a_check_says_what_is_found_and_keeps_nothing(followed: Path, say: Say, newsroom: Newsroom) -> None:
    (followed / "feeds.txt").write_text("".join(f"{feed.url} {feed.name}\n" for feed in newsroom.feeds()))
    found = say("feeds", "check", "--json")
    looks = {look["url"]: look for look in found.lines()}
    assert found.code == 0
    assert looks.keys() == {feed.url for feed in newsroom.feeds()}
    assert {look["kind"] for look in looks.values()} == {"RSS 2.0", "RSS 1.0 (RDF)", "Atom", ""}
    assert looks[ATOM]["entries"] == looks[ATOM]["dated"] > 0
    assert (looks[ATOM]["validators"], looks[ATOM]["pages"], looks[ATOM]["every"]) == (
        ["ETag", "Last-Modified"],
        True,
        3600.0,
    )
    assert (looks[GONE]["status"], looks[GONE]["cause"]) == ("gone", "410, feed retired")
    assert (looks[HTML]["status"], looks[HTML]["offers"]) == ("not-a-feed", ["http://tribune.newsroom/rss.xml"])
    assert (looks[MOVED]["status"], looks[MOVED]["moved_to"]) == (
        "moved",
        "http://valley-times.newsroom/feeds/news.xml",
    )
    assert not (followed / "kept.db").exists()


def test_a_check_of_one_address_is_told_for_people(followed: Path, say: Say) -> None:
    printed = say("feeds", "check", ATOM).out
    assert printed.startswith(f"ok          {ATOM}\n")
    for words in (
        'Atom "Meridian Agency"',
        "conditional requests: ETag and Last-Modified",
        "robots.txt",
        "every 60 min",
    ):
        assert words in printed
    assert "(try /rss.xml)" in say("feeds", "check", HTML).out


def test_a_feed_whose_server_wants_peace_is_not_asked(followed: Path, say: Say, newsroom: Newsroom) -> None:
    store = open_store(f"sqlite:///{followed}/kept.db")
    store.feeds.add_feed(Feed(url=ATOM))
    store.feeds.touch([FeedCursor(Feed(url=ATOM), version=1, not_before=4e9)])
    store.close()
    before = len(newsroom.requests)
    assert "left alone" in say("feeds", "check", ATOM).out
    assert len(newsroom.requests) == before
