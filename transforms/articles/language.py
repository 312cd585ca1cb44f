"""Which language a text is written in."""

import functools
import re

from py3langid.langid import MODEL_FILE, LanguageIdentifier

UNKNOWN = "und"
"""ISO 639-2 for "undetermined"."""

READ_CHARACTERS = 300
"""Enough for the identifier (py3langid) and never dominated by a quotation further down."""
_LEAST_LETTERS = 12
_HINT_WEIGHT = 4.0
"""How many times likelier the page's own word makes a language: it decides between neighbours, not against the text."""

# Those that news is written in; the identifier knows more, and mistakes a short headline for Latin or Volapük.
_LANGUAGES = """
    af am ar as az be bg bn bs ca cs cy da de el en es et eu fa fi fr ga gl gu ha he hi hr hu hy id ig is it ja ka kk km kn
    ko ku ky lb lg lo lt lv mk ml mn mr ms mt my ne nl no om or pa pl ps pt ro ru rw si sk sl sn so sq sr sv sw ta te tg th
    tk tl tr tt uk ur uz vi xh yo zh zu
"""
_KNOWN = frozenset(_LANGUAGES.split())
_SAME = {
    "nn": "no",
    "nb": "no",
    "iw": "he",
    "in": "id",
    "ua": "uk",
    "wuu": "zh",
    "yue": "zh",
    "cn": "zh",
    "uzs": "uz",
    "pcm": "en",
}
_CYRILLIC_NEIGHBOURS = frozenset({"be", "bg", "mk", "ru", "sr", "uk"})
_ONLY_UKRAINIAN = re.compile("[їєґі]")
_ONLY_RUSSIAN = re.compile("[ыэё]")


@functools.cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def detect_language(text: str, hint: str = "") -> str:
    """ISO 639-1 code of the text's language, "und" where it cannot be told.

    Args:
        text: what stands first counts, at most READ_CHARACTERS.
        hint: the page's or feed's own word for it ("en-US", "uk_UA"); believed only as far as the text allows.
    """
    declared = language_code(hint)
    head = text.strip()[:READ_CHARACTERS]
    # the script alone settles Chinese, Japanese, Korean: few characters are much text there
    if sum(3 if letter > "\u2e80" else 1 for letter in head if letter.isalpha()) < _LEAST_LETTERS:
        return declared or UNKNOWN
    ranked: dict[str, float] = {}
    for name, probability in _identifier().rank(head):
        code = _SAME.get(name, name)
        if code in _KNOWN:
            ranked[code] = ranked.get(code, 0.0) + float(probability)
    if declared in ranked:
        ranked[declared] *= _HINT_WEIGHT
    best = max(ranked, key=lambda code: ranked[code])
    return _cyrillic(head.lower(), best) if best in _CYRILLIC_NEIGHBOURS else best


def _cyrillic(text: str, best: str) -> str:
    """Letters that only one of two neighbours has outweigh statistics; Belarusian has those of both."""
    ukrainian, russian = bool(_ONLY_UKRAINIAN.search(text)), bool(_ONLY_RUSSIAN.search(text))
    if "ў" in text:
        return "be"
    if ukrainian and not russian:
        return "uk"
    if russian and not ukrainian:
        return "ru"
    return best


def language_code(declared: str) -> str:
    """ISO 639-1 code of a declared language ("en-GB", "pt_BR", "ua"), empty where it is none that is known."""
    code = re.split(r"[-_,;\s]", declared.strip().lower())[0]
    code = _SAME.get(code, code)
    return code if code in _KNOWN else ""
