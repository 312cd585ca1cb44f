"""Where an article ends and its promotional tail begins.

Outlets hang blocks on their articles that are not the report: "Latest news:" with other headlines, "Let's remember X
wrote, ...", calls to subscribe, copyright lines. Such blocks must neither join nor split stories. The rule is
conservative: lines are read from the end, and reading stops at the first line that looks like a report's own words. A
credit such as "Source: Axios." is the report's, the headlines listed after it are not. Only notices of rights, which no
report holds, are taken out wherever they stand: what a page ends with stands elsewhere once another block hangs below.
"""

import re

MAX_TAIL_SHARE = 0.6
"""A longer share of the words is never cut: a short notice may be wholly made of such phrases."""

MAX_NOTICE_WORDS = 80
"""A longer line is no notice, whatever it begins with: some texts come as one line."""

_MAX_LISTED = 15
_MAX_HEADLINE_WORDS = 24
_TITLE_CASE = 0.6


def _alternatives(*phrases: str) -> str:
    return "(?:" + "|".join(phrases) + ")"


# Calls that stand before a headline, with or without a colon: "Lire aussi Le port ferme".
_READ_ALSO = _alternatives(
    r"(?:also read|read also|see also|read more|read next|more on this|you (?:may|might) also (?:like|be interested in))",
    r"(?:читайте|смотрите|дивіться|також читайте)[ ,]+(?:также|також|ещё|еще|ще|по теме|за темою)",
    r"також читайте|также читайте|вас може зацікавити|вам может быть интересно",
    r"lesen sie (?:auch|mehr|dazu|hier)|auch interessant|das könnte sie (?:auch )?interessieren|mehr zum thema",
    r"(?:à )?lire (?:aussi|également)|voir (?:aussi|également)|sur le même sujet",
    r"(?:lea|lee|leer|vea|ver) (?:también|además|más)|(?:también )?te puede interesar|te recomendamos",
    r"(?:czytaj|przeczytaj|zobacz|sprawdź) (?:także|też|również|więcej)|polecamy",
    r"leggi anche|leia (?:também|mais)|veja também",
)
# Names of blocks: need a colon behind them, or a line of their own.
_BLOCK_NAME = _alternatives(
    r"(?:the )?(?:latest|more|other|top|related|popular|trending|recommended)(?: (?:on|from) [\w .'-]{2,40})?"
    r"(?: (?:news|stories|articles|content|posts|coverage|reading|headlines|topics|videos?))?(?: now| today| for you)?",
    r"(?:most (?:read|popular|viewed)|in other news|editors?['’]s? picks?|what to read next|further reading|don['’]t miss|"
    r"must read|up next|tags|topics|keywords|share this(?: article| story)?|more stories like this|related roundup)",
    r"(?:останні|свіжі|інші|головні|схожі|популярні|більше) новини?|новини (?:за темою|по темі|дня)|за темою|популярне|"
    r"рекомендуємо|теги|більше новин",
    r"(?:последние|свежие|другие|главные|похожие|популярные|больше) новост(?:и|ей)|новости (?:по теме|дня)|по теме|"
    r"популярное|рекомендуем|материалы по теме",
    r"weitere (?:nachrichten|artikel|meldungen|themen)|meistgelesen|zum thema|aktuelle nachrichten|schlagworte|themen",
    r"les plus lus|(?:nos )?dernières? (?:actualités|infos|nouvelles)|articles liés|plus d['’]infos|à la une|mots[- ]clés",
    r"noticias relacionadas|más noticias|últimas noticias|lo más (?:leído|visto)|más información|etiquetas",
    r"więcej na ten temat|najnowsze(?: wiadomości)?|najczęściej czytane|powiązane(?: artykuły)?|tagi|inne wiadomości",
)
# Lines that ask something of the reader or state rights.
_CALL = _alternatives(
    r"subscribe(?: (?:to|now|here|on|today|for)\b|[:!.]|$)|sign up (?:for|to|here|now|and)\b|"
    r"(?:follow|like) (?:us|me|our)\b|follow [^.]{2,60}? on (?:twitter|facebook|instagram|telegram|x|google news)\b",
    r"join (?:us|our|the) [^.]{0,60}(?:telegram|whatsapp|viber|channel|newsletter|facebook|conversation)|"
    r"click here\b|click for more\b|download (?:our|the) app|get (?:our|the) [^.]{0,60}(?:newsletter|inbox|app|stories)\b",
    r"looking for a quick way|support [^.]{2,30} journalism|every day at vox|want more [^.]{2,40}\?|"
    r"have something to add|what do you think\?",
    r"(?:copyright\b|©|\(c\) ?(?:19|20)\d\d)|all rights reserved|this material may not be published|"
    r"content created by the\b|npr transcripts are created",
    r"send (?:a tip|tips|letters)[^.]{0,20} to\b|contact us at\b|read or share this|slideshow \(\d+ images?\)|"
    r"media playback is|(?:poll|video) loading|please enable javascript|please include a contact",
    r"the post .{3,200} appeared first on\b|(?:view|leave a|add a|post a) comments?\b|\d+ comments?$|"
    r"(?:this )?advertisement\b.{0,40}$",
    r"(?:подпи|підпи)[шс]\w+ (?:на|в|у)\b|"
    r"(?:следите|стежте|слідкуйте) за\b|(?:присоединяйтесь|долучайтес[ья]|приєднуйтес[ья]) (?:к|до)\b",
    r"(?:наш|мы в|ми у|ми в) (?:телеграм|telegram|viber|вайбер|facebook|фейсбук)|"
    r"(?:все|всі|усі) права (?:защищены|захищен[іо])|(?:использование|використання) (?:любых |будь-яких )?материалов|"
    r"використання (?:будь-яких )?матеріалів|если вы (?:заметили|нашли) ошибку|якщо ви (?:помітили|знайшли) помилку|"
    r"(?:хотите первыми|хочете першими)\b",
    r"abonnieren sie|folgen sie uns|melden sie sich\b.{0,60}newsletter|alle rechte vorbehalten|"
    r"jetzt (?:anmelden|abonnieren|newsletter)|hier geht es zum newsletter",
    r"abonnez[- ]vous|suivez[- ]nous|inscrivez[- ]vous|tous droits réservés|recevez (?:notre|nos|chaque)|"
    r"téléchargez (?:notre|l['’]appli)",
    r"suscr[ií]b(?:ete|ase|anse|a)\b|s[ií](?:gue|ga)nos\b|apúntate|todos los derechos reservados|"
    r"únete a (?:nuestro|nuestra)|descarga nuestra",
    r"subskrybuj|obserwuj nas|śledź nas|zapisz się (?:do|na)\b|wszelkie prawa zastrzeżone|dołącz do nas|polub nas",
    r"iscriviti|seguici|inscreva-se|siga-nos|tutti i diritti riservati|todos os direitos reservados",
)
_NAME = r"(?:the )?[^\W\d_][\w.'’-]*(?: [A-ZА-ЯЁІЇЄҐ][\w.'’-]*){0,3}"
_WE = r"(?:we|our (?:site|portal|outlet|newspaper))"
# An outlet that tells what else it wrote.
_SELF_EN = _alternatives(
    rf"(?:let['’]?s|let us) (?:remember|recall|remind)(?: you)?,?(?: that)?,? (?:earlier |previously )?"
    rf"(?:{_WE}|{_NAME}) (?:also |earlier |previously )?(?:wrote|informed|reported|told)\b",
    rf"(?:recall|we remind(?: you)?|as a reminder|earlier|previously|before that|also|in addition|besides),? (?:that )?,?"
    rf"{_WE} (?:also |earlier |previously )?(?:wrote|informed|reported)\b",
    rf"(?:in addition|besides|also|earlier|previously),? {_NAME} (?:also )?(?:informed|wrote)[,:]",
    rf"(?:{_WE}|{_NAME}) (?:also|earlier|previously) (?:informed|wrote)[,:]",
    rf"as {_WE} (?:earlier |previously |already )?(?:wrote|reported|informed)\b",
)
_QUOTED = (
    r"[«„“\"][^»“”\"]{2,40}[»“”\"]|(?:[A-Z][\w.-]*)(?: [A-Z][\w.-]*){0,3}|[\w-]+\.(?:ua|net|com|ru|info|org|media)"
)
_SELF_CYRILLIC = _alternatives(
    rf"(?:нагадаємо|нагадуємо|нагадаєм|раніше|також|крім того|окрім того|до цього|як),? (?:що )?(?:раніше |вже )?"
    rf"(?:ми|наше видання|редакція|видання (?:{_QUOTED})|{_QUOTED})[^.]{{0,20}}? (?:раніше |також |вже )?"
    r"(?:писа|повідомля|інформува|розповіда|розповіл)\w*",
    r"(?:нагадаємо|раніше),? (?:[А-ЯІЇЄҐ][\w-]+ )(?:раніше |також )?писал[аи]\b",
    rf"(?:напомним|напоминаем|ранее|также|кроме того|до этого|как),? (?:что )?(?:ранее |уже )?"
    rf"(?:мы|наше издание|редакция|издание (?:{_QUOTED})|{_QUOTED})[^.]{{0,20}}? (?:ранее |также |уже )?"
    r"(?:писал|сообща|информирова|рассказыва|рассказал)\w*",
    r"(?:напомним|ранее),? (?:[А-ЯЁ][\w-]+ )(?:ранее |также )?писал[аи]\b",
)
_SELF_OTHER = _alternatives(
    r"(?:zuvor|bereits zuvor|vorher) (?:hatten|haben) wir\b|wie wir (?:bereits )?(?:berichtet|geschrieben) (?:haben|hatten)",
    r"(?:rappelons|pour rappel),? (?:que )?nous (?:avons|avions) (?:écrit|publié|rapporté)|"
    r"(?:plus tôt|auparavant),? nous (?:avons|avions) (?:écrit|publié)",
    r"(?:recordemos|recordamos|anteriormente|antes),? (?:que )?(?:ya )?(?:escribimos|publicamos|informamos|contamos)\b",
    r"(?:przypomnijmy|przypominamy|wcześniej|przypomnimy),? (?:że )?(?:już |wcześniej )?(?:pisaliśmy|informowaliśmy|"
    r"publikowaliśmy)\b",
)

