"""Which article a page is: the rules by which a canonical link is believed, against a table of claims.

A page's own canonical link says that two addresses are one article. Sites get it wrong in known ways: every page names
the front page, a template repeats one address, a copy names another site's original. So it is believed only inside the
same registrable domain, not when it names the site's root, and not once two titles have claimed it.
"""

import re
import unicodedata
from collections.abc import Mapping

from transforms.articles.urls import is_root, registrable_domain, url_key
from transforms.model import Article
from transforms.stories.ports import Claim

_NOT_WORD = re.compile(r"[\W_]+")
_SITE_NAME = re.compile(r"\s+[|–—]\s+[^|–—]{1,40}$|\s+-\s+[^-|–—]{1,30}$")


def fold_title(title: str) -> str:
    """The title as far as two claims must share it: case, accents, punctuation and the site's name at its end do not count."""
    bare = _SITE_NAME.sub("", title.strip())
    decomposed = unicodedata.normalize("NFKD", bare).casefold()
    folded = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    return _NOT_WORD.sub(" ", folded).strip()[:200]


def believable(canonical_url: str, url: str) -> bool:
    """May this canonical link name the article at the URL at all? The claims may still say no."""
    if not canonical_url or is_root(canonical_url):
        return False
    domain = registrable_domain(canonical_url)
    return bool(domain) and domain == registrable_domain(url)


def identity_claims(article: Article) -> tuple[tuple[str, str], ...]:
    """The keys that this article claims, with its folded title: its final URL's, then its canonical link's if believable."""
    title = fold_title(article.title)
    keys = [url_key(article.url)]
    if believable(article.canonical_url, article.url):
        keys.append(url_key(article.canonical_url))
    return tuple((key, title) for key in dict.fromkeys(keys))


def settle_identity(article: Article, claims: Mapping[str, Claim]) -> str:
    """The article's id, given every claimed key's claim as it stands after claiming.

    A canonical link that only one title has claimed names the article that claimed it first. Otherwise the final URL
    does, even where it is contested (a page may change its headline).
    """
    if believable(article.canonical_url, article.url):
        claim = claims.get(url_key(article.canonical_url))
        if claim is not None and not claim.contested:
            return claim.article_id
    own = claims.get(url_key(article.url))
    if own is not None and not own.contested:
        return own.article_id
    return article.id
