"""Whether a new story follows up an older one without being it: "Second basin reopens in Varda", a day after the closure."""

from transforms.model import Judged
from transforms.stories.memory import StoriesMemory
from transforms.stories.similarity import words_of
from transforms.stories.terms import stem_counts

LATER = 6 * 3600.0
"""Seconds after the older story's latest article from which a report is news of another moment."""


def followed_story(judged: Judged, nearest: str, memory: StoriesMemory) -> str:
    """The nearest story where the new article follows it up, else "".

    It does where both headlines share a name that, of all that is remembered, only that story's articles hold.

    Args:
        judged: the article that starts a story.
        nearest: the story that it fits best, though not well enough; "" where there is none.
        memory: without the article.
    """
    story = memory.story(nearest)
    if story is None:
        return ""
    members = memory.companions(nearest)
    if not members or judged.article.published < max(one.known.article.published for one in members) + LATER:
        return ""
    lang, fingerprint = judged.article.lang, judged.fingerprint
    told = [words_of(one.profile, memory.index) for one in members]
    for name in stem_counts(fingerprint.title_terms, lang).keys() & stem_counts(fingerprint.names, lang).keys():
        holders = sum(name in words.text for words in told)
        if any(name in words.title for words in told) and holders >= memory.index.documents(name, lang):
            return nearest
    return ""
