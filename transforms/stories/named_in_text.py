"""Outlets that the table does not know, named beyond doubt: "according to the Daily Ledger newspaper"."""

import re
from collections.abc import Sequence

from transforms.stories.outlets import Mention, Outlet, OutletTable

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
_FIRST_NOUN = r"(?:Daily|Radio|Agence|Agencia|Agenzia|Agência|Diario|Diário|Gazeta|Kurier|Dziennik|Courrier|Nouvelles|Noticias)"
_SHAPE = re.compile(
    rf"(?<![\w@#.-])(?:(?:The )?(?:{_WORD}[ -]){{1,3}}{_HEAD_NOUN}(?: Agency| Service| Review| Online| Network)?"
    rf"|{_FIRST_NOUN} {_WORD}(?: {_WORD})?)(?![\w-])"
)
_DESCRIBED = re.compile(
    rf"(?<![\w@#.-])((?:{_WORD}[ -]){{0,2}}{_WORD}) (?:newspaper|news agency|news site|news website|news portal|news outlet|"
    r"magazine|daily|broadcaster|tabloid|newswire)\b"
)
_QUOTED = re.compile(
    r"(?:издани\w+|газет\w+|агентств\w+|портал\w*|телеканал\w*|журнал\w*|видан\w+|агенці\w+|сайт\w*|Zeitung|Nachrichtenagentur|"
    r"Magazin|Sender|Portal|journal|quotidien|agence|diario|periódico|agencia|dziennik\w*|gazet\w+|agencj\w+|newspaper)"
    r"\s+[«„“\"»‚]([^«»„“”\"\n]{2,40})[»“”\"«‘]"
)
_LABELLED = re.compile(
    r"^\W*(?:Source|Sources|Via|H/T|h/t|Hat tip|Джерело|Источник|Quelle|Fuente|Źródło|Fonte)\s*:\s*(?:the )?"
    rf"((?:[A-ZÀ-ÞŁŚŻА-ЯЁІЇЄҐ][\w'’&.-]*\s?){{1,5}}?)\.?\s*$",
    re.MULTILINE,
)
_DOMAIN = re.compile(
    r"(?<![\w@/.-])(?:www\.)?((?:[\w-]+\.)+(?:com|org|net|info|news|media|press|ua|ru|de|fr|es|pl|uk|it|eu|tv|at|ch|by|kz))(?![\w/@-]|\.\w)"
)
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
    r"Congressional|Harvard|Law|Business School|Fake|Breaking|Good|Bad|Lone|Morning|Evening|Special|Grand|Rising|Big|World)\b"
)
_FILLER = frozenset({"The", "A", "An", "In", "On", "At", "According", "As", "But", "And", "While", "When", "Local", "This", "That", "For"})


def named_in_text(text: str, known: Sequence[Mention], outlets: OutletTable) -> list[Mention]:
    """Names that look like outlets' and stand where no known one stands; context decides whether they are credited."""
    taken = [(mention.start, mention.end) for mention in known]
    found: list[Mention] = []
    for pattern in (_LABELLED, _DESCRIBED, _QUOTED, _SHAPE, _DOMAIN, _IN_CYRILLIC):
        if pattern is _IN_CYRILLIC and not _CYRILLIC.search(text[:200]):
            continue
        group = 0 if pattern is _SHAPE else 1
        for match in pattern.finditer(text):
            start, end = match.span(group)
            name = match.group(group)
            if pattern is not _DOMAIN:
                start, name = _without_filler(start, name)
            end = start + len(name.rstrip(" .,"))
            name = name.rstrip(" .,")
            if not name or any(start < other_end and other_start < end for other_start, other_end in taken):
                continue
            if _HEAD_ONLY.fullmatch(name):
                outlet = next((mention.outlet for mention in known if mention.outlet.name.endswith(f" {name}")), None)
            else:
                outlet = _outlet(name, outlets, strict=pattern is not _DOMAIN)
            if outlet:
                taken.append((start, end))
                found.append(Mention(start, end, outlet))
    return found


def outlet_like_end(title: str) -> str:
    """The name after a headline's last dash, if it is shaped like an outlet's; else empty."""
    head, dash, name = title.rpartition(" - ") if " - " in title else title.rpartition(" – ")
    name = name.strip()
    return name if dash and head and _SHAPE.fullmatch(name) and not _NO_OUTLET.search(name) else ""


_CYRILLIC = re.compile(r"[а-яёіїєґ]{3}")


def _without_filler(start: int, name: str) -> tuple[int, str]:
    """A sentence's first word is no part of a name: "According Meridian Agency"."""
    while True:
        first, space, rest = name.partition(" ")
        if not space or first not in _FILLER:
            return start, name
        start, name = start + len(first) + 1, rest


def _outlet(name: str, outlets: OutletTable, *, strict: bool) -> Outlet | None:
    known = outlets.find(name)
    if known:
        return known
    if strict:
        return None if _NO_OUTLET.search(name) or len(name) < 3 else Outlet(name=name, common=" " not in name)
    return outlets.by_domain(name) or Outlet(name=name.removeprefix("www."), domains=(name.removeprefix("www."),))
