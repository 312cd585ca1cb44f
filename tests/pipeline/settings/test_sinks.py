import traceback

import pytest

from pipeline.settings.errors import SettingsError
from pipeline.settings.sinks import SinkSecrets, check_sinks, database_password, sink_secrets
from transforms.config import SinkConfig

URL = "https://hooks.example/canary-url"


def webhook(**keys) -> SinkConfig:
    return SinkConfig("desk", "webhook", **keys)


def test_secrets_come_from_the_environment():
    secrets = sink_secrets(webhook(url_env="URL", secret_env="KEY"), {"URL": f" {URL}\n", "KEY": "canary-key"})
    assert (secrets.url, secrets.secret) == (URL, "canary-key")
    assert "canary" not in repr(secrets)
    assert "canary" not in f"{secrets}"


def test_secrets_come_from_files(tmp_path):
    (tmp_path / "url").write_text(URL + "\n")
    (tmp_path / "key").write_text("canary-key\n")
    secrets = sink_secrets(webhook(url_file=str(tmp_path / "url"), secret_file=str(tmp_path / "key")), {})
    assert secrets == SinkSecrets(URL, "canary-key")


def test_a_sink_made_by_a_program_may_hold_its_url():
    assert sink_secrets(webhook(url="http://127.0.0.1:1/"), {}) == SinkSecrets("http://127.0.0.1:1/")


@pytest.mark.parametrize(
    ("sink", "environment", "words"),
    [
        (webhook(url_env="URL"), {}, ["'desk'", "url_env = 'URL'", "is not set", "set it to the webhook's url"]),
        (webhook(url_env="URL"), {"URL": " "}, ["is not set"]),
        (webhook(url_env="URL"), {"URL": "canary"}, ["url_env = 'URL'", "not shown", "whole address"]),
        (webhook(url_env="URL"), {"URL": "https://u:canary@h/"}, ["not shown", "without user name"]),
        (webhook(url_env="URL"), {"URL": "https://h:canary/"}, ["not shown"]),
        (webhook(url_env="URL", secret_env="KEY"), {"URL": URL}, ["secret_env = 'KEY'", "is not set"]),
        (
            webhook(url_file="/nowhere/url"),
            {},
            ["url_file = '/nowhere/url'", "No such file", "put the webhook's url there"],
        ),
        (webhook(url_file="/dev/null"), {}, ["is empty", "put the webhook's url there"]),
    ],
)
def test_a_missing_secret_is_named_and_none_is_shown(sink, environment, words):
    with pytest.raises(SettingsError) as caught:
        check_sinks([SinkConfig("out", "stdout"), sink], environment)
    message = str(caught.value)
    assert all(word in message for word in words), message
    assert "canary" not in message
    assert "canary" not in "".join(traceback.format_exception(caught.value))


def test_a_secret_that_is_no_text(tmp_path):
    (tmp_path / "url").write_bytes(b"\xff\xfe")
    (tmp_path / "bad").write_text("canary")
    with pytest.raises(SettingsError, match="not UTF-8"):
        sink_secrets(webhook(url_file=str(tmp_path / "url")), {})
    with pytest.raises(SettingsError, match=r"url_file = .*not shown"):
        sink_secrets(webhook(url_file=str(tmp_path / "bad")), {})


def test_the_databases_password():
    assert database_password("", {}) is None
    assert database_password("P", {"P": "canary"}) == "canary"
    with pytest.raises(SettingsError, match="P is not set"):
        database_password("P", {})
