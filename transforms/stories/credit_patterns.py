"""The words that credit an outlet, by language and by what they say.

Written as phrases, not as one great pattern, so that an editor can read and mend them. A phrase stands directly before
or behind an outlet's name, apart from describing words ("the American news site"). Weights: how sure the phrase makes
the credit, judged by reading the newsroom's and the fixtures' articles.
"""

import re
from typing import NamedTuple

from transforms.model import CreditKind


class Cue(NamedTuple):
    """What a phrase says of the outlet beside it."""

    kind: CreditKind
    weight: float
    anywhere: bool = False
    """A source wherever it stands; others only in the headline and lead, and elsewhere credit one fact."""
    chain: bool = False
    """Follows the outlet through which it is cited: "Politeka, citing RBC"."""
    relays: bool = False
    """Names the outlet through which the one before it is cited: "Axios, quoted by RBC"."""
    spoken: bool = False
    """Somebody spoke to the outlet: what it was told in the opening sentences is the report."""


_SOURCE = Cue(CreditKind.SOURCE, 0.9)
_CITING = Cue(CreditKind.SOURCE, 0.9, chain=True)
_RELAYS = Cue(CreditKind.SOURCE, 0.7, relays=True)
_LABEL = Cue(CreditKind.SOURCE, 1.0, anywhere=True)
_PARTLY = Cue(CreditKind.SOURCE, 0.7, anywhere=True)
_TOLD = Cue(CreditKind.CITED, 0.4, spoken=True)
_WEAK = Cue(CreditKind.CITED, 0.4)


def _cues(cue: Cue, phrases: str) -> dict[str, Cue]:
    return {phrase.strip(): cue for phrase in phrases.replace("\n", " ").split("|") if phrase.strip()}


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


