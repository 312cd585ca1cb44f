"""The query language of topics: text -> a small tree.

    ("North Korea" OR DPRK OR pyongyang*) AND NOT title:football
    "port clos*" NEAR/5 (grain OR wheat)

Words match whole words, whatever their case and accents; `*` stands for any letters, `?` for one. Terms side by side
must all occur. NEAR means within ten words, NEAR/n within n, either order. A field before a term or a group in
parentheses restricts it: title: lead: text: outlet: author: lang: domain:.
"""

import re
from difflib import get_close_matches
from typing import cast

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedToken, v_args

from transforms.topics.tree import (
    FIELDS,
    NEAR_WORDS,
    And,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    all_of,
    any_of,
    leaves,
    negate,
    phrase,
)

FARTHEST_NEAR = 200
LONGEST_QUERY = 10_000
"""Characters."""
DEEPEST_QUERY = 50
"""Parentheses inside parentheses."""
MOST_TERMS = 1_000


class QueryError(ValueError):
    """A query that cannot be understood.

    Attributes:
        position: characters before the place of the error.
    """

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


_GRAMMAR = r"""
start: disjunction
disjunction: conjunction (_OR conjunction)*
conjunction: negation (_AND? negation)*
?negation: NOT negation -> not_
         | nearness
nearness: operand (NEAR operand)*
?operand: FIELD term -> scoped
        | term
?term: "(" disjunction ")" -> group
     | QUOTED -> quoted
     | WORD -> word

_OR.3: /OR(?![^\s()"])/
_AND.3: /AND(?![^\s()"])/
NOT.3: /NOT(?![^\s()"])/
NEAR.3: /NEAR(\/[0-9]+)?(?![^\s()"])/
FIELD.2: /[^\W\d]+:/
QUOTED: /"[^"]*"/
WORD: /(?![^\W\d]+:)[^\s()"]+/
%ignore /\s+/
"""

_PLAIN_NAMES = {
    "_OR": "OR",
    "_AND": "AND",
    "NOT": "NOT",
    "NEAR": "NEAR",
    "FIELD": "a field",
    "QUOTED": "a phrase in quotes",
    "WORD": "a word",
    "LPAR": '"("',
    "RPAR": '")"',
    "$END": "the end",
}


@v_args(inline=True)
class _Builder(Transformer[Token, Node]):
    def start(self, node: Node) -> Node:
        return node

    def disjunction(self, *nodes: Node) -> Node:
        return any_of(list(nodes))

    def conjunction(self, *nodes: Node) -> Node:
        return all_of(list(nodes))

    def not_(self, _sign: Token, node: Node) -> Node:
        return negate(node)

    def nearness(self, *parts: "Node | Token") -> Node:
        nodes, signs = parts[::2], [sign for sign in parts[1::2] if isinstance(sign, Token)]
        if not signs:
            return nodes[0]  # type: ignore[return-value]
        if len(signs) > 1:
            raise QueryError("NEAR joins two terms; for three write (a NEAR b) AND (b NEAR c)", signs[1].start_pos or 0)
        distance = int(signs[0][5:] or NEAR_WORDS)
        where = signs[0].start_pos or 0
        if not 1 <= distance <= FARTHEST_NEAR:
            raise QueryError(f"NEAR/{distance} is out of range, give 1 to {FARTHEST_NEAR} words", where)
        return Near(_alternatives(nodes[0], where), _alternatives(nodes[1], where), distance)

    def scoped(self, field: Token, node: Node) -> Node:
        name = field[:-1].lower()
        where = field.start_pos or 0
        if name not in FIELDS:
            near = get_close_matches(name, FIELDS, 1)
            hint = f"did you mean {near[0]}:?" if near else f"fields are {', '.join(f'{known}:' for known in FIELDS)}."
            raise QueryError(f"{field!s} is no field, {hint} To look for a text with a colon put it in quotes", where)
        return _restricted(node, name, where)

    def group(self, node: Node) -> Node:
        return node

    def quoted(self, token: Token) -> Node:
        return _term(token[1:-1], token)

    def word(self, token: Token) -> Node:
        if token in {"AND", "OR", "NOT", "NEAR"}:
            raise QueryError(f'expected a word, a phrase in quotes or "(", found "{token}"', token.start_pos or 0)
        if token.lower() in {"and", "or", "not", "near"}:
            raise QueryError(
                f"write {token.upper()} in capitals for the operator, or in quotes for the word", token.start_pos or 0
            )
        if token.startswith(("NEAR/", "near/")):
            raise QueryError(
                f"{token!s} is no distance, write NEAR/ and a whole number as in NEAR/5", token.start_pos or 0
            )
        if re.match(r"-\w", token):
            raise QueryError(f"write NOT {token[1:]} to leave out what {token!s} means", token.start_pos or 0)
        return _term(str(token), token)


