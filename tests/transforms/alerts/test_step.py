"""DeliverAlerts as a step: one turn a key and bundle, sinks side by side, dead letters on their road."""

import threading

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.testing.util import assert_that, equal_to

from tests.transforms.alerts.fakes import NOON, FakeOutbox, FakeSink, delivery
from transforms.alerts.ports import SinkError
from transforms.alerts.step import DeliverAlerts

OUTBOXES: dict[str, FakeOutbox] = {}
SINKS: dict[str, FakeSink] = {}
RELEASE = threading.Event()


class OpenOutbox:
    def __init__(self, test):
        self.test = test

    def __call__(self):
        return OUTBOXES[self.test]


def open_sink(name):
    if name == "missing":
        raise SinkError("there is no sink 'missing'", final=True)
    return SINKS[name]


def noon():
    return NOON


def half():
    return 0.5


@pytest.fixture
def direct():
    options = PipelineOptions(["--runner=DirectRunner", "--direct_running_mode=in_memory"])
    return lambda: beam.Pipeline(runner="apache_beam.runners.portability.fn_api_runner.FnApiRunner", options=options)


def run(direct, name, keys, check, **options):
    with direct() as pipeline:
        step = DeliverAlerts(OpenOutbox(name), open_sink, clock=noon, random_number=half, **options)
        delivered = pipeline | "Due" >> beam.Create(keys, reshuffle=False) | "DeliverAlerts" >> step
        check(delivered)


def test_a_key_named_a_hundred_times_is_one_turn(direct):
    OUTBOXES["many"] = FakeOutbox([delivery(1), delivery(2)])
    SINKS["desk"] = FakeSink("desk")

    def check(delivered):
        told = delivered.main | "Told" >> beam.Map(lambda r: (r.delivery, r.delivered))
        assert_that(told, equal_to([(1, True), (2, True)]))
        assert_that(delivered.dead, equal_to([]), "no dead letters")

    run(direct, "many", [("en", "desk")] * 100, check)
    assert OUTBOXES["many"].takes == 2, "the rows, and that there are no more"


def test_given_up_deliveries_come_out_as_dead_letters_and_other_sinks_have_theirs(direct):
    OUTBOXES["dead"] = FakeOutbox([delivery(1, "bad"), delivery(2, "good"), delivery(3, "missing"), delivery(4, "bad")])
    SINKS["bad"] = FakeSink("bad", lambda _: SinkError("answers 500"))
    SINKS["good"] = FakeSink("good")

    def check(delivered):
        told = delivered.main | "Told" >> beam.Map(lambda r: (r.sink, r.delivered))
        assert_that(told, equal_to([("bad", False), ("bad", False), ("good", True), ("missing", False)]), "told")
        letters = delivered.dead | "Letters" >> beam.Map(lambda d: (d.delivery, d.reason))
        assert_that(letters, equal_to([(1, "gave_up"), (3, "sink-refused"), (4, "gave_up")]), "letters")

    run(direct, "dead", [("en", "bad"), ("en", "good"), ("en", "missing")], check, max_tries={"bad": 1})


def test_a_slow_sink_does_not_hold_the_bundle_and_its_answer_is_in_the_outbox(direct):
    OUTBOXES["slow"] = outbox = FakeOutbox([delivery(1, "slow"), delivery(2, "quick")])
    RELEASE.clear()
    SINKS["slow"] = FakeSink("slow", lambda _: None if RELEASE.wait(20) else SinkError("never released"))
    SINKS["quick"] = FakeSink("quick")

    def check(delivered):
        told = delivered.main | "Told" >> beam.Map(lambda r: r.sink)
        assert_that(told, equal_to(["quick"]))

    run(direct, "slow", [("en", "slow"), ("en", "quick")], check, patience=0.3)
    assert [result.sink for result in outbox.results] == ["quick"]
    RELEASE.set()
    while not any(result.sink == "slow" for result in outbox.results):
        threading.Event().wait(0.01)


def test_an_error_of_the_store_crashes_the_bundle(direct):
    class Broken(FakeOutbox):
        def take(self, *_):
            raise OSError("the database is gone")

    OUTBOXES["broken"] = Broken()
    SINKS["desk"] = FakeSink("desk")
    with pytest.raises(Exception, match="the database is gone"):
        run(direct, "broken", [("en", "desk")], lambda _: None)