BEFORE: dict[str, Cue] = {
    # English
    **_cues(
        _SOURCE,
        "according to | according to reports by | according to reports in | according to a report in | as per | per | informs |"
        "inform | informed | reports | reported | writes | wrote | reported by | first reported by | was reported by | report by |"
        "reports by | report from | reports from | reported in | reported on | report in | reports in | report on | article in |"
        "article by | story in | story by | investigation by | investigation in | published in | published by | published on |"
        "revealed by | uncovered by | unearthed by | broken by | learned by | found by | analysis by | detailed by |"
        "described by | mentioned by | highlighted by | noted by | documented by | covered by | obtained by | seen by |"
        "quoted as saying by | reviewed by | released by | as told by | told by | exclusive by | scoop by | claims by | says | states | notes | adds",
    ),
    **_cues(
        _CITING,
        "citing | cites | cited | quoting | quotes | with reference to | in reference to | reference to | referring to |"
        "refers to | referencing | with a link to | with a reference to | citing data from | citing a report by |"
        "citing a report in | citing a report from | citing reports by | citing reports in | citing sources at | relaying",
    ),
    **_cues(
        _LABEL,
        "source : | sources : | via : | h/t | h/t : | ht : | hat tip | hat tip : | hat tip to | hat-tip | hat-tip : |"
        "originally appeared on | originally appeared in | originally appeared at | originally published on |"
        "originally published in | originally published by | originally published at | first appeared in |"
        "first appeared on | first published by | first published in | first published on | appeared first on |"
        "republished from | reprinted from | syndicated by | syndicated from | courtesy of | ( via | [ via |"
        "read the full story at | read the full story on | read the full story in | read the full report at |"
        "read the full report on | read the full report in | read the full article at | read the full article on |"
        "read the full article in | read the full investigation at | read the full investigation on |"
        "read the whole story at | read the original at | read the original article on | full story at | read more at",
    ),
    **_cues(
        _PARTLY,
        "contributing : | files from | with files from | information from | information from : | with information from |"
        "with reporting by | with reporting from | additional reporting by | material from | contributed by | avec | ( mit | c/ |"
        "mit material von | material von | con información de | z wykorzystaniem | zdroj :",
    ),
    **_cues(
        _TOLD,
        "told | tells | telling | spoke to | spoke with | speaks to | speaking to | speaking with | spoken to | talking to |"
        "talked to | interview with | interview on | interview to | interview for | interviewed by | said on | said to |"
        "saying on | statement to | confirmed to | comment to | comments to | remarks to | appearance on | appeared on |"
        "appearing on | email to | told to | in comments to | explained to | disclosed to | shared with | speaking on |"
        "call with | asked by",
    ),
    **_cues(
        _WEAK,
        "op-ed in | op-ed for | op-ed on | opinion piece in | column in | column for | wrote in | writing in | written in |"
        "poll by | poll for | poll from | survey by | survey for | tally by | count by | according to a poll by | aired on |"
        "broadcast by | broadcast on | via",
    ),
    **_cues(
        _RELAYS,
        "quoted by | cited by | as cited by | as quoted by | relayed by | carried by | cité par | citée par | cités par |"
        "citées par | relayé par | relayée par | citado por | citada por | recogido por | repris par | reprise par | reprises par | cytowany przez | cytowana przez |"
        "zitiert von | в переказі | цитата за | цитує",
    ),
    # Ukrainian
    **_cues(
        _SOURCE,
        "повідомляє | повідомляють | повідомила | повідомило | повідомляв | повідомляла | повідомляло | писав | писала | писало | інформує | інформують | передає | передають | пише | пишуть |"
        "написала | написало | розповідає | зазначає | уточнює | розповіла | дізналася | дізналось | за даними |"
        "за інформацією | за повідомленням | за словами журналістів | згідно з | відповідно до | ідеться у | йдеться в |"
        "йдеться у | ідеться в | йдеться на сайті | йдеться у матеріалі | йдеться в матеріалі | йдеться у статті |"
        "йдеться в статті | йдеться у публікації | матеріалі | розслідуванні | опублікувало | опублікувала | як пише |"
        "це повідомив | це написав | оприлюднило | оприлюднила | стверджує | вважають у | вважає | з'ясували | з'ясувала",
    ),
    **_cues(
        _CITING,
        "посиланням на | з посиланням на | із посиланням на | посилаючись на | з посиланням на джерела | посилається на |"
        "посилаються на | посиланням на джерела | посилаючись на джерела",
    ),
    **_cues(_LABEL, "джерело : | джерела : | за матеріалами | за матеріалами : | переклад :"),
    **_cues(
        _TOLD,
        "розповів | розповіли | сказав | сказала | сказали | заявив | заявила | заявили | повідомив | повідомили |"
        "коментарі | в коментарі | у коментарі | коментарі для | інтерв'ю | інтерв'ю для | інтерв’ю | інтерв’ю для |"
        "в ефірі | ефірі | розмові з | у розмові з | в розмові з | підтвердили | підтвердив | пояснив | пояснила",
    ),
    # Russian
    **_cues(
        _SOURCE,
        "сообщает | сообщают | сообщила | сообщило | сообщал | сообщала | сообщало | писал | писала | писало | информирует | информируют | передает | передаёт | передают | пишет |"
        "пишут | написала | написало | рассказывает | отмечает | уточняет | рассказала | узнала | узнало | по данным |"
        "по информации | по сообщению | по сообщениям | согласно | говорится в | говорится в материале | говорится на сайте |"
        "материале | расследовании | опубликовало | опубликовала | как пишет | этом сообщил | этом написал | этом пишет |"
        "утверждает | выяснила | выяснило | цитирует | следует из публикации",
    ),
    **_cues(
        _CITING,
        "ссылкой на | со ссылкой на | с ссылкой на | ссылаясь на | ссылкой на источники | ссылается на | ссылаются на |"
        "со ссылкой на источники",
    ),
    **_cues(_LABEL, "источник : | источники : | по материалам | по материалам : | перевод :"),
    **_cues(
        _TOLD,
        "рассказал | рассказали | сказал | сказала | сказали | заявил | заявила | заявили | сообщил | сообщили | комментарии |"
        "в комментарии | комментарии для | интервью | интервью для | в эфире | эфире | беседе с | в беседе с | разговоре с |"
        "подтвердил | подтвердили | подтвердила | пояснил | пояснила",
    ),
    # German
    **_cues(
        _SOURCE,
        "laut | berichtet | berichten | berichtete | berichteten | meldet | melden | meldete | schreibt | schrieb | nach angaben |"
        "nach angaben von | angaben | nach informationen | nach informationen von | informationen | wie | bericht |"
        "berichts | berichten zufolge | nach einem bericht | einem bericht | eines berichts | bericht von | recherchen |"
        "recherchen von | nach recherchen | zuerst berichtete | zuerst hatte | gemäß | zuvor hatte | , so",
    ),
    **_cues(
        _CITING,
        "berufung auf | unter berufung auf | verweis auf | mit verweis auf | beruft sich auf | berufen sich auf | zitiert |"
        "berief sich auf | bezug auf | unter bezug auf | unter bezugnahme auf",
    ),
    **_cues(_LABEL, "quelle : | quellen : | mit material von"),
    **_cues(
        _TOLD,
        "sagte | sagte er | sagte sie | sagten | gegenüber | interview mit | im interview mit | im gespräch mit | interview |"
        "dem interview mit | erklärte gegenüber | bestätigte | teilte | im interview | gespräch mit | zu",
    ),
    # French
    **_cues(
        _SOURCE,
        "selon | d'après | d’après | rapporte | rapportent | rapportait | a rapporté | ont rapporté | indique | indiquent |"
        "annonce | révèle | révèlent | révélé par | révélée par | révélées par | révélés par | rapporté par | rapportée par |"
        "rapportés par | rapportées par | écrit | affirme | affirment | relaie | à en croire |"
        "informations de | informations du | informations des | informations | information de | l'information de |"
        "une enquête de | enquête de | publié par |"
        "publiée par | dévoilé par | dévoilée par | article de | un article de | précise",
    ),
    **_cues(_CITING, "citant | en citant | cite | se référant à | référence à"),
    **_cues(_LABEL, "source : | sources : | avec : | publié initialement par | paru dans"),
    **_cues(
        _TOLD,
        "déclaré à | a déclaré à | confié à | a confié à | dit à | a dit à | affirmé à | expliqué à | indiqué à | assuré à |"
        "interview à | interview accordée à | entretien à | entretien au | entretien avec | entretien accordé à | auprès de |"
        "auprès | déclaré au | confié au | dit au | déclaré | confié | expliqué au | assuré au | affirmé au | invité de |"
        "invité sur | au micro de | à | micro de",
    ),
    # Spanish
    **_cues(
        _SOURCE,
        "según | según informa | según informó | según ha informado | informa | informan | informó | ha informado | reporta |"
        "reportó | reportaron | de acuerdo con | de acuerdo a | publica | publicó | publicado por | publicado en | recoge |"
        "revela | reveló | revelado por | adelanta | adelantó | adelantado por | ha adelantado | escribe |"
        "señala | señaló | asegura | informó a | difundió | ha publicado | ha revelado | una investigación de |"
        "investigación de | un reportaje de | informaciones de | información de | publicada por | publicadas por | publicados por |"
        "difundida por | difundido por | pudo saber | supo",
    ),
    **_cues(_CITING, "citando | citando a | que cita | que cita a | cita | cita a | en referencia a"),
    **_cues(_LABEL, "fuente : | fuentes :"),
    **_cues(
        _TOLD,
        "dijo a | ha dicho a | declaró a | ha declarado a | entrevista con | entrevista a | entrevista en | declaraciones a |"
        "contó a | aseguró a | confirmó a | explicó a | dijo al | declaró al | entrevista al | declaraciones al | comentó a |"
        "contó al | explicó al | señaló a | afirmó a | afirmó al | confirmó al | entrevista concedida a",
    ),
    # Polish
    **_cues(
        _SOURCE,
        "podaje | podają | podał | podała | podało | podały | informuje | informują | poinformował | poinformowała |"
        "poinformowało | poinformowały | pisze | piszą | napisał | napisała | napisało | donosi | donoszą | doniósł | doniosła |"
        "doniosło | doniosły | według | relacjonuje | ustalił | ustaliła | ustaliło | z ustaleń | ustaleń | informacji |"
        "publikuje | opublikował | opublikowała | twierdzi | wynika z informacji | jak podaje",
    ),
    **_cues(_CITING, "powołując się na | powołuje się na | powołują się na | powołał się na | cytuje | cytując"),
    **_cues(_LABEL, "źródło : | źródła : | za :"),
    **_cues(
        _TOLD,
        "powiedział | powiedziała | powiedzieli | rozmowie z | w rozmowie z | wywiadzie dla | w wywiadzie dla | wywiad dla |"
        "przekazał | przekazała | przekazali | wyjaśnił | wyjaśniła | antenie | na antenie | rozmowa z",
    ),
    # Italian, Portuguese
    **_cues(
        _SOURCE,
        "secondo | riporta | riportano | scrive | riferisce | rivela | segundo | noticiou | de acordo com | segundo o | conforme |"
        "informou | relata | revelou | secondo quanto riporta | secondo quanto scrive | avança | avançou | noticia | escreve |"
        "apurou | publicou",
    ),
    **_cues(_CITING, "citando l'"),
    **_cues(_LABEL, "fonte : | fonti : | fontes :"),
    **_cues(_TOLD, "ha detto a | ha dichiarato a | intervista a | disse à | disse ao | entrevista à | entrevista ao"),
    # Dutch
    **_cues(
        _SOURCE,
        "volgens | meldt | melden | meldde | schrijft | schrijven | schreef | bericht | berichtte | aldus | onthult | onthulde |"
        "onderzoek van | blijkt uit onderzoek van | bronnen van",
    ),
    **_cues(_CITING, "op gezag van | onder verwijzing naar | verwijzend naar | verwijst naar"),
    **_cues(_LABEL, "bron : | bronnen :"),
    **_cues(
        _TOLD, "zegt tegen | zei tegen | vertelt aan | vertelde aan | interview met | gesprek met | zegt in | zei in"
    ),
}

