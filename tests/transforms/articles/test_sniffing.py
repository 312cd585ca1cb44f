"""What is no HTML is told by its first bytes."""

import pytest

from transforms.articles.sniffing import sniffed


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\n1 0 obj <</Type/Catalog>> <x:xmpmeta>", "PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image"),
        (b"GIF89a\x01", "image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image"),
        (b"\0\0\0\x20ftypisom", "video"),
        (b"\x1a\x45\xdf\xa3\x01", "video"),
        (b"ID3\x04\0", "sound"),
        (b"PK\x03\x04\x14", "archive"),
        (b"abc\0def", "no text"),
        (b'  {"title": "Vote", "body": "<p>The council <b>voted</b>.</p>"}', "JSON"),
        (b'[{"a": 1}]', "JSON"),
    ],
)
def test_it_is_known(body: bytes, words: str) -> None:
    assert words in sniffed(body)


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE html><html>",
        b"\xef\xbb\xbf<html>",
        b"\xff\xfe<\0h\0t\0m\0l\0>\0",
        b"\0<\0h\0t\0m\0l\0>",
        b"\n\n[{ Site }] <html><p>x",
        b"{% comment %}<p>A template that came through.",
        b"[Updated] <p>words",
        b"plain words",
    ],
)
def test_what_may_be_a_page_is_tried(body: bytes) -> None:
    assert sniffed(body) == ""