def _term(text: str, token: Token) -> Phrase:
    try:
        return phrase(text)
    except ValueError as error:
        raise QueryError(str(error), token.start_pos or 0) from error


def _alternatives(node: object, where: int) -> tuple[Phrase, ...]:
    nodes = node.nodes if isinstance(node, Or) else (node,)
    found = tuple(inner for inner in nodes if isinstance(inner, Phrase) and not inner.field)
    if len(found) < len(nodes):
        raise QueryError(
            "beside NEAR stands a word, a phrase, or several joined by OR in parentheses; "
            "a field goes around the whole: title:(a NEAR b)",
            where,
        )
    return found


def _restricted(node: Node, field: str, where: int) -> Node:
    if isinstance(node, Phrase | Near) and node.field:
        raise QueryError(f"{node.field}: stands inside {field}:, give one field a term", where)
    match node:
        case Phrase():
            return phrase(node.text, field)
        case Near():
            if field not in {"title", "lead", "text"}:
                raise QueryError(f"NEAR has no sense inside {field}:, use title:, lead: or text:", where)
            return Near(node.left, node.right, node.distance, field)
        case Not():
            return Not(_restricted(node.node, field, where))
        case And():
            return And(tuple(_restricted(inner, field, where) for inner in node.nodes))
        case Or():
            return Or(tuple(_restricted(inner, field, where) for inner in node.nodes))


_parser = Lark(_GRAMMAR, parser="lalr", transformer=_Builder(), maybe_placeholders=False)
_DOUBLE_QUOTES = str.maketrans("“”„«»", '"""""')


def parse(query: str) -> Node:
    """The tree of a query.

    Raises:
        QueryError: with the position and what was expected there.
    """
    if len(query) > LONGEST_QUERY:
        raise QueryError(f"the query has {len(query)} characters, at most {LONGEST_QUERY} are read; make two topics", 0)
    if not query.strip():
        raise QueryError("the query is empty, write the words to look for", 0)
    plain = query.translate(_DOUBLE_QUOTES)
    _refuse_depth(plain)
    try:
        node = cast("Node", _parser.parse(plain))  # the builder makes nodes of the grammar's tree
    except UnexpectedCharacters as error:
        raise QueryError('a quotation mark is never closed, add the second "', error.pos_in_stream or 0) from error
    except UnexpectedToken as error:
        raise _unexpected(error, plain) from error
    if len(leaves(node)) > MOST_TERMS:
        raise QueryError(f"the query has more than {MOST_TERMS} terms; make two topics", 0)
    return node


def _refuse_depth(query: str) -> None:
    depth, quoted = 0, False
    for position, character in enumerate(query):
        if character == '"':
            quoted = not quoted
        elif not quoted and character == "(":
            depth += 1
            if depth > DEEPEST_QUERY:
                raise QueryError(f"more than {DEEPEST_QUERY} parentheses inside each other", position)
        elif not quoted and character == ")":
            depth -= 1


def _unexpected(error: UnexpectedToken, query: str) -> QueryError:
    token = error.token
    end = token.type == "$END"
    position = len(query.rstrip()) if end else (token.start_pos or 0)
    found = "the end" if end else f'"{token}"'
    wanted = set(error.accepts or error.expected)
    if "WORD" in wanted and "_AND" not in wanted:
        expected = 'a word, a phrase in quotes or "("'
        if "FIELD" not in wanted:
            expected += " right after the field"
    elif "RPAR" in wanted and end:
        expected = 'a ")" for a "(" that is still open'
    elif token.type == "RPAR":
        expected = 'no ")": there is no "(" for it'
    else:
        expected = " or ".join(sorted(_PLAIN_NAMES.get(name, name) for name in wanted))
    return QueryError(f"expected {expected}, found {found}", position)