_REPORTS_AFTER = _cues(
    _SOURCE,
    "reported | reports | wrote | writes | informs | informed | revealed | reveals | learned | has learned | had learned | broke |"
    "uncovered | unearthed | published | quoted | cited | cites | quotes | citing | quoting | obtained | found | discovered |"
    "estimated | calculated | noted | notes | details | detailed | describes | described | was first to report |"
    "is reporting | are reporting | has been reporting | have been reporting | was the first to report | were first to report | first broke | did the math | exposed | recounts | report | report says |"
    "report said | report that | reporting | investigation | article | exclusive | analysis | story |"
    "повідомляє | повідомляють | повідомив | повідомила | повідомило | повідомили | повідомляв | повідомляла | повідомляло | писав | писала | писало | пише | пишуть | написав | написала |"
    "написало | передає | передають | інформує | стверджує | зазначає | розповідає | дізнався | дізналося | уточнює |"
    "опублікував | опублікувало | опублікувала | посилаючись | цитує | розповіло | з'ясувало | з посиланням |"
    "сообщает | сообщают | сообщил | сообщила | сообщило | сообщили | пишет | пишут | написал | написала | написало |"
    "передает | передаёт | передают | информирует | утверждает | отмечает | рассказывает | узнал | узнало | уточняет |"
    "опубликовал | опубликовало | опубликовала | ссылаясь | со ссылкой | цитирует | рассказало | выяснило | выяснила |"
    "berichtet | berichtete | berichteten | berichten | meldet | meldete | schreibt | schrieb | zufolge | berichtet hatte |"
    "enthüllte | zitiert | zitierte | erfuhr | erfahren hat | unter berufung | berichtet hat | berufen sich | beruft sich |"
    "rapporte | rapportait | a rapporté | indique | écrit | révèle | a révélé | affirme | précise | a indiqué | citant |"
    "a annoncé | relate | assure | révélait | a dévoilé | a publié | publie | évoque |"
    "informa | informó | reporta | reportó | publica | publicó | revela | reveló | ha informado | adelanta | adelantó | escribe |"
    "señala | ha publicado | ha revelado | citando | asegura | aseguró | cita | detalla | ha adelantado | difundió |"
    "podaje | podał | podała | podało | podały | informuje | poinformował | poinformowała | poinformowało | pisze | napisał |"
    "napisała | napisało | donosi | doniósł | doniosła | doniosło | ustalił | ustaliła | ustaliło | powołując się |"
    "powołuje się | opublikował | opublikowała | twierdzi | cytuje |"
    "riporta | scrive | ha riferito | rivela | noticiou | revelou | informou | avança | avançou | meldt | meldde | schrijft |"
    "schreef | onthulde",
)
AFTER: dict[str, Cue] = {
    **_REPORTS_AFTER,
    **_cues(Cue(CreditKind.SOURCE, 0.75), "said | says | claimed | claims | announced"),
    **_cues(
        _WEAK,
        "tweeted | asked | confirmed | confirms | poll | survey | polls | interview | op-ed | documentary | tally | count | umfrage | sondage | encuesta | sondaż |"
        "podcast | fact check",
    ),
    **_cues(
        Cue(CreditKind.SOURCE, 0.7, anywhere=True),
        "contributed to this report | contributed to this story | contributed to this article | contributed reporting |"
        "contributed | contributed to the report",
    ),
}

