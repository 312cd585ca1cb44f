"""What a body is by its first bytes, whatever its server calls it (https://mimesniff.spec.whatwg.org)."""

import re

_SIGNATURES = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG", "an image"),
    (b"GIF8", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"RIFF", "an image, sound or a video"),
    (b"OggS", "sound or a video"),
    (b"ID3", "sound"),
    (b"\x1a\x45\xdf\xa3", "a video"),
    (b"PK\x03\x04", "an archive or a document of an office program"),
    (b"\x1f\x8b", "compressed twice"),
    (b"%!PS", "PostScript"),
)
_MP4 = re.compile(rb".{4}ftyp", re.DOTALL)
_JSON = re.compile(rb"[{\[]\s*(?:[{\[\]}\"]|-?\d|true|false|null)")
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\0")


def sniffed(body: bytes) -> str:
    """What it is, for a person; empty: it may be HTML.

    Args:
        body: with something else than white space in it.
    """
    for signature, name in _SIGNATURES:
        if body.startswith(signature):
            return name
    if _MP4.match(body):
        return "a video"
    if b"\0" in body[:64] and not body.startswith(_WIDE_MARKS):
        return "no text"
    if _JSON.match(body.lstrip()[:100]) and not re.search(rb"<(?:html|!doctype|body)\b", body[:4096], re.IGNORECASE):
        return "JSON"
    return ""
