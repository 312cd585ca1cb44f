import tomllib
from collections.abc import Iterator

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from pipeline.settings.positions import Path, positions

CASES = {
    "keys": ('a = 1\n\n# b = 2\n b = "x" # c = 3\n', {("a",): 1, ("b",): 4}),
    "tables": ("[a]\nb = 1\n[a.c]\nd = 2\n", {("a",): 1, ("a", "b"): 2, ("a", "c"): 3, ("a", "c", "d"): 4}),
    "a table made by a table below it": (
        "\n[a.b]\nc = 1\n[a]\nd = 1\n",
        {("a",): 2, ("a", "b", "c"): 3, ("a", "d"): 5},
    ),
    "arrays of tables": (
        "[[s]]\nn = 1\n[[s]]\n\nn = 2\n[s.t]\nu = 3\n[[s.v]]\nw = 4\n[[s.v]]\nw = 5\n[[s]]\n[[s.v]]\nw = 6\n",
        {
            ("s",): 1,
            ("s", 0): 1,
            ("s", 0, "n"): 2,
            ("s", 1): 3,
            ("s", 1, "n"): 5,
            ("s", 1, "t", "u"): 7,
            ("s", 1, "v", 0, "w"): 9,
            ("s", 1, "v", 1, "w"): 11,
            ("s", 2): 12,
            ("s", 2, "v", 0, "w"): 14,
        },
    ),
    "dotted keys": ("a.b . c = 1\na.d = 2\n", {("a",): 1, ("a", "b", "c"): 1, ("a", "d"): 2}),
    "quoted keys": (
        '"a.b" = 1\n\'c "d\' = 2\n"\\u0065" = 3\n["x y".z]\n',
        {("a.b",): 1, ('c "d',): 2, ("e",): 3, ("x y", "z"): 4},
    ),
    "inline tables": (
        'a = { b = 1, c.d = { e = "}" } }\nf = {}\n',
        {("a", "b"): 1, ("a", "c", "d", "e"): 1, ("f",): 2},
    ),
    "arrays": (
        'a = [\n  1, # ]\n  "],",\n  [ 2,\n 3 ],\n  { b = 4 },\n]\nc = []\n',
        {("a", 0): 2, ("a", 1): 3, ("a", 2): 4, ("a", 2, 1): 5, ("a", 3, "b"): 6, ("c",): 8},
    ),
    "multi-line strings": (
        'a = """\nx = 1\n\\"""" \nb = \'\'\'\n"""\n[c]\'\'\'\'\nd = """"two" "" quotes"""""\ne = """"""\nf = 1\n',
        {("a",): 1, ("b",): 4, ("d",): 7, ("e",): 8, ("f",): 9},
    ),
    "strings": ('a = "\\\\"\nb = \'\\\'\nc = "#\\""\nd = 1\n', {("a",): 1, ("b",): 2, ("c",): 3, ("d",): 4}),
    "dates and numbers": (
        "a = 1979-05-27 07:32:00 # x\nb = [1.5, inf]\nc = true\n",
        {("a",): 1, ("b", 1): 2, ("c",): 3},
    ),
    "Windows line ends": (
        "a = 1\r\n[b]\r\nc = '''\r\nx'''\r\nd = 2\r\n",
        {("a",): 1, ("b",): 2, ("b", "c"): 3, ("b", "d"): 5},
    ),
    "no end of line": ("a = 1\nb = [1]", {("a",): 1, ("b", 0): 2}),
    "nothing": ("", {}),
    "only a comment": ("# x", {}),
}


def _paths(value: object, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, (*path, key))
    if isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _paths(inner, (*path, number))


@pytest.mark.parametrize(("text", "lines"), CASES.values(), ids=CASES)
def test_every_key_has_the_line_it_stands_on(text, lines):
    found = positions(text)
    assert {path: found[path] for path in lines} == lines
    assert set(found) == set(_paths(tomllib.loads(text)))


_keys = st.text(alphabet=st.sampled_from("ab-.\"' é#=[]"), min_size=1, max_size=4)
_plain = (
    st.integers(-9, 9) | st.booleans() | st.text(alphabet=st.sampled_from("a\"'\\\n#]}= é"), max_size=8) | st.dates()
)
_values = st.recursive(
    _plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=3), max_leaves=8
)


@given(st.dictionaries(_keys, _values | st.lists(st.dictionaries(_keys, _values, max_size=2), max_size=3), max_size=4))
def test_no_key_of_a_random_document_is_without_a_line(document):
    text = tomlkit.dumps(document)
    found = positions(text)
    assert set(_paths(tomllib.loads(text))) == set(found)
    last = text.count("\n") + 1
    assert all(1 <= line <= last for line in found.values())


def test_what_tomllib_would_refuse_is_a_mistake_of_the_program():
    with pytest.raises(ValueError, match="not valid TOML"):
        positions("= 1")
