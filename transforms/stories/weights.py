"""The learnt numbers of the story decision, read from weights.toml; its comments say what they were learnt on."""

import functools
from pathlib import Path

import msgspec

from transforms.model import Record, Share

SHIPPED = Path(__file__).with_name("weights.toml")


class Parts(Record, frozen=True, forbid_unknown_fields=True):
    """Share of each part in the plain likeness of two articles; they add up to 1."""

    text: Share
    lead: Share
    names: Share
    title: Share


class LikenessWeights(Record, frozen=True, forbid_unknown_fields=True):
    """How the likeness of two articles is put together."""

    context: Share
    """Share of the number that takes a term's rarity in context."""
    quotes: Share
    """What all quoted words in common add."""
    copied: Share
    """From this share of wording in common on, that share is the likeness."""


class CrowdWeights(Record, frozen=True, forbid_unknown_fields=True):
    """How an article's surroundings are taken."""

    prior: Share
    """Likeness of a neighbour that is not there: a young or quiet ledger is no proof that a topic is. Without it two
    port closures among 60 articles of the newsroom became one story (0.04 to 0.08 keep them apart), and ecbplus is .004
    lower."""
    most: Share
    """A neighbour crowds no more than this: articles of one story are half of them alike above .3, of two under .08
    (medians of the development sets), so many neighbours beyond it tell of a large story and not of a busy topic."""
    copy: Share
    """Neighbours more alike than this are copies, and no crowd."""


class Needed(Record, frozen=True, forbid_unknown_fields=True):
    """The fit that is needed."""

    joining: float
    """From it on a new article joins a story; repairs, which see more, need less."""
    regrouping: float
    """Mean fit from which two groups of articles are one story."""


class Weights(Record, frozen=True, forbid_unknown_fields=True):
    """All of weights.toml."""

    parts: Parts
    likeness: LikenessWeights
    crowd: CrowdWeights
    needed: Needed


def load_weights(path: Path) -> Weights:
    """Read a weights file.

    Raises:
        ValueError: it is no TOML, or a number is missing, unknown or out of place; the message names file and field.
        OSError: it cannot be read.
    """
    try:
        weights = msgspec.toml.decode(path.read_bytes(), type=Weights)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: {error}") from error
    total = sum(msgspec.structs.astuple(weights.parts))
    if abs(total - 1) > 1e-6:
        raise ValueError(f"{path}: the parts add up to {total:g}; make it 1")
    return weights


@functools.cache
def shipped_weights() -> Weights:
    """The weights that come with the project."""
    return load_weights(SHIPPED)
