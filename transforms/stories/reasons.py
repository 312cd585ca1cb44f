"""Why two articles are taken for one story, in words an editor reads."""

from transforms.model import CreditKind, Fingerprint, Signal
from transforms.stories.across import shared_anchors
from transforms.stories.index import PARTS
from transforms.stories.likeness import Likeness
from transforms.stories.similarity import link_shared, source_shared

NAMES_SAID = 4
SAID_FROM = 0.1
"""Signals weaker than this are listed but not said."""


def shared_names(a: Fingerprint, b: Fingerprint) -> list[str]:
    """Names in both texts, those told most often first."""
    both = [name for name in a.names if name in b.names]
    return sorted(both, key=lambda name: (-min(a.names[name], b.names[name]), name))


def _sources(print_: Fingerprint) -> dict[str, str]:
    kept = [credit for credit in print_.credits if credit.kind is CreditKind.SOURCE]
    return {credit.domain or credit.name.lower(): credit.name for credit in kept}


def signals_of(print_: Fingerprint, alike: Likeness) -> tuple[Signal, ...]:
    """What speaks for it, strongest kind of evidence first; texts are empty where there is nothing to say."""
    theirs, profile, other = alike.other.known.fingerprint, alike.mine, alike.theirs
    names = shared_names(print_, theirs)
    values = dict(zip(PARTS, alike.parts, strict=True))
    credited = [name for key, name in sorted(_sources(print_).items()) if key in other.sources | other.published_by]
    anchors = shared_anchors(print_, theirs) if alike.across else []
    signals = [
        Signal("wording", alike.wording, f"{alike.wording:.0%} of the shorter text's wording is in the other"),
        Signal(
            "source",
            float(source_shared(profile, other)),
            f"same credited outlet: {', '.join(credited)}" if credited else "one credits the other",
        ),
        Signal("link", float(link_shared(profile, other)), "links to the same page"),
        Signal("quotes", alike.quotes, f"{alike.quotes:.0%} of the quoted words are in both"),
        Signal(
            "names",
            values["names"],
            f"{len(names)} names in both ({', '.join(name.title() for name in names[:NAMES_SAID])})" if names else "",
        ),
        Signal(
            "across",
            alike.across,
            f"{len(anchors)} names and numbers in both languages ({', '.join(anchors[:NAMES_SAID])})",
        ),
        Signal("title", values["title"], "headlines alike"),
        Signal("text", values["text"], "same rare words"),
        Signal("lead", values["lead"], "openings alike"),
        Signal("context", alike.context, "alike beyond what the topic's other articles share"),
    ]
    return tuple(Signal(one.name, round(one.value, 3), one.text) for one in signals if one.value > 0)


def reason_of(signals: tuple[Signal, ...]) -> str:
    """The signals worth saying, as one line."""
    said = [signal.text for signal in signals if signal.value >= SAID_FROM and signal.text]
    return "; ".join(said) or "alike in many small things"
