"""Pairs of articles made from the project's own fixtures: copies changed as outlets change them, and what is no copy."""

import random
import tomllib
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

FIXTURES = Path(__file__).parents[1] / "fixtures"
LEAST_WORDS = 60
"""Shorter fixtures are not changed: a third of one would be a line."""
EACH = 36
"""Pairs of a kind of copy."""


class Text(NamedTuple):
    """An article as far as copies are concerned."""

    lang: str
    story: str
    title: str
    text: str
    relation: str


class Pair(NamedTuple):
    """Two articles, the earlier one first, and whether the later one is a copy of it."""

    kind: str
    earlier: Text
    later: Text
    copied: bool


BOILERPLATE = {
    "en": "The Lantern is read in forty countries and belongs to nobody but its readers. Every morning at six our "
    "newsroom gathers the reports that matter, checks them and puts them into plain words. If you value such work, tell "
    "a friend about it, write to the desk with what you have seen, and keep a copy of this page: the archive stays open "
    "to all, on every device and without a fee.",
    "de": "Die Laterne wird in vierzig Ländern gelesen und gehört niemandem als ihren Lesern. Jeden Morgen um sechs "
    "sammelt die Redaktion die Berichte, auf die es ankommt, prüft sie und fasst sie in klare Worte. Wer diese Arbeit "
    "schätzt, erzählt einem Freund davon, schreibt uns, was er gesehen hat, und hebt diese Seite auf: Das Archiv bleibt "
    "für alle offen, auf jedem Gerät und ohne Gebühr.",
    "es": "El Farol se lee en cuarenta países y no pertenece a nadie más que a sus lectores. Cada mañana a las seis la "
    "redacción reúne las noticias que importan, las comprueba y las cuenta con palabras sencillas. Si usted valora este "
    "trabajo, hable de él con un amigo, escriba a la mesa lo que ha visto y guarde esta página: el archivo sigue abierto "
    "para todos, en cualquier aparato y sin pagar.",
    "fr": "Le Fanal est lu dans quarante pays et n'appartient qu'à ses lecteurs. Chaque matin à six heures la rédaction "
    "rassemble les nouvelles qui comptent, les vérifie et les met en mots simples. Si vous tenez à ce travail, parlez-en "
    "à un ami, écrivez au bureau ce que vous avez vu et gardez cette page : les archives restent ouvertes à tous, sur "
    "tous les appareils et sans rien payer.",
    "pl": "Latarnię czyta się w czterdziestu krajach i nie należy ona do nikogo poza czytelnikami. Każdego ranka o "
    "szóstej redakcja zbiera doniesienia, które mają znaczenie, sprawdza je i opisuje prostymi słowami. Kto ceni taką "
    "pracę, niech powie o niej przyjacielowi, napisze do nas, co widział, i zachowa tę stronę: archiwum pozostaje otwarte "
    "dla wszystkich, na każdym urządzeniu i bez opłat.",
    "ru": "Фонарь читают в сорока странах, и принадлежит он одним только читателям. Каждое утро в шесть часов редакция "
    "собирает сообщения, которые важны, проверяет их и пересказывает простыми словами. Если вам дорога такая работа, "
    "расскажите о ней другу, напишите дежурным о том, что видели сами, и сохраните эту страницу: архив остаётся открытым "
    "для всех, на любом устройстве и без платы.",
    "uk": "Ліхтар читають у сорока країнах, і належить він самим лише читачам. Щоранку о шостій редакція збирає "
    "повідомлення, які мають вагу, перевіряє їх і переказує простими словами. Якщо вам дорога така праця, розкажіть про "
    "неї другові, напишіть черговим про те, що бачили самі, і збережіть цю сторінку: архів лишається відкритим для всіх, "
    "на будь-якому пристрої та без плати.",
}
TEMPLATES = (
    (
        "en",
        "{0} exchange closes {1}",
        (
            "The {0} exchange closed {1} on {2}. The leading index stood at {3} points at the end of trading, a change of {4} "
            "percent from the day before. {5} shares rose and {6} fell; turnover came to {7} million crowns. The yield of the "
            "ten-year bond was {8} percent. A barrel of oil cost {9} dollars in the evening, an ounce of gold {10} dollars. The "
            "crown was quoted at {11} to the euro. Trading resumes at nine in the morning. The figures are those of the exchange and are given without warranty; readers who want to follow single shares during the day find them in the "
            "tables of this page, where they are brought up to date every quarter of an hour while the market is open."
        ),
    ),
    (
        "de",
        "Börse {0} schließt {1}",
        (
            "Die Börse {0} hat am {2} {1} geschlossen. Der Leitindex stand zum Ende des Handels bei {3} Punkten, eine "
            "Veränderung von {4} Prozent gegenüber dem Vortag. {5} Werte stiegen und {6} fielen; der Umsatz betrug {7} Millionen "
            "Kronen. Die Rendite der zehnjährigen Anleihe lag bei {8} Prozent. Ein Fass Öl kostete am Abend {9} Dollar, eine "
            "Unze Gold {10} Dollar. Für einen Euro wurden {11} Kronen gezahlt. Der Handel beginnt wieder um neun Uhr. Die Zahlen stammen von der Börse und sind ohne Gewähr; wer einzelne Werte im Lauf des Tages verfolgen will, findet sie in den Tabellen dieser Seite, die "
            "alle Viertelstunde erneuert werden, solange der Markt geöffnet ist."
        ),
    ),
    (
        "uk",
        "Біржа {0}: торги завершилися {1}",
        (
            "Біржа {0} завершила торги {2} {1}. Головний індекс наприкінці дня становив {3} пункту, зміна проти попереднього "
            "дня сягнула {4} відсотка. Подорожчали {5} акцій, подешевшали {6}; оборот склав {7} мільйонів крон. Дохідність "
            "десятирічних облігацій була {8} відсотка. Барель нафти ввечері коштував {9} долара, унція золота {10} долара. За "
            "євро давали {11} крони. Наступні торги почнуться о дев'ятій ранку. Дані надає сама біржа, і відповідальності за них вона не несе; хто хоче стежити за окремими паперами впродовж дня, знайде їх у таблицях на "
            "цій сторінці, що оновлюються кожні чверть години, доки ринок відкрито."
        ),
    ),
)
_WAYS = {"en": ("higher", "lower"), "de": ("höher", "tiefer"), "uk": ("зростанням", "падінням")}
_DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday"),
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag"),
    "uk": ("у понеділок", "у вівторок", "у середу", "у четвер"),
}
STUBS = (
    ("en", "This is a developing story. More details follow shortly on this page."),
    ("de", "Eilmeldung. Weitere Einzelheiten folgen in Kürze an dieser Stelle."),
    ("uk", "Новина оновлюється. Подробиці згодом на цій сторінці."),
)
UPDATES = {
    "en": "{0}:{1}. Our correspondents are following the day here; older entries stand below.",
    "de": "{0}:{1} Uhr. Unsere Korrespondenten begleiten hier den Tag; ältere Einträge stehen weiter unten.",
    "uk": "{0}:{1}. Наші кореспонденти стежать тут за подіями дня; давніші записи нижче.",
}