SPOKE_OF_ITSELF = _words("said says claimed claims confirmed confirms announced")
"""Verbs by which an outlet may speak of itself: "the BBC said it would appeal"."""
ITSELF = re.compile(
    r"\b(?:it|its|it['’]s|itself|they|their|he|she|in a statement|spokes\w+|on (?:its|their))\b|\bwould not renew\b"
)

ASIDES = _words(
    "also first earlier previously later exclusively then recently separately just initially already has had have on "
    "monday tuesday wednesday thursday friday saturday sunday today yesterday last this week month which who , that "
    "also, in its early late afternoon morning evening night reportedly раніше також вже ранее также уже zuerst bereits "
    "am hatte hat zuvor qui que également también ya primero wcześniej jako pierwszy pierwsza również już який яка яке "
    "который которая которое цього dans en um zunächst"
)
"""Words that may stand between an outlet and its verb: "Axios, which first reported"."""

DESCRIBING = re.compile(
    r"the|an?|its|and|\w+'s|u\.?s\.?|uk|german|french|israeli|dutch|greek|czech|chinese|"
    r"american|british|english|scottish|irish|spanish|turkish|polish|swedish|danish|finnish|jewish|kurdish|ukrainian|russian|"
    r"italian|canadian|australian|austrian|belgian|brazilian|bulgarian|egyptian|estonian|georgian|hungarian|indian|iranian|"
    r"jordanian|latvian|lithuanian|moldovan|norwegian|palestinian|romanian|serbian|syrian|belarusian|chinese|japanese|lebanese|"
    r"portuguese|swiss|mexican|korean|european|pakistani|saudi|iraqi|arab|north|south|kenyan|nigerian|state-?\w*|news|newspapers?|paper|agency|agencies|outlets?|outlet's|media|websites?|sites?|portals?|"
    r"magazine|broadcasters?|channel|daily|weekly|publications?|tabloid|network|service|newswire|wire|local|official|business|"
    r"financial|online|tv|television|radio|station|edition|journalists?|reporters?|correspondents?|sister|fellow|own|partner|"
    r"newsroom|journal|company|program|programme|show|multiple|a|today's|recent|new|exclusive|bombshell|"
    r"der|die|das|dem|den|des|ein\w{0,2}|nachrichtenagentur(?:en)?|agentur|zeitung(?:en)?|tageszeitung(?:en)?|magazins?|nachrichtenmagazins?|"
    r"senders?|nachrichtenseite|nachrichtenportals?|boulevardzeitung|wochenzeitung|us-\w+|\w+(?:sche[nrs]?)|sonntags\w+|"
    r"het|een|krant|dagblad|persbureau|nieuwssite|zender|omroep|amerikaanse|britse|duitse|belgische|"
    r"based|\w+-based|"
    r"le|la|les|l['’]|l|du|de|des|un|une|au|aux|journal|économique|quotidien|hebdomadaire|agence|presse|média|chaîne|américain\w*|"
    r"britannique|allemand\w*|français\w*|espagnol\w*|"
    r"el|los|las|del|al|diario|periódico|agencia|medio|cadena|revista|semanario|noticias|estadounidense|británico|digital|"
    r"agencj\w+|dziennik\w*|gazet\w+|portal\w*|tygodnik\w*|stacj\w+|serwis\w*|amerykańsk\w+|brytyjsk\w+|niemieck\w+|radi\w+|"
    r"niezależn\w+|"
    r"видан\w+|агентств\w+|агенці\w+|інформагентств\w+|телеканал\w*|сайт\w*|медіа|журнал\w*|інтернет\w*|американськ\w+|"
    r"британськ\w+|німецьк\w+|французьк\w+|інформаційн\w+|ділов\w+|журналіст\w+|кореспондент\w*|українськ\w+|польськ\w+|"
    r"проєкту|проекту|власн\w+|російськ\w+|щотижневик\w*|"
    r"издани\w+|информагентств\w+|сми|американск\w+|британск\w+|немецк\w+|французск\w+|информационн\w+|делов\w+|журналист\w+|"
    r"корреспондент\w*|украинск\w+|польск\w+|российск\w+|еженедельник\w*|свои\w+|собственн\w+|государственн\w+|державн\w+|"
    r"il|lo|o|quotidiano|jornal|agenzia|agência"
)
"""Words that describe an outlet and stand between the phrase and its name (lower case, whole word)."""

