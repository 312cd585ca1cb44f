"""Hostile feeds for bench.hostile: families of documents, each made from a seed."""

import json
import random
from collections.abc import Callable

Made = tuple[bytes, str]
"""A document and its Content-Type."""
Family = Callable[[random.Random], Made]


def rss(items: str, more: str = "", prolog: str = "") -> str:
    return f'<?xml version="1.0"?>{prolog}<rss version="2.0"><channel><title>T</title>{more}{items}</channel></rss>'


def item(number: int = 1, inner: str = "") -> str:
    return f"<item><title>Ships wait {number}</title><link>http://post.example/{number}</link>{inner}</item>"


def items(count: int, inner: str = "") -> str:
    return "".join(item(number, inner) for number in range(count))


def xml(text: str) -> Made:
    return text.encode("utf-8", "surrogatepass"), "application/rss+xml"


def author(chance: random.Random) -> Made:
    kind = chance.choice(["author", "dc:creator", "managingEditor", "itunes:author"])
    unit = chance.choice(["a ", "a@", "(", "<", "a.b@c ", "\t\t", "((a@b", "&lt;", "a@b.c "])
    return xml(rss(items(2, f"<{kind}>{unit * (chance.choice([40_000, 400_000]) // len(unit))}</{kind}>")))


def date(chance: random.Random) -> Made:
    kind = chance.choice(["pubDate", "dc:date", "atom:updated", "published"])
    unit = chance.choice(["1", "-", "2024-", "12:", "Mon, ", "+0000 ", "T", "9" * 50, " ", "年", "01 Jan "])
    return xml(rss(items(5, f"<{kind}>{unit * (chance.choice([1_000, 200_000]) // len(unit))}</{kind}>")))


def depth(chance: random.Random) -> Made:
    tag = chance.choice(["a", "item", "channel", "div", "content:encoded", "description", "entry", "rdf:RDF"])
    levels = chance.choice([150, 250, 5_000, 100_000])
    closed = chance.choice([f"</{tag}>" * levels, ""])
    return xml(chance.choice([rss(f"<{tag}>" * levels + "x" + closed), f"<{tag}>" * levels + closed]))


