"""Second looks at young stories: which of them are one, which articles belong elsewhere."""

from transforms.model import Record, Relation, Share
from transforms.stories.memory import StoriesMemory

EVERY = 16
"""Numbers of a ledger between two repairs."""


class Merge(Record):
    """Two stories are one; which of them survives is the ledger's rule."""

    stories: tuple[str, str]
    score: Share = 1.0
    reason: str = ""


class Move(Record):
    """An article belongs elsewhere; a story that is not known is started by it."""

    article_id: str
    story_id: str
    relation: Relation = Relation.SAME_EVENT
    score: Share = 1.0
    reason: str = ""
    matched: str = ""


def repair(memory: StoriesMemory, seq: int) -> tuple[Merge | Move, ...]:
    """What to put right at this number of the ledger: a function of the memory and the number alone."""
    if seq % EVERY or not len(memory):
        return ()
    return ()
