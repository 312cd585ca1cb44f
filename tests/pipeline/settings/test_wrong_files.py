"""Every wrong settings, feeds or topics file gives one clear line: file, line, key or value, remedy."""

import pytest

from pipeline.settings.errors import SettingsError
from pipeline.settings.feeds import load_feeds
from pipeline.settings.settings import load_settings
from pipeline.settings.topics import load_topics

WEBHOOK = '[[sinks]]\nname = "desk"\nkind = "webhook"\n'

SETTINGS = {
    # name: (text, line, what the message must say)
    "no TOML": ("feeds =\n", 1, ["feeds", "not valid TOML", "quotes"]),
    "no quotes": ("[stories]\nwindow = 7d\n", 2, ["window", "not valid TOML", "quotes"]),
    "open string": ('feeds = "x\ntopics = "y"\n', 1, ["feeds", "not valid TOML"]),
    "key twice": ('feeds = "x"\nfeeds = "y"\n', 2, ["feeds", "overwrite"]),
    "unknown table": ("\n[poling]\nevery = 1\n", 2, ["poling", "did you mean polling?"]),
    "unknown key": ("[polling]\n# how often\nevry = 1\n", 3, ["polling.evry", "did you mean every?"]),
    "unknown key far from all": ("[stories]\nzzz = 1\n", 2, ["stories.zzz", "known here: across_languages, same_event, wave"]),
    "unknown key in an inline table": ("network = { hsts = {} }\n", 1, ["network.hsts", "did you mean hosts?"]),
    "unknown dotted key": ("polling.every = 60\npolling.pce = 1\n", 2, ["polling.pce", "did you mean pace?"]),
    "value for a table": ("polling = 3\n", 1, ["polling = 3", "[polling]"]),
    "table for a value": ("[feeds]\nx = 1\n", 1, ["feeds", "must be text"]),
    "number for a path": ("topics = 3\n", 1, ["topics = 3", "quotes"]),
    "line break in a path": ('outlets = "a\\nb"\n', 1, ["outlets", "one line"]),
    "number for a line": ("outlets = 3\n", 1, ["outlets = 3", "quotes"]),
    "empty path": ('topics = " "\n', 1, ["topics", "is empty"]),
    "no duration": ('[polling]\nevery = "1 hour"\n', 2, ['polling.every = "1 hour"', "no duration", '"15m"']),
    "negative duration": ("[polling]\nevery = -5\n", 2, ["polling.every = -5", "longer than 0"]),
    "negative pause": ("[polling]\npace = -5\n", 2, ["polling.pace = -5", "give 0 or more"]),
    "endless duration": ("[polling]\nevery = inf\n", 2, ["polling.every = Infinity", "no duration"]),
    "no window": ('[stories]\nwindow = "0s"\n', 2, ["stories.window", "longer than 0"]),
    "true for a number": ("[polling]\nper_host = true\n", 2, ["polling.per_host = true", "whole number"]),
    "text for a number": ('[polling]\nper_host = "2"\n', 2, ['polling.per_host = "2"', "without quotes"]),
    "too few": ("[polling]\nper_host = 0\n", 2, ["polling.per_host = 0", "1 or more"]),
    "text for a fraction": ('[stories]\nsame_event = "low"\n', 2, ["stories.same_event", "must be a number"]),
    "a word for yes": ('[stories]\nacross_languages = "yes"\n', 2, ["stories.across_languages", "true or false"]),
    "fraction too large": ("[stories]\nsame_event = 5.0\n", 2, ["stories.same_event = 5.0", "-1 to 1"]),
    "least above most": ('[polling]\nat_most = "1m"\n', 2, ['polling.at_most = "1m"', "shorter than at_least"]),
    "unknown scope": ('[polling]\nretry_after_scope = "site"\n', 2, ["retry_after_scope", "feed, host"]),
    "no time zone": ('time_zone = "Kyiv"\n', 1, ['time_zone = "Kyiv"', "Europe/Kyiv"]),
    "time zone outside": ('time_zone = "../../etc/passwd"\n', 1, ["time_zone", "IANA"]),
    "time zone of alerts": ('[alerts]\ntime_zone = "UTC"\n', 2, ["alerts.time_zone", "top of the file"]),
    "no network": ('[network]\nallow = [\n  "10.0.0.0/8",\n  "10.0.0.1/8"]\n', 2, ["network.allow", "10.0.0.1/8", "host bits"]),
    "network no list": ('[network]\nallow = "10.0.0.0/8"\n', 2, ["network.allow", '["one", "two"]']),
    "no port": ("[network]\nports = [80, 70000]\n", 2, ["network.ports", "1 to 65535"]),
    "no address": ('[network.hosts]\n"a.test" = "localhost:80"\n', 2, ['network.hosts."a.test" = "localhost:80"', "127.0.0.1:8090"]),
    "no port of an address": ('[network.hosts]\n"a.test" = "127.0.0.1"\n', 2, ["network.hosts", "address and port"]),
    "no host": ('[network.hosts]\n"a b" = "127.0.0.1:80"\n', 2, ['"a b"', "no host name", "news.example"]),
    "unreachable contact": ('[polling]\ncontact = "me"\n', 2, ['polling.contact = "me"', "press@example.org"]),
    "header in contact": ('[polling]\ncontact = "a@b\\nHost: x"\n', 2, ["polling.contact", "one line"]),
    "two contacts": ('[polling]\ncontact = "a@b.c"\n[network]\ncontact = "a@b.c"\n', 4, ["network.contact", "keep one"]),
    "no hours": ('[alerts]\nquiet = "22-6"\n', 2, ['alerts.quiet = "22-6"', "22:00-06:00"]),
    "no such hour": ('[alerts]\nquiet = "22:00-24:00"\n', 2, ["alerts.quiet", "22:00-06:00"]),
    "hours without length": ('[alerts]\nquiet = "06:00-06:00"\n', 2, ["alerts.quiet", "begin when they end"]),
    "unknown change": ('[alerts]\nrevise_on = ["title"]\n', 2, ["alerts.revise_on", "'title'", '"origin", "facts"']),
    "counts down": ('[alerts]\nrevise_on = ["outlets:5,2"]\n', 2, ["alerts.revise_on", "upwards from 2"]),
    "count of one": ('[alerts]\nrevise_on = ["outlets:1,2"]\n', 2, ["alerts.revise_on", "upwards from 2"]),
    "change twice": ('[alerts]\nrevise_on = ["facts", "facts"]\n', 2, ["alerts.revise_on", "twice"]),
    "text for yes": ('[health]\nalert = "yes"\n', 2, ['health.alert = "yes"', "true or false"]),
    "no such sink for health": ('[health]\nalert = true\nsinks = ["desk"]\n', 3, ["health.sinks", "desk", "stdout"]),
    "texts too short": ('[retention]\ntexts = "1d"\n', 2, ['retention.texts = "1d"', "stories.window"]),
    "window too long": ('[stories]\nwindow = "60d"\n[retention]\n', 3, ["retention.texts", "stories.window"]),
    "unknown database": ('store = "mysql://host/db"\n', 1, ["store", "mysql", "sqlite:/// or postgresql://"]),
    "no database URL": ('store = "wirewatch.db"\n', 1, ["store", "sqlite:///wirewatch.db"]),
    "database in memory": ('store = "sqlite://"\n', 1, ["store", "three slashes"]),
    "database without name": ('store = "postgresql://host"\n', 1, ["store", "names no database"]),
    "password in the store": ('store = "postgresql://u:canary@h/d"\n', 1, ["store", "store_password_env"]),
    "password in the store's table": ('[store]\nurl = "sqlite:///x"\npassword = "canary"\n', 3, ["store.password", "password_env"]),
    "store without URL": ('[store]\npassword_env = "X"\n', 1, ["store.url", "is missing"]),
    "beam no table": ("beam = 1\n", 1, ["beam = 1", "[beam]"]),
    "beam nested": ("[beam]\nx = { y = 1 }\n", 1, ["beam", "x must be a text"]),
    "sinks no list": ('[sinks]\nname = "x"\n', 1, ["sinks", "[[sinks]]"]),
    "sink without name": ('[[sinks]]\nkind = "stdout"\n', 1, ["sinks[1].name", "is missing"]),
    "sink without kind": ('[[sinks]]\nname = "a"\n', 1, ["sinks[1].kind", "stdout, jsonl, webhook"]),
    "sink's name": ('[[sinks]]\nname = "A B"\nkind = "stdout"\n', 2, ['sinks[1].name = "A B"', "lower-case"]),
    "sink of no kind": ('[[sinks]]\nname = "a"\nkind = "email"\n', 3, ["sinks[1].kind", "webhook"]),
    "same sink twice": ('[[sinks]]\nname="a"\nkind="stdout"\n[[sinks]]\nname="a"\nkind="stdout"\n', 5, ["sinks[2].name", "own"]),
    "file sink without path": ('[[sinks]]\nname = "a"\nkind = "jsonl"\n', 1, ["sinks[1].path", "out/alerts.jsonl"]),
    "webhook without address": (WEBHOOK, 1, ["sinks[1].url_env", "DESK_WEBHOOK_URL"]),
    "two addresses": (WEBHOOK + 'url_env = "A"\nurl_file = "b"\n', 5, ["sinks[1].url_file", "keep one"]),
    "two secrets": (WEBHOOK + 'url_env = "A"\nsecret_env = "A"\nsecret_file = "b"\n', 6, ["secret_file", "keep one"]),
    "secret inline": (WEBHOOK + 'url_env = "A"\nsecret = "canary"\n', 5, ["sinks[1].secret", "secret_env", "secret_file"]),
    "address inline": (WEBHOOK + 'url = "https://canary.example/"\n', 4, ["sinks[1].url", "url_env", "url_file"]),
    "address for a variable": (WEBHOOK + 'url_env = "https://canary"\n', 4, ["sinks[1].url_env", "name only"]),
    "key of another kind": ('[[sinks]]\nname="a"\nkind="stdout"\npath="x"\n', 4, ["sinks[1].path", "stdout sink"]),
    "tries too many": (WEBHOOK + 'url_env = "A"\nmax_tries = 5000\n', 5, ["sinks[1].max_tries", "1 to 1000"]),
    "unknown key of a sink": (WEBHOOK + 'url_env = "A"\nretries = 5\n', 5, ["sinks[1].retries", "did you mean"]),
}  # fmt: skip


