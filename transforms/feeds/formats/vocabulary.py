"""The elements of feeds by feedparser's names for them (standard prefix, lower case), and what each is to us."""

ATOM = "http://www.w3.org/2005/atom"
PREFIXES = {
    "": "",
    ATOM: "",
    "http://backend.userland.com/rss": "",
    "http://backend.userland.com/rss2": "",
    "http://blogs.law.harvard.edu/tech/rss": "",
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://purl.org/dc/terms/": "dcterms:",
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://purl.org/rss/1.0/modules/syndication/": "sy:",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner:",
    "http://search.yahoo.com/mrss": "media:",
    "http://search.yahoo.com/mrss/": "media:",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes:",
}
"""Namespaces whose elements mean something here, in lower case as feedparser compares them."""
OTHER_VERSIONS = frozenset(("http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/"))
"""Namespaces that make a document RSS 1.0 or 0.90 to feedparser."""
REFUSED = OTHER_VERSIONS | {
    "http://purl.org/atom/ns#",
    "http://www.w3.org/1999/xhtml",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://www.w3.org/2000/svg",
}
"""Namespaces whose elements are not for the fast reader."""
TAKEN = frozenset(("dc", "dcterms", "content", "sy", "feedburner", "media", "itunes", "xhtml", "rdf", "svg"))
"""Prefixes that feedparser understands even where they are bound to another namespace."""
TYPES = {
    None: "text/plain",
    "text": "text/plain",
    "plain": "text/plain",
    "text/plain": "text/plain",
    "html": "text/html",
    "text/html": "text/html",
}
"""Types of texts that are written as text."""
KEPT_SIMPLY = {
    "language": "language",
    "dc:language": "language",
    "ttl": "ttl",
    "sy:updateperiod": "period",
    "sy:updatefrequency": "frequency",
}
"""A feed's elements that are kept as they stand, and what as."""
DATES = {
    "pubdate": "published",
    "published": "published",
    "issued": "published",
    "dcterms:issued": "published",
    "updated": "updated",
    "modified": "updated",
    "lastbuilddate": "updated",
    "dc:date": "updated",
    "dcterms:modified": "updated",
    "created": "created",
    "dcterms:created": "created",
}
IMAGE_PARTS = frozenset(("title", "link", "url", "width", "height", "description"))
PERSON_PARTS = frozenset(("name", "email", "uri", "url"))
NESTS = frozenset(("media:group", "media:content"))
"""What holds elements that count as the entry's own, one level down."""
COMMUNITY = frozenset(("media:community", "media:statistics", "media:starrating", "media:tags"))
"""What holds nothing of ours."""

_RESERVED = """
    abstract author author_detail authors body category channel cloud comments content content_detail
    contributor contributors copyright created created_parsed date date_parsed description email enclosure
    enclosures entries entry expirationdate expired feed fullitem generator guid height homepage href id image
    info issued issued_parsed item items keywords language lastbuilddate link links logo managingeditor modified
    modified_parsed name newlocation pubdate published published_parsed publisher rights rss source subtitle
    summary summary_detail svg tagline tags textinput title title_detail updated updated_parsed uri url
    webmaster where width
"""
_MEANT = "href rel type url uri base lang ispermalink mode src lastmod about version"
_OF_FEED = """
    category cloud comments copyright created dc:creator dc:date dc:publisher dc:rights docs expirationdate
    generator icon issued keywords lastbuilddate logo modified pubdate published rating rights subtitle tagline
    updated webmaster
"""
_OF_ENTRY = "category comments keywords rights copyright expirationdate"
_BARE = """
    dc:contributor dc:coverage dc:format dc:identifier dc:publisher dc:relation dc:rights dc:source dc:subject
    dc:type dcterms:alternative dcterms:valid feedburner:emailserviceid feedburner:feedburnerhostname
    feedburner:info itunes:block itunes:complete itunes:duration itunes:episode itunes:episodetype
    itunes:explicit itunes:image itunes:keywords itunes:new-feed-url itunes:order itunes:season itunes:subtitle
    itunes:title itunes:type media:category media:copyright media:credit media:keywords media:license
    media:player media:rating media:restriction media:text media:thumbnail sy:updatebase
"""
RESERVED = frozenset(_RESERVED.split())
"""Names without a prefix that mean something to feedparser, or that it keeps something under."""
MEANT = frozenset(_MEANT.split())
"""Attributes that feedparser looks at, whatever their namespace."""
OF_FEED = frozenset(_OF_FEED.split())
OF_ENTRY = frozenset(_OF_ENTRY.split())
"""What a feed or an entry says and nobody here wants to know; without children."""
BARE = frozenset(_BARE.split())
"""Prefixed elements without children that touch none of the fields kept."""