def many_items(chance: random.Random) -> Made:
    count = chance.choice([2_001, 10_000, 60_000])
    kind = chance.choice(["plain", "rdf", "atom", "unclosed", "broken"])
    if kind == "atom":
        entry = "<entry><id>{n}</id><title>t</title><link href='http://post.example/{n}'/></entry>"
        text = "".join(entry.replace("{n}", str(n)) for n in range(count))
        return xml(f'<feed xmlns="http://www.w3.org/2005/Atom">{text}</feed>')
    if kind == "unclosed":
        return xml(rss("<item><title>t<link>http://post.example/1" * count))
    text = items(count)
    if kind == "rdf":
        return xml(f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{text}</rdf:RDF>')
    return xml(rss(text, more="&nbsp;<b>" if kind == "broken" else ""))


def attributes(chance: random.Random) -> Made:
    count = chance.choice([5_000, 100_000])
    names = " ".join(f"{chance.choice(['a', 'xmlns:n', 'n:a'])}{n}='http://x.example/{n}'" for n in range(count))
    return xml(rss(f"<item {names}><title>t</title><link>http://post.example/1</link></item>"))


def entities(chance: random.Random) -> Made:
    levels, width = chance.choice([(10, 10), (40, 2), (3, 5_000)])
    lines = ["<!ENTITY a0 'aaaaaaaaaa'>"]
    lines += [f"<!ENTITY a{n} '{f'&a{n - 1};' * width}'>" for n in range(1, levels)]
    kind = chance.choice(["general", "quadratic", "external", "parameter", "recursive"])
    if kind == "quadratic":
        lines, levels = [f"<!ENTITY a0 '{'a' * 100_000}'>"], 1
        return xml(rss(items(1, f"<description>{'&a0;' * 20_000}</description>"), prolog=f"<!DOCTYPE r [{lines[0]}]>"))
    if kind == "external":
        lines, levels = ["<!ENTITY a0 SYSTEM 'file:///etc/hostname'>"], 1
    if kind == "parameter":
        lines.append("<!ENTITY % p SYSTEM 'http://127.0.0.1:1/x.dtd'> %p;")
    if kind == "recursive":
        lines, levels = ["<!ENTITY a0 '&a1;'><!ENTITY a1 '&a0;'>"], 2
    prolog = f"<!DOCTYPE r [{''.join(lines)}]>"
    return xml(rss(items(2, f"<description>&a{levels - 1};</description>"), prolog=prolog))


def path_or_url(chance: random.Random) -> Made:
    texts = ["/etc/hostname", "http://127.0.0.1:1/feed", "file:///etc/passwd", "C:\\feed.xml", "../../etc/passwd", "-"]
    return chance.choice(texts).encode(), chance.choice(["", "text/plain", "application/rss+xml"])


def links(chance: random.Random) -> Made:
    texts = [
        "javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "http://user@127.0.0.1\\@post.example/",
        "http://" + "a" * 200_000,
        "http://post.example/" + "../" * 100_000,
        "http://post.example/?" + "a=1&" * 100_000,
        "http://[" * 10_000,
        "http://xn--" + "a" * 50_000 + ".example/",
        "http://" + "ü" * 60 + "." + "ß." * 5_000 + "example/",
        "//" * 50_000,
        "http://post.example/" + "%" * 100_000,
        "http://post.example/#" + "!" * 100_000,
    ]
    link = chance.choice(texts)
    body = f"<item><title>t</title><link>{link.replace('&', '&amp;')}</link><guid>{link.replace('&', '&amp;')}</guid></item>"
    return xml(rss(body * chance.choice([1, 20])))


def markup(chance: random.Random) -> Made:
    unit = chance.choice(
        [
            "<b>",
            "&lt;b&gt;",
            "&lt;script&gt;alert(1)&lt;/script&gt;",
            "<![CDATA[<div>]]>",
            "&amp;" * 10,
            "&lt;a href='x",
            "&lt;!--",
            "&lt;a href=&quot;",
            "&lt;img src='/x'&gt;",
            "&lt;",
            "&#0;",
            "&#xD800;",
            "]]&gt;",
        ]
    )
    field = chance.choice(["title", "description", "content:encoded", "category", "source", "author"])
    size = chance.choice([20_000, 1_000_000]) // len(unit)
    return xml(rss(items(chance.choice([1, 3]), f"<{field}>{unit * size}</{field}>")))


def relative_links(chance: random.Random) -> Made:
    unit = chance.choice(["<a href='x'>", "<a href='", "href='x' ", '<img src="/a">', "<p href=''src=''", "<a href=x "])
    return xml(rss(items(2, f"<description><![CDATA[{unit * (450_000 // len(unit))}]]></description>")))


def bytes_(chance: random.Random) -> Made:
    good = rss(items(30)).encode()
    kind = chance.choice(["noise", "flips", "nul", "utf16", "utf7", "wrong", "bom", "cut", "surrogates", "white"])
    if kind == "noise":
        return chance.randbytes(500_000), "application/xml"
    if kind == "nul":
        return good.replace(b"T", b"\0" * 100_000, 1), "application/xml"
    if kind in {"utf16", "utf7", "wrong"}:
        charset = {
            "utf16": "utf-16",
            "utf7": "utf-7",
            "wrong": chance.choice(["utf-32", "x-none", "a" * 90_000, "\x00"]),
        }
        return good, f"application/xml; charset={charset[kind]}"
    if kind == "bom":
        return b"\xff\xfe" + b"\xef\xbb\xbf" * 50_000 + good, ""
    if kind == "cut":
        return good[: chance.randrange(len(good))], "application/xml"
    if kind == "surrogates":
        return good.replace(b"Ships", b"\xed\xa0\x80" * 1_000), "application/xml"
    if kind == "white":
        return b" \n" * 3_000_000 + good, "application/xml"
    return bytes(byte ^ (chance.random() < 0.01) * chance.randrange(256) for byte in good), "application/xml"


def skips(chance: random.Random) -> Made:
    unit = chance.choice(["<skipHours>{}</skipHours>", "<skipDays>{}</skipDays>", "<ttl>{}</ttl>", "<skipHours>{}"])
    inner = chance.choice(["", "<hour>1</hour>", "<day>", "9" * 5_000, "<hour>" * 50, "</skip"])
    return xml(rss(items(1), more=unit.replace("{}", inner) * (60_000 // len(unit))))


def json_feed(chance: random.Random) -> Made:
    kind = chance.choice(["deep", "wide", "surrogates", "numbers", "types", "long", "keys", "cut"])
    entry = {"id": "1", "url": "http://post.example/1", "title": "t", "content_html": "x"}
    start = '{"version":"https://jsonfeed.org/version/1.1","title":"T","items":'
    if kind == "deep":
        text = start + "[" * chance.choice([900, 200_000])
    elif kind == "wide":
        text = start + "[" + ",".join([json.dumps(entry)] * 60_000) + "]}"
    elif kind == "surrogates":
        text = start + '[{"id":"\\ud800","url":"http://post.example/\\udc00","title":"\\ud83d \\u0000 \\udfff"}]}'
    elif kind == "numbers":
        text = start + '[{"id":' + "9" * 100_000 + ',"url":"http://post.example/1","date_published":1e999}]}'
    elif kind == "types":
        odd = chance.choice(["null", "[[]]", "{}", '"x"', "1", "[1,null,{}]", '[{"authors":[1,{"name":{}}],"url":[]}]'])
        text = start + odd + "}"
    elif kind == "keys":
        text = start + "[{" + ",".join(f'"k{n}":{n}' for n in range(300_000)) + "}]}"
    elif kind == "cut":
        text = (start + json.dumps([entry] * 50) + "}")[: chance.randrange(40, 2_000)]
    else:
        text = (
            start
            + json.dumps([entry | {"title": "x" * 3_000_000, "url": "http://post.example/" + "y" * 300_000}])
            + "}"
        )
    return text.encode(), "application/feed+json"


def sitemap(chance: random.Random) -> Made:
    news = "<news:news><news:title>{n}</news:title><news:publication_date>{d}</news:publication_date></news:news>"
    url = f"<url><loc>http://post.example/{{n}}</loc>{news}</url>"
    count, when = chance.choice([(10, "1" * 90_000), (60_000, "2024-01-01"), (3_000, "x")])
    text = "".join(url.replace("{n}", str(n)).replace("{d}", when) for n in range(count))
    root = chance.choice(["urlset", "sitemapindex", "urlset"])
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    return xml(f'<?xml version="1.0"?><{root} {space}>{text}{chance.choice(["", f"</{root}>"])}')


def html(chance: random.Random) -> Made:
    link = '<link rel="alternate" type="application/rss+xml" href="{h}">'
    address = chance.choice(["/feed", "javascript:x", "http://" + "a" * 100_000, "//127.0.0.1/"])
    start = chance.choice(["<!DOCTYPE html><html><head>", "<html>" + "<head>" * 5_000, "<body " + "a " * 100_000 + ">"])
    return (start + link.replace("{h}", address) * (1_000_000 // len(address))).encode(), "text/html"


FEEDS: dict[str, Family] = {
    "author": author,
    "date": date,
    "depth": depth,
    "many items": many_items,
    "attributes": attributes,
    "entities": entities,
    "path or URL": path_or_url,
    "links": links,
    "markup in fields": markup,
    "relative links": relative_links,
    "bytes": bytes_,
    "skips and ttl": skips,
    "JSON Feed": json_feed,
    "sitemap": sitemap,
    "HTML": html,
}
