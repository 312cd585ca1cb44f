"""The dead letter of a pure step that failed on one article: a fault of ours, kept so that no other article suffers."""

import msgspec

from transforms.model import Article, DeadLetter


def failed_article(step: str, reason: str, article: Article, error: Exception, now: float) -> DeadLetter:
    """An article that a pure step could not process.

    Args:
        step: the step's name.
        reason: a stable code, such as judge-failed.
        article: what it was given; a replay takes it again.
        error: what was raised.
        now: seconds since the epoch.
    """
    return DeadLetter(
        step=step,
        reason=reason,
        message=f"{step} failed on {article.url!r} with {type(error).__name__}: {error}; redrive it after an upgrade",
        subject=article.url,
        input=msgspec.json.encode(article),
        row=article.row,
        first_seen=now,
        last_seen=now,
    )
