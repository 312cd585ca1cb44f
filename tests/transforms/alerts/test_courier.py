"""One sink's deliveries: taken, sent, recorded, tried again, given up."""

import threading

import msgspec
import pytest

from tests.transforms.alerts.fakes import NOON, FakeOutbox, FakeSink, delivery
from transforms.alerts.courier import Courier, CourierConfig
from transforms.alerts.ports import SinkError
from transforms.model import DeadLetter, Delivery, DeliveryResult

LIVENESS = 10.0


def deliver(outbox, sink, **config):
    settings = CourierConfig(owner="me", clock=lambda: NOON, random_number=lambda: 1.0, **config)
    answers = Courier(sink.name, lambda _: sink, outbox, settings).ask("en").result(LIVENESS)
    results = [answer for answer in answers if isinstance(answer, DeliveryResult)]
    return results, [answer for answer in answers if isinstance(answer, DeadLetter)]


def test_everything_due_is_sent_in_order_a_revision_after_the_one_before():
    outbox = FakeOutbox([delivery(1), delivery(2, revision=2, due=NOON - 500), delivery(3), delivery(4, due=NOON + 1)])
    sink = FakeSink("desk")
    results, dead = deliver(outbox, sink, limit=2)
    assert sink.taken == [f"{1:016x}.1", f"{3:016x}.1", f"{1:016x}.2"]
    assert all(result.delivered and result.retry_at is None for result in results)
    assert (outbox.results, dead, outbox.leased, list(outbox.rows)) == (results, [], set(), [4])


def test_each_answer_is_recorded_before_the_next_alert_is_sent():
    outbox = FakeOutbox([delivery(1), delivery(2)])
    recorded = []
    sink = FakeSink("desk", lambda _: recorded.append(len(outbox.results)))
    deliver(outbox, sink)
    assert recorded == [0, 1]


def test_a_passing_failure_is_tried_again_later_and_does_not_stop_the_next_alert():
    answers = iter([SinkError("busy"), None])
    outbox = FakeOutbox([delivery(1), delivery(2)])
    results, dead = deliver(outbox, FakeSink("desk", lambda _: next(answers)))
    assert [(r.delivered, r.retry_at, r.message) for r in results] == [(False, NOON + 5, "busy"), (True, None, "")]
    assert (outbox.rows[1].tries, dead) == (1, [])


def test_a_sink_that_is_down_is_asked_twice_and_the_rest_waits():
    outbox = FakeOutbox([delivery(n) for n in range(1, 60)])
    sink = FakeSink("desk", lambda _: SinkError("refused"))
    results, dead = deliver(outbox, sink)
    assert len(sink.asked) == 2
    assert {(r.delivered, r.retry_at) for r in results} == {(False, NOON + 5)}
    assert (len(results), dead, outbox.leased) == (59, [], set())


def test_a_sink_that_asks_for_time_is_not_asked_again_before():
    outbox = FakeOutbox([delivery(1), delivery(2)])
    sink = FakeSink("desk", lambda _: SinkError("slow down", retry_after=90.0))
    results, _ = deliver(outbox, sink)
    assert (len(sink.asked), [r.retry_at for r in results]) == (1, [NOON + 90, NOON + 90])


@pytest.mark.parametrize(
    ("error", "tries", "reason", "asked"),
    [
        (SinkError("answers 400", final=True), 0, "sink-refused", 2),
        (SinkError("answers 410", final=True, disable=True), 0, "sink-gone", 1),
        (SinkError("refused"), 7, "gave_up", 2),
    ],
)
def test_what_is_given_up_is_a_dead_letter(error, tries, reason, asked):
    rows = [delivery(1, tries=tries), delivery(2, tries=tries)]
    outbox = FakeOutbox(rows)
    sink = FakeSink("desk", lambda _: error)
    results, dead = deliver(outbox, sink)
    assert [(r.delivered, r.retry_at) for r in results] == [(False, None)] * 2
    assert ([letter.reason for letter in dead], len(sink.asked)) == ([reason] * 2, asked)
    letter = dead[0]
    assert letter.message == f"alert {1:016x}.1 did not reach sink 'desk': {error}"
    assert (letter.step, letter.subject, letter.delivery, letter.tries) == (
        "DeliverAlerts",
        f"{1:016x}.1 to desk",
        1,
        tries + 1,
    )
    assert msgspec.msgpack.decode(letter.input, type=Delivery) == rows[0]
    assert (letter.first_seen, letter.last_seen) == (NOON, NOON)