NOT_THE_OUTLET = _words(
    "spokesman spokeswoman spokesperson spokespeople ceo chief executive executives owner owners employee employees staff "
    "staffers staffer lawyer lawyers attorney attorneys photographer photographers director headquarters building offices "
    "office journalist's reporter's cameraman camera subscribers readers viewers bestseller best-selling bestselling "
    "columnist's park square center centre director-general boss union shares stock parent website's studios studio "
    "sprecher sprecherin chairman chairwoman president "
    "management board crew team van truck bureau"
)
"""Words behind an outlet's name that make somebody else of it: "according to a BBC spokesman"."""

PHOTO_LINE = re.compile(
    r"^\W*(?:file photo|file|photos?|images?|pictures?|picture alliance|foto|fotos|фото|зображення|bild|bilder|imagen|imágenes|"
    r"zdjęcie|zdj\.?|fot\.?|ap photo|photo credit|image credit|credit|crédit|crédits|getty images|caption|video|відео|видео)"
    r"(?:\s+(?:by|credit|courtesy|source|from|via))?\s*[:/©(]",
    re.IGNORECASE,
)
PHOTO_BEFORE = re.compile(
    r"(?:photos?|images?|pictures?|foto|фото|bild|imagen|zdjęcie|fot\.?|graphic|screenshot|screengrab|скриншот|скріншот|"
    r"getty|shutterstock|credit|courtesy)\s*(?:credit|courtesy|copyright|source|джерело|источник|quelle)?\s*(?:by|via|of|from|:|/|©)"
    r"[^.\n]{0,40}$",
    re.IGNORECASE,
)
PHOTO_AFTER = re.compile(
    r"^\s*(?:file )?(?:photo|image|picture|foto|фото)\b|^\s*(?:/|via )\s*getty|^\s*\(@", re.IGNORECASE
)
