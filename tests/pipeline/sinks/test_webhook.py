"""The webhook against a real receiver: signature, answers, hostile networks, and secrets that stay secret."""

import logging
import socket
import threading

import msgspec
import pytest

from pipeline.settings.sinks import SinkSecrets
from pipeline.sinks import open_sink
from pipeline.sinks.webhook import WebhookSink, retry_after
from tests.pipeline.sinks.receiver import KEY, receiver
from tests.transforms.alerts.fakes import NOON, FakeOutbox, alert, delivery
from transforms.alerts.courier import Courier, CourierConfig
from transforms.alerts.ports import SinkError
from transforms.config import NetworkConfig, SinkConfig
from transforms.model import DeadLetter

CANARY = "s3cr3t-c4n4ry"
URL = f"http://hooks.desk.test/services/{CANARY}?token={CANARY}"


def sink(port, *, url=URL, secret=KEY, timeout=5.0, hosts=None):
    network = NetworkConfig(hosts=hosts or {"hooks.desk.test": f"127.0.0.1:{port}"})
    return WebhookSink("desk", SinkSecrets(url, secret), network, timeout=timeout)


def refusal(port, **options):
    with pytest.raises(SinkError) as caught:
        sink(port, **options).send(alert())
    return caught.value


def test_an_event_is_posted_signed_and_whole():
    with receiver() as desk:
        sink(desk.port).send(alert(title="Удар </script> \u2028"))
    (request,) = desk.requests
    assert request.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert request.headers["webhook-id"] == "00a1b2c3d4e5f607.1" == request.event["id"]
    assert request.headers["user-agent"].startswith("wirewatch/")
    assert request.event["data"]["title"] == "Удар </script> \u2028"
    assert (request.path, request.headers["host"]) == (f"/services/{CANARY}?token={CANARY}", "hooks.desk.test")
    assert not {"cookie", "referer"} & request.headers.keys()


def test_without_a_secret_a_request_has_its_id_and_no_signature():
    with receiver() as desk:
        sink(desk.port, secret="").send(alert())
    (request,) = desk.requests
    assert "webhook-signature" not in request.headers
    assert request.headers["webhook-id"] == "00a1b2c3d4e5f607.1"


@pytest.mark.parametrize(
    ("status", "headers", "final", "wait", "says"),
    [
        (408, {}, False, None, "answers 408"),
        (425, {}, False, None, "answers 425"),
        (429, {"Retry-After": "120"}, False, 120.0, "answers 429"),
        (500, {}, False, None, "answers 500"),
        (
            503,
            {"Retry-After": "Mon, 27 Apr 2026 12:00:30 GMT", "Date": "Mon, 27 Apr 2026 12:00:00 GMT"},
            False,
            30,
            "503",
        ),
        (400, {}, True, None, "answers 400; see that its URL and secret are right"),
        (404, {}, True, None, "answers 404"),
        (301, {"Location": f"http://elsewhere.test/{CANARY}"}, True, None, "a redirect, which is not followed"),
        (307, {"Location": "http://169.254.169.254/"}, True, None, "a redirect"),
    ],
)
def test_an_answer_says_whether_a_later_try_may_help(status, headers, final, wait, says):
    def answer(_):
        return status, headers

    with receiver(answer) as desk:
        error = refusal(desk.port)
    assert len(desk.requests) == 1
    assert (error.final, error.disable, error.retry_after) == (final, False, wait)
    assert says in str(error)
    assert str(error).startswith("webhook 'desk' at hooks.desk.test ")


def test_410_means_nothing_more():
    with receiver(lambda _: (410, {})) as desk:
        error = refusal(desk.port)
    assert (error.final, error.disable) == (True, True)
    assert "take it out of the settings" in str(error)


def test_an_endpoint_that_accepts_and_never_answers_is_tried_again_under_the_same_id():
    with receiver(lambda number: None if number == 0 else (200, {})) as desk:
        error = refusal(desk.port, timeout=0.3)
        assert (error.final, str(error)) == (False, "webhook 'desk' at hooks.desk.test did not answer within 0.3 s")
        sink(desk.port).send(alert())
    assert [request.headers["webhook-id"] for request in desk.requests] == ["00a1b2c3d4e5f607.1"] * 2


