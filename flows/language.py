"""Words in the reader's language: catalogues, the t() marker, and what is known of each language."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO, Any

from babel import Locale, UnknownLocaleError
from babel.messages.pofile import read_po

from flows.lined import line_of, parse
from flows.texts import texts_in


def t(text: str) -> str:
    """Mark a text for translation, and give it back unchanged; `Words.t` translates it where it is said."""
    return text


@dataclass(frozen=True, slots=True)
class Words:
    """One language's texts, looked up by (context, English source); what is missing stays English."""

    language: str
    texts: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def t(self, source: str, **values: object) -> str:
        """Translate an engine text and put the values in its `{places}`."""
        text = self.texts.get(("", source), source)
        return text.format(**values) if values else text

    def of(self, key: str, source: str) -> str:
        """Translate a text of a service file; `key` is like `school:grade:label`."""
        return self.texts.get((key, source), source)


@dataclass(frozen=True, slots=True)
class Catalogues:
    """All languages that have a catalogue, by ISO 639 code."""

    by_language: Mapping[str, Words]

    def words(self, language: str) -> Words:
        """The words of a language; English where there is no catalogue."""
        return self.by_language.get(language) or Words("en")


def load_catalogues(folder: Path, domain: str = "messages") -> Catalogues:
    """Read `<folder>/<language>/LC_MESSAGES/<domain>.po` for every language there; no compile step is needed."""
    found = {"en": Words("en")}
    for path in sorted(folder.glob(f"*/LC_MESSAGES/{domain}.po")):
        found[path.parent.parent.name] = _read(path, path.stat().st_mtime_ns)
    return Catalogues(found)


@cache
def _read(path: Path, _changed: int) -> Words:
    with path.open("rb") as file:
        catalogue = read_po(file, abort_invalid=True)
    texts = {
        (entry.context or "", str(entry.id)): str(entry.string)
        for entry in catalogue
        if entry.id and entry.string and not entry.fuzzy
    }
    return Words(path.parent.parent.name, texts)


@cache
def own_name(language: str) -> str:
    """What a language calls itself (`አማርኛ`), which is how she finds it in a list."""
    try:
        name = Locale.parse(language).get_display_name() or language
    except (UnknownLocaleError, ValueError):
        return language
    return name[0].upper() + name[1:]


def direction(language: str) -> str:
    """`rtl` or `ltr`: which way a language is written, for dir=."""
    try:
        return Locale.parse(language).text_direction
    except (UnknownLocaleError, ValueError):
        return "ltr"


def extract_service(
    file: IO[bytes], keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[int, str, tuple[str, str], list[str]]]:
    """Give Babel each text of a service file with its key as context: an extraction method for translations/babel.cfg.

    Yields (line, "pgettext", (key, English text), comments).
    """
    tree = parse(file.read())
    for text in texts_in(tree):
        yield _line(tree, text.at), "pgettext", (text.key, tidy(text.words)), []


def _line(tree: Any, at: tuple[str | int, ...]) -> int:
    """Where something stands in a file, from 1."""
    for step in at[:-1]:
        tree = tree[step]
    return line_of(tree, at[-1])


def extract_training(
    file: IO[bytes], keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[int, str, tuple[str, str], list[str]]]:
    """Give Babel what volunteers learn before they take a case, with its key as context: for translations/console.cfg.

    Yields (line, "pgettext", (key, English text), comments).
    """
    tree = parse(file.read())
    training = tree.get("training", {})
    for card in training.get("cards", []):
        for key in ("title", "text"):
            name = f"{tree['service']}:card:{card['card']}:{key}"
            yield line_of(card, key), "pgettext", (name, tidy(card[key])), []
    for asked in training.get("quiz", []):
        name = f"{tree['service']}:quiz:{asked['ask']}"
        for key in ("label", "why"):
            yield line_of(asked, key), "pgettext", (f"{name}:{key}", tidy(asked[key])), []
        for value, label in asked["choices"].items():
            yield line_of(asked, "choices"), "pgettext", (f"{name}:choice:{value}", tidy(label)), []
    yield from _planned(tree)


def _planned(tree: Any) -> Iterator[tuple[int, str, tuple[str, str], list[str]]]:
    """What the desk reads of tasks, follow-ups and reports."""
    service, case = tree["service"], tree.get("case", {})
    for part, word, key in (("tasks", "task", "title"), ("follow_ups", "follow_up", "task")):
        for plan in case.get(part, []):
            if plan.get(key):
                yield line_of(plan, key), "pgettext", (f"{service}:{word}:{plan[word]}:{key}", tidy(plan[key])), []
    for name, report in tree.get("reports", {}).items():
        line = line_of(tree["reports"], name)
        yield line, "pgettext", (f"{service}:report:{name}:title", tidy(report["title"])), []
        for label in report["rows"]:
            yield line, "pgettext", (f"{service}:report:{name}:row:{label}", tidy(label)), []


def tidy(text: object) -> str:
    """A text of a file as it is said: one space where the file has a line break."""
    return re.sub(r"\s+", " ", str(text)).strip()
