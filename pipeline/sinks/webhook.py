"""Alerts by HTTP: a CloudEvent a request, signed as Standard Webhooks 1.0 says.

A URL and a secret of a webhook are secrets both: no message, log line or repr of this module holds them, and errors of
the HTTP library, which quote URLs, are told by their kind only.
"""

import asyncio
import base64
import binascii
import math
import os
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlsplit

import aiohttp
from standardwebhooks import Webhook

from pipeline.settings.sinks import SinkSecrets
from transforms.alerts.cloudevents import CONTENT_TYPE, encode_event, event_id
from transforms.alerts.ports import SinkError
from transforms.config import NetworkConfig
from transforms.feeds.guard import ForbiddenAddress, check_url, guarded_session
from transforms.model import Alert

GONE = 410
PASSING = frozenset({408, 425, 429})
"""Answers below 500 after which a later try may help."""
KEY_BYTES = range(24, 65)
"""Lengths of a signing key that Standard Webhooks allows."""


class WebhookSink:
    """An endpoint that takes events by POST.

    Args:
        name: the sink's.
        secrets: the endpoint's URL, and the key that requests are signed with ("whsec_" and base64); no key: not signed.
        network: the address guard's allowances.
        timeout: seconds that a request may take.
        clock: seconds since the epoch; a signature holds for five minutes around it.

    Raises:
        SinkError: a key that is none, or a URL that the address guard refuses.
    """

    def __init__(
        self,
        name: str,
        secrets: SinkSecrets,
        network: NetworkConfig,
        *,
        timeout: float = 10.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.name = name
        self._url = secrets.url
        self._network = network
        self._timeout = aiohttp.ClientTimeout(total=timeout, ceil_threshold=math.inf)
        self._clock = clock
        self._webhook = self._signer(secrets.secret) if secrets.secret else None
        try:
            check_url(self._url, network)
        except ForbiddenAddress:  # its words may hold parts of the URL
            raise self._error("has a URL that the address guard refuses; see [network] in the settings") from None

    def __repr__(self) -> str:
        return f"WebhookSink({self.name!r})"

    def send(self, alert: Alert) -> None:
        """Post one revision; raises SinkError unless the endpoint answers 2xx."""
        body = encode_event(alert)
        status, headers = asyncio.run(self._post(body, self._headers(event_id(alert), body)))
        self._judge(status, headers)

    def _headers(self, identifier: str, body: bytes) -> dict[str, str]:
        now = self._clock()
        headers = {
            "content-type": CONTENT_TYPE,
            "user-agent": f"wirewatch/{_version()}",
            "webhook-id": identifier,
            "webhook-timestamp": str(int(now)),
        }
        if self._webhook is not None:
            moment = datetime.fromtimestamp(int(now), UTC)
            headers["webhook-signature"] = self._webhook.sign(identifier, moment, body.decode())
        return headers

    async def _post(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, Mapping[str, str]]:
        try:
            async with (
                guarded_session(self._network, timeout=self._timeout, auto_decompress=False) as session,
                session.post(self._url, data=body, headers=headers, allow_redirects=False) as response,
            ):
                return response.status, response.headers
        except ForbiddenAddress:
            raise self._error("leads to an address that is not allowed; see [network] in the settings") from None
        except TimeoutError:
            raise self._error(f"did not answer within {self._timeout.total:g} s") from None
        except aiohttp.ClientSSLError:
            raise self._error("has no valid certificate") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise self._error(f"cannot be reached ({_kind(error)})") from None

    def _judge(self, status: int, headers: Mapping[str, str]) -> None:
        if 200 <= status < 300:
            return
        if status == GONE:
            raise self._error("answers 410, gone, and gets nothing more; take it out of the settings", disable=True)
        if 300 <= status < 400:
            raise self._error(f"answers {status}, a redirect, which is not followed; give it its new URL", final=True)
        if status in PASSING or status >= 500:
            raise self._error(f"answers {status}", retry_after=retry_after(headers, self._clock()))
        raise self._error(f"answers {status}; see that its URL and secret are right", final=True)

    def _signer(self, secret: str) -> Webhook:
        try:
            key = base64.b64decode(
                secret.removeprefix("whsec_") + "=" * (-len(secret.removeprefix("whsec_")) % 4), validate=True
            )
        except (binascii.Error, ValueError):
            key = b""
        if len(key) not in KEY_BYTES:
            raise self._error(
                'has a secret that is none; write "whsec_" and 24 to 64 random bytes in base64, '
                "such as: echo whsec_$(head -c 32 /dev/urandom | base64)"
            )
        return Webhook(key)

    def _error(
        self, what: str, *, final: bool = False, retry_after: float | None = None, disable: bool = False
    ) -> SinkError:
        try:
            host = urlsplit(self._url).hostname or "?"
        except ValueError:  # its words quote the URL
            host = "?"
        message = f"webhook {self.name!r} at {host[:100]} {what}"
        return SinkError(message, final=final or disable, retry_after=retry_after, disable=disable)


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that a Retry-After header asks for, as a number or as a date (relative to the answer's own Date)."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    then = _date(text)
    if then is None:
        return None
    here = _date(headers.get("Date", ""))
    return max(0.0, then - (now if here is None else here))


def _date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None


def _kind(error: BaseException) -> str:
    """An error's kind without its words: those of the HTTP library quote URLs."""
    inner = getattr(error, "os_error", error)
    number = getattr(inner, "errno", None)
    return os.strerror(number) if isinstance(number, int) and number > 0 else type(inner).__name__


def _version() -> str:
    try:
        return version("wirewatch")
    except PackageNotFoundError:
        return "0"
