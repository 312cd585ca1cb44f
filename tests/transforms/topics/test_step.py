import apache_beam as beam
import msgspec
from apache_beam.testing.util import assert_that, equal_to

from tests.transforms.topics.queries import article
from transforms.model import Article, DeadLetter, Fingerprint, Judged, Topic
from transforms.topics.judge import TopicSet, judge
from transforms.topics.step import JudgeRelevance

TOPICS = (Topic("grain", "Grain", "grain"), Topic("ports", "Ports", "port*"))


def current_topics() -> TopicSet:
    return TopicSet.of(TOPICS)


def clock() -> float:
    return 1700.0


def unjudged(read: Article, vector: bytes = b"") -> Judged:
    return Judged(read, Fingerprint(read.id, "1", vector, {}, {}, {}, {}))


def test_the_step_judges_as_the_function_does():
    inputs = [unjudged(article(title)) for title in ("Grain in port", "Weather", "Ports")]
    expected = [
        msgspec.structs.replace(one, relevance=judge(one.article, one.fingerprint, current_topics())) for one in inputs
    ]
    with beam.Pipeline("DirectRunner") as pipeline:
        answered = pipeline | beam.Create(inputs) | JudgeRelevance(current_topics)
        assert answered.main.element_type is Judged
        assert answered.dead.element_type is DeadLetter
        assert_that(answered.main, equal_to(expected))
        assert_that(answered.dead, equal_to([]), label="NoneDead")


def test_an_article_that_cannot_be_judged_is_a_dead_letter_and_the_others_go_on():
    poisoned = msgspec.structs.replace(article("Grain", row=7), title=None)
    inputs = [unjudged(article("Grain")), Judged(poisoned, unjudged(article()).fingerprint)]

    def check(letters):
        (letter,) = letters
        assert (letter.step, letter.reason, letter.row, letter.first_seen) == (
            "JudgeRelevance",
            "judge-failed",
            7,
            1700.0,
        )
        assert letter.subject == "http://news.example/a"
        assert msgspec.json.decode(letter.input)["text"] == ""
        assert "AttributeError" in letter.message

    with beam.Pipeline("DirectRunner") as pipeline:
        answered = (
            pipeline
            | beam.Create(["good", "bad"])
            | beam.Map(lambda name: inputs[name == "bad"])
            | JudgeRelevance(current_topics, clock)
        )
        assert_that(answered.main | beam.Map(lambda one: one.relevance[0].topic), equal_to(["grain"]))
        assert_that(answered.dead, check, label="OneDead")
