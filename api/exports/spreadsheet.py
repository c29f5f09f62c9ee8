"""Files that a ministry opens in a spreadsheet: every cell is text, and none can become a formula.

The trigger characters are those of Primero (primeroIMS, `CsvExporter`: = + - @ | %), wherever blanks, control or
format characters stand before them, and their full-width and other compatible forms, which some programs read alike.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence

import rustpy_xlsxwriter

LONGEST = 32_767
"""Characters of a cell: Excel's limit (its specifications and limits)."""

_TRIGGERS = frozenset("=+-@|%")
_E164 = re.compile(r"\+[0-9]{7,15}")
_NOT_SHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]+")  # the last two are not allowed in XML


def write_xlsx(header: Sequence[str], rows: Iterable[Sequence[str]], title: str = "Batch") -> bytes:
    """One sheet with bold column names. Each row has a cell for each name; `title` has at most 31 characters."""
    names = _distinct(header)
    records = [dict(zip(names, map(cell, row), strict=True)) for row in rows]
    file = io.BytesIO()
    rustpy_xlsxwriter.write_worksheet(
        records or [dict.fromkeys(names, "")],
        file,
        sheet_name=title,
        freeze_row=1,
        autofit=True,
        bold_headers=True,
    )
    return file.getvalue()


def write_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """The same as RFC 4180 in UTF-8, with the byte order mark by which Excel knows it, and every cell in quotes."""
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(_distinct(header))
    writer.writerows([cell(value) for value in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def cell(text: str) -> str:
    """A text as it may stand in a cell: one line, no half characters, and an apostrophe before what acts."""
    text = _NOT_SHOWN.sub(" ", text.encode("utf-8", "replace").decode())
    text = ";".join(_guarded(part) for part in text.split(";"))  # where `;` separates, a cell begins after it
    return text[:LONGEST]


def _guarded(text: str) -> str:
    """A telephone number (E.164) begins with a plus and acts on nothing: the recipient needs it as it is."""
    first = next((character for character in text if unicodedata.category(character)[0] not in "ZC"), "")
    acts = unicodedata.normalize("NFKC", first)[:1] in _TRIGGERS or first == "\u2212"
    return f"'{text}" if first and acts and not _E164.fullmatch(text) else text


def _distinct(header: Sequence[str]) -> list[str]:
    names = [cell(name) for name in header]
    if len(set(names)) < len(names):
        raise ValueError("two columns have one name")
    return names