def fixtures() -> list[Text]:
    """All articles that the project has written, newsroom first; each text once."""
    found: dict[str, Text] = {}
    for folder in ("newsroom/stories", "stories", "credits"):
        for path in sorted((FIXTURES / folder).glob("*.toml")):
            content = tomllib.loads(path.read_text(encoding="utf-8"))
            for number, row in enumerate(content.get("articles", [])):
                if "text" in row:
                    lang = row.get("lang") or content.get("lang") or path.stem
                    story = {"newsroom/stories": path.stem, "credits": f"{path.stem} {number}"}.get(folder)
                    story = story or f"{path.stem} {row.get('story', number)}"
                    title = row.get("headline") or row.get("title") or ""
                    text = row["text"].strip()
                    found.setdefault(text, Text(lang, f"{folder} {story}", title, text, row.get("relation", "")))
    return list(found.values())


def _sentences(text: str) -> list[str]:
    return [sentence for line in text.splitlines() for sentence in line.replace(". ", ".\n").splitlines() if sentence]


def _cut(share: float) -> Callable[[Text, random.Random, Sequence[str]], Text]:
    def change(one: Text, _: random.Random, __: Sequence[str]) -> Text:
        """The first sentences up to a share of the words, the last of them cut where the share ends."""
        words = one.text.split(" ")
        return one._replace(text=" ".join(words[: max(1, round(share * len(words)))]))

    return change


def _edited(share: float) -> Callable[[Text, random.Random, Sequence[str]], Text]:
    def change(one: Text, chance: random.Random, others: Sequence[str]) -> Text:
        """So many words at random places replaced, left out or added."""
        words = one.text.split(" ")
        for place in sorted(chance.sample(range(len(words)), max(1, round(share * len(words)))), reverse=True):
            new = chance.choice(others)
            words[place : place + 1] = chance.choice(([new], [new], [], [words[place], new]))
        return one._replace(text=" ".join(words))

    return change


def _retitled(one: Text, chance: random.Random, others: Sequence[str]) -> Text:
    """Another headline, and a closing paragraph of its own."""
    title, tail = (" ".join(chance.choice(others) for _ in range(count)) for count in (8, 40))
    return one._replace(title=title.capitalize(), text=f"{one.text}\n{tail.capitalize()}.")


