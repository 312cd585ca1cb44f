"""The store: the truth of a Wirewatch installation, in SQLite or PostgreSQL."""

from pipeline.store.dead_letters import KeptLetter
from pipeline.store.errors import (
    NotRedrivableError,
    StoreAddressError,
    StoreError,
    StoreMissingError,
    StoreOwnedError,
    StoreUnavailableError,
    StoreVersionError,
)
from pipeline.store.feeds import ListedFeed
from pipeline.store.owners import Holder, Ownership
from pipeline.store.reading import Counts, NumberedAlert, SentTo, StoredArticle, StoredStory
from pipeline.store.retention import Pruned, Retention
from pipeline.store.store import Store, StoreAddress, migrate, open_store

__all__ = [
    "Counts",
    "Holder",
    "KeptLetter",
    "ListedFeed",
    "NotRedrivableError",
    "NumberedAlert",
    "Ownership",
    "Pruned",
    "Retention",
    "SentTo",
    "Store",
    "StoreAddress",
    "StoreAddressError",
    "StoreError",
    "StoreMissingError",
    "StoreOwnedError",
    "StoreUnavailableError",
    "StoreVersionError",
    "StoredArticle",
    "StoredStory",
    "migrate",
    "open_store",
]
