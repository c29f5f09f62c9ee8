"""A month's figures in the reader's words."""

from collections.abc import Sequence
from dataclasses import dataclass

from babel import Locale
from babel.numbers import format_decimal

from api.console.shown import service_title
from api.console.words import catalogue
from api.desk.labels import in_words
from api.desk.months import AGE, DISTRICT, NATIONALITY, OTHERS, SERVICE, SEX, UNKNOWN, Month, asked_for
from flows.answers.country import label as country
from flows.language import t
from flows.loader import Library

TITLES = {
    SEX: t("By sex"),
    AGE: t("By age"),
    NATIONALITY: t("By nationality"),
    DISTRICT: t("By district"),
    SERVICE: t("By service"),
}
WORDS = {UNKNOWN: t("Not known"), OTHERS: t("Others")}
HIDDEN = "–"
"""What stands where a figure may not leave; no spreadsheet takes it for a formula."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns are called in the reader's language (ISO 639), and how it writes figures."""

    reader: str
    header: tuple[str, ...]
    total: str

    @classmethod
    def of(cls, reader: str) -> "Columns":
        """In this language."""
        text = catalogue(reader).gettext
        names = (t("What"), t("Group"), t("New"), t("Exported"), t("Served"))
        return cls(reader, tuple(map(text, names)), text(t("Total")))

    def figure(self, count: int | None) -> str:
        """A count, or what stands in place of one that is not shown."""
        return HIDDEN if count is None else format_decimal(count, locale=Locale.parse(self.reader))


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the page: its title, and rows of a label and three figures."""

    title: str
    rows: Sequence[tuple[str, Sequence[str]]]


def table_of(library: Library, month: Month, dimension: str, columns: Columns) -> Table:
    """One dimension of a month, in words."""
    text = catalogue(columns.reader).gettext
    rows = month.tables[dimension].items()
    return Table(
        text(TITLES[dimension]),
        [(_label(library, dimension, code, columns.reader), [*map(columns.figure, row)]) for code, row in rows],
    )


def _label(library: Library, dimension: str, code: str, reader: str) -> str:
    if code in WORDS:
        return catalogue(reader).gettext(WORDS[code])
    if dimension == SERVICE:
        return service_title(library, code, reader)
    if dimension == AGE:
        low, _, high = code.partition("-")
        return f"{low}+" if int(high) > 120 else f"{low}–{high}"
    if dimension == NATIONALITY:  # a country that the list of the question does not name
        return _asked(library, dimension, code, reader, country(code, reader))
    return _asked(library, dimension, code, reader, code)


def _asked(library: Library, dimension: str, code: str, reader: str, otherwise: str) -> str:
    """As the first service calls it that knows it."""
    for service in library.services.values():
        asked = asked_for(service, dimension)
        words = in_words(library, asked, code, reader) if asked else code
        if words != code:
            return words
    return otherwise