def _topic(*lines: str, name: str = 'name = "T"') -> str:
    return "\n".join(["[[topics]]", 'id = "t"', name, *lines, ""])


TOPICS = {
    "not a list": ('[topics]\nid = "t"\n', 1, ["topics", "[[topics]]"]),
    "unknown list": ('[[topic]]\nid = "t"\n', 1, ["topic", "did you mean topics?"]),
    "no id": ('[[topics]]\nname = "T"\n', 1, ["topics[1].id", "is missing"]),
    "id with capitals": ('[[topics]]\nid = "North Korea"\n', 2, ['topics[1].id = "North Korea"', "lower-case"]),
    "no name": ('[[topics]]\nid = "t"\n', 1, ["topics[1].name", "is missing"]),
    "name of two lines": (_topic(name='name = "a\\nb"'), 3, ["topics[1].name", "one line"]),
    "same id twice": (_topic('query = "ab"') + _topic('query = "ab"'), 6, ['topics[2].id = "t"', "own"]),
    "neither query nor description": (_topic(), 1, ["topics[1].query", "description"]),
    "unknown key": (_topic('querry = "x"'), 4, ["topics[1].querry", "did you mean query?"]),
    "open parenthesis": (_topic('query = "(grain OR port"'), 4, ["topics[1].query", "column 15 of the query", '")"']),
    "second line of a query": (_topic("query = '''grain", "OR or '''"), 4, ["line 2, column 4 of the query", "OR"]),
    "unknown field": (_topic('query = "headline:grain"'), 4, ["column 1 of the query", "fields are title:"]),
    "matches everything": (_topic('query = "NOT grain"'), 4, ["none of its words", "add"]),
    "unknown requirement": (_topic('query = "ab"', 'require = "all"'), 5, ["require", "query, meaning, both, either"]),
    "requires no query": (_topic('description = "ab"', 'require = "both"'), 5, ["require", "asks for a query"]),
    "requires no description": (_topic('query = "ab"', 'require = "both"'), 5, ["require", "asks for a description"]),
    "unknown sink": (_topic('query = "ab"', 'sinks = ["dsk"]'), 5, ["topics[1].sinks", "'dsk'", "did you mean desk?"]),
    "sinks no list": (_topic('query = "ab"', 'sinks = "desk"'), 5, ["topics[1].sinks", "list"]),
    "description a number": (_topic("description = 3"), 4, ["topics[1].description = 3", "quotes"]),
}  # fmt: skip

