"""A page that forbids itself while its feed says what it is about: judged, alerted and tried again, through the graph."""

from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from time import time

import pytest
import sqlalchemy as sa

from pipeline.launch import run_pass
from pipeline.parts import Parts
from pipeline.settings.settings import Settings
from pipeline.store import Store, StoreAddress
from pipeline.store.reading import StoredArticle
from pipeline.store.schema import feeds, inbox
from tests.transforms.feeds.press import Press, answer, item, rss
from transforms.config import PollingConfig, SinkConfig
from transforms.model import Alert, Feed, TextFrom

HOUR = 3600.0
FEED, LINK = "http://harbour.test/feed", "http://harbour.test/go/7"
SUMMARY = "The port of Ostvik will close for the <b>grain exports</b> of this season after its crane fell."
PAGE = "<html><head><title>Ostvik port closes</title></head><body><article><h1>Ostvik port closes</h1>{}</article></body></html>"
PARAGRAPHS = (
    "<p>The port of Ostvik will close for the grain exports of this season after its largest crane fell on Monday.</p>"
    "<p>Nobody was hurt, the harbour master said, but the quay has to be rebuilt, which is going to take five months.</p>"
    "<p>Traders expect that eleven ships will be sent to Lundhavn, where the silos hold less than half of the harvest.</p>"
)


@dataclass
class Desk:
    """An installation over a press: passes of the graph, and what the store then holds."""

    press: Press
    parts: Parts
    passes: int = 0

    @property
    def store(self) -> Store:
        return self.parts.open_store()

    def run(self) -> None:
        """A pass over what is due."""
        self.passes += 1
        parts = Parts(**{**vars(self.parts), "pass_number": self.passes})
        run_pass(parts, [])
        parts.end_pass()

    def wait(self, seconds: float) -> None:
        """So much time goes by: everything in the store that waits is that much nearer."""

        def work(connection: sa.Connection) -> None:
            connection.execute(inbox.update().values(due=inbox.c.due - seconds))
            connection.execute(feeds.update().values(next_poll=feeds.c.next_poll - seconds))

        self.store.database.write(work)

    def article(self) -> StoredArticle:
        [article] = self.store.reading.export_articles()
        return article

    def waiting(self) -> list[tuple[int, float]]:
        """(tries, hours from now) of the rows that wait."""
        rows = sa.select(inbox.c.tries, inbox.c.due).where(inbox.c.state == "pending")
        found = self.store.database.read(lambda connection: connection.execute(rows).all())
        return [(row.tries, round((row.due - time()) / HOUR, 1)) for row in found]

    def alerts(self) -> list[Alert]:
        return [numbered.alert for numbered in self.store.reading.alerts()]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    topics = tmp_path / "topics.toml"
    topics.write_text('[[topics]]\nid = "grain"\nname = "Grain"\nquery = \'"grain export*"\'\n')
    with Press() as press:
        settings = Settings(
            path=tmp_path / "settings.toml",
            feeds=tmp_path / "feeds.opml",
            topics=topics,
            network=press.network(),
            polling=PollingConfig(pace=0.0),
        )
        sink = SinkConfig("alerts", "jsonl", path=str(tmp_path / "alerts.jsonl"))
        address = StoreAddress(f"sqlite:///{tmp_path}/wirewatch.db", patience=5.0, durable=False)
        parts = Parts(settings, address, f"test {tmp_path}", sinks=(sink,), topics=topics)
        parts.open_store().feeds.sync_feeds([Feed(FEED, name="Harbour Post")])
        press.play("http://harbour.test/robots.txt", "")
        yield Desk(press, parts)
        parts.close()
        address.close()


def listing(link: str = LINK, more: str = f"<description><![CDATA[{SUMMARY}]]></description>") -> str:
    return rss(item(link, "Ostvik port closes to grain", more=f"<pubDate>{formatdate(time() - 60)}</pubDate>{more}"))


def test_forbidden_page_is_told_by_its_summary_and_becomes_its_text_once_it_can_be_read(desk: Desk) -> None:
    desk.press.play(FEED, listing())
    desk.press.play(LINK, answer("no", status=403))
    desk.run()
    first = desk.article().judged.article
    assert (first.text_from, first.unread) == (TextFrom.FEED_SUMMARY, "403")
    [alert] = desk.alerts()
    assert [(member.article_id, member.unread) for member in alert.members] == [(first.id, "403")]
    assert desk.waiting() == [(1, 1.0)]
    desk.run()
    assert desk.press.paths().count("/go/7") == 1, "it is not asked again before it is due"

    desk.wait(HOUR)
    desk.run()
    assert desk.waiting() == [(2, 4.0)]
    assert desk.article().judged.article == first

    # Now it lets us in, and shows that the feed's link was a redirect: still the same article.
    desk.press.play(LINK, answer(status=302, headers={"Location": "http://harbour.test/ostvik-port-closes-7"}))
    desk.press.play("http://harbour.test/ostvik-port-closes-7", PAGE.format(PARAGRAPHS))
    desk.wait(4 * HOUR)
    desk.run()
    read = desk.article().judged.article
    assert (read.id, read.text_from, read.unread) == (first.id, TextFrom.PAGE, "")
    assert "eleven ships" in read.text
    assert desk.waiting() == []
    assert desk.store.reading.counts().stories == 1
    assert desk.store.reading.counts().ended == {"decided": 1, "retried": 1, "revised": 1}
    assert {one.id for one in desk.alerts()} == {alert.id}
    assert desk.store.dead_letters.listed() == []


def test_page_that_stays_forbidden_is_asked_a_few_times_and_no_more(desk: Desk) -> None:
    desk.press.play(FEED, listing())
    desk.press.play(LINK, answer("no", status=403))
    waits = []
    desk.run()
    while waiting := desk.waiting():
        waits += waiting
        desk.wait(waiting[0][1] * HOUR + 60)
        desk.run()
    assert waits == [(1, 1.0), (2, 4.0), (3, 16.0)]
    assert desk.press.paths().count("/go/7") == 4
    assert desk.store.reading.counts().ended == {"decided": 1, "retried": 2, "dropped": 1}
    assert (desk.article().judged.article.unread, len(desk.alerts())) == ("403", 1)
    assert desk.store.dead_letters.listed() == []


WALL = "<p>Subscribe now to continue reading. Already a subscriber? Sign in to read.</p>"
FULL = "<content:encoded xmlns:content='http://purl.org/rss/1.0/modules/content/'><![CDATA[{}]]></content:encoded>"


@pytest.mark.parametrize(
    ("more", "page", "expected", "waits"),
    [
        (
            "<description>{}</description>",
            answer(PAGE.format(WALL)),
            ("feed-summary", "paywall", "paywall"),
            [(1, 1.0)],
        ),
        (FULL, answer("no", status=403), ("feed-content", "403", ""), []),
        ("<description>{}</description>", answer("gone", status=410), ("feed-summary", "410", "410"), []),
    ],
    ids=["wall", "full text", "gone"],
)
def test_what_serves_in_the_pages_place(desk: Desk, more, page, expected, waits) -> None:
    """(where the text is from, why the page is unread, what the alert says of it), and whether it is tried again."""
    desk.press.play(FEED, listing(more=more.format("The grain exports of Ostvik end.")))
    desk.press.play(LINK, page)
    desk.run()
    article, [alert] = desk.article().judged.article, desk.alerts()
    assert (article.text_from, article.unread, alert.members[0].unread) == expected
    assert desk.waiting() == waits
