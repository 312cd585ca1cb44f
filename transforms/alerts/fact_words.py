"""Words by which counted facts are told, in the languages most feeds of this project are written in.

The tables hold what English, Ukrainian, Russian, German, French, Spanish, Polish, Italian and Portuguese news leads use.
A word that ends in * stands for all words that begin so.
"""

# ruff: noqa: SIM905 - a list of words reads better as one string

KINDS: dict[str, tuple[str, ...]] = {
    "killed": (
        *("kill", "kills", "killed", "killing", "dead", "die", "dies", "died", "dying", "deaths", "death", "toll"),
        *("fatalit*", "slain", "загин*", "вбит*", "убит*", "жертв*", "погиб*", "умер*", "помер*", "полегл*"),
        *("tot", "tote", "toten", "getötet*", "todesopfer*", "mort", "morts", "morte", "mortes", "morti", "morto"),
        *("tué*", "muert*", "fallecid*", "zabit*", "zginę*", "zginął", "ofiar", "uccis*", "mortos", "mortas"),
    ),
    "injured": (
        *("injur*", "wounded", "wounds", "wounding", "hurt", "поранен*", "поранил*", "постражд*", "травмован*"),
        *("ранен*", "ранил*", "пострада*", "verletz*", "verwundet*", "blessé*", "herid*", "rannych", "ranni"),
        *("rannyc*", "ranił*", "ferit*", "ferid*"),
    ),
    "missing": (
        *("missing", "зникл*", "безвісти", "пропавш*", "пропал*", "vermisst*", "disparu*", "desaparecid*"),
        *("zaginion*", "zaginęł*", "dispers*"),
    ),
    "arrested": (
        *("arrest*", "detain*", "заарештован*", "заарештува*", "затрима*", "арестован*", "арестовал*", "задержан*"),
        *("задержал*", "festgenommen*", "verhaftet*", "arrêté*", "interpellé*", "detenid*", "arrestad*"),
        *("zatrzyman*", "aresztowan*", "detid*", "presos"),
    ),
    "evacuated": (
        *("evacuat*", "евакуйован*", "евакуюва*", "эвакуирова*", "evakuier*", "évacué*", "evacuad*", "ewakuowan*"),
    ),
}
"""Kind of fact -> words that say it. Facts of a kind are told in English, so that they compare across languages."""

PEOPLE = frozenset(
    "people persons person men women children civilians victims others individuals людей люди осіб особи особа человек "
    "человека чоловік menschen personen personnes hommes femmes personas hombres mujeres osób osoby ludzi persone "
    "pessoas dzieci дітей детей".split()
)
"""What alone says too little of what is counted: the words after it decide."""

STOP = frozenset(
    "of the a an in on at to from by for with as were was is are be been have has had being also more than least about "
    "over nearly almost some up around roughly after before since during into under between per out off its their his "
    "у в на з із до від для за по при через після було були був є як що не щонайменше понад близько майже приблизно ще "
    "во с со к из от после было были был минимум более около почти как что не ещё еще свыше примерно тому "
    "der die das den dem des ein eine einen einer im in am an auf aus bei bis mit nach seit von vor zu zum zur wurden "
    "wurde werden sind ist war waren mindestens über rund etwa fast mehr als "
    "le la les de du des un une au aux à dans par pour sur avec ont a été sont est plus près environ moins "
    "el los las en del y con por para han ha sido fueron son es más al menos unos cerca casi que "
    "w z ze od po przy przez zostało zostały było są jest co najmniej ponad około prawie "
    "il lo gli di da nel nella con per sono è stati almeno oltre circa quasi dei".split()
)

QUALIFIERS = frozenset(
    "at least about over nearly almost some up to around roughly more than as many щонайменше понад близько майже "
    "приблизно до не менше минимум более около почти свыше примерно менее mindestens über rund etwa fast mehr als bis zu "
    "au moins près de environ plus jusqu'à al menos unos cerca casi más co najmniej ponad około prawie almeno oltre circa "
    "quasi".split()
)
"""What may stand between a verb and its number: "killed at least 12"."""