OPML = '<?xml version="1.0"?>\n<opml version="2.0"><body>\n{}\n</body></opml>\n'

FEEDS = {
    "no scheme": ("# mine\nnews.example/rss\n", 2, ['"news.example/rss"', "https://example.org/rss.xml"]),
    "other scheme": ("ftp://news.example/rss\n", 1, ["ftp://news.example/rss", "no http or https"]),
    "script": ("javascript:alert(1)\n", 1, ["javascript", "no http or https"]),
    "no host": ("http:///rss\n", 1, ["http:///rss", "names no host"]),
    "user and password": ("https://me:canary@news.example/\n", 1, ["before the @"]),
    "backslash": ("https://news.example\\@evil.example/\n", 1, ["backslash"]),
    "no port": ("https://news.example:port/\n", 1, ["news.example:port", "no URL"]),
    "port 0": ("https://news.example:0/\n", 1, ["port 0"]),
    "no address": ("https://[::1/\n", 1, ["no URL"]),
    "endless": ("https://news.example/" + "x" * 5000 + "\n", 1, ["5021 characters"]),
    "tag not closed": (OPML.format('<outline xmlUrl="https://a.example/">'), 4, ["not valid XML", "mend"]),
    "not OPML": ("<rss><channel/></rss>", 1, ["rss", "not OPML", "one URL a line"]),
    "bad URL in OPML": (OPML.format('\n<outline text="A"\n xmlUrl="feed:x"/>'), 5, ['xmlUrl = "feed:x"', "https://"]),
    "bad pace in OPML": (OPML.format('<outline xmlUrl="https://a.example/" every="often"/>'), 3, ['every = "often"', '"15m"']),
    "entities": ('<!DOCTYPE opml [<!ENTITY a "b">]>\n' + OPML[22:].format(""), 1, ["entities", "DOCTYPE"]),
    "outer entity": ('<!DOCTYPE opml [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n<opml>&a;</opml>', 1, ["entities"]),
    "too deep": (OPML.format("<outline>" * 3000), 3, ["not valid XML"]),
}  # fmt: skip


