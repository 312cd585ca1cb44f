"""Lists of feeds from and for other readers."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cli.feed_files import as_opml
from pipeline.settings.feeds import load_feeds
from pipeline.store import open_store
from tests.pipeline.cli.conftest import Say
from transforms.model import Feed

STRANGER = """<?xml version="1.0" encoding="ISO-8859-1"?>
<opml version="1.1">
  <head><title>Subscriptions of a stranger</title><dateCreated>Mon, 20 Nov 2023 09:00:00 GMT</dateCreated></head>
  <body>
    <outline text="News" title="News">
      <outline text="World &amp; more" title="World">
        <outline type="rss" text="S\xfcd-Kurier" title="ignored" xmlUrl="http://kurier.test/rss?a=1&amp;b=2" htmlUrl="http://kurier.test/"/>
      </outline>
      <outline type="rss" title="Only a title" text="" xmlUrl="http://post.test/feed" category="/Ports/,Grain"/>
    </outline>
    <outline type="rss" text="Again" xmlUrl="HTTP://POST.test:80/feed" category="Twice"/>
    <outline type="atom" text="http://bare.test/atom" xmlUrl="http://bare.test/atom"/>
    <outline text="A note without feed"/>
  </body>
</opml>
"""


@pytest.fixture
def opml_desk(bare_desk: Path) -> Path:
    """The desk with a feeds file in OPML, still to be made, and a stranger's list."""
    settings = bare_desk / "settings.toml"
    settings.write_text(settings.read_text().replace("feeds.txt", "feeds.opml"))
    (bare_desk / "stranger.opml").write_bytes(STRANGER.encode("latin-1"))
    return bare_desk


def test_what_a_stranger_s_reader_exports_is_taken_over_with_its_folders(opml_desk: Path, say: Say) -> None:
    assert say("migrate").code == 0
    found = say("feeds", "import", "stranger.opml", "--json").json()
    assert (found["found"], len(found["added"])) == (3, 3)
    wanted = (
        Feed("http://bare.test/atom"),
        Feed("http://kurier.test/rss?a=1&b=2", "Süd-Kurier", ("News", "World & more")),
        Feed("http://post.test/feed", "Only a title", ("News", "Ports", "Grain", "Twice")),
    )
    assert load_feeds(opml_desk / "feeds.opml") == wanted
    store = open_store(f"sqlite:///{opml_desk}/kept.db")
    assert tuple(listed.cursor.feed for listed in store.feeds.listed()) == wanted
    store.close()
    before = (opml_desk / "feeds.opml").read_bytes()
    again = say("feeds", "import", "stranger.opml")
    assert "0 feeds of 3 feeds in stranger.opml added" in again.out
    assert "3 were on the list already" in again.out
    assert (opml_desk / "feeds.opml").read_bytes() == before


def test_no_server_is_asked_and_a_missing_contact_is_told_not_demanded(opml_desk: Path, say: Say) -> None:
    (opml_desk / "open.txt").write_text("https://open.example/rss The Open\n# a comment\n")
    found = say("feeds", "import", "open.txt")
    assert (found.code, found.err) == (0, "")
    assert "before the next run: " in found.out
    assert "contact" in found.out


def test_a_text_file_goes_into_a_plain_list_and_tags_that_it_cannot_keep_are_told(bare_desk: Path, say: Say) -> None:
    (bare_desk / "stranger.opml").write_bytes(STRANGER.encode("latin-1"))
    found = say("feeds", "import", "stranger.opml")
    assert "cannot keep the tags and paces of 2 feeds" in found.out
    kept = (bare_desk / "feeds.txt").read_text()
    assert kept.startswith("# none yet\nhttp://bare.test/atom\nhttp://kurier.test/rss?a=1&b=2 Süd-Kurier\n")


