"""Which articles of other languages tell the same: found by names, however each language writes them, and by numbers.

Small static vectors were tried first and tell next to nothing between scripts (bench.languages --across prints both).
"""

import functools
import math
import unicodedata
from typing import NamedTuple

import regex

from transforms.model import Fingerprint, Seconds

KEPT = 12
"""Articles of other languages that are kept, as many as a story's closest members."""
LEAST = 0.08
"""Share of anchors in common below which two articles have nothing to do with each other."""
SCALE = 1.2
"""Turns that share into a likeness as the fit to a story takes it; fitted on the labelled stories."""
BACKGROUND = 100
"""Articles that hold no anchor of these and are counted beside those in memory, so that a young memory weighs sanely."""
SHORTEST = 4
"""Letters of a name; shorter ones are too often another word elsewhere."""

_CYRILLIC = dict(zip("абвгдеёзийклмнопрстуфхцыэіїєґ", "abvgdeeziiklmnoprstufhzieiieg", strict=True)) | {
    "ж": "zh", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ь": "", "ю": "iu", "я": "ia"
}  # fmt: skip
_HISSING = regex.compile("sch|tch|ch|sh|zh|cz")
_SPELLINGS = (("ph", "f"), ("th", "t"), ("qu", "k"), ("x", "ks"), ("ts", "z"))
_SOUNDS = str.maketrans("cqwyjhg", "kkviigg")
_VOWELS = regex.compile("[aeiou]")
_DOUBLED = regex.compile(r"(.)\1+")
_CONSONANTS = 3


@functools.lru_cache(maxsize=1 << 16)
def sound_of(name: str) -> str:
    """What several spellings of a name share: its first letter and the next three consonants, roughly as spoken.

    "Vestergren" and "Вестергрен", "Orbel" and "Орбел", "Hamsund" and "Гамсунн" come out alike; so do many strangers, so
    one alone proves nothing.
    """
    latin = "".join(_CYRILLIC.get(letter, letter) for letter in name.lower())
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", latin) if letter.isalnum())
    sounds = _HISSING.sub("S", plain)
    for spelling, sound in _SPELLINGS:
        sounds = sounds.replace(spelling, sound)
    sounds = sounds.translate(_SOUNDS)
    head = "V" if sounds[:1] in set("aeiou") else sounds[:1]
    return head + _DOUBLED.sub(r"\1", _VOWELS.sub("", sounds[1:]))[:_CONSONANTS]


def anchors_of(print_: Fingerprint) -> dict[str, str]:
    """What an article can be recognised by in another language, each with its own spelling of it."""
    found = {f"#{number}": number for number in print_.numbers}
    for name in print_.names:
        sound = sound_of(name)
        if len(name) >= SHORTEST and len(sound) >= SHORTEST - 1:
            found.setdefault(sound, name)
    return found


def shared_anchors(a: Fingerprint, b: Fingerprint) -> list[str]:
    """Names and numbers that both articles hold, as the first one writes them."""
    theirs = anchors_of(b)
    return [spelling for anchor, spelling in anchors_of(a).items() if anchor in theirs]


class _Held(NamedTuple):
    lang: str
    published: Seconds
    anchors: frozenset[str]


class AcrossIndex:
    """The anchors of the remembered articles; what it answers does not depend on the order in which they came."""

    def __init__(self) -> None:
        self._held: dict[str, _Held] = {}
        self._holders: dict[str, set[str]] = {}

    def add(self, article_id: str, lang: str, published: Seconds, print_: Fingerprint) -> None:
        """Hold an article that is not held."""
        held = self._held[article_id] = _Held(lang, published, frozenset(anchors_of(print_)))
        for anchor in held.anchors:
            self._holders.setdefault(anchor, set()).add(article_id)

    def discard(self, article_id: str) -> None:
        """Let go of a held article."""
        for anchor in self._held.pop(article_id).anchors:
            self._holders[anchor].discard(article_id)
            if not self._holders[anchor]:
                del self._holders[anchor]

    def alike(
        self, article_id: str, lang: str, published: Seconds, print_: Fingerprint, window: Seconds
    ) -> list[tuple[float, str]]:
        """Held articles of other languages that share an article's anchors: likeness and id, greatest first.

        The share is the cosine of the two sets, each anchor weighted by the root of its rarity, -log of the share of
        articles that hold it.
        """
        mine = frozenset(anchors_of(print_))
        common: dict[str, float] = {}
        for anchor in sorted(mine):
            rarity = self._rarity(anchor)
            for other in self._holders.get(anchor, ()):
                common[other] = common.get(other, 0.0) + rarity
        found = []
        for other, both in common.items():
            held = self._held[other]
            if other != article_id and held.lang != lang and abs(held.published - published) <= window:
                likeness = self._likeness(both, mine, held.anchors)
                if likeness:
                    found.append((likeness, other))
        return sorted(found, key=lambda one: (-one[0], one[1]))[:KEPT]

    def likeness(self, a: Fingerprint, b: Fingerprint) -> float:
        """Likeness of two articles of different languages, held or not."""
        mine, theirs = frozenset(anchors_of(a)), frozenset(anchors_of(b))
        return self._likeness(self._weight(mine & theirs), mine, theirs) if mine & theirs else 0.0

    def _likeness(self, both: float, mine: frozenset[str], theirs: frozenset[str]) -> float:
        share = both / math.sqrt(self._weight(mine) * self._weight(theirs))
        return round(min(SCALE * share, 1.0), 6) if share >= LEAST else 0.0

    def _rarity(self, anchor: str) -> float:
        return math.log((len(self._held) + BACKGROUND) / max(len(self._holders.get(anchor, ())), 1))

    def _weight(self, anchors: frozenset[str]) -> float:
        return math.fsum(self._rarity(anchor) for anchor in anchors)
