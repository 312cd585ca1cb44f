"""Pages that answer 200 and hold no article: soft 404s, paywalls, logins, cookie walls, robot checks.

Words decide only on short texts, so that an article about cookies or paywalls stays one.
"""

import re
from urllib.parse import urlsplit

from transforms.articles.pages import UnreadablePage
from transforms.articles.urls import is_root

STUB = 1_200
"""Characters: a longer text was read, whatever else the page says."""
TEASER = 280
"""Characters: what a wall leaves must be longer to be worth judging."""

_SOFT_404 = re.compile(
    r"\b(?:error )?404\b|page (?:not found|can.?t be found|does ?n.?t exist|no longer (?:exists|available))|not found|"
    r"(?:this )?(?:article|story|content) (?:is )?(?:no longer available|not available|has been removed)|"
    r"сторінк\w+ не (?:знайдено|існує)|страниц\w+ не (?:найдена|существует)|seite (?:wurde )?nicht gefunden|"
    r"page (?:non trouvée|introuvable)|página no (?:encontrada|existe)|página não encontrada|pagina non trovata|"
    r"strona nie została znaleziona|nie znaleziono strony|stránka nenalezena|sayfa bulunamadı|pagina niet gevonden|"
    r"sidan (?:kunde inte hittas|hittades inte)",
    re.IGNORECASE,
)
_BOT_WALL = re.compile(
    r"just a moment|attention required|checking (?:if the site|your browser)|verif(?:y|ying) (?:that )?you are (?:a )?human|"
    r"enable javascript and cookies|are you a robot|access (?:to this page has been )?denied|unusual traffic|"
    r"please (?:enable|turn on) javascript|request unsuccessful|pardon our interruption|security check|captcha|"
    r"проверка (?:браузера|безопасности)|перевірка браузера",
    re.IGNORECASE,
)
_COOKIE_WALL = re.compile(
    r"(?:we|our partners|use|uses|accept|manage|reject)\b.{0,40}\bcookies|cookies? (?:policy|settings|consent)|"
    r"we value your privacy|before you continue|legitimate interest|"
    r"файл\w* cookie|cookies? (?:und|et|y|e|oraz) |datenschutz|nous utilisons|utilizamos cookies|utilizziamo|plik\w+ cookie",
    re.IGNORECASE,
)
_PAYWALL = re.compile(
    r"subscri(?:be|ption|ber)s? (?:to (?:continue|read|unlock|view)|now|only|required)|(?:only|exclusive\w*|reserved) (?:for|to) subscribers|"
    r"(?:continue|keep) reading (?:with|this|by)|already a subscriber|to (?:continue|keep) reading|sign in to (?:read|continue)|"
    r"(?:register|log ?in|create (?:a|an) (?:free )?account) to (?:read|continue)|unlock (?:this|the) article|this article is for|"
    r"jetzt (?:abonnieren|weiterlesen|freischalten)|mit .{0,20}plus.{0,20} (?:lesen|weiter)|bereits abonnent|"
    r"réservé (?:à nos|aux) abonnés|abonnez-vous|déjà abonné|(?:contenido )?exclusivo para (?:suscriptores|assinantes)|"
    r"suscr[ií]b(?:ete|ase)|riservato agli abbonati|abbonati per|tylko dla (?:prenumeratorów|subskrybentów)|"
    r"доступн\w+ (?:только|лише|тільки) (?:подписчикам|передплатникам|для подписчиков|для передплатників)|оформ\w+ (?:подписку|передплату)",
    re.IGNORECASE,
)
_LOGIN_TITLE = re.compile(
    r"\s*(?:please )?(?:log ?in|sign ?in|log ?on|anmelden|anmeldung|einloggen|(?:se )?connecter|connexion|iniciar sesión|"
    r"zaloguj(?: się)?|logowanie|вход|войти|вхід|увійти|accedi|entrar|inloggen)\s*(?:$|[|–—·:-]|(?:to|in|bei|à|na) )",
    re.IGNORECASE,
)
_WALLS_ADDRESSES = (
    ("login-wall", r"log-?(?:in|on)|sign-?in|sso|oauth2?|authori[sz]e|anmelden|connexion|logowanie|inloggen"),
    ("paywall", r"subscribe|subscriptions?|paywall|abonnements?|abo|suscripcion(?:es)?"),
    ("cookie-wall", r"(?:cookie-?)?consent|cookie-?wall|privacy-?gate"),
    ("soft-404", r"(?:page-?)?not-?found|404|error(?:-?(?:page|404))?"),
)
_WALL_SITES = re.compile(r"(consent|myprivacy|privacy-?gate)|(login|signin|sso|auth|accounts?|idp?)", re.IGNORECASE)
_REDIRECTED = [
    (reason, re.compile(rf"/(?:{names})(?:\.\w{{2,5}})?(?:/|$)", re.IGNORECASE)) for reason, names in _WALLS_ADDRESSES
]


