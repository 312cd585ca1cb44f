"""From the outbox of a real store through the step to a real receiver and a file."""

import json
import time
from dataclasses import dataclass

import apache_beam as beam
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.testing.util import assert_that, equal_to

from pipeline.sinks import open_sink
from pipeline.store.store import StoreAddress
from tests.pipeline.sinks.receiver import KEY, receiver
from tests.transforms.alerts.fakes import alert
from transforms.alerts.retry import RetryPolicy
from transforms.alerts.step import DeliverAlerts
from transforms.config import NetworkConfig, SinkConfig
from transforms.stories.ports import Wave


@dataclass(frozen=True)
class Opening:
    """As a launcher hands it to workers: picklable, without secrets."""

    store: StoreAddress
    sinks: tuple[SinkConfig, ...]
    network: NetworkConfig

    def outbox(self):
        return self.store.open().outbox

    def sink(self, name):
        config = next(sink for sink in self.sinks if sink.name == name)
        return open_sink(config, self.network)


def deliver(opening, check=lambda _: None, **options):
    due = opening.store.open().feeds.due_deliveries()
    with beam.Pipeline(runner=FnApiRunner()) as pipeline:
        step = DeliverAlerts(opening.outbox, opening.sink, owner="test", retry=RetryPolicy(first=0.001), **options)
        check(pipeline | beam.Create(due, reshuffle=False).with_output_types(tuple[str, str]) | "DeliverAlerts" >> step)
    return due


def post(opening, *alerts):
    with opening.store.open().ledgers.ledger("en") as rows:
        rows.write(Wave(seq=rows.seq + 1, alerts=alerts))


def test_alerts_reach_their_sinks_once_through_failures_and_what_is_given_up_is_one_dead_letter(tmp_path, monkeypatch):
    monkeypatch.setenv("DESK_URL", "http://hooks.desk.test/alerts")
    monkeypatch.setenv("DESK_KEY", KEY)
    monkeypatch.setenv("GONE_URL", "http://hooks.desk.test/gone")
    now = time.time() - 1
    both = {"sinks": ("desk", "file"), "raised": now, "due": now}
    answers = iter([(503, {}), (204, {}), (204, {}), (400, {})])
    with receiver(lambda _: next(answers)) as desk:
        opening = Opening(
            StoreAddress(f"sqlite:///{tmp_path / 'store.db'}"),
            (
                SinkConfig("desk", "webhook", url_env="DESK_URL", secret_env="DESK_KEY"),
                SinkConfig("gone", "webhook", url_env="GONE_URL"),
                SinkConfig("file", "jsonl", path=str(tmp_path / "alerts.jsonl")),
            ),
            NetworkConfig(hosts={"hooks.desk.test": f"127.0.0.1:{desk.port}"}),
        )
        post(opening, alert(**both), alert(**both, revision=2))

        def told(delivered):
            results = delivered.main | "Told" >> beam.Map(lambda r: (r.sink, r.revision, r.delivered))
            assert_that(results, equal_to([("desk", 1, False), ("file", 1, True), ("file", 2, True)]))

        assert deliver(opening, told) == [("en", "desk"), ("en", "file")]
        while not opening.store.open().feeds.due_deliveries():
            time.sleep(0.001)  # the second try's moment, by the database's clock
        assert deliver(opening) == [("en", "desk")]
        assert [request.event["id"] for request in desk.requests] == [
            "00a1b2c3d4e5f607.1",
            "00a1b2c3d4e5f607.1",
            "00a1b2c3d4e5f607.2",
        ]
        lines = (tmp_path / "alerts.jsonl").read_text().splitlines()
        assert [json.loads(line)["id"] for line in lines] == ["00a1b2c3d4e5f607.1", "00a1b2c3d4e5f607.2"]

        post(opening, alert(id="b", sinks=("gone",), raised=now, due=now))

        def dead(delivered):
            letters = delivered.dead | "Dead" >> beam.Map(lambda d: (d.subject, d.reason))
            assert_that(letters, equal_to([("b.1 to gone", "sink-refused")]))

        assert deliver(opening, dead) == [("en", "gone")]
    assert opening.store.open().feeds.due_deliveries() == []
    opening.store.open().close()
