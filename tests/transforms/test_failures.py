import msgspec
import pytest

from pipeline.replay.lines import ReplayLine
from tests.articles import article
from transforms.failures import failed_article
from transforms.model import Article, DeadLetter


def test_a_dead_letter_says_what_happened_to_what_and_what_to_do():
    letter = failed_article("JudgeRelevance", "judge-failed", article(row=5), ValueError("no such word"), 17.0)
    assert letter.message == (
        "JudgeRelevance failed on 'https://gazette0.example/harbour' with ValueError: no such word; "
        "redrive it after an upgrade"
    )
    assert (letter.step, letter.reason, letter.row) == ("JudgeRelevance", "judge-failed", 5)
    assert (letter.first_seen, letter.last_seen, letter.tries) == (17.0, 17.0, 1)


def test_its_input_is_the_article_and_a_replays_line():
    letter = failed_article("S", "r", article(), ValueError(), 1.0)
    assert msgspec.json.decode(letter.input, type=Article) == article()
    assert msgspec.json.decode(letter.input, type=ReplayLine).text == article().text


@pytest.mark.parametrize(
    "broken",
    [{"title": "\ud800"}, {"url": "https://a.example/\udfff"}, {"text": None}, {"published": float("nan")}],
    ids=lambda fields: next(iter(fields)),
)
def test_a_letter_gets_through_whatever_its_article_holds(broken):
    one = msgspec.structs.replace(article(), **broken)
    letter = failed_article("S", "r", one, ValueError("\ud800"), 1.0)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(letter), type=DeadLetter) == letter
    assert b"crane" in letter.input or broken.get("text", "") is None
