"""Small articles for tests: reports that share no word, told by several outlets in slightly other words."""

from functools import lru_cache
from typing import Any

import msgspec

from transforms.articles.saved import saved_article
from transforms.model import Article, Fingerprint, Judged, Relevance
from transforms.stories.fingerprint import fingerprint
from transforms.stories.outlets import OutletTable

NO_OUTLETS = OutletTable(())
START = 1_700_000_000.0
HOUR = 3600.0
DAY = 86400.0

REPORTS = {
    "harbour": (
        "Grain harbour closed after storm",
        "The harbour of Brunswater has been closed since a storm tore three cranes from their rails on Monday night.",
        "Forty freighters loaded with wheat wait outside the breakwater, the harbourmaster Ida Kolb said.",
        "Repairs to the quay will take until Friday and cost nine million crowns, engineers estimate.",
    ),
    "bank": (
        "Savings bank hit by software failure",
        "Customers of Meridian Savings could not withdraw cash for eleven hours because an update corrupted accounts.",
        "The supervisor demanded a written explanation from chief executive Tomas Reyl within seven days.",
        "Analysts expect compensation claims that exceed the lender's quarterly profit.",
    ),
    "comet": (
        "Astronomers find bright comet",
        "A telescope in the Atacama desert photographed a comet whose tail stretches across twelve lunar diameters.",
        "Discoverer Lian Okafor named it after her grandmother, who taught her the constellations.",
        "Sky watchers can see the object with binoculars before sunrise until mid December.",
    ),
    "strike": (
        "Tram drivers walk out in Ostrava",
        "Tram drivers in Ostrava stopped work at four in the morning demanding shorter shifts and paid breaks.",
        "Union leader Petra Novak announced further walkouts unless management returns to negotiations.",
        "Schools opened late while commuters crowded onto bicycles and replacement buses.",
    ),
    "vaccine": (
        "Malaria vaccine trial ends early",
        "Researchers ended a malaria vaccine trial early because four fifths of inoculated children stayed healthy.",
        "Professor Amina Diallo presented the figures at a congress of tropical medicine in Dakar.",
        "Manufacturers promised two hundred thousand doses for clinics along the river Niger.",
    ),
}
ALTERED = (
    "",
    "Our correspondent reports from the scene.",
    "More details are expected later today.",
    "This text has been corrected since its first publication.",
)


def article(report: str = "harbour", name: str = "", *, variant: int = 0, hours: float = 0.0, **fields: Any) -> Article:
    """One report as one outlet tells it.

    Args:
        report: key of REPORTS.
        name: last part of the URL; empty: report and variant.
        variant: number in ALTERED of a sentence put behind the text.
        hours: of publication, after START; it is handed over ten minutes later.
        fields: of Article, whatever the rest would be; `url`, `title` and `text` too.
    """
    headline, *sentences = REPORTS[report]
    outlet = fields.pop("outlet", f"Gazette {variant}")
    host = f"gazette{variant}.example"
    published = fields.pop("published", START + hours * HOUR)
    told = {
        "url": f"https://{host}/{name or report}",
        "title": headline,
        "text": "\n".join([*sentences, ALTERED[variant]]).strip(),
        "lang": "en",
        "seen": published + 600.0,
        "outlet": outlet,
        **{key: fields.pop(key) for key in ("url", "title", "text", "lang", "seen") if key in fields},
    }
    return msgspec.structs.replace(saved_article(published=published, **told), **fields)


@lru_cache(maxsize=1024)
def _fingerprint(title: str, text: str, domain: str, lang: str) -> Fingerprint:
    return fingerprint(saved_article(f"https://{domain}/", title, text, lang=lang, published=START), NO_OUTLETS)


def judged(read: Article, *topics: str) -> Judged:
    """The article with its fingerprint, relevant to these topics."""
    made = _fingerprint(read.title, read.text, read.domain, read.lang)
    relevance = tuple(Relevance(topic, relevant=True, score=1.0) for topic in topics)
    return Judged(read, msgspec.structs.replace(made, article_id=read.id), relevance)
