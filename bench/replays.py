"""Do the length of a replay and its chunks decide anything? They must not.

python -m bench.replays --data DIR [--articles 5000]

Takes the first articles of DIR/streams, replays all, the first half alone and all in chunks of 500, through the
command, and compares: `placed` of the first half must be the same, and so must all stories of the chunked replay.
"""

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def written(source: Path, target: Path, count: int) -> None:
    """The first articles of a stream, as a replay reads them."""
    with gzip.open(source, "rt", encoding="utf-8") as lines, target.open("w", encoding="utf-8") as file:
        for _, line in zip(range(count), lines, strict=False):
            row = json.loads(line)
            url = row.get("url") or f"https://no-url.example/{row['id']}"
            kept = {
                "id": row["id"],
                "url": url,
                "title": row.get("title") or "",
                "text": row["text"],
                "outlet": row.get("source") or "",
            }
            if row.get("date"):
                kept["published"] = row["date"]
            file.write(json.dumps(kept) + "\n")


def replayed(articles: Path, out: Path, *options: str) -> tuple[list[dict], float]:
    """The lines of articles.jsonl, and the seconds it took."""
    started = time.monotonic()
    command = [sys.executable, "-m", "pipeline", "replay", str(articles), "--out", str(out), "--json", *options]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    lines = (out / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines], time.monotonic() - started


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--articles", type=int, default=5000)
    arguments = parser.parse_args()
    half = arguments.articles // 2
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = arguments.data / "streams" / "outlets_2018_2020.jsonl.gz"
        written(source, folder / "all.jsonl", arguments.articles)
        written(source, folder / "half.jsonl", half)
        everything, seconds = replayed(folder / "all.jsonl", folder / "all", "--sort", "input")
        first, _ = replayed(folder / "half.jsonl", folder / "half")
        chunked, _ = replayed(folder / "all.jsonl", folder / "chunked", "--chunk", "500")
    moved = sum(a["placed"] != b["placed"] for a, b in zip(everything, first, strict=False))
    parted = sum(a["story_id"] != b["story_id"] for a, b in zip(everything, chunked, strict=True))
    stories = len({line["story_id"] for line in everything})
    print(f"articles {len(everything)}, stories {stories}, {seconds / len(everything) * 1000:.1f} ms an article")
    print(f"placed otherwise in the first {half} alone: {moved}")
    print(f"in another story with --chunk 500: {parted}")
    return 1 if moved or parted else 0


if __name__ == "__main__":
    sys.exit(main())
