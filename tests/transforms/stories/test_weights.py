"""The learnt numbers: read whole, or refused by name."""

import re

import pytest

from transforms.stories.weights import SHIPPED, load_weights, shipped_weights


def test_the_shipped_weights_are_those_of_the_file_and_are_read_once():
    assert load_weights(SHIPPED) == shipped_weights()
    assert shipped_weights() is shipped_weights()


@pytest.mark.parametrize(
    ("pattern", "instead", "said"),
    [
        (r"text = .*", "text = 9.0", "the parts add up to 9"),
        (r"joining", "joinning", "joinning"),
        (r"joining = .*", "", "missing required field `joining`"),
        (r"context = .*", 'context = "half"', "Expected `float`, got `str`"),
        (r"\[parts\]", "[parts", "Expected ']'"),
    ],
)
def test_a_wrong_file_is_refused_with_its_name_and_what_is_wrong(tmp_path, pattern, instead, said):
    path = tmp_path / "mine.toml"
    path.write_text(re.sub(pattern, instead, SHIPPED.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(ValueError, match=r"mine\.toml") as error:
        load_weights(path)
    assert said in str(error.value)
