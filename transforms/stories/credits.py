"""Whom an article credits: the agencies and outlets that its report comes from, with the words that say so.

Three kinds of evidence are read, each by its own function: the wire's own marks (dateline, byline, end; agencies.py),
phrases beside an outlet's name in headline and text (credit_patterns.py), and what the page says apart from its text
(links, canonical URL, the feed's <source>). Names come from the outlet table, or, where a phrase leaves no doubt, from
the text itself (named_in_text.py).
"""

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from transforms.articles.boilerplate import is_reminder
from transforms.model import Article, Credit, CreditKind, Link
from transforms.stories.agencies import agency_marks
from transforms.stories.credit_context import Hit, hits_in, sentences_end, snippet
from transforms.stories.credit_patterns import AFTER, BEFORE
from transforms.stories.named_in_text import named_in_text
from transforms.stories.outlets import Mention, Outlet, OutletTable
from transforms.stories.terms import read_part

LEAD_CHARACTERS = 500
LEAD_SHARE = 0.25
"""What stands in the headline or the lead credits the whole report; later it credits one fact."""
OPENING_SENTENCES = 1
"""What an outlet was told is the report where these say so; later it is one fact."""
ENDING_CHARACTERS = 2000
"""Of a long text's end, where agencies sign."""
MOST_MENTIONS = 500
"""A bound on the work that a hostile text can cause; no article needs more."""
REPEATED = 3
REPEATED_ALONE = 2
REPEATED_WEIGHT = 0.75
"""So many phrases, one of them of reporting, credit the whole report wherever they stand; fewer where no other source
is named."""

_RANK = {CreditKind.CITED: 0, CreditKind.SOURCE: 1, CreditKind.AGENCY: 2}
_EVIDENCE_CHARACTERS = 160
_DASHES = "-–—|"
_HEADLINE_NOUNS = ("poll", "report", "survey", "investigation", "опитування", "опрос", "umfrage", "sondage")


def find_credits(article: Article, body: str, tail: str, outlets: OutletTable) -> tuple[Credit, ...]:
    """Credits of an article, the surest first; its own outlet is never among them.

    Args:
        article: title, authors, links, canonical URL and feed source are read.
        body: the text without its promotional tail (transforms.articles.boilerplate.split_tail); of a long one only the
            beginning (read_part) and the last lines are read.
        tail: the promotional tail; only rights lines count there, not what the outlet says of itself.
        outlets: the outlet table.
    """
    own = _Own(article, outlets)
    read = read_part(body)
    report = _without_reminders(read)
    ending = report if len(read) == len(body) else _without_reminders(body[-ENDING_CHARACTERS:])
    hits = [
        *agency_marks(article.authors, report, ending, tail, outlets),
        *_headline(article.title, outlets),
        *_text(report, article.title, outlets),
        *_page(article, report, outlets),
    ]
    return _gathered([hit for hit in hits if not own.is_own(hit.outlet)], own)


def _without_reminders(text: str) -> str:
    return "\n".join([line for line in text.split("\n") if not is_reminder(line)])


def agency_of(found: Sequence[Credit], outlets: OutletTable | None = None) -> str:
    """Code of the news agency whose copy the article is ("AP", "Reuters"); empty where it is none's."""
    for credit in found:
        if credit.kind is CreditKind.AGENCY:
            outlet = outlets.find(credit.name) if outlets else None
            return outlet.agency if outlet and outlet.agency else _CODES.get(credit.name, credit.name)
    return ""


def primary_source(found: Sequence[Credit]) -> Credit | None:
    """The credit that the report ends at: the end of a chain before its links, an outlet before an agency that carried it."""
    sources = [credit for credit in found if credit.kind is not CreditKind.CITED]
    passed_on = {credit.via for credit in sources if credit.via}
    ends = [credit for credit in sources if credit.name not in passed_on] or sources
    return max(ends, key=lambda credit: (bool(credit.via), credit.weight), default=None)


_CODES = {
    "Associated Press": "AP",
    "Agence France-Presse": "AFP",
    "United Press International": "UPI",
    "RIA Novosti": "RIA",
}


class _Own:
    """Tells an article's own outlet from others, also where the table does not know it."""

    def __init__(self, article: Article, outlets: OutletTable) -> None:
        hosts = {article.domain, urlsplit(article.url).hostname or ""} - {""}
        known = [outlets.find(article.outlet) if article.outlet else None, *(outlets.by_domain(host) for host in hosts)]
        self.names = {outlet.name for outlet in known if outlet}
        self.slugs = {_slug(article.outlet), *(_slug(label) for host in hosts for label in host.split(".")[:-1])} - {""}
        self.hosts = hosts

    def is_own(self, outlet: Outlet) -> bool:
        if outlet.name in self.names or _slug(outlet.name) in self.slugs:
            return True
        return any(host == domain or host.endswith("." + domain) for domain in outlet.domains for host in self.hosts)


def _slug(name: str) -> str:
    folded = name.casefold()
    for article in ("the ", "der ", "die ", "das ", "le ", "la ", "el "):
        folded = folded.removeprefix(article)
    return "".join(char for char in folded if char.isalnum())


