"""The search that must find nothing elsewhere does find what is there."""

import base64
import gzip
import zlib
from pathlib import Path
from random import Random

import pytest

from tests.server.searching import forms, search

WORDS = ("Zewditu Qanarya", "ዘውዲቱ ቃናርያ", "+96171333444", "7733554412345")


@pytest.mark.parametrize("word", WORDS)
def test_each_form_is_found_anywhere_in_a_file(tmp_path: Path, word: str) -> None:
    noise = Random(1).randbytes(10_000)
    for name, written in forms(word).items():
        (tmp_path / "copy").write_bytes(noise[:4321] + written + noise[4321:])
        assert name in {hit.form for hit in search([tmp_path / "copy"], [word])}, name


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("around", ["", "a", "ab"])
def test_it_is_found_in_the_middle_of_an_encoded_text(tmp_path: Path, word: str, around: str) -> None:
    text = f'{{"name":"{around}{word} and more"}}'.encode()
    for encoded in (base64.b64encode(text), base64.urlsafe_b64encode(text), text.hex().encode(), text[::-1]):
        (tmp_path / "copy").write_bytes(encoded)
        assert search([tmp_path / "copy"], [word])


def test_it_is_found_in_a_compressed_stream(tmp_path: Path) -> None:
    text = b"something before " + WORDS[0].encode() * 3
    for compressed in (zlib.compress(text), zlib.compress(text, 9), gzip.compress(text)):
        (tmp_path / "copy").write_bytes(b"\x00\x78\x9c\x00" + compressed + b"rest")
        assert search([tmp_path / "copy"], [WORDS[0]])


def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "copy").write_bytes(Random(2).randbytes(2_000_000))
    assert search([tmp_path / "copy"], WORDS) == []