def _one_clear_line(error: SettingsError, file: str, line: int | None, words: list[str]) -> None:
    message = str(error)
    place = f"{file}:{line}:" if line else file
    assert place in message, message
    assert "\n" not in message
    assert len(message) < 500
    assert "canary" not in message
    for word in words:
        assert word in message, message


@pytest.mark.parametrize(("text", "line", "words"), SETTINGS.values(), ids=SETTINGS)
def test_wrong_settings(tmp_path, text, line, words):
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    _one_clear_line(caught.value, "settings.toml", line, words)


@pytest.mark.parametrize(("text", "line", "words"), TOPICS.values(), ids=TOPICS)
def test_wrong_topics(tmp_path, text, line, words):
    path = tmp_path / "topics.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_topics(path, frozenset({"desk", "stdout"}))
    _one_clear_line(caught.value, "topics.toml", line, words)


@pytest.mark.parametrize(("text", "line", "words"), FEEDS.values(), ids=FEEDS)
def test_wrong_feeds(tmp_path, text, line, words):
    path = tmp_path / "feeds"
    path.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_feeds(path)
    _one_clear_line(caught.value, "feeds", line, words)


@pytest.mark.parametrize("load", [load_settings, load_topics, load_feeds])
def test_a_file_that_is_not_there_or_no_text(tmp_path, load):
    with pytest.raises(SettingsError, match=r"missing.toml: the .* file cannot be read .* check the path"):
        load(tmp_path / "missing.toml")
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"# x\nfeeds = '\xff'\n")
    with pytest.raises(SettingsError, match=r"binary.toml:2: the .* is not UTF-8"):
        load(binary)


@pytest.mark.parametrize("start", ["", "<"])
def test_a_huge_file_is_refused(tmp_path, start):
    path = tmp_path / "feeds"
    with path.open("wb") as file:
        file.write(start.encode())
        file.truncate(17 * 1024 * 1024)
    with pytest.raises(SettingsError, match="at most 16777216 are read"):
        load_feeds(path)


def test_a_file_that_nests_too_deeply(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text("feeds = " + "[" * 5000 + "]" * 5000)
    with pytest.raises(SettingsError, match="nests too deeply"):
        load_settings(path)
