import pytest

from pipeline.settings.errors import SettingsError
from pipeline.settings.installation import load_installation

HOSTS = '[network.hosts]\n"news.test" = "127.0.0.1:8090"\n"*.newsroom" = "127.0.0.1:8090"\n'


@pytest.fixture
def install(tmp_path):
    def write(feeds: str, settings: str = "", topics: str = "") -> tuple:
        (tmp_path / "feeds.opml").write_text(feeds)
        (tmp_path / "topics.toml").write_text(topics)
        (tmp_path / "settings.toml").write_text(settings)
        return load_installation(tmp_path / "settings.toml")

    return write


@pytest.mark.parametrize(
    "url",
    [
        "http://news.test/rss",
        "http://a.newsroom/rss",
        "http://a.b.NEWSROOM./rss",
        "http://127.0.0.1:1/rss",
        "http://[::1]/rss",
        "http://localhost/",
        "http://a.localhost/",
    ],
)
def test_feeds_of_ones_own_need_no_contact(install, url):
    assert [feed.url for feed in install(url, HOSTS).feeds] == [url]


@pytest.mark.parametrize(
    "url", ["http://newsroom/", "http://sub.news.test/", "http://10.0.0.1/", "http://localhost.example/"]
)
def test_other_peoples_feeds_need_a_contact(install, url):
    with pytest.raises(SettingsError) as caught:
        install(url, '[polling]\nevery = "1h"\n' + HOSTS)
    message = str(caught.value)
    assert "settings.toml:1: polling.contact" in message
    assert url in message
    assert 'contact = "press@example.org"' in message
    assert len(install(url, '[polling]\ncontact = "press@example.org"\n').feeds) == 1


def test_an_empty_contact_is_pointed_at(install):
    with pytest.raises(SettingsError, match=r"settings.toml:3: polling.contact"):
        install("http://news.example/", '[polling]\nevery = "1h"\ncontact = ""\n')


def test_topics_may_only_name_sinks_that_there_are(install):
    with pytest.raises(SettingsError, match=r"topics.toml:5: topics\[1\].sinks.*did you mean stdout"):
        install("", "", '[[topics]]\nid = "t"\nname = "T"\nquery = "ab"\nsinks = ["stdut"]\n')
