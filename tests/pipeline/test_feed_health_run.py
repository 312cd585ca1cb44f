"""A change in a feed's health goes through a whole run to its sinks, once, however often it runs."""

import json
from pathlib import Path

from tests.arena import arena

GONE = "http://gone-gazette.newsroom/rss"


def test_a_feed_that_is_gone_is_an_alert_at_the_sinks_chosen_and_no_second_one(tmp_path: Path) -> None:
    tables = {"health": {"alert": True, "sinks": ["desk"]}}
    with arena(tmp_path, tables=tables, harmless=True) as here:
        (tmp_path / "feeds.opml").write_text(f'<opml><body><outline text="Gazette" xmlUrl="{GONE}"/></body></opml>')
        for _ in range(2):
            finished = here.wirewatch("run", "--all")
            assert finished.code == 0, finished
        (event,) = here.desk.events()
        assert [len(bodies) for bodies in here.desk.bodies().values()] == [1]
        assert (event["type"], event["subject"]) == ("org.wirewatch.feed.raised", GONE)
        assert not here.alerts.exists() or not here.alerts.read_text()
        (shown,) = here.told("alerts", "show", event["data"]["alert_id"])
        assert (shown["id"], shown["data"]) == (event["id"], event["data"])
        assert json.dumps(shown["deliveries"]).count('"delivered"') == 1
        text = here.wirewatch("alerts", "show", event["data"]["alert_id"]).out
        assert text.startswith("ALERT 1  Feed health")
        assert "  Gazette is gone\n" in text
        assert "  To do: Look for another feed of it" in text
