"""What is written into a file comes back as text, whole, and nothing in it can act."""

import csv
import io
import unicodedata

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from api.exports.spreadsheet import LONGEST, cell, write_csv, write_xlsx

HEADER = ["Full name", "هاتف", "_x0041_"]
anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)
nasty = st.sampled_from(
    ["=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠", "\u2212", "﹦", ";=", "\t=", "\ufeff=", "\u200f+"]
)
texts = anything | st.builds(str.__add__, nasty, anything)
rows = st.lists(st.lists(texts, min_size=3, max_size=3), max_size=4)


def read_xlsx(file: bytes) -> list[list[str]]:
    sheet = openpyxl.load_workbook(io.BytesIO(file)).active
    assert all(found.data_type in {"s", "n"} for row in sheet.rows for found in row)
    assert all(isinstance(found.value, str | None) for row in sheet.rows for found in row)
    return [[unescape(found.value or "") for found in row] for row in sheet.rows]


def read_csv(file: bytes) -> list[list[str]]:
    assert file.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline=""), strict=True))


def acts(text: str) -> bool:
    """Whether a program that skips what is not seen, and reads full-width signs like others, would begin a formula."""
    seen = [one for one in unicodedata.normalize("NFKC", text) if unicodedata.category(one)[0] not in "ZC"]
    return bool(seen) and seen[0] in "=+-@|%\u2212"


@settings(deadline=None)
@given(rows)
@example([["=1+1", "\x00\x1b", "\ud800"], ["\ufffe", "_x003D_1+1", "\uffff"]])
def test_both_files_hold_the_same_text(table: list[list[str]]) -> None:
    expected = [HEADER, *([cell(text) for text in row] for row in table)]
    assert read_csv(write_csv(HEADER, table)) == expected
    while not any(expected[-1]):
        expected.pop()  # a sheet ends with its last cell that says something
    assert read_xlsx(write_xlsx(HEADER, table)) == expected


@given(texts)
def test_no_cell_acts_whatever_separates_cells(text: str) -> None:
    assert not any(acts(part) for part in cell(text).split(";"))


@given(texts)
def test_nothing_of_a_text_is_lost_but_what_cannot_be_shown(text: str) -> None:
    kept = [one for one in text if one.isalnum()]
    assert [one for one in cell(text) if one.isalnum()] == kept


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Almaz Tesfaye", "Almaz Tesfaye"),
        ("=1+1", "'=1+1"),
        ("  =HYPERLINK(0)", "'  =HYPERLINK(0)"),
        ("＝1+1", "'＝1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-", "'-"),
        ("-1 day", "'-1 day"),
        ("cmd;=1+1", "cmd;'=1+1"),
        ("a\r\nb\tc", "a b c"),
        ("a\ufffeb\uffffc\x00d", "a b c d"),
        ("a\ud800b", "a?b"),
        ("+96181000001", "+96181000001"),
        ("+961 81 000 001", "'+961 81 000 001"),
        ("+1+1", "'+1+1"),
        ("1992-05-17", "1992-05-17"),
        ("አልማዝ ተስፋዬ", "አልማዝ ተስፋዬ"),
    ],
)
def test_a_cell_is_one_line_that_does_nothing(text: str, shown: str) -> None:
    assert cell(text) == shown


@pytest.mark.parametrize("long", ["x", "ሰ", "😀", "=", ";"])
def test_a_text_that_is_too_long_is_cut(long: str) -> None:
    (_, [shown]) = read_xlsx(write_xlsx(["A"], [[long * (LONGEST + 9)]]))
    assert shown
    assert len(shown) <= LONGEST


def test_two_columns_with_one_name_are_a_mistake() -> None:
    for write in (write_csv, write_xlsx):
        with pytest.raises(ValueError, match="two columns"):
            write(["A", "A"], [["1", "2"]])