def _headline(title: str, outlets: OutletTable) -> Iterable[Hit]:
    """Credits of the headline: "... - Axios", "Axios: ...", "Axios reports ..."."""
    known = outlets.mentions(title)[:MOST_MENTIONS]
    mentions = sorted([*known, *named_in_text(title, known, outlets)])
    yield from hits_in(title, mentions, lead=True)
    bare = title.rstrip(" .)”\"»'")
    for mention in mentions:
        before, behind = title[: mention.start].rstrip(' (“"«'), bare[mention.end :].strip().lower()
        if mention.end >= len(bare) or behind in _HEADLINE_NOUNS:
            if before and (before[-1] in _DASHES + ":" or title[: mention.start].endswith("(")):
                mark = before[-1] if before[-1] in _DASHES + ":" else "("
                yield Hit(
                    mention.outlet, CreditKind.SOURCE, 0.95, f'headline ends "{mark} {title[mention.start :].strip()}"'
                )
        elif not before and title[mention.end :].lstrip()[:1] == ":":
            yield Hit(mention.outlet, CreditKind.SOURCE, 0.9, f'headline begins "{title[: mention.end]}:"')


def _text(body: str, title: str, outlets: OutletTable) -> Iterable[Hit]:
    known = outlets.mentions(body)[:MOST_MENTIONS]
    mentions = sorted([*known, *named_in_text(body, known, outlets)])
    lead_end = max(LEAD_CHARACTERS, int(LEAD_SHARE * len(body)))
    if body.startswith(title) and title:  # some extractors repeat the headline
        lead_end += len(title)
    opening_end = sentences_end(body[:lead_end], OPENING_SENTENCES)
    return hits_in(body, mentions, lead_end=lead_end, opening_end=opening_end)


def _page(article: Article, body: str, outlets: OutletTable) -> Iterable[Hit]:
    """Credits beside the text: the feed's <source>, a canonical link to another site, links at a reporting verb."""
    if article.source:
        outlet = outlets.find(article.source) or outlets.by_domain(urlsplit(article.source_url).hostname or "")
        host = urlsplit(article.source_url).hostname or ""
        named = outlet or Outlet(name=article.source, domains=(host.removeprefix("www."),) if host else ())
        yield Hit(named, CreditKind.SOURCE, 0.8, f'feed names the source "{article.source}"')
    if article.canonical_url:
        host = urlsplit(article.canonical_url).hostname or ""
        outlet = outlets.by_domain(host)
        own = article.domain or urlsplit(article.url).hostname or ""
        if (
            outlet is None
            and host
            and own
            and not (host == own or host.endswith("." + own) or own.endswith("." + host))
        ):
            outlet = Outlet(name=host.removeprefix("www."), domains=(host.removeprefix("www."),))
        if outlet:
            yield Hit(outlet, CreditKind.SOURCE, 0.9, f"canonical link names {host}")
    for link in article.links:
        outlet = outlets.by_domain(urlsplit(link.url).hostname or "")
        if outlet and (hit := _linked(link, body, outlet)):
            yield hit


def _linked(link: Link, body: str, outlet: Outlet) -> Hit | None:
    """A link to an outlet's site counts beside a reporting verb, or where its own words are one."""
    anchor = link.anchor.strip()
    kind, weight = (CreditKind.SOURCE, 0.6) if link.position <= LEAD_SHARE else (CreditKind.CITED, 0.4)
    words = anchor.casefold().split()
    if words and len(words) <= 6 and any(word.strip(".,:") in _LINK_VERBS for word in words):
        return Hit(outlet, kind, weight, f'link "{anchor}" to {outlet.name}')
    at = body.find(anchor) if len(anchor) > 2 else -1
    if at < 0:
        return None
    beside = hits_in(
        body, [Mention(at, at + len(anchor), outlet)], lead_end=len(body) if kind is CreditKind.SOURCE else 0
    )
    return next((Hit(outlet, kind, weight, hit.evidence) for hit in beside), None)


_LINK_VERBS = frozenset(
    phrase
    for phrases in (BEFORE, AFTER)
    for phrase, cue in phrases.items()
    if cue.kind is CreditKind.SOURCE and " " not in phrase
) - {
    "wie",
    "à",
    "informationen",
    "said",
    "says",
    "story",
    "article",
    "analysis",
    "count",
    "found",
    "notes",
    "states",
    "adds",
}


def _gathered(hits: Sequence[Hit], own: _Own) -> tuple[Credit, ...]:
    """One credit an outlet: its strongest kind, the surest words, a little surer for each further phrase."""
    by_name: dict[str, list[Hit]] = {}
    for hit in hits:
        by_name.setdefault(hit.outlet.name, []).append(hit)
    needed = REPEATED if any(hit.kind is not CreditKind.CITED for hit in hits) else REPEATED_ALONE
    gathered = []
    for name, all_hits in by_name.items():
        repeated = any(hit.repeatable for hit in all_hits) and len(all_hits) >= needed
        named = [_promoted(hit) for hit in all_hits] if repeated else all_hits
        best = max(named, key=lambda hit: (_RANK[hit.kind], hit.weight))
        via = next((hit.via for hit in named if hit.via and not own.is_own(hit.via)), None)
        gathered.append(
            Credit(
                name=name,
                domain=best.outlet.domains[0] if best.outlet.domains else "",
                kind=best.kind,
                evidence=snippet(best.evidence, _EVIDENCE_CHARACTERS),
                weight=round(min(1.0, best.weight + 0.02 * (len(named) - 1)), 3),
                via=via.name if via and via.name in by_name and via.name != name else "",
            )
        )
    return tuple(sorted(gathered, key=lambda credit: (-_RANK[credit.kind], -credit.weight, credit.name)))


def _promoted(hit: Hit) -> Hit:
    """A phrase of reporting outside the lead, where the text repeats it."""
    if hit.repeatable and hit.kind is CreditKind.CITED:
        return hit._replace(kind=CreditKind.SOURCE, weight=REPEATED_WEIGHT)
    return hit