_LEAD = r"^[\s•·*►▶>»→\-–—\[(]*"
_LIST_HEADER = re.compile(rf"{_LEAD}(?:{_READ_ALSO}|{_BLOCK_NAME})\s*[:.…\])]*\s*$", re.IGNORECASE)
_INLINE_HEADER = re.compile(rf"{_LEAD}(?:{_READ_ALSO}\b|{_BLOCK_NAME}\s*:)", re.IGNORECASE)
_PROMO = re.compile(rf"{_LEAD}(?:{_CALL}|{_SELF_EN}|{_SELF_CYRILLIC}|{_SELF_OTHER})", re.IGNORECASE)
_TOLD = (
    *("wrote", "informed", "reported", "told", "писа", "повідомля", "інформува", "розпов", "сообща", "информирова"),
    *("рассказ", "wir", "nous", "escribimos", "publicamos", "informamos", "contamos", "pisaliśmy", "informowaliśmy"),
    *("publikowaliśmy",),
)
"""Each reminder has one of these; looked for first, as most lines have none."""
_REMINDS_WITHIN = 240
_REMINDER = re.compile(rf"{_LEAD}(?:{_SELF_EN}|{_SELF_CYRILLIC}|{_SELF_OTHER})", re.IGNORECASE)
_FILLER = re.compile(
    r"^[\W_]*$|^(?:ad|ads|advertisement:?|реклама|anzeige|publicité|publicidad|reklama|share|tweet|print|email|e-mail|whatsapp|"
    r"facebook|twitter|telegram|pocket|linkedin|reddit|pinterest|savesave|read more|view gallery)$",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"^\W*(?:source|sources|via|h/t|джерело|источник|quelle|fuente|źródło|fonte|quellen|джерела|источники)\s*:\s*\S.{0,80}$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)]*$")
