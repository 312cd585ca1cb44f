"""Why two articles are taken for one story, in words an editor reads."""

from collections.abc import Container, Mapping

from transforms.model import CreditKind, Fingerprint, Signal
from transforms.stories.across import shared_anchors
from transforms.stories.index import PARTS, TermIndex
from transforms.stories.likeness import Likeness
from transforms.stories.similarity import link_shared, source_shared, words_of
from transforms.stories.terms import background_share, stem
from transforms.stories.weights import Weights

NAMES_SAID = 4
WORDS_SAID = 3
ORDINARY = 0.5
"""A word that more documents hold is not worth saying: "with"."""
LETTERS_SAID = 4
"""Words of fewer letters are said of nothing."""
SAID_FROM = 0.1
"""Signals weaker than this are listed but not said."""


def shared_names(a: Mapping[str, int], b: Mapping[str, int], lang: str) -> list[str]:
    """Names in both texts, those told most often first.

    Args:
        a: the names of one, with their counts.
        b: what stands for the names of the other (transforms.stories.terms.stem).
        lang: of the other.
    """
    both = {name: stem(name, lang) for name in a if stem(name, lang) in b}
    return sorted(both, key=lambda name: (-min(a[name], b[both[name]]), name))


def _shared_words(
    a: Mapping[str, int], b: Container[str], lang: str, besides: Container[str] = frozenset()
) -> list[str]:
    """The rarest words of both, given what stands for those of the second."""
    both = [word for word in a if len(word) >= LETTERS_SAID and word not in besides and stem(word, lang) in b]
    shares = sorted((background_share(word, lang), word) for word in both)
    return [word for share, word in shares if share < ORDINARY][:WORDS_SAID]


def _with_words(said: str, words: list[str]) -> str:
    return f"{said} ({', '.join(words)})" if words else said


def _sources(print_: Fingerprint) -> dict[str, str]:
    kept = [credit for credit in print_.credits if credit.kind is CreditKind.SOURCE]
    return {credit.domain or credit.name.lower(): credit.name for credit in kept}


def signals_of(print_: Fingerprint, alike: Likeness, index: TermIndex, weights: Weights) -> tuple[Signal, ...]:
    """What speaks for it with its weight, strongest kind of evidence first; what has no value is left out.

    Args:
        print_: the article's.
        alike: the other article's likeness to it.
        index: knows the words of the other's profile.
        weights: those of the likeness.
    """
    known, profile, other = alike.other.known, alike.mine, alike.theirs
    theirs, lang = words_of(alike.other.profile, index), known.article.lang
    names = shared_names(print_.names, theirs.names, lang)
    values = dict(zip(PARTS, alike.parts, strict=True))
    rules = weights.likeness
    plain = 1 - rules.context
    credited = [name for key, name in sorted(_sources(print_).items()) if key in other.sources | other.published_by]
    rare = _shared_words(print_.body_terms, theirs.text, lang, names)
    opening = _shared_words(print_.lead_terms, theirs.lead, lang, {*names, *rare})
    headline = _shared_words(print_.title_terms, theirs.title, lang)
    copied = alike.wording >= rules.copied
    anchors = shared_anchors(print_, known.fingerprint) if alike.across else []
    signals = [
        Signal(
            "wording",
            alike.wording,
            f"{alike.wording:.0%} of the shorter text's wording is in the other",
            1.0 if copied else 0.0,
        ),
        Signal(
            "source",
            float(source_shared(profile, other)),
            f"same credited outlet: {', '.join(credited)}" if credited else "one credits the other",
        ),
        Signal("link", float(link_shared(profile, other)), "links to the same page"),
        Signal("quotes", alike.quotes, f"{alike.quotes:.0%} of the quoted words are in both", rules.quotes),
        Signal(
            "names",
            values["names"],
            _with_words(f"{len(names)} names in both", [name.title() for name in names[:NAMES_SAID]]) if names else "",
            plain * weights.parts.names,
        ),
        Signal(
            "across",
            alike.across,
            f"{len(anchors)} names and numbers in both languages ({', '.join(anchors[:NAMES_SAID])})",
            1.0,
        ),
        Signal("title", values["title"], _with_words("headlines alike", headline), plain * weights.parts.title),
        Signal("text", values["text"], _with_words("same rare words", rare), plain * weights.parts.text),
        Signal("lead", values["lead"], _with_words("openings alike", opening), plain * weights.parts.lead),
        Signal("context", alike.context, "alike beyond what the topic's other articles share", rules.context),
    ]
    return tuple(
        Signal(one.name, round(one.value, 3), one.text, round(one.weight, 3)) for one in signals if one.value > 0
    )


def reason_of(signals: tuple[Signal, ...]) -> str:
    """The signals worth saying, as one line."""
    said = [signal.text for signal in signals if signal.value >= SAID_FROM and signal.text]
    return "; ".join(said) or "alike in many small things"
