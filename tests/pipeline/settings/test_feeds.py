import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.settings.errors import SettingsError
from pipeline.settings.feeds import load_feeds, same_url
from transforms.model import Feed

OPML = """<?xml version="1.0" encoding="utf-8"?>
<!-- mine -->
<opml version="2.0" xmlns="http://opml.example/ns">
  <?sort by-name?>
  <head><title>Feeds</title></head>
  <body>
    <outline text="World">
      <outline text="Press">
        <outline type="rss" text="Harbour Post" title="Other" xmlUrl="https://post.example/rss" category="/Sea/,ports"/>
        <outline title="Ledger &amp; Co" xmlUrl=" https://ledger.example/atom " every="15m"/>
      </outline>
      <outline xmlUrl="https://nameless.example/"/>
    </outline>
    <OUTLINE TEXT="Loud" XMLURL="HTTP://LOUD.example:80" every="900"/>
    <outline text="A note"/>
    <outline text="Harbour Post again" xmlUrl="https://POST.example:443/rss#new"><outline text="x" xmlUrl="https://inner.example/"/></outline>
  </body>
</opml>
"""


@pytest.fixture
def load(tmp_path):
    def write(data: "str | bytes") -> tuple[Feed, ...]:
        path = tmp_path / "feeds"
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return load_feeds(path)

    return write


EXPECTED = (
    Feed("HTTP://LOUD.example:80", "Loud", (), 900.0),
    Feed("https://inner.example/", "x"),
    Feed("https://ledger.example/atom", "Ledger & Co", ("World", "Press"), 900.0),
    Feed("https://nameless.example/", "", ("World",)),
    Feed("https://post.example/rss", "Harbour Post", ("World", "Press", "Sea", "ports")),
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_opml(load, encoding):
    assert load(OPML.replace("utf-8", encoding.removesuffix("-sig")).encode(encoding)) == EXPECTED


def test_a_plain_list(load):
    feeds = load("""# my feeds

        https://b.example/rss   The B  Post # the best
        https://a.example/#part
        https://c.example/rss\tC
        https://b.example/rss Again
        """)
    assert feeds == (
        Feed("https://a.example/#part"),
        Feed("https://b.example/rss", "The B Post"),
        Feed("https://c.example/rss", "C"),
    )


def test_a_list_may_be_empty(load):
    assert load("") == ()
    assert load("\ufeff# nothing yet\n") == ()


def test_a_repeated_feed_has_all_its_tags(load):
    line = '<outline text="{}"><outline xmlUrl="https://a.example/" {}/></outline>'
    second = line.format("Two", 'text="A" every="1h"')
    assert load(f"<opml>{line.format('One', '')}{second}</opml>") == (
        Feed("https://a.example/", "A", ("One", "Two"), 3600.0),
    )


def test_control_characters_leave_names(load):
    assert load("https://a.example/ A\x1b[31m\u202eB")[0].name == "A [31m B"


@pytest.mark.parametrize(
    "bomb",
    [
        '<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><opml><outline text="&b;"/></opml>',
        '<!DOCTYPE opml [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]><opml/>',
        '<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/hostname">]><opml><outline text="a">&x;</outline></opml>',
    ],
)
def test_entities_are_never_expanded(load, bomb):
    with pytest.raises(SettingsError, match=r"entities|not valid XML"):
        load(bomb)


def test_a_harmless_doctype_is_read(load):
    assert load('<!DOCTYPE opml><opml><outline xmlUrl="https://a.example/"/></opml>') == (Feed("https://a.example/"),)


@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(str.encode)
    | st.text(max_size=50).map(lambda t: f"<opml>{t}".encode())
)
def test_any_bytes_are_read_or_refused(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(data)
    try:
        load_feeds(path)
    except SettingsError as error:
        refusal = str(error)
        assert "\n" not in refusal


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HTTPS://A.example", "https://a.example/"),
        ("https://a.example:443/x", "https://a.example/x"),
        ("http://a.example./x#y", "http://a.example/x"),
        ("http://[::1]:80/", "http://[::1]/"),
    ],
)
def test_spellings_of_one_address(one, other):
    assert same_url(one) == same_url(other)


def test_different_addresses_stay_apart():
    assert (
        len(
            {
                same_url(url)
                for url in ("http://a/", "https://a/", "http://a:8080/", "http://a/?x", "http://a/X", "http://a/x")
            }
        )
        == 6
    )
