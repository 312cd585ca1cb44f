"""Where alerts go: the terminal, a file of events, a webhook."""

import os
from collections.abc import Mapping

from pipeline.settings.errors import SettingsError
from pipeline.settings.sinks import sink_secrets
from pipeline.sinks.jsonl import JsonlSink
from pipeline.sinks.stdout import StdoutSink
from pipeline.sinks.webhook import WebhookSink
from transforms.alerts.ports import Sink, SinkError
from transforms.config import NetworkConfig, SinkConfig


def open_sink(
    config: SinkConfig,
    network: NetworkConfig,
    time_zone: str = "UTC",
    environment: Mapping[str, str] = os.environ,
) -> Sink:
    """Open a sink as configured; a file is made at once, so that an empty one says "no alerts" and none "never ran".

    Args:
        config: one of the settings' sinks.
        network: for a webhook: the address guard's allowances.
        time_zone: in which times are printed for a person.
        environment: where a webhook's URL and secret are looked for.

    Raises:
        SinkError: it cannot be opened now: a secret that is not set, a folder that cannot be written.
        ValueError: a kind of sink that there is not.
    """
    if config.kind == "stdout":
        return StdoutSink(config.name, time_zone)
    if config.kind == "jsonl":
        return JsonlSink(config.name, config.path)
    if config.kind == "webhook":
        try:
            secrets = sink_secrets(config, environment)
        except SettingsError as error:
            raise SinkError(str(error)) from None
        return WebhookSink(config.name, secrets, network, timeout=config.timeout)
    raise ValueError(f"sink {config.name!r} is of kind {config.kind!r}; kinds are stdout, jsonl and webhook")