_WORD = re.compile(r"[^\W\d_][\w'’-]{3,}")
# Lines that no report holds anywhere; a report may begin a paragraph with "Copyright law".
_NOTICE = re.compile(
    _LEAD
    + _alternatives(
        r"copyright (?:©|\(c\)|(?:19|20)\d\d)|©|\(c\) ?(?:19|20)\d\d|all rights reserved|this material may not be published",
        r"npr transcripts are created|read or share this (?:story|article)\b",
        r"(?:все|всі|усі) права (?:защищены|захищен[іо])|alle rechte vorbehalten|tous droits réservés",
        r"todos los derechos reservados|wszelkie prawa zastrzeżone|tutti i diritti riservati|todos os direitos reservados",
    ),
    re.IGNORECASE,
)
# Inside a line (an extractor that joins paragraphs): only phrases that no report uses, after a sentence's end.
_INSIDE = re.compile(
    r"(?<=[.!?…\"”»)])\s+(?="
    r"(?:Latest news|Read also|Also read|Related articles|Related news|Читайте также|Читайте також|Lesen Sie auch|Lire aussi|"
    r"À lire aussi|Lea también|Czytaj także|Останні новини|Последние новости)\s*:"
    r"|(?:Let['’]s remember [A-Z]\w+ wrote,|Copyright ©|The post .{3,200} appeared first on )"
    r"|(?:Sign up for our|Subscribe to our|Follow us on|Подписывайтесь на наш|Підписуйтесь на наш)\b)"
)


