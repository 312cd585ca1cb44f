import apache_beam as beam
import msgspec
from apache_beam.testing.util import assert_that, equal_to

from tests.articles import NO_OUTLETS, article, judged
from transforms.model import Article, DeadLetter, Judged
from transforms.stories.fingerprint_step import FingerprintArticles
from transforms.stories.outlets import OutletTable


def load_outlets() -> OutletTable:
    return NO_OUTLETS


def clock() -> float:
    return 1700.0


def test_every_article_gets_its_fingerprint():
    articles = [article(), article("bank"), article("comet", text="")]
    with beam.Pipeline("DirectRunner") as pipeline:
        made = pipeline | beam.Create(articles) | FingerprintArticles(load_outlets)
        assert made.main.element_type is Judged
        assert made.dead.element_type is DeadLetter
        assert_that(made.main, equal_to([judged(one) for one in articles]))
        assert_that(made.dead, equal_to([]), label="NoneDead")


def test_an_article_that_breaks_the_step_is_a_dead_letter_and_the_others_go_on():
    broken = {
        "no title": msgspec.structs.replace(article("bank"), title=None, row=7),
        "half a character": msgspec.structs.replace(article("comet"), text=None, title="\ud800", row=8),
    }
    good = article()

    def check(letters: list[DeadLetter]) -> None:
        assert sorted(letter.row for letter in letters) == [7, 8]
        for letter in letters:
            assert (letter.step, letter.reason, letter.last_seen) == (
                "FingerprintArticles",
                "fingerprint-failed",
                1700.0,
            )
            assert letter.subject in letter.message
            assert msgspec.msgpack.decode(msgspec.msgpack.encode(letter), type=DeadLetter) == letter

    def of(name: str) -> Article:
        return broken.get(name, good)

    with beam.Pipeline("DirectRunner") as pipeline:
        made = (
            pipeline
            | beam.Create([*broken, "good"])
            | beam.Map(of).with_output_types(Article)
            | FingerprintArticles(load_outlets, clock)
        )
        assert_that(made.main | beam.Map(lambda one: one.article.id), equal_to([good.id]))
        assert_that(made.dead, check, label="TwoDead")
