import pickle
import subprocess
import sys

import apache_beam as beam
import msgspec
import pytest
from apache_beam import coders
from apache_beam.internal import pickler
from apache_beam.testing.util import assert_that, equal_to
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.articles import article, judged
from transforms import coders as ours
from transforms import model
from transforms.coders import RecordCoder
from transforms.model import Judged

CODERS = sorted((one for one in vars(ours).values() if isinstance(one, type) and issubclass(one, RecordCoder)), key=str)
CODERS.remove(RecordCoder)

# What msgpack can hold: no half characters; shingles are unsigned 64 bits, all other whole numbers small.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SCALARS = {str: TEXT, int: st.integers(0, 2**64 - 1), float: st.floats(allow_nan=False), bytes: st.binary(max_size=9)}


def values_of(kind: msgspec.inspect.Type) -> st.SearchStrategy:
    """Values of a field, as msgspec knows its type."""
    match kind:
        case msgspec.inspect.StrType():
            return SCALARS[str]
        case msgspec.inspect.IntType():
            return SCALARS[int]
        case msgspec.inspect.FloatType():
            return SCALARS[float]
        case msgspec.inspect.BytesType():
            return SCALARS[bytes]
        case msgspec.inspect.BoolType():
            return st.booleans()
        case msgspec.inspect.NoneType():
            return st.none()
        case msgspec.inspect.EnumType():
            return st.sampled_from(list(kind.cls))
        case msgspec.inspect.UnionType():
            return st.one_of([values_of(one) for one in kind.types])
        case msgspec.inspect.VarTupleType():
            return st.lists(values_of(kind.item_type), max_size=3).map(tuple)
        case msgspec.inspect.DictType():
            return st.dictionaries(values_of(kind.key_type), values_of(kind.value_type), max_size=3)
        case msgspec.inspect.Metadata():
            return values_of(kind.type)
        case msgspec.inspect.StructType():
            fields = {field.name: values_of(field.type) for field in kind.fields}
            return st.builds(kind.cls, **fields)
    raise TypeError(f"no values for {kind!r}; teach values_of its type")


@pytest.mark.parametrize("coder", CODERS, ids=lambda one: one.__name__)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_a_record_comes_back_as_it_went_with_the_same_bytes(coder: type[RecordCoder], data: st.DataObject) -> None:
    value = data.draw(values_of(msgspec.inspect.type_info(coder.record)))
    encoded = coder().encode(value)
    assert coder().decode(encoded) == value
    assert coder().encode(coder().decode(encoded)) == encoded


def test_every_record_that_travels_has_a_coder() -> None:
    assert {one.record for one in CODERS} >= {model.Article, model.Judged, model.Outcome, model.DeadLetter, model.Page}
    for one in CODERS:
        assert isinstance(coders.registry.get_coder(one.record), one)
        assert one().to_type_hint() is one.record
        assert one().is_deterministic()


def test_the_order_of_a_dictionary_does_not_show() -> None:
    made = judged(article())
    terms = made.fingerprint.body_terms
    turned = msgspec.structs.replace(made.fingerprint, body_terms=dict(reversed(terms.items())))
    assert list(turned.body_terms) != list(terms)
    coder = ours.JudgedCoder()
    assert coder.encode(msgspec.structs.replace(made, fingerprint=turned)) == coder.encode(made)


def test_half_a_character_does_not_stop_a_record() -> None:
    made = judged(article())
    broken = msgspec.structs.replace(
        made,
        article=msgspec.structs.replace(made.article, title="Port \ud800 closed", authors=("\udfff", "A")),
        fingerprint=msgspec.structs.replace(made.fingerprint, names={"\ud800": 2}),
    )
    back = ours.JudgedCoder().decode(ours.JudgedCoder().encode(broken))
    assert (back.article.title, back.article.authors) == ("Port \ufffd closed", ("\ufffd", "A"))
    assert back.fingerprint == msgspec.structs.replace(made.fingerprint, names={"\ufffd": 2})
    assert ours.ArticleCoder().decode(ours.ArticleCoder().encode(broken.article)) == back.article


@pytest.mark.parametrize("coder", CODERS, ids=lambda one: one.__name__)
def test_a_coder_is_pickled_by_name(coder: type[RecordCoder]) -> None:
    pickled = pickler.dumps(coder())
    assert len(pickled) < 200
    assert pickler.loads(pickled) == coder()
    assert pickle.loads(pickle.dumps(coder())) == coder()


def test_coders_of_one_record_are_equal() -> None:
    assert ours.ArticleCoder() == ours.ArticleCoder()
    assert len({ours.ArticleCoder(), ours.ArticleCoder(), ours.JudgedCoder()}) == 2
    assert ours.ArticleCoder() != ours.JudgedCoder()


def test_a_keyed_pair_finds_its_coders() -> None:
    found = coders.registry.get_coder(beam.typehints.Tuple[str, Judged])
    assert found.key_coder() == coders.StrUtf8Coder()
    assert found.value_coder() == ours.JudgedCoder()
    made = ("en", judged(article()))
    assert found.decode(found.encode(made)) == made


def test_keyed_pairs_travel_through_a_pipeline() -> None:
    made = [("en", judged(article())), ("uk", judged(article("bank")))]
    with beam.Pipeline("DirectRunner") as pipeline:
        grouped = pipeline | beam.Create(made).with_output_types(tuple[str, Judged]) | beam.GroupByKey()
        assert_that(grouped | beam.MapTuple(lambda key, some: (key, list(some))), equal_to([(k, [v]) for k, v in made]))


PRINT_BYTES = """
import hashlib
from apache_beam.internal import pickler
from transforms import coders, model
terms = {word: 1 for word in "the quick brown fox jumps over a lazy dog".split()}
made = model.Fingerprint("a", "1", b"", terms, terms, terms, {word: 1 for word in set(terms)})
article = model.Article("a", "https://a.example/", "Title", "Text", 1.0)
coder = coders.JudgedCoder()
BYTES = hashlib.sha256(coder.encode(model.Judged(article, made)) + pickler.dumps(coder)).hexdigest()
"""


def test_another_launch_gives_the_same_bytes() -> None:
    here: dict[str, str] = {}
    exec(PRINT_BYTES, here)
    other = subprocess.run(
        [sys.executable, "-c", PRINT_BYTES + "print(BYTES)"],
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": ":".join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout.strip() == here["BYTES"]