def split_tail(text: str) -> tuple[str, str]:
    """Split an article's text into (body, promotional tail), both stripped; the tail is empty where there is none.

    Nothing is lost (each word is in one of the two, notices of rights before the rest of the tail), and the body is empty
    only for a blank text. The tail holds at most MAX_TAIL_SHARE of the words.
    """
    starts = _line_starts(text)
    if not starts:
        return "", ""
    lines = [text[start:end].strip() for start, end in starts]
    first = _first_tail_line(lines)
    cut = starts[first][0] if first < len(lines) else len(text)
    inside = _INSIDE.search(text, starts[first - 1][0], starts[first - 1][1]) if first else None
    if inside and _fits(text, inside.start()):
        cut = inside.start()
    body, tail = text[:cut].strip(), text[cut:].strip()
    told: list[str] = []
    notices: list[str] = []
    for line in body.split("\n"):
        (notices if _is_notice(line) else told).append(line)
    apart = "\n".join([*notices, tail]).strip()
    if notices and len(apart.split()) <= MAX_TAIL_SHARE * len(text.split()):
        return "\n".join(told).strip(), apart
    return body, tail


def is_reminder(line: str) -> bool:
    """Does a line of a report point at other articles ("Read also: ...", "We remind, we wrote ...")?"""
    if _INLINE_HEADER.match(line):
        return True
    beginning = line[:_REMINDS_WITHIN].lower()
    return any(verb in beginning for verb in _TOLD) and bool(_REMINDER.match(line))


def _line_starts(text: str) -> list[tuple[int, int]]:
    """(start, end) of each line that is not blank."""
    spans, at = [], 0
    for line in text.split("\n"):
        if line.strip():
            spans.append((at, at + len(line)))
        at += len(line) + 1
    return spans


def _first_tail_line(lines: list[str]) -> int:
    """Index of the first line of the tail; len(lines) where there is no tail."""
    cuts, at, listed = [], len(lines) - 1, 0
    while at > 0:
        line = lines[at]
        if _PROMO.match(line) or _INLINE_HEADER.match(line) or _LIST_HEADER.match(line):
            # What an inline "Read also: Title" precedes is its own; only a block's name opens a list.
            if listed and not _LIST_HEADER.match(line):
                break
            listed = 0
            cuts.append(at)
        elif _CREDIT.match(line):
            if listed:
                cuts.append(at + 1)
            break
        elif _FILLER.match(line):
            if not listed:
                cuts.append(at)
        else:
            if not _is_headline(line) or listed == _MAX_LISTED:
                break
            listed += 1
        at -= 1
    if not cuts:
        return len(lines)
    words = [len(line.split()) for line in lines]
    total = sum(words)
    for candidate in reversed(cuts):
        if sum(words[candidate:]) <= MAX_TAIL_SHARE * total:
            return candidate
    return len(lines)


def _is_notice(line: str) -> bool:
    return bool(_NOTICE.match(line)) and len(line.split()) <= MAX_NOTICE_WORDS


def _fits(text: str, cut: int) -> bool:
    return len(text[cut:].split()) <= MAX_TAIL_SHARE * len(text.split())


def _is_headline(line: str) -> bool:
    """Could the line be another article's headline: short, and no sentence of a report."""
    if len(line.split()) > _MAX_HEADLINE_WORDS:
        return False
    if not _SENTENCE_END.search(line) or line.endswith("?"):
        return True
    words = _WORD.findall(line)
    return len(words) > 3 and sum(word[0].isupper() for word in words) >= _TITLE_CASE * len(words)
