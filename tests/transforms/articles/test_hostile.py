"""Hostile pages end inside their deadline, read or as dead letters, and a normal page beside each is read."""

import time
from concurrent.futures import Future
from typing import Any

import pytest

from tests.transforms.articles.press import NOW, PARAGRAPHS, body, entry, page, page_html
from transforms.articles.article import read_article
from transforms.articles.extract import extract_page
from transforms.articles.pages import ExtractedPage, UnreadablePage
from transforms.articles.step import failed_page
from transforms.config import ExtractionConfig
from transforms.workers import WorkerDied, WorkerTimedOut, shared_pool

CONFIG = ExtractionConfig(workers=2, memory=256 << 20, deadline=4.0)

HOSTILE: dict[str, str] = {
    "colspan": page_html("<table>" + "<tr><td colspan=1000000>a<td rowspan=1000000>b</tr>" * 300 + "</table>"),
    "many paragraphs": page_html("<p>Some words that are said here.</p>" * 40_000),
    "too many paragraphs": page_html("<p>Some words that are said here.</p>" * 200_000),
    "attributes of one tag": page_html("<p " + " ".join(f"a{n}=1" for n in range(100_000)) + ">words</p>" + body()),
    "attributes of many tags": page_html(("<p " + " ".join(f"a{n}=1" for n in range(20)) + ">x</p>") * 5_000 + body()),
    "nested div": page_html("<div>" * 50_000 + "words" + "</div>" * 50_000),
    "nested formatting": page_html("<b><i>" * 20_000 + "words"),
    "unclosed tables": page_html("<table><tr><td>" * 20_000 + "words"),
    "nested lists": page_html("<ul><li>" * 20_000 + "words"),
    "deep xml": "<?xml version='1.0'?>" + "<a>" * 100_000 + "</a>" * 100_000,
    "entities": "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>"
    + "".join(f"<!ENTITY a{n} '&a{n - 1};&a{n - 1};'>" for n in range(1, 40))
    + "]>"
    + page_html("&a39;"),
    "external entity": "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/hostname'>]>" + page_html("<p>&a;</p>" + body()),
    "one long word": page_html(f"<p>{'x' * 3_000_000}</p>"),
    "one long line of brackets": page_html(f"<p>{'<' * 1_000_000}</p>"),
    "comments": page_html("<!-- x -->" * 200_000 + body()),
    "links": page_html("".join(f"<p>{PARAGRAPHS[0]} <a href='https://h{n}.example/'>x</a></p>" for n in range(4_000))),
    "headings": page_html("<h1>Words</h1>" * 20_000),
    "json-ld depth": page_html(head="<script type='application/ld+json'>" + "[" * 500_000 + "</script>"),
    "json-ld width": page_html(head="<script type='application/ld+json'>[" + "{}," * 300_000 + "{}]</script>"),
    "json-ld escapes": page_html(head="<script type='application/ld+json'>{" + "\\" * 900_000 + "</script>"),
    "json-ld strings": page_html(head="<script type='application/ld+json'>" + '"headline":"' * 60_000 + "</script>"),
    "title": page_html(title="a - " * 200_000),
    "byline": page_html(head=f"<meta name='author' content='{'by ' * 300_000}'>"),
    "dates": page_html(head="".join(f"<meta name='date' content='{'1' * 90} {n}'>" for n in range(5_000))),
    "canonical": page_html(head=f"<link rel='canonical' href='https://a.example/{'/../' * 200_000}'>"),
    "select": page_html("<select>" + "<option>x" * 50_000 + "</select>" + body()),
    "null characters": page_html("\0" * 100_000 + body()),
    "right-to-left and zero width": page_html("<p>" + "\u202e\u200b\ufeff" * 300_000 + "</p>" + body()),
    "byline classes": page_html(
        "<div class='byline'>" * 200 + "".join("<span class='author'>x" for _ in range(10_000))
    ),
    "white space": page_html(f"<p>{' ' * 3_000_000}</p>" + body()),
    "svg": page_html("<svg>" + "<path d='M0 0'/>" * 50_000 + "</svg>" + body()),
    "feed text": "",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_harms_nobody(name: str) -> None:
    pool = shared_pool(CONFIG.workers, CONFIG.memory)
    hostile = page(
        HOSTILE[name] or page_html("<p></p>"),
        entry=entry(content="<div>" * 30_000 + "x " * 100_000 if not HOSTILE[name] else ""),
    )
    started = time.monotonic()
    outcome = pool.submit(extract_page, hostile, CONFIG, deadline=CONFIG.deadline)
    beside = pool.submit(extract_page, page(), CONFIG, deadline=CONFIG.deadline)
    assert read_article(page(), beside.result(5 * CONFIG.deadline), NOW).text.startswith(PARAGRAPHS[0])
    ended = _ended(outcome, hostile)
    assert time.monotonic() - started < 5 * CONFIG.deadline
    assert isinstance(ended, ExtractedPage) or ended in {
        "too-large",
        "unreadable",
        "not-html",
        "timeout",
        "worker-killed",
        "soft-404",
    }


def _ended(outcome: "Future[Any]", hostile: Any) -> ExtractedPage | str:
    try:
        found: ExtractedPage = outcome.result(5 * CONFIG.deadline)
    except (UnreadablePage, WorkerTimedOut, WorkerDied) as error:
        return failed_page(hostile, error, CONFIG, NOW).reason
    return found


def test_nothing_is_read_from_the_machines_files() -> None:
    text = extract_page(page(HOSTILE["external entity"]), CONFIG).text
    assert text.split("\n")[-1] == PARAGRAPHS[-1]
