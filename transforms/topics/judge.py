"""Judging an article against the topics a person follows, with evidence for every yes. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from transforms.articles.boilerplate import split_tail
from transforms.model import Article, Evidence, Fingerprint, Relevance, Require, Topic
from transforms.stories.vectors import unpack
from transforms.topics.document import LEAD_WORDS, Document, fields_of, matches
from transforms.topics.index import QueryIndex
from transforms.topics.query import parse
from transforms.topics.tree import And, Near, Node, Not, Or, Phrase

MEANING = 0.30
"""Cosine of article and description from which they mean the same.

Measured on 23 one-line descriptions over the BBC, Reuters and Allsides sets: macro precision .65, recall .50 there;
F is flat between .23 and .30, and a wrong alert costs a person more than a missed one.
"""
NEAR_MISS = 0.20
"""Cosine from which a no is kept, so that a person can see what a description nearly found."""
MOST_EVIDENCE = 20
"""Pieces of evidence kept a topic."""

_WEIGHT = {"title": 1.0, "lead": 0.8, "text": 0.6}
_ELSEWHERE = 0.5

Embed = Callable[[str], bytes]
"""A text -> its unit vector in int8: the function that made Fingerprint.vector."""


@dataclass(frozen=True)
class TopicSet:
    """Topics with their queries parsed and indexed and their descriptions embedded; made by `of`."""

    topics: tuple[Topic, ...]
    trees: tuple[Node | None, ...] = ()
    described: tuple[int, ...] = ()
    """Numbers of the topics with a description, in the order of the rows of vectors."""
    vectors: npt.NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    index: QueryIndex = field(default_factory=lambda: QueryIndex(()))

    @classmethod
    def of(cls, topics: Sequence[Topic], embed: Embed | None = None) -> "TopicSet":
        """Prepare topics.

        Args:
            topics: as the person wrote them.
            embed: needed where a topic asks for meaning; without it descriptions are not compared.

        Raises:
            QueryError: a topic's query that cannot be understood.
        """
        trees = tuple(parse(topic.query) if topic.query else None for topic in topics)
        described = tuple(n for n, topic in enumerate(topics) if topic.description) if embed else ()
        rows = [unpack(embed(topics[number].description)) for number in described] if embed else []
        vectors = np.array(rows, np.float32) if rows else np.zeros((0, 0), np.float32)
        return cls(tuple(topics), trees, described, vectors, QueryIndex(trees))


def judge(article: Article, fingerprint: Fingerprint, topics: TopicSet) -> tuple[Relevance, ...]:
    """What each topic says of an article.

    The query sees the title and the text without its promotional tail. Topics that say no are left out, but for near
    misses in meaning (score above zero). The score is that of the best place of a query's evidence (title 1, lead .8,
    text .6, elsewhere .5), the cosine for meaning, the lesser of both for `both`, the greater for `either`.

    Returns:
        In the order of the topics.
    """
    document = Document(article, split_tail(article.text)[0])
    found = {
        number: tuple(_evidence(tree, document))
        for number in topics.index.candidates(document)
        if (tree := topics.trees[number]) is not None and matches(tree, document)
    }
    meanings = _meanings(fingerprint, topics)
    judged = (
        _relevance(topics.topics[number], found.get(number), meanings.get(number, 0.0))
        for number in sorted(found.keys() | meanings.keys())
    )
    return tuple(relevance for relevance in judged if relevance.relevant or relevance.score > 0)


def _meanings(fingerprint: Fingerprint, topics: TopicSet) -> dict[int, float]:
    """Cosines from NEAR_MISS on, by number of the topic."""
    if len(fingerprint.vector) != topics.vectors.shape[1]:
        return {}
    cosines = topics.vectors @ unpack(fingerprint.vector)
    return {topics.described[row]: float(cosines[row]) for row in np.flatnonzero(cosines >= NEAR_MISS)}


def _relevance(topic: Topic, found: tuple[Evidence, ...] | None, cosine: float) -> Relevance:
    by_query = found is not None
    evidence = found or ()
    by_meaning = cosine >= MEANING
    place = max((_WEIGHT.get(piece.field, _ELSEWHERE) for piece in evidence), default=_ELSEWHERE) if by_query else 0.0
    match topic.require:
        case Require.QUERY:
            relevant, score = by_query, place
        case Require.MEANING:
            relevant, score = by_meaning, cosine
        case Require.BOTH:
            relevant, score = by_query and by_meaning, min(place, cosine)
        case Require.EITHER:
            relevant, score = by_query or by_meaning, max(place, cosine)
    if by_meaning:
        evidence = (*evidence, Evidence(what=topic.description, field="meaning", snippet=f"cosine {cosine:.2f}"))
    return Relevance(topic.id, relevant, min(1.0, score), evidence if relevant else ())


def _evidence(tree: Node, document: Document) -> list[Evidence]:
    """What of a query that said yes occurs: its own words first, outlet and language after them."""
    pieces: dict[str, Evidence] = {}
    for leaf in _wanted(tree, document):
        if len(pieces) == MOST_EVIDENCE:
            break
        piece = _piece(leaf, document)
        if piece is not None:
            pieces.setdefault(f"{piece.field} {piece.what.casefold()}", piece)
    return sorted(pieces.values(), key=lambda piece: piece.field not in _WEIGHT)


def _wanted(node: Node, document: Document) -> Iterator[Phrase | Near]:
    """The terms that a yes rests on: not those under NOT, nor those of alternatives that said no."""
    match node:
        case Phrase() | Near():
            yield node
        case Not():
            return
        case And():
            for inner in node.nodes:
                yield from _wanted(inner, document)
        case Or():
            for inner in node.nodes:
                if isinstance(inner, Phrase | Near) or matches(inner, document):
                    yield from _wanted(inner, document)


def _piece(leaf: Phrase | Near, document: Document) -> Evidence | None:
    """The evidence of one term: its best place, and how often it occurs in all its fields."""
    found = [
        (field, start, end, what) for field in fields_of(leaf) for start, end, what in _hits(leaf, field, document)
    ]
    if not found:
        return None
    field, start, end, what = found[0]
    where = "lead" if field == "text" and start < LEAD_WORDS else field
    snippet = document.snippet(field, start, end) if where in _WEIGHT else ""
    return Evidence(what=what, field=where, count=sum(1 for hit in found if hit[3] == what), snippet=snippet)


def _hits(leaf: Phrase | Near, field: str, document: Document) -> Iterator[tuple[int, int, str]]:
    """First word, end and name of each hit; a NEAR is named by the two terms that met."""
    if isinstance(leaf, Phrase):
        for start in document.hits(leaf, field):
            yield start, start + len(leaf.words), leaf.text
    else:
        for pair in document.near(leaf, field):
            yield pair.start, pair.end, f"{pair.left.text} NEAR {pair.right.text}"