def test_a_sink_that_cannot_be_opened_is_tried_again():
    opened = []

    def open_sink(name):
        opened.append(name)
        raise SinkError("environment variable DESK_URL is not set")

    outbox = FakeOutbox([delivery(1)])
    answers = Courier("desk", open_sink, outbox, CourierConfig(clock=lambda: NOON)).ask("en").result(LIVENESS)
    assert [answer.message for answer in answers] == ["environment variable DESK_URL is not set"]
    assert set(opened) == {"desk"}


class ManySink(FakeSink):
    def send_all(self, alerts):
        self.batches = [*getattr(self, "batches", []), len(alerts)]
        for alert in alerts:
            self.send(alert)


def test_a_sink_that_takes_many_at_once_gets_them_so():
    outbox = FakeOutbox([delivery(n) for n in range(1, 61)])
    sink = ManySink("desk")
    results, _ = deliver(outbox, sink)
    assert (sink.batches, len(results), len(sink.taken)) == ([60], 60, 60)


def test_what_is_leased_too_long_goes_back_untouched_and_is_taken_anew():
    outbox = FakeOutbox([delivery(n) for n in range(1, 6)])
    now = [NOON]

    def slow(_):
        now[0] += 20.0

    settings = CourierConfig(clock=lambda: now[0])
    Courier("desk", lambda _: FakeSink("desk", slow), outbox, settings).ask("en").result(LIVENESS)
    assert (outbox.given_back, outbox.rows) == ([3, 4, 5, 5], {})


def test_a_row_that_comes_back_at_once_is_not_tried_again_in_the_same_turn():
    outbox = FakeOutbox([delivery(1)], now=lambda: NOON + 1e6)  # a database whose clock runs ahead
    sink = FakeSink("desk", lambda _: SinkError("busy"))
    deliver(outbox, sink)
    assert (len(sink.asked), outbox.given_back, outbox.leased) == (1, [1], set())


def test_an_error_that_is_no_answer_of_a_sink_crashes_the_turn_and_not_the_next_one():
    outbox = FakeOutbox([delivery(1)])
    broken = [True]

    def answer(_):
        if broken.pop() if broken else False:
            raise ZeroDivisionError

    courier = Courier("desk", lambda _: FakeSink("desk", answer), outbox, CourierConfig(clock=lambda: NOON))
    with pytest.raises(ZeroDivisionError):
        courier.ask("en").result(LIVENESS)
    outbox.leased.clear()
    assert [answer.delivered for answer in courier.ask("en").result(LIVENESS)] == [True]


def test_a_ledger_asked_for_again_before_its_turn_is_one_turn_and_a_stop_gives_the_rest_back():
    outbox = FakeOutbox([delivery(1), delivery(2), delivery(3, ledger="uk")])
    under_way, go_on = threading.Event(), threading.Event()

    def slow(_):
        under_way.set()
        assert go_on.wait(LIVENESS)

    courier = Courier("desk", lambda _: FakeSink("desk", slow), outbox, CourierConfig(clock=lambda: NOON))
    first = courier.ask("en")
    assert under_way.wait(LIVENESS)
    again, twice = courier.ask("uk"), courier.ask("uk")
    assert again is twice
    courier.stop()
    go_on.set()
    assert [answer.delivery for answer in first.result(LIVENESS)] == [1]
    assert again.result(LIVENESS) == []
    assert (outbox.given_back, sorted(outbox.rows)) == ([2], [2, 3])
