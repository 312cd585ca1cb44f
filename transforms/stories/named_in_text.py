"""Outlets that the table does not know, named beyond doubt: "according to the Daily Ledger newspaper"."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from transforms.stories.credit_patterns import DESCRIBING
from transforms.stories.outlets import Mention, Outlet, OutletTable

_NAME_CHARACTERS = 60
_MOST_CANDIDATES = 300
"""Far more than any article names: a bound on the work a hostile text can cause."""
_CAPITAL = r"[A-ZÀ-ÞŁŚŻŽČŠ]"
_WORD = rf"{_CAPITAL}[\w'’&]*"
_HEAD_NOUN = (
    r"(?:Post|Times|Herald|Gazette|Tribune|Journal|Ledger|Chronicle|Courier|Kurier|Telegraph|Telegram|Observer|Mirror|Examiner|"
    r"Register|Inquirer|Enquirer|Bulletin|Dispatch|Sentinel|Argus|Echo|Mercury|Advertiser|News|Press|Agency|Wire|Daily|Weekly|"
    r"Review|Today|TV|Radio|FM|Newspaper|Zeitung|Anzeiger|Nachrichten|Tageblatt|Tagblatt|Rundschau|Allgemeine|Presse|Bote|"
    r"Desk|Standard|Star|Globe|Magazine|Monitor|Broadcasting|Newswire|Presseagentur|Presse-Agentur|Voice|Eagle|Messenger|"
    r"Reporter|Record|Patriot|Citizen|Gazzetta|Independent)"
)
_HEAD_ONLY = re.compile(_HEAD_NOUN)
_FIRST_NOUN = (
    r"(?:Daily|Radio|Agence|Agencia|Agenzia|Agência|Diario|Diário|Gazeta|Kurier|Dziennik|Courrier|Nouvelles|Noticias)"
)
# Each name is looked for from the word that gives it away, backwards: such words are rare, capitals are not. The first
# patterns of each pair begin with letters, which lets the engine skip through a text; the second check what stands before.
_SHAPE_END = re.compile(
    rf"{_HEAD_NOUN}(?: (?:{_WORD} )?{_HEAD_NOUN})?(?: Agency| Service| Review| Online| Network)?(?![\w-])"
)
_SHAPE_START = re.compile(rf"(?:^|[^\w@#.-])((?:The )?(?:{_WORD}[ -]){{1,3}})$")
_FIRST = re.compile(rf"{_FIRST_NOUN} {_WORD}(?: {_WORD})?(?![\w-])")
_DESCRIPTION = re.compile(
    r"(?:newspaper|news agency|news site|news website|news portal|news outlet|magazine|daily|broadcaster|tabloid|newswire)\b"
)
_DESCRIBED_BEFORE = re.compile(
    r"\b(?:newspaper|news agency|news site|news website|site|website|news portal|portal|news outlet|outlet|magazine|blog|"
    rf"daily|broadcaster|tabloid) ((?:(?:Il|La|Le|El|Der|Die) |L['’])?[a-z]?{_WORD}(?: {_WORD}){{0,2}})(?![\w-])"
)
"""A kind of outlet and its name: "the French site iGen"."""
_KINDS = (
    "newspaper",
    "newswire",
    "news ",
    "site",
    "portal",
    "outlet",
    "magazine",
    "blog",
    "daily",
    "broadcaster",
    "tabloid",
)
"""One of these is in all that the two patterns find."""
_DESCRIBED = re.compile(rf"(?:^|[^\w@#.-])((?:{_WORD}[ -]){{0,2}}{_WORD}) $")
_QUOTED = re.compile(r"[«„“\"»‚]\s?([^\W\d_][^«»„“”\"\n]{1,39}?)\s?[»“”\"«‘]")
_OUTLET_WORD = re.compile(
    r"издани\w+|газет\w+|агентств\w+|портал\w*|телеканал\w*|журнал\w*|видан\w+|агенці\w+|сайт\w*|Zeitung|Nachrichtenagentur|"
    r"Magazin|Sender|Portal|journal|quotidien|agence|diario|periódico|agencia|dziennik\w*|gazet\w+|agencj\w+|newspaper"
)
_LABELLED = re.compile(
    r"^\W*(?:Source|Sources|Via|H/T|h/t|Hat tip|Джерело|Источник|Quelle|Fuente|Źródło|Fonte)\s*:\s*(?:the )?"
    r"([A-ZÀ-ÞŁŚŻА-ЯЁІЇЄҐ][\w'’&.-]*(?: [A-ZÀ-ÞŁŚŻА-ЯЁІЇЄҐ][\w'’&.-]*){0,4})\s*$",
    re.MULTILINE,
)
_DOMAIN_END = re.compile(
    r"\.(?:com|org|net|info|news|media|press|ua|ru|de|fr|es|pl|uk|it|eu|tv|at|ch|by|kz)(?![\w/@-]|\.\w)"
)
_DOMAIN_START = re.compile(r"(?:^|[^\w@/.-])(?:www\.)?((?:[\w-]+\.)*[\w-]+)$")
_IN_CYRILLIC = re.compile(
    r"(?:пиш[еу]\w*|пишет|повідомля\w+|переда[єе]\w*|переда[её]т|сообща\w+|посиланням на|ссылкой на|за даними|по данным|"
    r"джерело\s*:|источник\s*:)\s+(?:[а-яёіїєґ]+\s+){0,2}?[«\"„“]?"
    r"((?:The )?[A-Z][\w.&'’-]*(?: [A-Z][\w.&'’-]*){0,3})",
    re.IGNORECASE,
)
# Bodies that are no outlets although their names end like one.
_NO_OUTLET = re.compile(
    r"\b(?:Intelligence|Protection|Energy|Medicines|Security|Doping|Space|Health|Management|Enforcement|Development|Crime|"
    r"Defen[cs]e|Tax|Environment\w*|Border|Housing|Federal|National|European|International|Weather|Meteorological|Maritime|"
    r"Standards|Food|Drug|Emergency|Migration|Refugee|Police|Aviation|Research|Rating|Investment|Employment|Cooperation|"
    r"Humanitarian|Statistics|Census|Bureau|Ministry|Department|Office|University|Institute|Bank|Council|Commission|Agencies|"
    r"White House|State|Getty|Shutterstock|EPA|Committee|Association|Government|Court|Supreme|Rock|Pop|Gold|Super|Movie|"
    r"YouTube|Facebook|Twitter|Instagram|TikTok|Reddit|Telegram|WhatsApp|LinkedIn|Google|Wikipedia|WikiLeaks|Amazon|eBay|"
    r"Congressional|Harvard|Law|Business School|Fake|Breaking|Good|Bad|Lone|Morning|Evening|Special|Grand|Rising|Big|World)\b"
)
_FILLER = frozenset(
    {
        "The",
        "A",
        "An",
        "In",
        "On",
        "At",
        "According",
        "As",
        "But",
        "And",
        "While",
        "When",
        "Local",
        "This",
        "That",
        "For",
    }
)


def named_in_text(text: str, known: Sequence[Mention], outlets: OutletTable) -> list[Mention]:
    """Names that look like outlets' and stand where no known one stands; context decides whether they are credited."""
    taken = [(mention.start, mention.end) for mention in known]
    found: list[Mention] = []
    for at, raw in islice(_candidates(text), _MOST_CANDIDATES):
        start, name = _without_filler(at + len(raw) - len(raw.lstrip()), raw.strip(" \u00a0.,"))
        end = start + len(name)
        if not name or any(start < other_end and other_start < end for other_start, other_end in taken):
            continue
        short_for = next((m.outlet for m in (*known, *found) if m.outlet.name.endswith(f" {name}")), None)
        if short_for or _HEAD_ONLY.fullmatch(name):  # "the Post", after "the Harbour Post"
            outlet = short_for
        elif all(word in _FILLER or DESCRIBING.fullmatch(word.casefold()) for word in name.split()):
            outlet = None  # "according to the Italian newspaper"
        else:
            outlet = _outlet(name, outlets)
        if outlet:
            taken.append((start, end))
            found.append(Mention(start, end, outlet))
    return found


