"""All texts of a store in the order in which a replay must take them."""

import heapq
from collections.abc import Iterator

import msgspec
import sqlalchemy as sa

from pipeline.store.columns import unpack
from pipeline.store.engine import Database
from pipeline.store.schema import articles, ledgers, texts
from transforms.model import Article

_AT_ONCE = 200


def exported_texts(database: Database) -> Iterator[Article]:
    """Every kept text of every article, revisions included; pruned texts are left out.

    A ledger's texts come in the order of its numbers, which is what its decisions hang on; ledgers are merged by the
    moment of hand-over, so that none runs ahead of a replay's clock.
    """
    keys = database.read(lambda c: list(c.execute(sa.select(ledgers.c.key).order_by(ledgers.c.key)).scalars()))
    merged = heapq.merge(*(_texts(database, key) for key in keys), key=lambda handed: handed[0])
    return (article for _, article in merged)


def _texts(database: Database, ledger: str) -> Iterator[tuple[float, Article]]:
    """(latest hand-over so far, article) of one ledger."""
    query = (
        sa.select(texts.c.article, texts.c.text, texts.c.seen)
        .select_from(texts.join(articles, articles.c.article_id == texts.c.article_id))
        .where(articles.c.ledger == ledger, texts.c.text.is_not(None))
        .order_by(texts.c.seq)
    )
    handed = float("-inf")
    with database.begin(write=False) as connection:
        for row in connection.execution_options(yield_per=_AT_ONCE).execute(query):
            handed = max(handed, row.seen)
            yield handed, msgspec.structs.replace(unpack(Article, row.article), text=row.text)
