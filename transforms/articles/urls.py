"""One spelling for a URL: the identity of articles and links rests on it.

w3lib.url.canonicalize_url does what RFC 3986 and the URL Standard define (case, percent encoding, dot segments, order
of the query, IDNA); what is added here is what publishers do: tracking parameters, AMP and mobile variants, default
ports, index files. The result can still be opened in a browser. What differs without leading elsewhere (scheme, www.,
a slash at the end) is left as it is in the URL and folded in its key.
"""

import functools
import hashlib
import ipaddress
import re
from urllib.parse import SplitResult, unquote, urljoin, urlsplit, urlunsplit

import tld
from w3lib.url import canonicalize_url

MAX_URL = 4096
"""Characters; a longer URL is kept as it came."""

_PREFIXES = """
    utm_ utm- mtm_ pk_ piwik_ matomo_ hsa_ itm_ at_medium at_campaign at_custom at_link at_bbc at_format at_ptr at_creation
    ns_mchannel ns_source ns_campaign ns_linkname ns_fee oly_ vero_ wt.mc wt_mc wt.tsrc fb_action fb_ref fb_source _hs __hs
    gaa_ mc_cid mc_eid ga_source ga_medium ga_campaign ga_term ga_content trk_ sc_camp sc_chan sc_country amp_js __amp_
    aspsessionid _x_tr_
"""
_NAMES = """
    fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid ysclid twclid ttclid clickid li_fat_id igshid igsh mkt_tok ref_src
    ref_url refsrc s_cid s_kwcid ncid cmpid cmp icid intcid int_cmp ocid smid smtyp ftag xtor _ga _gl _openstat feedtype
    feedname feed_id sref sr_share sh_kit spm rss_source src_rss wtrid rb_clickid mbid dcmp cndid esrc epik guccounter
    guce_referrer guce_referrer_sig soc_src soc_trk srnd taid tpcc usqp amp_gsa amp_ct amp_tf phpsessid jsessionid
    sharetype share_from shareid partnerref trackingid traffic_source zanpid admitad_uid cx_testid cx_testvariant
    cx_artpos ito __twitter_impression tw_impression
"""
_SOMETIMES = "ref referrer referer source src from via partner medium campaign cid rss share feed"
_TRACKING_PREFIXES = tuple(_PREFIXES.split())
_TRACKING = frozenset(_NAMES.split())
_REFERRERS = frozenset(_SOMETIMES.split())
"""Often trackers, sometimes the article: dropped only where the value is a word (ref=home, source=rss), never a number."""
_REFERRER_VALUE = re.compile(r"[a-z][a-z._-]{0,30}|1?", re.IGNORECASE)
_AMP_QUERY = {
    "amp": {"", "1", "true", "yes", "amp"},
    "_amp": {"", "1", "true"},
    "isamp": {"", "1", "true"},
    "outputtype": {"amp"},
    "output": {"amp"},
    "mobile": {"1", "true", "yes"},
    "display": {"amp"},
}
_AMP_CACHE_HOST = re.compile(r"(?:[^/]+\.)?(?:cdn\.ampproject\.org|bing-amp\.com)")
_AMP_CACHE_PATH = re.compile(r"/(?:[a-z]/)*?(?P<secure>s/)?(?P<page>[^/]+\.[^/]+(?:/.*)?)")
_GOOGLE_AMP_PATH = re.compile(r"/amp/(?P<secure>s/)?(?P<page>[^/]+\.[^/]+(?:/.*)?)")
_GOOGLE_HOST = re.compile(r"(?:www\.)?google\.[a-z.]{2,6}")
_VARIANT_LABELS = ("m", "mobile", "amp")
_AMP_TAIL = re.compile(r"(?<=/)(?P<slug>[^/]*(?:[-\d]|\.html?)[^/]*)/amp(?:\.html?)?/?$")
"""Only behind what looks like an article's name: /guitars/amp is a page of its own."""
_AMP_SUFFIX = re.compile(r"(?<=[^/])\.amp(?P<html>\.html?)?$")
_AMP_HEAD = re.compile(r"^/amp(?=/.*[-\d])")
_INDEX = re.compile(r"(?<=/)(?:index\.(?:html?|php|aspx?|jsp)|default\.aspx?)$", re.IGNORECASE)
_SLASHES = re.compile(r"(?<!:)/{2,}")
_SCHEMES = re.compile(r"^(?:https?:[/\\]*)*(https?):[/\\]*", re.IGNORECASE)
_AMPERSAND = re.compile(r"&(?:(?:amp|#0*38);)+")
_SESSION = re.compile(r";(?:jsessionid|phpsessid)=[^/?;]*", re.IGNORECASE)
_NOT_IN_URLS = dict.fromkeys([*range(0x21), 0x7F])


@functools.lru_cache(maxsize=4096)
def normalise_url(url: str) -> str:
    """The URL in this project's one spelling; idempotent.

    What is no http(s) URL, or cannot be parsed, comes back trimmed and otherwise as it was.
    """
    url = url.strip("".join(map(chr, _NOT_IN_URLS)))
    for _ in range(8):  # a variant may hide another: an AMP cache's copy of an AMP page
        before = url
        url = _normalise_once(url)
        if url == before:
            break
    return url


