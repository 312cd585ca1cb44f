"""ExtractArticles: every page becomes an article or a dead letter, with its own timestamp."""

import threading
from collections.abc import Callable

import apache_beam as beam
import msgspec
import pytest
from apache_beam.testing.util import assert_that, equal_to
from apache_beam.transforms.window import FixedWindows, GlobalWindow, TimestampedValue
from apache_beam.utils.timestamp import Timestamp

from tests.transforms.articles.press import NOW, URL, body, entry, page, page_html
from transforms.articles.article import read_article
from transforms.articles.extract import extract_page
from transforms.articles.pages import UnreadablePage
from transforms.articles.step import ExtractArticles, _ExtractArticlesDoFn, failed_page
from transforms.config import ExtractionConfig
from transforms.model import Article, DeadLetter, InboxRow, Page
from transforms.workers import WorkerDied, WorkerTimedOut

CONFIG = ExtractionConfig(workers=2, memory=256 << 20)


def clock() -> float:
    return NOW


def pages(count: int) -> list[Page]:
    return [
        page(page_html(body() + f"<p>Number {n} of the day's reports.</p>"), row=n, url=f"{URL}-{n}")
        for n in range(1, count + 1)
    ]


def stamps(
    article: Article, at: Timestamp = beam.DoFn.TimestampParam, window: object = beam.DoFn.WindowParam
) -> tuple[int, float, float]:
    return article.row, float(at), float(window.end)  # type: ignore[attr-defined]


def all_rows(expected: set[int]) -> Callable[[list[DeadLetter]], None]:
    def check(letters: list[DeadLetter]) -> None:
        assert {letter.row for letter in letters} == expected

    return check


def test_the_step_reads_as_the_functions_do() -> None:
    given = pages(12)
    expected = [read_article(one, extract_page(one, CONFIG), NOW) for one in given]
    with beam.Pipeline("DirectRunner") as pipeline:
        read = pipeline | beam.Create(given) | ExtractArticles(CONFIG, clock)
        assert read.main.element_type is Article
        assert read.dead.element_type is DeadLetter
        assert_that(read.main, equal_to(expected))
        assert_that(read.dead, equal_to([]), label="NoneDead")


def test_a_page_that_cannot_be_read_is_a_dead_letter_and_the_others_go_on() -> None:
    lost = page(page_html("<p></p>", title="Page not found"), row=99, tries=2)

    def check(letters: list[DeadLetter]) -> None:
        (letter,) = letters
        assert (letter.step, letter.reason, letter.row, letter.tries) == ("ExtractArticles", "soft-404", 99, 3)
        assert (letter.subject, letter.first_seen) == (URL, NOW)
        assert URL in letter.message
        assert msgspec.msgpack.decode(letter.input, type=InboxRow) == lost.row

    with beam.Pipeline("DirectRunner") as pipeline:
        read = pipeline | beam.Create([*pages(3), lost]) | ExtractArticles(CONFIG, clock)
        assert_that(read.main | beam.Map(lambda article: article.row), equal_to([1, 2, 3]))
        assert_that(read.dead, check, label="Dead")


def test_each_article_keeps_its_pages_time_and_window() -> None:
    given = [TimestampedValue(one, 100.0 * one.row.row) for one in pages(8)]
    with beam.Pipeline("DirectRunner") as pipeline:
        read = (
            pipeline
            | beam.Create(given)
            | beam.Map(lambda one: one)
            | beam.WindowInto(FixedWindows(50))
            | ExtractArticles(CONFIG, clock)
        )
        stamped = read.main | beam.Map(stamps)
        assert_that(stamped, equal_to([(row, 100.0 * row, 100.0 * row + 50) for row in range(1, 9)]))


def test_articles_leave_while_later_pages_come() -> None:
    """The first articles are out before the last page is in: no bundle holds more than a few pages."""
    work = _ExtractArticlesDoFn(CONFIG, clock)
    work.setup()
    work.start_bundle()
    early = [out for one in pages(20) for out in work.process(one, Timestamp(5), GlobalWindow())]
    late = list(work.finish_bundle())
    assert len(early) + len(late) == 20
    assert len(late) <= 2 * 2
    assert {out.value.row for out in early + late} == set(range(1, 21))


def test_two_bundles_at_once_share_the_workers() -> None:
    found: dict[int, set[int]] = {}

    def run(number: int) -> None:
        work = _ExtractArticlesDoFn(CONFIG, clock)
        work.setup()
        work.start_bundle()
        outs = [out for one in pages(6) for out in work.process(one, Timestamp(5), GlobalWindow())]
        found[number] = {out.value.row for out in [*outs, *work.finish_bundle()]}

    threads = [threading.Thread(target=run, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert found == {number: set(range(1, 7)) for number in range(3)}


def test_a_bundle_begun_again_forgets_the_failed_one() -> None:
    work = _ExtractArticlesDoFn(CONFIG, clock)
    work.setup()
    work.start_bundle()
    list(work.process(pages(1)[0], Timestamp(5), GlobalWindow()))
    work.start_bundle()
    assert list(work.finish_bundle()) == []


@pytest.mark.parametrize(
    ("error", "reason", "words"),
    [
        (UnreadablePage("paywall", "only subscribers"), "paywall", "only subscribers; open it"),
        (WorkerTimedOut(10.0), "timeout", "stopped after 10 s"),
        (WorkerDied("it grew by more than 512 MiB"), "worker-killed", "512 MiB"),
        (RecursionError("too deep"), "extract-failed", "RecursionError: too deep"),
    ],
)
def test_a_dead_letter_says_what_happened_to_what_and_what_to_do(error: Exception, reason: str, words: str) -> None:
    letter = failed_page(page(entry=entry()), error, ExtractionConfig(), NOW)
    assert letter.reason == reason
    assert words in letter.message
    assert repr(URL) in letter.message
    assert "redrive" in letter.message