def _framed(one: Text, chance: random.Random, _: Sequence[str]) -> Text:
    """Another outlet's block of sixty words before or behind it."""
    block = BOILERPLATE[one.lang]
    return one._replace(text=chance.choice((f"{one.text}\n{block}", f"{block}\n{one.text}")))


CHANGES: dict[str, Callable[[Text, random.Random, Sequence[str]], Text]] = {
    "cut to 30 %": _cut(0.3),
    "cut to 50 %": _cut(0.5),
    "cut to 70 %": _cut(0.7),
    "5 % of words edited": _edited(0.05),
    "10 % of words edited": _edited(0.1),
    "new headline and tail": _retitled,
    "foreign boilerplate": _framed,
}


def _copies(texts: Sequence[Text], chance: random.Random) -> Iterator[Pair]:
    words = {lang: " ".join(one.text for one in texts if one.lang == lang).split() for lang in {t.lang for t in texts}}
    for kind, change in CHANGES.items():
        for one in chance.sample(texts, min(EACH, len(texts))):
            yield Pair(kind, one, change(one, chance, words[one.lang]), copied=True)


def _report(chance: random.Random, template: tuple[str, str, str], town: str) -> Text:
    lang, title, text = template
    numbers = [
        f"{chance.randint(2000, 9000)}.{chance.randint(10, 99)}",
        f"{chance.randint(0, 3)}.{chance.randint(10, 99)}",
        *(str(chance.randint(11, 99)) for _ in range(2)),
        str(chance.randint(100, 999)),
        *(
            f"{chance.randint(low, high)}.{chance.randint(10, 99)}"
            for low, high in ((2, 5), (60, 90), (1700, 2900), (10, 12))
        ),
    ]
    facts = (town, chance.choice(_WAYS[lang]), chance.choice(_DAYS[lang]), *numbers)
    return Text(lang, "", title.format(*facts), text.format(*facts), "")


def _live(texts: Sequence[Text], chance: random.Random, about: Text) -> Text:
    """A live blog: entries on many things, each the opening of another article, one of them of this one."""
    others = [one for one in texts if one.lang == about.lang and one.story != about.story]
    entries = [*chance.sample(others, min(9, len(others))), about]
    chance.shuffle(entries)
    line = UPDATES[about.lang]
    told = [
        f"{line.format(20 - place, chance.randint(10, 59))}\n{' '.join(_sentences(one.text)[:2])}"
        for place, one in enumerate(entries)
    ]
    return about._replace(title="Live", text="\n".join(told))


def _others(texts: Sequence[Text], chance: random.Random) -> Iterator[Pair]:
    by_lang: dict[str, list[Text]] = {}
    for one in texts:
        by_lang.setdefault(one.lang, []).append(one)
    langs = [lang for lang, some in by_lang.items() if len({one.story for one in some}) > 1]

    def two_apart() -> tuple[Text, Text]:
        while True:
            one, other = chance.sample(by_lang[chance.choice(langs)], 2)
            if one.story != other.story:
                return one, other

    retold = [
        (one, other)
        for one, other in combinations(texts, 2)
        if one.story == other.story and other.relation in {"rewrite", "same-event"} and one.relation == "first"
    ]
    for one, other in chance.sample(retold, min(60, len(retold))):
        yield Pair("retold", one, other, copied=False)
    for _ in range(56):
        one, other = two_apart()
        yield Pair("another report", one, other, copied=False)
    for _ in range(56):
        one, other = two_apart()
        block = BOILERPLATE[one.lang]
        one, other = (text._replace(text=f"{text.text}\n{block}") for text in (one, other))
        yield Pair("shared boilerplate", one, other, copied=False)
    for number in range(48):
        template = TEMPLATES[number % len(TEMPLATES)]
        yield Pair(
            "template", _report(chance, template, "Karlshavn"), _report(chance, template, "Karlshavn"), copied=False
        )
    for number in range(12):
        lang, stub = STUBS[number % len(STUBS)]
        one, other = (text._replace(text=stub) for text in chance.sample(by_lang[lang], 2))
        yield Pair("one-line stub", one, other, copied=False)
    for number in range(16):
        about = chance.choice(by_lang[("en", "de", "uk")[number % 3]])
        yield Pair("live blog", about, _live(texts, chance, about), copied=False)


def made_pairs(seed: int) -> list[Pair]:
    """About 500 pairs, half of them copies, the same for the same seed and fixtures."""
    chance = random.Random(seed)
    texts = [one for one in fixtures() if len(one.text.split()) >= LEAST_WORDS and one.lang in BOILERPLATE]
    return [*_copies(texts, chance), *_others(texts, chance)]
