"""Hostile pages for bench.hostile: families of documents, each made from a seed."""

import json
import random

from bench.hostile_feeds import Family, Made

WORDS = "The harbour authority said that ships would wait for the tide and for the pilots' word on the matter. "
BODY = f"<p>{WORDS * 3}</p>" * 8


def page(inner: str = BODY, head: str = "", title: str = "Ships wait", lead: str = "<!DOCTYPE html>") -> Made:
    text = (
        f"{lead}<html lang='en'><head><title>{title}</title>{head}</head><body><article>{inner}</article></body></html>"
    )
    return text.encode("utf-8", "surrogatepass"), "text/html"


def spans(chance: random.Random) -> Made:
    span = chance.choice(["1000000", "-1", "9" * 5_000, "1e9", "0x7fffffff", " 65534 "])
    name = chance.choice(["colspan", "rowspan", "COLSPAN", "span"])
    cell = chance.choice(["td", "th", "col"])
    rows = chance.choice([50, 3_000])
    return page("<table>" + f"<tr><{cell} {name}={span}>a<{cell} {name}='{span}'>b</tr>" * rows + "</table>" + BODY)


def elements(chance: random.Random) -> Made:
    tag = chance.choice(["p", "div", "span", "br", "li", "h1", "a href=/x", "img src=x", "td", "blockquote", "script"])
    text = chance.choice(["", "x", WORDS])
    return page(f"<{tag}>{text}" * chance.choice([30_000, 59_000, 200_000]))


def attributes(chance: random.Random) -> Made:
    count, tags = chance.choice([(100_000, 1), (900, 60), (20, 20_000), (5_000, 10)])
    names = " ".join(f"{chance.choice(['a', 'class', 'on', 'data-'])}{n}=1" for n in range(count))
    return page(f"<p {names}>words</p>" * tags + BODY)


def nesting(chance: random.Random) -> Made:
    tag = chance.choice(["div", "b", "table><tr><td", "ul><li", "font", "form", "select", "svg", "math", "a", "p", "q"])
    return page(f"<{tag}>" * chance.choice([200, 450, 5_000, 50_000]) + WORDS * chance.choice([1, 50]))


