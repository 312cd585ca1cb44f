"""Random queries and a slow, plain evaluator to hold the fast one against."""

import re
from fnmatch import fnmatchcase

from hypothesis import strategies as st

from transforms.model import Article
from transforms.topics.document import LEAD_WORDS
from transforms.topics.tree import And, Near, Node, Not, Or, Phrase, all_of, any_of, negate, phrase
from transforms.topics.words import tokens

WORDS = ("korea", "Kim", "port", "grain", "зерно", "über", "poet", "北京", "10", "jong")
PATTERNS = ("kor*", "p?rt", "*ain", "gr*n", "зер*", "ub?r", "po*t")
TEXT_FIELDS = ("", "", "", "title", "lead", "text")


def article(title: str = "", text: str = "", **fields) -> Article:
    return Article(id="a", url="http://news.example/a", title=title, text=text, published=0.0, **fields)


terms = st.lists(st.sampled_from(WORDS + PATTERNS), min_size=1, max_size=3).map(" ".join)
phrases = st.builds(phrase, terms, st.sampled_from(TEXT_FIELDS))
plain_phrases = st.lists(st.builds(phrase, terms), min_size=1, max_size=3).map(tuple)
nears = st.builds(Near, plain_phrases, plain_phrases, st.integers(1, 6), st.sampled_from(TEXT_FIELDS))
metadata = st.sampled_from(
    [phrase("en", "lang"), phrase("uk", "lang"), phrase("news.example", "domain"), phrase("exam*", "domain"),
     phrase("Harbour Post", "outlet"), phrase("Kim", "author")]
)  # fmt: skip


def _joined(children):
    some = st.lists(children, min_size=2, max_size=4)
    return some.map(all_of) | some.map(any_of) | children.map(negate)


nodes: st.SearchStrategy[Node] = st.recursive(phrases | nears | metadata, _joined, max_leaves=8)
texts = st.lists(
    st.sampled_from([*WORDS, "kórea", "KIM", "poort", "and", "of", "grain's", "ПОРТ", "\n", "北京市"]), max_size=30
).map(" ".join)
articles = st.builds(
    article,
    texts,
    texts | texts.map(lambda text: "of " * (LEAD_WORDS - 3) + text),
    lang=st.sampled_from(["en", "uk"]),
    domain=st.sampled_from(["news.example", "example", ""]),
    outlet=st.sampled_from(["The Harbour Post", "Harbour", ""]),
    authors=st.sampled_from([(), ("Kim Lee", "Ann Ro")]),
)


def naively_matches(node: Node, read: Article) -> bool:
    match node:
        case Phrase():
            return any(_places(node, read, field) for field in _fields(node.field))
        case Near():
            return any(
                _apart(left, right) < node.distance
                for field in _fields(node.field)
                for first in node.left
                for second in node.right
                for left in _places(first, read, field)
                for right in _places(second, read, field)
                if _apart(left, right) >= 0
            )
        case Not():
            return not naively_matches(node.node, read)
        case And():
            return all(naively_matches(inner, read) for inner in node.nodes)
        case Or():
            return any(naively_matches(inner, read) for inner in node.nodes)


def _fields(field: str) -> tuple[str, ...]:
    return (field,) if field else ("title", "text")


def _apart(left: range, right: range) -> int:
    return right.start - left.stop if left.start < right.start else left.start - right.stop


def _words(read: Article, field: str) -> list[str]:
    match field:
        case "lead":
            return tokens(read.text)[:LEAD_WORDS]
        case "author":
            return tokens(" , ".join(read.authors))
        case "domain":
            return re.findall(r"[^.]+", read.domain)
        case _:
            return tokens(getattr(read, field))


def _places(wanted: Phrase, read: Article, field: str) -> list[range]:
    words = _words(read, field)
    size = len(wanted.words)
    starts = range(len(words) - size + 1)
    if field == "domain":
        starts = starts[-1:]
    return [
        range(start, start + size)
        for start in starts
        if all(fnmatchcase(words[start + offset], pattern) for offset, pattern in enumerate(wanted.words))
    ]
