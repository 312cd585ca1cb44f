"""Do robots files mean to us what they mean to others: Google's cases, and thousands of real files against protego.

python -m bench.robots --data DIR
"""

import argparse
import base64
import gzip
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from protego import Protego

from transforms.feeds.answers import Fetched
from transforms.feeds.robots import TOKEN, Rules, read_rules

SITE = "http://example.com"
PATHS = ("/", "/news/2024/04/27/storm-closes-port.html", "/search?q=port&page=2", "/wp-admin/admin-ajax.php")
"""Asked of every real file, and the path of its own first rule."""


def rules_of(body: bytes) -> Rules:
    return read_rules(Fetched(f"{SITE}/robots.txt", 200, {}, body))


def records(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def google_cases(path: Path) -> bool:
    """Cases with a verdict: a pattern that matches a path or not, and rules of which one wins."""
    wrong, judged, left = [], 0, 0
    for case in records(path):
        if "match" in case:
            url, allowed = SITE + case["path"], not case["match"]
            rules = rules_of(f"user-agent: *\ndisallow: {case['pattern']}".encode())
        elif "allowed" in case:
            url, allowed = case["url"], case["allowed"]
            rules = rules_of(f"user-agent: *\n{case['rules']}".encode())
        else:
            left += 1
            continue
        judged += 1
        if rules.allows(url) is not allowed:
            wrong.append(case)
    print(f"google: {judged - len(wrong)} of {judged} cases agree ({left} without a verdict)")
    for case in wrong:
        print(f"    {case}")
    return not wrong


def own_path(text: str) -> str:
    """The path of a file's first rule, its wildcards filled in."""
    for line in text.splitlines():
        name, _, value = line.partition(":")
        value = value.partition("#")[0].strip()
        if name.strip().lower() in {"disallow", "allow"} and value.startswith("/"):
            return value.replace("*", "x").removesuffix("$")
    return "/robots"


def real_files(path: Path) -> bool:
    """Every real file parses, and says what protego says on five paths."""
    files = asked = refused = 0
    wrong = []
    began, slowest = time.process_time(), 0.0
    for record in records(path):
        body = base64.b64decode(record["body_b64"])
        start = time.process_time()
        rules = rules_of(body)
        slowest = max(slowest, time.process_time() - start)
        files += 1
        text = body.decode("utf-8", "replace").removeprefix("\ufeff")
        judge = Protego.parse(text)
        if rules.parsed is None:
            refused += 1
            wrong.append((record["host"], rules.reason))
            continue
        for place in (*PATHS, own_path(text)):
            asked += 1
            if rules.allows(SITE + place) is not bool(judge.can_fetch(SITE + place, TOKEN)):
                wrong.append((record["host"], place))
    took = time.process_time() - began
    print(
        f"real: {files} files parsed ({refused} refused as hostile), {asked - len(wrong)} of {asked} answers agree with "
        f"protego; {took:.1f} s for both, slowest file {slowest:.3f} s"
    )
    for one in wrong[:20]:
        print(f"    {one}")
    return not wrong


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.robots", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds web/robots/")
    folder = parser.parse_args().data / "web" / "robots"
    good = [google_cases(folder / "google_spec_cases.jsonl.gz"), real_files(folder / "real_robots.jsonl.gz")]
    return not all(good)


if __name__ == "__main__":
    sys.exit(main())