def test_an_endpoint_that_is_down_is_tried_again():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    error = refusal(port)
    assert (error.final, str(error)) == (
        False,
        "webhook 'desk' at hooks.desk.test cannot be reached (Connection refused)",
    )


def test_an_endpoint_that_hangs_up_is_tried_again():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def hang_up():
            connection, _ = server.accept()
            connection.recv(65536)
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        error = refusal(server.getsockname()[1])
        thread.join()
    assert not error.final
    assert "cannot be reached" in str(error)


@pytest.mark.parametrize(
    "url",
    [
        f"http://127.0.0.1/{CANARY}",
        f"http://10.0.0.1/{CANARY}",
        f"http://localhost/{CANARY}",
        f"http://user:{CANARY}@hooks.desk.test/",
        f"ftp://hooks.desk.test/{CANARY}",
        f"http://hooks.desk.test:22/{CANARY}",
        f"http://[::ffff:127.0.0.1]/{CANARY}",
    ],
)
def test_an_address_inside_is_refused_before_anything_is_sent(url):
    error = refusal(0, url=url)
    assert "address guard refuses" in str(error)
    assert CANARY not in str(error)


@pytest.mark.parametrize("secret", ["whsec_", f"not base64 {CANARY}", "whsec_c2hvcnQ=", "QUJD" * 40])
def test_a_secret_that_is_none_is_refused_without_showing_it(secret):
    error = refusal(0, secret=secret)
    assert 'write "whsec_" and 24 to 64 random bytes' in str(error)
    assert CANARY not in str(error)


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("0", 0.0),
        ("120", 120.0),
        ("9" * 40, 999999999999.0),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("Mon, 27 Apr 2026 12:02:00 GMT", 60.0),
        ("Mon, 27 Apr 2026 11:00:00 GMT", 0.0),
        ("Mon, 99 Apr 2026 11:00:00 GMT", None),
        ("٣", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text, wait):
    assert retry_after({"Retry-After": text}, NOON) == wait


def test_the_secrets_stand_nowhere(caplog, capfd, tmp_path):
    """The canary: in no error, no log line, no dead letter, no output, no repr, on any road a delivery can take."""
    caplog.set_level(logging.DEBUG)
    key_file = tmp_path / "key"
    key_file.write_text(KEY + "\n")
    environment = {"DESK_URL": URL}
    answers = [(500, {}), (301, {"Location": URL}), (400, {}), (410, {}), None]
    told = []
    with receiver(lambda number: answers[number]) as desk:
        network = NetworkConfig(hosts={"hooks.desk.test": f"127.0.0.1:{desk.port}"})
        config = SinkConfig(name="desk", kind="webhook", url_env="DESK_URL", secret_file=str(key_file), timeout=0.5)
        for number in range(len(answers)):
            outbox = FakeOutbox([delivery(number + 1, tries=7)])
            opened = open_sink(config, network, environment=environment)
            told.append(repr(opened))
            courier = Courier("desk", lambda _, it=opened: it, outbox, CourierConfig(clock=lambda: NOON))
            told += [msgspec.json.encode(answer).decode() for answer in courier.ask("en").result(10)]
    outbox = FakeOutbox([delivery(1, tries=7)])
    down = open_sink(config, network, environment=environment)
    answers = Courier("desk", lambda _: down, outbox, CourierConfig(clock=lambda: NOON)).ask("en").result(10)
    assert any(isinstance(answer, DeadLetter) for answer in answers)
    told += [msgspec.json.encode(answer).decode() for answer in answers]
    for broken in ({"DESK_URL": f"nonsense {CANARY}"}, {"DESK_URL": f"http://{CANARY}@x/"}, {}):
        with pytest.raises(SinkError) as caught:
            open_sink(config, network, environment=broken)
        told += [str(caught.value), repr(caught.value)]
    out, err = capfd.readouterr()
    everything = "\n".join([*told, caplog.text, out, err])
    assert len(desk.requests) == 5
    assert CANARY not in everything
    assert KEY not in everything
    assert KEY.removeprefix("whsec_") not in everything
