"""When a delivery that failed is tried again, and when it is given up."""

from transforms.alerts.ports import SinkError
from transforms.config import Config


class RetryPolicy(Config, frozen=True):
    """Exponential backoff with jitter; eight tries last between four and eight hours."""

    first: float = 5.0
    """Seconds before the second try."""
    factor: float = 4.0
    """By which each wait is longer than the one before."""
    cap: float = 6 * 3600.0
    """No wait is longer, but for what a sink asks for."""
    retry_after_cap: float = 24 * 3600.0
    """A sink's Retry-After holds up to this."""


def next_try(
    error: SinkError, tries: int, max_tries: int, now: float, random_number: float, policy: RetryPolicy
) -> float | None:
    """When to try again, in seconds since the epoch; None: give up.

    Args:
        error: the sink's answer.
        tries: how often it was tried, this one included, from 1.
        max_tries: after so many it is given up.
        now: the moment of the answer.
        random_number: 0 to 1; the wait is between half and all of the backoff, so that deliveries that failed
            together do not come back together.
        policy: the waits.
    """
    if error.final or error.disable or tries >= max_tries:
        return None
    backoff = min(policy.cap, policy.first * policy.factor ** (min(tries, 64) - 1))
    wait = backoff * (0.5 + random_number / 2)
    if error.retry_after is not None:
        wait = max(wait, min(error.retry_after, policy.retry_after_cap))
    return now + wait