def _candidates(text: str) -> Iterator[tuple[int, str]]:
    """(start, name) of everything that may name an outlet, the surest first."""
    yield from ((match.start(1), match.group(1)) for match in _LABELLED.finditer(text))
    if any(kind in text for kind in _KINDS):
        yield from _backwards(text, _DESCRIPTION, _DESCRIBED, with_end=False)
        yield from ((match.start(1), match.group(1)) for match in _DESCRIBED_BEFORE.finditer(text))
    for match in _QUOTED.finditer(text):
        described_by = text[max(0, match.start() - _NAME_CHARACTERS) : match.start()].split()[-1:]
        if described_by and _OUTLET_WORD.fullmatch(described_by[0]):
            yield match.start(1), match.group(1)
    yield from _backwards(text, _SHAPE_END, _SHAPE_START, with_end=True)
    for match in _FIRST.finditer(text):
        if not text[match.start() - 1 : match.start()].isalnum():
            yield match.start(), match.group()
    yield from _backwards(text, _DOMAIN_END, _DOMAIN_START, with_end=True)
    if _CYRILLIC.search(text[:200]):
        yield from ((match.start(1), match.group(1)) for match in _IN_CYRILLIC.finditer(text))


def _backwards(text: str, end: re.Pattern[str], start: re.Pattern[str], *, with_end: bool) -> Iterator[tuple[int, str]]:
    for match in end.finditer(text):
        from_here = max(0, match.start() - _NAME_CHARACTERS)
        if before := start.search(text[from_here : match.start()]):
            name = before.group(1) + match.group() if with_end else before.group(1)
            yield from_here + before.start(1), name


_OWNER = re.compile(r"(?:\S+ ){0,2}?\S+['’]s (?=\S)")
_CYRILLIC = re.compile(r"[а-яёіїєґ]{3}")


def _without_filler(start: int, name: str) -> tuple[int, str]:
    """A sentence's first word is no part of a name: "According Meridian Agency"."""
    owner = _OWNER.match(name)
    if owner:  # "Iowa's Cedar Rapids Gazette"
        start, name = start + owner.end(), name[owner.end() :]
    while True:
        first, space, rest = name.partition(" ")
        if not space or first not in _FILLER:
            return start, name
        start, name = start + len(first) + 1, rest


def _outlet(name: str, outlets: OutletTable) -> Outlet | None:
    if known := outlets.find(name):
        return known
    if "." in name and " " not in name:
        return Outlet(name=name, domains=(name.lower(),))
    return None if _NO_OUTLET.search(name) or len(name) < 3 else Outlet(name=name, common=" " not in name)
