"""What the story decision needs of an article's text, gathered once."""

from transforms.alerts.facts import facts_of
from transforms.articles.boilerplate import split_tail
from transforms.model import Article, Fingerprint
from transforms.stories.credits import find_credits
from transforms.stories.links import link_key
from transforms.stories.names import find_names, find_numbers, find_quotes
from transforms.stories.outlets import OutletTable
from transforms.stories.shared_ends import end_hashes
from transforms.stories.shingles import hash_words, sketch
from transforms.stories.terms import count_terms, find_words, fold_words, read_part, split_words
from transforms.stories.vectors import MODEL, embed

VERSION = f"7 {MODEL}"
"""Rules and model; a change of either must change it, so that stored fingerprints are made anew."""

LEAD_WORDS = 200
VECTOR_CHARACTERS = 400
"""Of title and lead that the vector reads: about 65 words; more tells stories hardly better (`bench.vectors`) and costs
time."""
MOST_LINKS = 20


def _outbound_links(article: Article) -> tuple[str, ...]:
    """Links that lead off the article's own site, without their query, each once."""
    found: dict[str, None] = {}
    for link in article.links:
        key = link_key(link.url)
        host, _, path = key.partition("/")
        if path and not (host == article.domain or host.endswith("." + article.domain)):
            found[key] = None
    return tuple(found)[:MOST_LINKS]


def fingerprint(article: Article, outlets: OutletTable) -> Fingerprint:
    """Gather an article's fingerprint; pure function of the article, the outlet table and VERSION.

    Args:
        article: as read; only its text without the boilerplate tail counts, of a long one the beginning (read_part), but
            its wording whole.
        outlets: the outlet table that names the credited outlets (see transforms.stories.outlets).
    """
    body, tail = split_tail(article.text)
    read = read_part(body)
    written = find_words(read)
    words = fold_words(written)
    every_word = [*words, *split_words(body[len(read) :])] if len(read) < len(body) else words
    hashed = hash_words(every_word)
    head, tail_words = end_hashes(every_word, hashed)
    return Fingerprint(
        article_id=article.id,
        version=VERSION,
        vector=embed(f"{article.title}\n{body}"[:VECTOR_CHARACTERS]),
        title_terms=count_terms(split_words(article.title)),
        lead_terms=count_terms(words[:LEAD_WORDS]),
        body_terms=count_terms(words),
        names=find_names(read, written),
        numbers=find_numbers(read),
        quotes=find_quotes(read),
        shingles=sketch(every_word, hashed=hashed),
        words=len(every_word),
        head=head,
        tail=tail_words,
        credits=find_credits(article, body, tail, outlets),
        links=_outbound_links(article),
        facts=facts_of(article.title, body),
    )