def judge_redirect(link: str, url: str) -> None:
    """Has the reader been sent from an article to the site's front page, a wall or an error page?

    Args:
        link: what was asked for.
        url: what answered, after redirects.

    Raises:
        UnreadablePage: soft-404, login-wall, paywall or cookie-wall.
    """
    if url == link:
        return
    if is_root(url) and not is_root(link):
        raise UnreadablePage("soft-404", f"asking for {link!r} leads to the site's front page")
    asked, found = urlsplit(link), urlsplit(url)
    if found.hostname != asked.hostname:
        site = _WALL_SITES.fullmatch((found.hostname or "").partition(".")[0])
        if site:
            raise UnreadablePage("cookie-wall" if site[1] else "login-wall", f"asking for {link!r} leads to {url!r}")
    for reason, pattern in _REDIRECTED:
        if pattern.search(found.path) and not pattern.search(asked.path):
            raise UnreadablePage(reason, f"asking for {link!r} leads to {url!r}")


def judge_wall(title: str, text: str, visible: str, *, free: bool) -> str:
    """The mark of a page that could be read: "" or "paywall" for a readable part before a wall.

    Args:
        title: the page's title.
        text: what was extracted; "" where nothing was.
        visible: the beginning of all that the page shows, for words beside the text.
        free: False where the page says that it is not accessible for free.

    Raises:
        UnreadablePage: soft-404, bot-wall, login-wall, cookie-wall, paywall or unreadable.
    """
    if len(text) > STUB:
        return ""
    near = f"{title}\n{text}"
    if _SOFT_404.search(title) or (len(text) < TEASER and _SOFT_404.search(text)):
        raise UnreadablePage("soft-404", f"it answers 200 but says {_words(_SOFT_404, near)!r}")
    if _BOT_WALL.search(title) or (len(text) < TEASER and _BOT_WALL.search(near + visible)):
        raise UnreadablePage("bot-wall", f"it asks for a browser or a human: {_words(_BOT_WALL, near + visible)!r}")
    if _LOGIN_TITLE.match(title):
        raise UnreadablePage("login-wall", f"it asks who reads it: {_words(_LOGIN_TITLE, title)!r}")
    walled = _words(_PAYWALL, text) or _words(_PAYWALL, visible)
    if not free or walled:
        if len(text) < TEASER:
            raise UnreadablePage(
                "paywall", f"only subscribers can read it ({walled or 'isAccessibleForFree: false'!r})"
            )
        return "paywall"
    if len(_COOKIE_WALL.findall(text)) * 300 > len(text) and _COOKIE_WALL.search(text):
        raise UnreadablePage("cookie-wall", f"it shows its cookie notice only: {_words(_COOKIE_WALL, text)!r}")
    if not text and _COOKIE_WALL.search(visible):
        raise UnreadablePage("cookie-wall", f"it shows its cookie notice only: {_words(_COOKIE_WALL, visible)!r}")
    if not text:
        raise UnreadablePage("unreadable", "no article text was found in it")
    return ""


def _words(pattern: "re.Pattern[str]", text: str) -> str:
    match = pattern.search(text)
    return " ".join(match[0].split())[:60] if match else ""
