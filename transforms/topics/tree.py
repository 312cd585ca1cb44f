"""What a query means: a small tree of terms, and how it is written out."""

from transforms.model import Record
from transforms.topics.words import fold, patterns

FIELDS = ("title", "lead", "text", "outlet", "author", "lang", "domain")
NEAR_WORDS = 10
MOST_WILDCARDS = 4
"""In one word."""


class Phrase(Record, frozen=True, tag=True):
    """One word, or several that stand side by side."""

    text: str
    """As the person wrote it, without the quotes."""
    words: tuple[str, ...]
    """Folded, with wildcards."""
    field: str = ""
    """Empty: title or text."""


class Near(Record, frozen=True, tag=True):
    """Any of left within a distance of any of right, in one field, in either order, not overlapping."""

    left: tuple[Phrase, ...]
    right: tuple[Phrase, ...]
    distance: int = NEAR_WORDS
    field: str = ""


class Not(Record, frozen=True, tag=True):
    node: "Node"


class And(Record, frozen=True, tag=True):
    nodes: tuple["Node", ...]


class Or(Record, frozen=True, tag=True):
    nodes: tuple["Node", ...]


Node = Phrase | Near | Not | And | Or


def phrase(text: str, field: str = "") -> Phrase:
    """A term. Raises ValueError where it has nothing to look for."""
    text = " ".join(text.split())
    words = patterns(text)
    if not words:
        raise ValueError(f"{text!r} has no letter or digit to look for")
    for word in words:
        wildcards = word.count("*") + word.count("?")
        if word == "*":
            raise ValueError("a * by itself would match any word; use NEAR/2 to leave words out")
        if wildcards and len(word) - wildcards < 2:
            raise ValueError(
                f"a wildcard needs at least two letters or digits beside it, {word!r} would match nearly anything"
            )
        if wildcards > MOST_WILDCARDS:
            raise ValueError(f"{word!r} has more than {MOST_WILDCARDS} wildcards")
    if field == "domain":  # matched label by label, from the end
        words = tuple(fold(label) for label in text.split(".") if label)
    return Phrase(text, words, field)


def all_of(nodes: list[Node]) -> Node:
    """Joins by AND; an AND inside is taken apart."""
    flat = [inner for node in nodes for inner in (node.nodes if isinstance(node, And) else (node,))]
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def any_of(nodes: list[Node]) -> Node:
    """Joins by OR; an OR inside is taken apart."""
    flat = [inner for node in nodes for inner in (node.nodes if isinstance(node, Or) else (node,))]
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def negate(node: Node) -> Node:
    return node.node if isinstance(node, Not) else Not(node)


def leaves(node: Node) -> "list[Phrase | Near]":
    """Every term and NEAR of a tree, in order."""
    match node:
        case Phrase() | Near():
            return [node]
        case Not():
            return leaves(node.node)
        case And() | Or():
            return [leaf for inner in node.nodes for leaf in leaves(inner)]


def show(node: Node) -> str:
    """The query of a tree: parse(show(tree)) == tree."""
    match node:
        case Phrase():
            return f'{node.field}:"{node.text}"' if node.field else f'"{node.text}"'
        case Near():
            text = f"{_alternatives_text(node.left)} NEAR/{node.distance} {_alternatives_text(node.right)}"
            return f"{node.field}:({text})" if node.field else f"({text})"
        case Not():
            return f"NOT {show(node.node)}" if isinstance(node.node, Phrase | Near) else f"NOT ({show(node.node)})"
        case And():
            return " AND ".join(f"({show(inner)})" if isinstance(inner, Or) else show(inner) for inner in node.nodes)
        case Or():
            return " OR ".join(f"({show(inner)})" if isinstance(inner, And) else show(inner) for inner in node.nodes)


def _alternatives_text(phrases: tuple[Phrase, ...]) -> str:
    texts = " OR ".join(f'"{alternative.text}"' for alternative in phrases)
    return f"({texts})" if len(phrases) > 1 else texts