def brackets(chance: random.Random) -> Made:
    unit = chance.choice(
        ["<", ">", "</", "<!", "<!--", "<?", "<![CDATA[", "&", "&#", "&#x", "&amp", "<a ", '<a "', "<p/", "]]>"]
    )
    return page(unit * (chance.choice([100_000, 3_000_000]) // len(unit)) + BODY)


def json_ld(chance: random.Random) -> Made:
    kind = chance.choice(["graph", "deep", "wide", "escapes", "strings", "cycle", "huge", "authors", "dates", "commas"])
    texts = {
        "graph": '{"@graph":' * 300 + "[]" + "}" * chance.choice([0, 300]),
        "deep": chance.choice(["[", '{"a":']) * chance.choice([900, 300_000]),
        "wide": "[" + '{"@type":"NewsArticle","headline":"x","isPartOf":{}},' * 60_000 + "{}]",
        "escapes": "{" + "\\" * 900_000,
        "strings": '"headline":"' * 60_000,
        "cycle": json.dumps({"@graph": [{"@id": f"#{n}", "author": {"@id": f"#{(n + 1) % 500}"}} for n in range(500)]}),
        "huge": json.dumps({"@type": "NewsArticle", "articleBody": "x " * 3_000_000, "headline": "y" * 1_000_000}),
        "authors": json.dumps({"@type": "NewsArticle", "author": [{"name": f"by {n} " * 50} for n in range(20_000)]}),
        "dates": json.dumps({"@type": "NewsArticle", "datePublished": ["1" * 5_000] * 500}),
        "commas": '{"@type":"NewsArticle",' + "," * 800_000 + "}",
    }
    script = f"<script type='application/ld+json'>{texts[kind]}</script>"
    return page(head=script * chance.choice([1, 40 if len(texts[kind]) < 100_000 else 1]))


def meta(chance: random.Random) -> Made:
    name = chance.choice(["author", "og:title", "date", "article:published_time", "og:site_name", "parsely-pub-date"])
    unit = chance.choice(["by ", "1", "a - ", "-", "2024-01-01T", " | ", "\u202e", "and ", ",", "<b>", "@"])
    content = (unit * (chance.choice([2_000, 600_000]) // len(unit))).replace("'", "")
    tag = f"<meta {chance.choice(['name', 'property'])}='{name}' content='{content}'>"
    return page(head=tag * chance.choice([1, 200 if len(content) < 5_000 else 1]))


def title(chance: random.Random) -> Made:
    unit = chance.choice(["a - ", "| ", "– ", "x", "<script>alert(1)</script>", "\u200b", "\0", " ", "&lt;", "»"])
    return page(title=unit * (chance.choice([2_000, 1_000_000]) // len(unit)))


def dates(chance: random.Random) -> Made:
    unit = chance.choice(
        ["2024-01-01 ", "1", "01/02/2024 ", "Jan 1 ", "12.12.", "2024年", "T00:00", "9999-99-99 ", "updated: "]
    )
    where = chance.choice(
        ["<time datetime='{x}'>{x}</time>", "<p class='date'>{x}</p>", "<!-- {x} -->", "<span>{x}</span>"]
    )
    many, size = chance.choice([(1, 500_000), (3_000, 90), (20_000, 12)])
    return page(where.replace("{x}", unit * (size // len(unit) + 1)) * many + BODY)


def byline(chance: random.Random) -> Made:
    kind = chance.choice(["byline", "author", "rel", "itemprop", "vcard"])
    attribute = {"rel": "rel=author", "itemprop": "itemprop=author"}.get(kind, f"class={kind}")
    unit = chance.choice(["By ", "by and ", "A. ", "x@y ", ", ", "Von ", "<b>"])
    return page(f"<span {attribute}>{unit * chance.choice([5, 100_000])}</span>" * chance.choice([1, 30]) + BODY)


def text(chance: random.Random) -> Made:
    unit = chance.choice(
        [
            "x",
            " ",
            "\t\n",
            "\u200b",
            "\u202e",
            "a.",
            "é",
            "🚢",
            "А",
            "中",
            "\ufeff",
            "aaaa ",
            "1 ",
            ". ",
            "̀",
            "Reuters. ",
            "http://x.example/ ",
            "�",
            "\ufffe",
            "“",
            "according to ",
        ]
    )
    whole = unit * (chance.choice([50_000, 3_000_000]) // len(unit))
    return page(f"<p>{whole}</p>" + chance.choice(["", BODY]))


def links(chance: random.Random) -> Made:
    address = chance.choice(
        [
            "javascript:alert(1)",
            "data:x",
            "http://[",
            "http://" + "a" * 5000,
            "//" * 500,
            "http://u@h.example:99999/",
            "/" + "../" * 2000,
            "http://h{n}.example/",
            "?" + "a=b&" * 1000,
            "http://xn--{n}.example/",
            "\\\\x",
        ]
    )
    inner = "".join(f"<p>{WORDS} <a href='{address.replace('{n}', str(n))}'>x{n}</a></p>" for n in range(2_000))
    return page(inner, head=f"<base href='{chance.choice(['javascript:x', 'http://[', '//' * 9_000, '/'])}'>")


def canonical(chance: random.Random) -> Made:
    address = chance.choice(
        ["https://a.example/" + "/../" * 200_000, "javascript:x", "http://" + "é" * 100_000, "//[", "%" * 90_000]
    )
    return page(head=f"<link rel=canonical href='{address}'><meta property=og:url content='{address}'>")


def refresh(chance: random.Random) -> Made:
    address = chance.choice(["", "http://post.example/1", "javascript:x", "0;url=" * 50_000, "'" * 90_000])
    tag = f'<meta http-equiv="refresh" content="0; url={address}">'
    return page(chance.choice(["", BODY]), head=tag * chance.choice([1, 5_000 if len(address) < 100 else 1]))


def frames(chance: random.Random) -> Made:
    tag = chance.choice(
        ["<iframe srcdoc='{x}'>", "<template>{x}", "<noscript>{x}", "<object data=x>{x}", "<svg><foreignObject>{x}"]
    )
    return page(tag.replace("{x}", "<p>x") * chance.choice([500, 30_000]) + BODY)


def entities(chance: random.Random) -> Made:
    lines = ["<!ENTITY a0 'aaaaaaaaaa'>", *(f"<!ENTITY a{n} '&a{n - 1};&a{n - 1};'>" for n in range(1, 40))]
    external = "<!ENTITY a39 SYSTEM 'file:///etc/hostname'>"
    lead = f"<!DOCTYPE x [{external if chance.random() < 0.5 else ''.join(lines)}]>"
    return page(f"<p>&a39;</p>{BODY}", lead=chance.choice(["", '<?xml version="1.0"?>']) + lead)


def bytes_(chance: random.Random) -> Made:
    good = page()[0]
    kind = chance.choice(["noise", "nul", "charset", "cut", "surrogates", "pdf", "gzip", "utf16", "flips", "bom"])
    if kind == "noise":
        return chance.randbytes(chance.choice([1_000, 1_000_000])), "text/html"
    if kind == "charset":
        name = chance.choice(["utf-7", "utf-16", "x" * 90_000, "idna", "rot13", "zip", "unicode_escape", "\u0130"])
        return good.replace(b"<head>", f"<head><meta charset='{name}'>".encode()), f"text/html; charset={name[:50]}"
    if kind == "flips":
        return bytes(byte ^ (chance.random() < 0.02) * chance.randrange(256) for byte in good), "text/html"
    made = {
        "nul": b"\0" * 500_000 + good,
        "cut": good[: chance.randrange(len(good))],
        "surrogates": good.replace(b"ships", b"\xed\xa0\x80\xed\xbf\xbf" * 2_000),
        "pdf": b"%PDF-1.7\n" + chance.randbytes(200_000),
        "gzip": b"\x1f\x8b\x08" + chance.randbytes(200_000),
        "utf16": good.decode().encode("utf-16")[: chance.choice([3_001, 90_000])],
        "bom": b"\xef\xbb\xbf" * 300_000 + good,
    }
    return made[kind], chance.choice(["text/html", "application/xhtml+xml", ""])


PAGES: dict[str, Family] = {
    "spans": spans,
    "elements": elements,
    "attributes": attributes,
    "nesting": nesting,
    "brackets and entities": brackets,
    "JSON-LD": json_ld,
    "meta": meta,
    "title": title,
    "dates": dates,
    "byline": byline,
    "text": text,
    "links": links,
    "canonical": canonical,
    "meta refresh": refresh,
    "frames and templates": frames,
    "DTD entities": entities,
    "bytes": bytes_,
}
