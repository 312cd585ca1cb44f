"""The dead letter of a pure step that failed on one article: a fault of ours, kept so that no other article suffers."""

import json

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
    message = f"{step} failed on {article.url!r} with {type(error).__name__}: {error}; redrive it after an upgrade"
    return DeadLetter(
        step=step,
        reason=reason,
        message=_encodable(message),
        subject=_encodable(article.url),
        input=_encodable(json.dumps(msgspec.to_builtins(article), ensure_ascii=False)).encode(),
        row=article.row,
        first_seen=now,
        last_seen=now,
    )


def _encodable(text: str) -> str:
    """Half characters, which may be the very fault, as question marks: a letter must get through."""
    return text.encode("utf-8", "replace").decode()
