"""A feed's bytes as UTF-8, where that can be told without guessing.

RFC 7303: a byte order mark beats the header's charset, that beats the XML declaration, and UTF-8 is meant where
nothing is said. What cannot be decoded as it says is tried as the next.
"""

import codecs
import re
from email.message import Message

_MARKS = (
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF8, "utf-8"),
)
_UNMARKED = (
    (re.compile(rb"\0\0\0<"), "utf-32-be"),
    (re.compile(rb"<\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0<\0[^\0]"), "utf-16-be"),
    (re.compile(rb"<\0[^\0]\0"), "utf-16-le"),
)
"""What "<" and a letter look like at the beginning of a document."""
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_WIDE = re.compile(r"(utf|ucs|u|iso-10646-ucs|csucs|csunicode)[-_]?(16|32|2|4)?(-?[lb]e)?", re.IGNORECASE)
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030"}
"""Charsets that are declared for what is really their superset."""
_NOT_CHARSETS = frozenset(("idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7"))


def as_utf8(body: bytes, content_type: str) -> bytes | None:
    """The document in UTF-8, without mark and white space in front; None: nothing that it says about itself is true.

    Its XML declaration is left as it was: readers have to be told to look past it.

    Args:
        body: as it came, its Content-Encoding undone.
        content_type: the header's value.
    """
    for mark, charset in _MARKS:
        if body.startswith(mark):
            found = _decoded(body[len(mark) :], charset)
            if found is not None:
                return found
    for pattern, charset in _UNMARKED:
        if pattern.match(body):
            return _decoded(body, charset)
    declared = _DECLARED.match(body[:300])
    for charset in (_charset(content_type), declared[1].decode("ascii").lower() if declared else "", "utf-8"):
        wide = charset not in {"utf-8", "utf8"} and _WIDE.fullmatch(charset)
        if not charset or wide:  # it does not begin as those do: an editor's slip
            continue
        found = _decoded(body, charset)
        if found is not None:
            return found
    return None


def _charset(content_type: str) -> str:
    if "charset" not in content_type.lower():
        return ""
    message = Message()
    message["content-type"] = content_type[:300]
    value = message.get_param("charset", "")
    return value.strip().strip("'\"").lower() if isinstance(value, str) else ""


def _decoded(body: bytes, charset: str) -> bytes | None:
    charset = _WIDER.get(charset, charset)
    if charset.replace("_", "-") in _NOT_CHARSETS:
        return None
    try:
        text = body.decode(charset)
    except (LookupError, UnicodeError):
        return None
    return body.lstrip() if charset in {"utf-8", "utf8"} else text.lstrip().encode("utf-8", "replace")
