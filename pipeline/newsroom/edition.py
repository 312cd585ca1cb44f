"""What the newsroom shows at a moment: which articles are out, when they were published, what was edited since."""

import msgspec

from pipeline.newsroom.landscape import ArticleSpec, Block, Landscape, Outlet, blocks

FIRST_POLL_AGE = 48 * 60.0
"""Minutes; a feed's first poll accepts no older entries (PollingConfig.first_poll_age)."""
ALERT_AGE = 24 * 60.0
"""Minutes; older news joins stories silently (AlertsConfig.max_age)."""


class Edition:
    """A landscape at work: dates are the start less each article's offset.

    Args:
        landscape: outlets and stories.
        start: seconds since the epoch; the moment that offsets count back from.
        reveal_over: seconds over which the articles younger than a day appear one by one after the start, each
            published the moment it appears; 0: all are out from the start.
        edited_at: from then on edited articles show their second version; None: until `edit` they show the first.
    """

    def __init__(
        self, landscape: Landscape, start: float, *, reveal_over: float = 0.0, edited_at: float | None = None
    ) -> None:
        self.landscape = landscape
        self.start = float(int(start))
        self.edited_at = edited_at
        self.repaired = False
        self._published = {
            article.id: self.start - article.offset * 60.0 for article in self.landscape.articles.values()
        }
        if reveal_over > 0:
            fresh = [article for article in self.landscape.articles.values() if article.offset <= ALERT_AGE]
            for place, article in enumerate(fresh, start=1):
                self._published[article.id] = self.start + reveal_over * place / len(fresh)

    def published(self, article: ArticleSpec) -> float:
        """Seconds since the epoch."""
        return self._published[article.id]

    def is_out(self, article: ArticleSpec, now: float) -> bool:
        return self.published(article) <= now

    def is_edited(self, article: ArticleSpec, now: float) -> bool:
        return article.edit is not None and self.edited_at is not None and now >= self.edited_at

    def modified(self, article: ArticleSpec, now: float) -> float:
        """When the article was last changed; its publication where it never was."""
        if self.edited_at is not None and self.is_edited(article, now):
            return max(self.edited_at, self.published(article))
        return self.published(article)

    def headline(self, article: ArticleSpec, now: float) -> str:
        if article.edit is not None and article.edit.headline and self.is_edited(article, now):
            return article.edit.headline
        return article.headline

    def body(self, article: ArticleSpec, now: float) -> tuple[Block, ...]:
        """The text's paragraphs and headings, with the outlet's tail."""
        text = self.landscape.source_text(article)
        if article.edit is not None and self.is_edited(article, now):
            for old, new in article.edit.replace:
                text = text.replace(old, new)
        tail = self.landscape.outlets[article.outlet].tail
        return blocks("\n\n".join((text, *tail)))

    def summary(self, article: ArticleSpec, now: float) -> str:
        """What the feed says of the article."""
        return article.summary or next(block.words for block in self.body(article, now) if block.kind == "p")

    def listed(self, outlet: Outlet, sections: tuple[str, ...], now: float) -> list[ArticleSpec]:
        """The outlet's articles that are out, in these sections (empty: all), newest first."""
        found = [
            article
            for article in self.landscape.articles.values()
            if article.outlet == outlet.id
            and self.is_out(article, now)
            and (not sections or set(sections) & set(article.sections))
        ]
        return sorted(found, key=lambda article: (-self.published(article), article.id))

    def read_on_first_poll(self, article: ArticleSpec) -> bool:
        """Does a first poll of all feeds lead to this article's text, from its page or else its feed?"""
        followed = {outlet.id for outlet, feed in self.landscape.feeds() if feed.format not in {"gone", "html"}}
        return (
            article.outlet in followed
            and article.offset < FIRST_POLL_AGE
            and not self.landscape.forbidden(article)
            and (self.repaired or not article.trap)
        )

    def replay_lines(self, now: float) -> list[dict[str, object]]:
        """The articles that a first poll reads, as lines of `wirewatch replay`'s input, oldest first."""
        lines: list[dict[str, object]] = []
        for article in self.landscape.articles.values():
            if not self.read_on_first_poll(article) or not self.is_out(article, now):
                continue
            words = "\n".join(block.words for block in self.body(article, now))
            lines.append(
                {
                    "id": article.id,
                    "url": self.landscape.url(article),
                    "title": self.headline(article, now),
                    "text": words if article.status == 200 else self.summary(article, now),
                    "published": self.published(article),
                    "outlet": self.landscape.outlets[article.outlet].name,
                    "authors": list(article.authors),
                    "lang": article.lang,
                }
            )
        return sorted(lines, key=lambda line: (msgspec.convert(line["published"], float), str(line["url"])))