AND = frozenset(
    "and or but while і й та або а але и или но und oder aber sowie et ou mais y o pero i oraz ale e ma".split()
)
"""Ends what a number counts."""

UNITS = frozenset(
    "second seconds minute minutes hour hours day days week weeks month months year years decade decades century am pm "
    "km kilometre kilometres kilometer kilometers metre metres meter meters mile miles feet foot degrees percent "
    "секунд хвилин хвилини година години годин годині день дні днів тиждень тижні тижнів місяць місяці місяців рік роки "
    "років року км метрів минут минуты час часа часов дня дней недели недель месяц месяца месяцев год года лет метров "
    "sekunden minuten uhr stunde stunden tag tage tagen woche wochen monat monate monaten jahr jahre jahren meter "
    "minutes heure heures jour jours semaine semaines mois an ans année années mètres "
    "minutos hora horas día días dia dias semana semanas mes meses año años metros kilómetros "
    "godzin godziny dni tygodni miesięcy lat lata metrów ore giorni giorno settimane mesi anni anno".split()
)
"""Measures of time and length: seldom the fact that a story turns on."""

MONTHS = (
    *("jan*", "feb*", "mar", "march", "april", "apr", "may", "june", "jun", "july", "jul", "aug*", "sep", "sept*"),
    *("oct*", "nov", "november", "dec", "december", "січ*", "лютого", "лютий", "берез*", "квіт*", "трав*", "червня"),
    *("липня", "серпня", "верес*", "жовт*", "листопад*", "груд*", "январ*", "феврал*", "марта", "апрел*", "мая"),
    *("июня", "июля", "августа", "сентябр*", "октябр*", "ноябр*", "декабр*", "märz", "mai", "juni", "juli", "okt*"),
    *("dezember", "janv*", "févr*", "mars", "avril", "juin", "juillet", "août", "décembre", "enero", "febrero"),
    *("marzo", "abril", "mayo", "junio", "julio", "agosto", "diciembre", "stycz*", "lutego", "marca", "kwiet*"),
    *("maja", "czerwca", "lipca", "sierpnia", "wrze*", "październ*", "grudnia"),
)

NUMBERS: dict[str, int] = {
    **dict(zip("one two three four five six seven eight nine ten eleven twelve".split(), range(1, 13), strict=True)),
    **dict(zip("два три чотири п'ять шість сім вісім дев'ять десять".split(), range(2, 11), strict=True)),
    **dict(zip("двоє троє четверо п'ятеро шестеро".split(), range(2, 7), strict=True)),
    **dict(zip("двое трое четыре пять шесть семь восемь девять".split(), (2, 3, 4, 5, 6, 7, 8, 9), strict=True)),
    **dict(zip("zwei drei vier fünf sechs sieben acht neun zehn elf zwölf".split(), range(2, 13), strict=True)),
    **dict(zip("deux trois quatre cinq sept huit neuf dix".split(), (2, 3, 4, 5, 7, 8, 9, 10), strict=True)),
    **dict(zip("dos tres cuatro cinco seis siete ocho nueve diez".split(), range(2, 11), strict=True)),
}

SCALES: dict[str, int] = {
    **dict.fromkeys(
        "thousand thousands k тис тисяч тисячі тысяч тысячи тыс tausend mille mil tys tysięcy".split(), 10**3
    ),
    **dict.fromkeys(
        "million millions m mln млн мільйон мільйони мільйонів миллион миллиона миллионов mio millionen "
        "millón millones milionów milioni milhões".split(),
        10**6,
    ),
    **dict.fromkeys(
        "billion billions bn млрд мільярд мільярди мільярдів миллиард миллиарда миллиардов mrd milliarden "
        "milliard milliards mld miliardów".split(),
        10**9,
    ),
    **dict.fromkeys("trillion trillions tn трлн".split(), 10**12),
}
"""A number's next word that multiplies it (billion as in English: 10**9)."""

CURRENCIES: dict[str, str] = {
    "$": "dollars",
    "€": "euros",
    "£": "pounds",
    "₴": "hryvnias",
    "₽": "roubles",
    "¥": "yen",
}
