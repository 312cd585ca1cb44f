"""Are real articles taken for walls, logins, cookie notices or pages that are not there?

    python -m bench.walls --data DIR [--every N]

All pages of DIR/extraction hold an article. Each is read as the pipeline reads it; what is refused or marked is printed.
A false alarm is a page that is refused though its text was found: at least half of the segments wanted of it
(segments), or of the words that another extractor found (readability). Fails when one page in 200 is one.
"""

import argparse
import base64
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bench.extraction import collapsed, records
from transforms.articles.extract import extract, main_text
from transforms.articles.markup import decode_html, parse_html
from transforms.articles.pages import UnreadablePage
from transforms.config import ExtractionConfig

MOST = 1 / 200


def pages(data: Path, every: int) -> Iterator[tuple[str, bytes, list[str]]]:
    """Name, body, and pieces of text that the article has."""
    for record in records(data / "extraction" / "segments.jsonl.gz", every):
        yield record["id"], base64.b64decode(record["html_b64"]), record["gold_with"]
    for record in records(data / "extraction" / "readability.jsonl.gz", every):
        plain = re.sub(r"<[^>]*>", " ", record["gold_html"])
        yield f"readability {record['id']}", record["html"].encode(), plain.split()


def was_found(body: bytes, pieces: list[str]) -> bool:
    """Is the article in the text that was refused?"""
    text = collapsed(main_text(parse_html(decode_html(body), ExtractionConfig())))
    return bool(text) and 2 * sum(collapsed(piece) in text for piece in pieces) >= len(pieces)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.walls", description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds extraction/")
    parser.add_argument("--every", type=int, default=1, help="read every Nth page only")
    options = parser.parse_args()
    outcomes: Counter[str] = Counter()
    false = 0
    for name, body, pieces in pages(options.data, options.every):
        try:
            read = extract(body, "", search_dates=False)
        except UnreadablePage as unreadable:
            found = was_found(body, pieces)
            false += found
            outcomes[f"refused: {unreadable.reason}"] += 1
            print(f"  {name}: refused, {unreadable.message}; its article {'is' if found else 'is not'} in the text")
            continue
        outcomes[f"marked: {read.mark}" if read.mark else "read"] += 1
        if read.mark:
            print(f"  {name}: read ({len(read.text)} characters) and marked {read.mark}")
    counts = ", ".join(f"{count} {name}" for name, count in outcomes.most_common())
    print(f"{outcomes.total()} pages with an article: {counts}; false alarms {false}")
    return false > MOST * outcomes.total()


if __name__ == "__main__":
    sys.exit(main())
