"""What extraction says of a page: read, or why not."""

from transforms.model import Link, Record, Seconds


class ExtractedPage(Record, frozen=True):
    """A page's text and what the page says of itself; nothing of the feed's entry is in it."""

    text: str
    """Paragraphs separated by newlines."""
    title: str = ""
    published: Seconds | None = None
    published_precise: bool = False
    """The page gave the time of day and its zone."""
    modified: Seconds | None = None
    authors: tuple[str, ...] = ()
    outlet: str = ""
    canonical_url: str = ""
    lang: str = ""
    links: tuple[Link, ...] = ()
    """Links of the text that lead to other sites, in the text's order."""
    mark: str = ""
    """paywall where only the part before a wall could be read; empty: read whole."""
    from_feed: str = ""
    """Why the feed's own text stands here instead of the page's (a reason code); empty: the page's own."""


class UnreadablePage(Exception):  # noqa: N818 - it reads as what happened
    """A page without an article that could be read.

    Args:
        reason: a stable code: too-large, not-html, bot-wall, login-wall, cookie-wall, paywall, soft-404,
            unreadable.
        message: for a person: what was found; without URL and advice, which the step adds.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(reason, message)
        self.reason = reason
        self.message = message