WRONG = {
    "no XML": ("<opml><body><outline", "not valid XML", ":1: "),
    "no OPML": ("<html><body/></html>", "not OPML", ":1: "),
    "no URL": ('<opml><body>\n<outline text="x" xmlUrl="ftp://x"/></body></opml>', "xmlUrl", ":2: "),
    "an entity": ('<!DOCTYPE o [<!ENTITY a "b">]><opml><body/></opml>', "XML entities", ":1: "),
    "a bomb": ('<!DOCTYPE o [<!ENTITY a "b"><!ENTITY b "&a;&a;">]><opml><head>&b;</head></opml>', "entities", ":1: "),
    "a file from outside": ('<!DOCTYPE o [<!ENTITY a SYSTEM "/etc/passwd">]><opml><head>&a;</head></opml>', "entities", ":1: "),
    "a wrong pace": ('<opml><body>\n\n<outline xmlUrl="http://a.test" every="soon"/></body></opml>', "every", ":3: "),
    "a wrong line": ("http://a.test/\nnonsense\n", "nonsense", ":2: "),
    "nothing": ("<opml><body/></opml>", "lists no feed", ""),
}  # fmt: skip


@pytest.mark.parametrize(("content", "told", "line"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_file_is_told_with_its_line_and_nothing_is_taken(
    opml_desk: Path, say: Say, content: str, told: str, line: str
) -> None:
    (opml_desk / "wrong.opml").write_text(content)
    found = say("feeds", "import", "wrong.opml")
    assert (found.code, found.out, found.err.count("\n")) == (2, "", 1)
    assert told in found.err
    assert f"wrong.opml{line}" in found.err
    assert not (opml_desk / "feeds.opml").exists()


def test_an_export_goes_to_a_new_file_or_to_standard_output(opml_desk: Path, say: Say) -> None:
    say("feeds", "import", "stranger.opml")
    assert say("feeds", "export", "mine.opml").out == "3 feeds written to mine.opml\n"
    assert load_feeds(opml_desk / "mine.opml") == load_feeds(opml_desk / "feeds.opml")
    assert say("feeds", "export").out == (opml_desk / "mine.opml").read_text()
    assert say("feeds", "export", "--json").json()[0]["url"] == "http://bare.test/atom"
    again = say("feeds", "export", "mine.opml")
    assert (again.code, again.err.count("\n")) == (1, 1)
    assert say("feeds", "export", "mine.opml", "--force").code == 0


def test_an_export_gives_other_readers_the_feed_s_own_title(bare_desk: Path, say: Say) -> None:
    feeds = (Feed("http://a.test/f"), Feed("http://b.test/f", "Mine"))
    text = as_opml(feeds, {"http://a.test/f": 'The "A"\x07\n& more', "http://b.test/f": "Its own"})
    (bare_desk / "out.opml").write_text(text)
    assert [feed.name for feed in load_feeds(bare_desk / "out.opml")] == ['The "A" & more', "Mine"]


_WORDS = st.text(max_size=12).map(lambda text: " ".join("".join(c if c.isprintable() else " " for c in text).split()))
_TAGS = st.lists(_WORDS.filter(bool), max_size=4, unique=True).map(tuple)
_PACES = st.none() | st.integers(1, 10**7).map(float) | st.floats(0.001, 10**6).map(lambda pace: round(pace, 3))


@given(st.lists(st.builds(Feed, url=st.integers(0, 99).map("http://{}.test/a?b=1&c='\"".format), name=_WORDS, tags=_TAGS, every=_PACES), max_size=6, unique_by=lambda feed: feed.url))  # fmt: skip
def test_what_is_written_is_read_as_the_same_feeds(tmp_path_factory: pytest.TempPathFactory, feeds: list[Feed]) -> None:
    path = tmp_path_factory.mktemp("opml") / "feeds.opml"
    path.write_text(as_opml(tuple(feeds), {}), encoding="utf-8")
    assert load_feeds(path) == tuple(sorted(feeds, key=lambda feed: feed.url))
