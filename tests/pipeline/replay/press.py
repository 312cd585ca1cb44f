"""Eight saved articles of invented outlets, and a replay of them as a person would say it."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from click.testing import CliRunner

from pipeline.cli.main import cli

TOPICS = """
[[topics]]
id = "floods"
name = "Floods"
query = "flood* OR повін*"
description = "Floods and what they destroy"

[[topics]]
id = "gold"
name = "Gold prices"
query = '"gold price*"'
"""
START = 1_745_740_800.0
"""27 April 2025, 08:00 UTC."""

_FLOOD = (
    (
        "LINDHOLM (AP) - The road tunnel under Lindholm harbour was flooded early on Monday after a sluice gate failed, and "
        "eleven night-shift workers were brought out through the ventilation shaft."
    ),
    (
        "Fire chief Maren Oster said the water had risen by two metres in nine minutes. Nobody was seriously hurt, she said, "
        "but four people were treated for hypothermia at Sankt Jorgen hospital."
    ),
    (
        "The tunnel carries 38,000 vehicles a day. Harbour master Ivo Brandt expects it to stay shut until the middle of "
        "June, because the control room and both pumping stations stand under water."
    ),
    (
        "The sluice had been inspected in February. The inspection report, which the city council will discuss on Thursday, "
        "had named corrosion at two hinges and recommended that they be replaced within a year."
    ),
)
_CHOIR = (
    (
        "The children's choir of Upper Calder has won the Brightwater prize with a song about a runaway goat that its own "
        "members wrote during the winter holidays."
    ),
    (
        "Judges praised the twenty-six singers for clear diction and for a goat solo by nine-year-old Tilda Marsh. The prize "
        "is worth 4,000 pounds and will pay for a new piano."
    ),
    (
        "Choirmaster Edwin Peake said that rehearsals had been moved to the bakery after the school hall's heating gave out, "
        "which had done the singing good and the waistlines none."
    ),
)


class Outcome(NamedTuple):
    """What a replay left behind."""

    exit_code: int
    printed: str
    said: str
    out: Path

    def lines(self, name: str = "articles") -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.out / f"{name}.jsonl").read_bytes().splitlines()]

    def stories(self) -> set[frozenset[str]]:
        """The partition, by input ids."""
        found: dict[str, set[str]] = {}
        for line in self.lines():
            found.setdefault(line["story_id"], set()).add(line["input_id"])
        return {frozenset(members) for members in found.values()}


def article(number: int, outlet: str, title: str, paragraphs: Sequence[str], **more: Any) -> dict[str, Any]:
    domain = outlet.lower().replace(" ", "-") + ".example"
    return {
        "id": f"a{number}",
        "url": f"https://{domain}/news/{number}-{title.split(maxsplit=1)[0].lower()}",
        "title": title,
        "text": "\n".join(paragraphs),
        "published": START + 600 * number,
        "outlet": outlet,
        **more,
    }


ARTICLES = [
    article(1, "Lindholm Post", "Harbour tunnel flooded after sluice gate fails", _FLOOD),
    article(2, "Calder Echo", "Upper Calder children's choir wins Brightwater prize", _CHOIR),
    article(3, "Coast Times", "Harbour tunnel flooded after sluice gate fails", _FLOOD[:3]),
    article(
        4,
        "Ring Road Review",
        "Eleven rescued as water fills tunnel beneath Lindholm's port",
        (
            (
                "Eleven workers escaped through a ventilation shaft when water burst into Lindholm's harbour tunnel in the "
                "small hours of Monday; a sluice gate had given way, fire chief Maren Oster told reporters."
            ),
            (
                "In nine minutes the flood stood two metres high. Four of those rescued were taken to Sankt Jorgen hospital "
                "with hypothermia. For the 38,000 drivers who use the tunnel daily, harbour master Ivo Brandt had bad news: "
                "it will not open before mid-June."
            ),
            "Source: Lindholm Post.",
        ),
    ),
    article(
        5,
        "Slovo Dnia",
        "Бібліотека у Вербному відкрила нічний зал для студентів",
        (
            (
                "Міська бібліотека у Вербному з понеділка працює цілодобово: на другому поверсі відкрили нічний зал на "
                "шістдесят місць, повідомила директорка Оксана Вільха."
            ),
            "Студенти зможуть приходити після десятої вечора з читацьким квитком. Каву дозволили, а піцу поки що ні.",
        ),
        lang="uk",
    ),
    article(6, "Valley Courier", "Upper Calder children's choir wins Brightwater prize", _CHOIR),
    article(
        7,
        "Lindholm Post",
        "Beekeepers count their hives after the mildest winter on record",
        (
            (
                "Beekeepers around Lindholm have lost only one colony in twenty this winter, the fewest since the county "
                "began to count in 1987, their association said on Tuesday."
            ),
            (
                "Chairwoman Petra Lund put it down to late frosts and to a new mesh against mites. Honey will be no cheaper, "
                "she added, since sugar is not."
            ),
        ),
    ),
    article(8, "Night Desk", "Harbour tunnel flooded after sluice gate fails", _FLOOD[:2]),
]
FLOOD = frozenset({"a1", "a3", "a4", "a8"})
CHOIR = frozenset({"a2", "a6"})


def save(path: Path, lines: Iterable[dict[str, Any] | bytes] = ARTICLES) -> Path:
    """Write JSON lines; bytes as they are."""
    raw = [line if isinstance(line, bytes) else json.dumps(line, ensure_ascii=False).encode() for line in lines]
    path.write_bytes(b"".join(line + b"\n" for line in raw))
    return path


def topics(folder: Path) -> Path:
    path = folder / "topics.toml"
    path.write_text(TOPICS, encoding="utf-8")
    return path


def replay(articles: Path, out: Path, *options: str | Path) -> Outcome:
    """`wirewatch replay ARTICLES --out OUT ...` in this process."""
    done = CliRunner().invoke(cli, ["replay", str(articles), "--out", str(out), *map(str, options)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Outcome(done.exit_code, done.stdout, done.stderr, out)
