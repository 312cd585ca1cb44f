"""Pages as outlets serve them, made for the tests."""

import json
from typing import Any

from transforms.model import Entry, InboxRow, Page, TextFrom

URL = "https://www.herald.test/politics/2024/05/harbour-vote"
NOW = 1_714_600_000.0
"""2024-05-01T21:46:40Z."""

PARAGRAPHS = (
    "The city council voted on Wednesday to rebuild the old harbour, ending a dispute that lasted for eleven years.",
    "Work is to begin in September, the mayor told reporters after the session, and it will take four summers.",
    "The plan costs 48 million crowns, of which the region pays a third. Fishermen keep their moorings at the north pier.",
    "Opponents said that the old breakwater should have been saved, and that they would go to court before the summer.",
    "A report by engineers had warned in March that the breakwater would not outlast another winter of heavy storms.",
    "The council's next session, at which the contracts are to be signed, takes place in the third week of June.",
    "Shipping firms welcomed the decision. They had threatened to move their ferries to a port further down the coast.",
    "The last ferry before the works leaves on the thirtieth of August, and a bus replaces it until the pier is ready.",
    "The harbour was built in 1904 and last repaired after the flood of 1962, when the lighthouse was moved inland.",
)
NAVIGATION = "<nav><ul>" + "".join(f"<li><a href='/s{n}'>Section {n}</a></li>" for n in range(12)) + "</ul></nav>"
RELATED = (
    "<aside><h3>Related</h3><ul>"
    + "".join(f"<li><a href='/r{n}'>Other story {n}</a></li>" for n in range(6))
    + "</ul></aside>"
)


def body(paragraphs: tuple[str, ...] = PARAGRAPHS) -> str:
    return "".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs)


def page_html(
    inner: str = "", head: str = "", title: str = "Council votes to rebuild harbour | The Herald", tail: str = ""
) -> str:
    return (
        f"<!DOCTYPE html><html lang='en'><head><title>{title}</title>{head}</head><body>{NAVIGATION}"
        f"<main><article><h1>Council votes to rebuild harbour</h1>{inner or body()}</article></main>{RELATED}{tail}"
        "<footer><p>Imprint. All rights reserved.</p></footer></body></html>"
    )


def json_ld(**fields: Any) -> str:
    return f"<script type='application/ld+json'>{json.dumps({'@context': 'https://schema.org', **fields})}</script>"


def entry(**fields: Any) -> Entry:
    return Entry(**{"feed": "https://www.herald.test/feed", "id": "1", "link": URL, "title": "Harbour vote", **fields})


def page(html: str = "", **fields: Any) -> Page:
    given = {"entry": entry(), "url": URL, "row": 7, "backfilled": False, "tries": 0, **fields}
    row = InboxRow(
        row=given.pop("row"),
        entry=given.pop("entry"),
        accepted=NOW,
        due=NOW,
        backfilled=given.pop("backfilled"),
        tries=given.pop("tries"),
    )
    return Page(row=row, body=(html or page_html()).encode(), **given)


def summary_page(markup: str, **fields: Any) -> Page:
    return page(markup, text_from=TextFrom.FEED_SUMMARY, unread="403", charset="utf-8", **fields)