def _normalise_once(url: str) -> str:
    if len(url) > MAX_URL:
        return url
    url = _AMPERSAND.sub("&", url)
    url = _SCHEMES.sub(r"\1://", f"https:{url}" if url.startswith("//") else url)
    try:
        parts = urlsplit(canonicalize_url(url, keep_fragments="#!" in url))
        port = parts.port
    except ValueError:  # UnicodeError is one
        return url
    host = _ascii_host(parts.hostname or "")
    if parts.scheme not in {"http", "https"} or not host:
        return url
    if cached := _out_of_amp_cache(parts, host):
        return cached
    path, query = _plain_page(_SESSION.sub("", parts.path), parts.query, host)
    host = _main_host(host)
    fragment = parts.fragment if parts.fragment.startswith("!") else ""
    name = f"[{host}]" if ":" in host else host
    netloc = name if port in {None, 80 if parts.scheme == "http" else 443} else f"{name}:{port}"
    return urlunsplit((parts.scheme, netloc, path, query, fragment))


def _ascii_host(host: str) -> str:
    host = host.lower().strip(".")
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _out_of_amp_cache(parts: SplitResult, host: str) -> str:
    """The page's own URL where this is Google's or Bing's copy of it, else empty."""
    if _AMP_CACHE_HOST.fullmatch(host):
        match = _AMP_CACHE_PATH.fullmatch(parts.path)
    elif _GOOGLE_HOST.fullmatch(host):
        match = _GOOGLE_AMP_PATH.fullmatch(parts.path)
    else:
        return ""
    if not match:
        return ""
    scheme = "https" if match["secure"] else "http"
    return urlunsplit((scheme, *match["page"].partition("/")[::2], parts.query, ""))


def _plain_page(path: str, query: str, host: str) -> tuple[str, str]:
    """Path and query without tracking, AMP marks and index files."""
    path = _SLASHES.sub("/", path) or "/"
    kept = [pair for pair in query.split("&") if pair and not _is_noise(pair, path, host)]
    path = _AMP_SUFFIX.sub(lambda match: match["html"] or "", path)
    path = _AMP_HEAD.sub("", _AMP_TAIL.sub(r"\g<slug>", path))
    if not kept:
        path = _INDEX.sub("", path)
    return path, "&".join(kept)


def _is_noise(pair: str, path: str, host: str) -> bool:
    name, _, value = pair.partition("=")
    name, value = unquote(name).lower(), unquote(value).lower()
    if name in _TRACKING or name.startswith(_TRACKING_PREFIXES):
        return True
    if value in _AMP_QUERY.get(name, ()):
        return True
    if name == "m" and value == "1":
        return ".blogspot." in host
    return name in _REFERRERS and path != "/" and _REFERRER_VALUE.fullmatch(value) is not None


def _main_host(host: str) -> str:
    """The host without m., mobile. or amp. in front, where what is left is still of the same site."""
    label, _, rest = host.partition(".")
    if label in _VARIANT_LABELS and "." in rest and _registrable(host) == _registrable(rest):
        return rest
    return host


def url_key(url: str) -> str:
    """What two spellings of one page share: the normalised URL without scheme, www. and a slash at the end."""
    key = re.sub(r"^https?://(?:www\d?\.(?=[^/]*\.))?", "", normalise_url(url))
    head, mark, query = key.partition("?")
    return f"{head.rstrip('/')}{mark}{query}"


def article_id(normalised_url: str) -> str:
    """24 hex digits of the SHA-256 of the URL's key: http and https, with and without www., are one article."""
    return hashlib.sha256(url_key(normalised_url).encode("utf-8", "surrogatepass")).hexdigest()[:24]


def registrable_domain(url: str) -> str:
    """The domain that one owner holds (bbc.co.uk), by the bundled public-suffix list, private suffixes included.

    Hosts without a public suffix (localhost, news.example): their last two labels. Addresses: as they are. Empty where
    there is no host.
    """
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname or ""
    except ValueError:
        return ""
    return _registrable(_ascii_host(host))


@functools.lru_cache(maxsize=16384)
def _registrable(host: str) -> str:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        return host
    try:
        name = host.encode("ascii").decode("idna") if "xn--" in host else host
    except UnicodeError:
        name = host
    try:
        found = tld.get_fld(f"https://{name}/", fail_silently=True)
    except ValueError:  # names that urllib refuses
        found = None
    return _ascii_host(found) if found else ".".join(host.split(".")[-2:])


def is_root(url: str) -> bool:
    """Is this a site's front page rather than a page of it?"""
    parts = urlsplit(normalise_url(url))
    return parts.path in {"", "/"} and not parts.query and not parts.fragment


def web_url(link: str, base: str = "") -> str:
    """The link as an absolute http(s) URL, empty where it is none (javascript:, data:, mailto:, broken)."""
    link = link.strip("".join(map(chr, _NOT_IN_URLS)))
    if not link or len(link) > MAX_URL:
        return ""
    try:
        joined = urljoin(base, link.translate(dict.fromkeys([9, 10, 13])))
        parts = urlsplit(joined)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return ""
    return joined if parts.scheme.lower() in {"http", "https"} and host and not parts.username else ""
